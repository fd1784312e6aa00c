"""Who may."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import Role

MANAGE_CHANNELS = grant("inbox.channels.manage", {Role.SYSTEM_ADMIN})
DECIDE_RUNS = grant("inbox.runs.decide", {Role.SYSTEM_ADMIN})
