"""Who may do what with points and alarms. Seeing them needs no permission beyond scope.

Every role of the enterprise sees its points, and so do the levels above within their area: order
40 asks for remote reading of major hazard installations. Officers change nothing here: what a
plant's instruments are set to is the plant's own act and responsibility.
"""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

_ENGINEERS = frozenset({Role.EQUIPMENT_ENGINEER, Role.SAFETY_MANAGER})
_TECHNICAL = frozenset({Role.TECHNICAL})

# Points and sources are instrumentation; the technical responsible person of an installation
# answers for its monitoring system (order 40), so he may set it up too.
POINT_EDIT = grant("monitoring.points.edit", _ENGINEERS | _TECHNICAL)
SOURCE_EDIT = grant("monitoring.sources.edit", _ENGINEERS | _TECHNICAL)
# What counts as normal operation is judged by who knows the process and its instruments.
GROUP_EDIT = grant("monitoring.groups.edit", _ENGINEERS | _TECHNICAL)
# Keys let a machine write in the plant's name: fewer hands.
SOURCE_TOKEN = grant("monitoring.sources.token", {Role.EQUIPMENT_ENGINEER, Role.TECHNICAL})

# The operator lives with an alarm and sees first that it is wrong, so asking is open to the
# control room; approving is the technical responsible person's, who answers for the settings, with
# the principal above him. The safety manager asks and checks, but does not approve: he is often
# who asks. Two people always (four eyes).
LIMIT_REQUEST = grant(
    "monitoring.limits.request",
    _ENGINEERS | _TECHNICAL | {Role.CONTROL_ROOM, Role.WORKSHOP_HEAD, Role.OPERATIONAL},
)
LIMIT_APPROVE = grant("monitoring.limits.approve", _TECHNICAL | {Role.PRINCIPAL})
LIMIT_APPLY = grant("monitoring.limits.apply", _ENGINEERS | _TECHNICAL | {Role.PRINCIPAL})

# Present, working, in service: the enterprise's own statement on its safety systems.
SYSTEM_EDIT = grant("monitoring.systems.edit", _ENGINEERS | RESPONSIBLE)
# Whoever tests a detector or strokes a valve writes it down.
SYSTEM_TEST = grant(
    "monitoring.systems.test",
    _ENGINEERS | RESPONSIBLE | {Role.WORKSHOP_HEAD, Role.TEAM_LEADER, Role.CONTROL_ROOM},
)

# The operator's acts on alarms. Shelving hides an alarm from its operator, so it is not for all
# who may acknowledge; taking out of service needs a permit and an engineer.
_CONTROL = frozenset({Role.CONTROL_ROOM, Role.TEAM_LEADER, Role.WORKSHOP_HEAD})
ALARM_ACKNOWLEDGE = grant(
    "monitoring.alarms.acknowledge",
    _CONTROL | _ENGINEERS | {Role.OPERATOR, Role.OPERATIONAL, Role.TECHNICAL},
)
ALARM_SHELVE = grant("monitoring.alarms.shelve", _CONTROL | {Role.TECHNICAL, Role.OPERATIONAL})
ALARM_SERVICE = grant("monitoring.alarms.service", _ENGINEERS | _TECHNICAL)

# Who was in the control room knows what a flood was; naming it hides nothing.
FLOOD_NAME = grant(
    "monitoring.floods.name", _CONTROL | _ENGINEERS | {Role.TECHNICAL, Role.OPERATIONAL}
)
