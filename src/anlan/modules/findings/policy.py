"""Who may do what with findings. Reading needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import BUREAU, EVERY_ROLE, RESPONSIBLE, Role

_PLANT = RESPONSIBLE | {
    Role.SAFETY_MANAGER,
    Role.WORKSHOP_HEAD,
    Role.TEAM_LEADER,
    Role.EQUIPMENT_ENGINEER,
}
_HANDS = _PLANT | {Role.OPERATOR, Role.CONTROL_ROOM}
_AUTHORITY = (BUREAU - {Role.BUREAU_LEADER}) | {Role.PARK_OFFICER}

FINDING_REPORT = grant("findings.report", EVERY_ROLE - {Role.AUDITOR, Role.SYSTEM_ADMIN})
FINDING_CONFIRM = grant("findings.confirm", RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD})
FINDING_RECTIFY = grant("findings.rectify", _HANDS)
FINDING_ACCEPT = grant(
    "findings.accept", RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD, Role.TEAM_LEADER}
)
FINDING_EXTEND = grant("findings.extend", RESPONSIBLE | {Role.SAFETY_MANAGER})
# Asked after the deadline, an extension needs a higher approver.
FINDING_EXTEND_LATE = grant("findings.extend_late", RESPONSIBLE)
FINDING_LEVEL = grant("findings.level", RESPONSIBLE | {Role.SAFETY_MANAGER})
# Two levels confirm a major one: the principal signs, park or bureau reviews.
FINDING_SIGN = grant("findings.sign", {Role.PRINCIPAL})
FINDING_REVIEW = grant("findings.review", _AUTHORITY | {Role.GROUP_HSE})
FINDING_LIST = grant("findings.list_supervision", _AUTHORITY)
FINDING_CLEAR = grant("findings.clear", _AUTHORITY)
FINDING_REWARD = grant("findings.reward", {Role.PRINCIPAL, Role.SAFETY_MANAGER})
FLAG_DISMISS = grant("findings.flag.dismiss", RESPONSIBLE | {Role.SAFETY_MANAGER} | _AUTHORITY)
# A ledger of the plant, or the list of findings of an authority's inspection.
FINDING_IMPORT = grant(
    "findings.import", RESPONSIBLE | {Role.SAFETY_MANAGER, Role.GROUP_HSE} | _AUTHORITY
)
FINDING_OUTSIDE = grant(
    "findings.outside", RESPONSIBLE | {Role.SAFETY_MANAGER, Role.GROUP_HSE} | _AUTHORITY
)
