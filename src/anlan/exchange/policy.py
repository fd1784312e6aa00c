"""Who may set up uploads and send again."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

# Keys of the enterprise's own account at the authority: few people hold them.
ENDPOINT_EDIT = grant(
    "exchange.endpoint.edit", {Role.SYSTEM_ADMIN, Role.SAFETY_MANAGER, Role.PRINCIPAL}
)
SEND = grant("exchange.send", RESPONSIBLE | {Role.SYSTEM_ADMIN, Role.SAFETY_MANAGER})
