"""What history says about the demonstration."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

LOADED = Event(
    "demo.loaded",
    _("Demonstration loaded"),
    labels={"size": _("size"), "places": _("places"), "accounts": _("accounts")},
)
HISTORY = Event(
    "demo.history_made",
    _("History made up for the demonstration"),
    labels={"units": _("units")},
)
