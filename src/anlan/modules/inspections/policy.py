"""Who may do what with inspections. Reading needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

_LEADERS = RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD}
_SITE = _LEADERS | {
    Role.TEAM_LEADER,
    Role.OPERATOR,
    Role.EQUIPMENT_ENGINEER,
    Role.CONTROL_ROOM,
    Role.CONTRACTOR,
    Role.EXPERT,
}

# A task is a duty of somebody: who plans duties plans inspections.
TASK_EDIT = grant("inspections.task.edit", _LEADERS)
RECORD_MAKE = grant("inspections.record.make", _SITE)
