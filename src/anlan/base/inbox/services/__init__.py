"""The only door for writes of the inbox."""

from anlan.base.inbox.services.channels import channel_save, channel_test
from anlan.base.inbox.services.notices import (
    Sent,
    notices_move,
    notify,
    notify_many,
    open_notice,
    preference_save,
)
from anlan.base.inbox.services.runs import run_drop, run_resume
from anlan.base.inbox.services.sending import digest_run, send_due

__all__ = [
    "Sent",
    "channel_save",
    "channel_test",
    "digest_run",
    "notices_move",
    "notify",
    "notify_many",
    "open_notice",
    "preference_save",
    "run_drop",
    "run_resume",
    "send_due",
]
