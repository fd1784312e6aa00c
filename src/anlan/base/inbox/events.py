"""What history says about the inbox."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit import Event

CHANNEL_SAVED = Event("inbox.channel.saved", _("%(actor)s set up the channel %(object)s"))
CHANNEL_TESTED = Event("inbox.channel.tested", _("%(actor)s sent a test by %(object)s"))
_RUN = {"state": _("state"), "decided_at": _("decided at"), "decided_by_id": _("decided by")}
RUN_RESUMED = Event(
    "inbox.run.resumed", _("%(actor)s let the held messages go: %(object)s"), labels=_RUN
)
RUN_DROPPED = Event(
    "inbox.run.dropped", _("%(actor)s dropped the held messages: %(object)s"), labels=_RUN
)
