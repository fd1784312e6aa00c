"""Who judges, who publishes, who sets up the chain."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

COMMITMENT_JUDGE = grant(
    "commitment.judge",
    RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD, Role.TEAM_LEADER},
)
# The top manager commits; nobody else can do it for them.
COMMITMENT_PUBLISH = grant("commitment.publish", {Role.PRINCIPAL})
COMMITMENT_PREPARE = grant("commitment.prepare", RESPONSIBLE | {Role.SAFETY_MANAGER})
COMMITMENT_CHAIN = grant("commitment.chain", {Role.PRINCIPAL, Role.SAFETY_MANAGER})
