"""What history says about uploads."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.audit.events import Event

ENDPOINT_SAVED = Event("exchange.endpoint_saved", _("Upload endpoint saved"))
UPLOADED = Event(
    "exchange.uploaded",
    _("Data uploaded"),
    labels={
        "accepted": pgettext_lazy("upload", "Taken"),
        "rejected": pgettext_lazy("upload", "Rejected"),
        "problem": pgettext_lazy("upload", "reason"),
    },
)
SENT_AGAIN = Event(
    "exchange.sent_again",
    _("Rejected rows queued again"),
    labels={"rows": pgettext_lazy("upload", "rows")},
)
