"""The states of an early warning."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.states import Transition, machine


class WarningState(models.TextChoices):
    """Where a warning stands."""

    OPEN = "open", _("Not acknowledged")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("early warning", "Acknowledged")
    REPORTED = "reported", _("Reported, to be cleared")
    CLEARED = "cleared", pgettext_lazy("early warning", "Cleared")


STANDING = (WarningState.OPEN, WarningState.ACKNOWLEDGED, WarningState.REPORTED)
UNREPORTED = (WarningState.OPEN, WarningState.ACKNOWLEDGED)

WARNING = machine(
    "warnings.warning",
    Transition(
        "acknowledge",
        WarningState.OPEN,
        WarningState.ACKNOWLEDGED,
        by="warnings.acknowledge",
        label=pgettext_lazy("early warning", "Acknowledge"),
    ),
    Transition(
        "report",
        (WarningState.OPEN, WarningState.ACKNOWLEDGED, WarningState.REPORTED),
        WarningState.REPORTED,
        by="warnings.report",
        label=_("Report cause and measure"),
    ),
    Transition(
        "clear",
        WarningState.REPORTED,
        WarningState.CLEARED,
        by="warnings.clear",
        label=_("Clear the warning"),
        needs_reason=True,
        four_eyes=True,
    ),
    # A worse colour is news to everybody, whatever was said to the former.
    Transition("raise", (*UNREPORTED, WarningState.REPORTED), WarningState.OPEN),
)
