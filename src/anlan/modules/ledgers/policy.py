"""Who keeps the special ledgers. Reading needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import BUREAU, RESPONSIBLE, Role

_OFFICERS = (BUREAU - {Role.BUREAU_LEADER}) | {Role.PARK_OFFICER}

LEDGER_EDIT = grant(
    "ledgers.edit",
    RESPONSIBLE
    | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD, Role.EQUIPMENT_ENGINEER}
    | {Role.BUREAU_DATA_OFFICER, Role.PARK_OFFICER},
)
# The column "action by the emergency management department" is the department's word.
LEDGER_AUTHORITY = grant("ledgers.authority", _OFFICERS)
