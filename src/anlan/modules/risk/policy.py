"""Who may change the risk register. Reading needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

_ENGINEERS = {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD, Role.EQUIPMENT_ENGINEER}

RISK_EDIT = grant("risk.edit", RESPONSIBLE | _ENGINEERS)
RISK_APPROVE = grant("risk.approve", RESPONSIBLE | {Role.SAFETY_MANAGER})
SHUTDOWN_EDIT = grant("risk.shutdown", RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD})
