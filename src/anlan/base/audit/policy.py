"""Who reads history beyond the records themselves."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import Role

READ = grant(
    "audit.read",
    [
        Role.AUDITOR,
        Role.SYSTEM_ADMIN,
        Role.BUREAU_LEADER,
        Role.PARK_OFFICER,
        Role.GROUP_HSE,
        Role.PRINCIPAL,
        Role.SAFETY_MANAGER,
    ],
)
