"""Who may do what with duties. Reading needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

_MANAGERS = RESPONSIBLE | {Role.SAFETY_MANAGER}
_LEADERS = _MANAGERS | {Role.WORKSHOP_HEAD}
_SITE = _LEADERS | {
    Role.TEAM_LEADER,
    Role.OPERATOR,
    Role.EQUIPMENT_ENGINEER,
    Role.CONTROL_ROOM,
    Role.CONTRACTOR,
    Role.EXPERT,
}

PLAN = grant("duties.plan.edit", _LEADERS)
FULFIL = grant("duties.instance.fulfil", _SITE)
HAND_OVER = grant("duties.instance.hand_over", _LEADERS | {Role.TEAM_LEADER})
EXEMPT = grant("duties.exemption.edit", _LEADERS)
# A warning is cleared by who answers for it, never by who caused it alone.
CLEAR = grant("duties.warning.clear", _LEADERS)
SUBSTITUTE = grant("duties.substitute.edit", _LEADERS | {Role.TEAM_LEADER})
SHIFTS = grant("duties.shift_pattern.edit", _LEADERS)
LADDER = grant("duties.ladder.edit", _MANAGERS)
