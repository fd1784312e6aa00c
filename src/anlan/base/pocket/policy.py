"""Who may."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

_DESK = RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD, Role.CONTROL_ROOM}

SEE_DEVICES = grant(
    "pocket.device.see", _DESK | {Role.SYSTEM_ADMIN, Role.TEAM_LEADER, Role.AUDITOR}
)
REVOKE_DEVICE = grant(
    "pocket.device.revoke", {Role.SYSTEM_ADMIN, Role.PRINCIPAL, Role.SAFETY_MANAGER}
)
REVIEW = grant("pocket.submission.review", _DESK | {Role.TEAM_LEADER})
IMPORT = grant("pocket.submission.import", _DESK | {Role.SYSTEM_ADMIN, Role.TEAM_LEADER})
