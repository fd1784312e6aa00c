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


class FiguresState(models.TextChoices):
    """Where an enterprise's own figures of the index stand."""

    PROPOSED = "proposed", pgettext_lazy("index figures", "Proposed")
    IN_FORCE = "in_force", pgettext_lazy("index figures", "In force")
    REFUSED = "refused", pgettext_lazy("index figures", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("index figures", "Withdrawn")
    REPLACED = "replaced", pgettext_lazy("index figures", "Replaced")


FIGURES = machine(
    "warnings.figures",
    Transition(
        "approve",
        FiguresState.PROPOSED,
        FiguresState.IN_FORCE,
        by="warnings.figures.approve",
        label=_("Put into force"),
        four_eyes=True,
    ),
    Transition(
        "refuse",
        FiguresState.PROPOSED,
        FiguresState.REFUSED,
        by="warnings.figures.approve",
        label=pgettext_lazy("index figures", "Refuse"),
        needs_reason=True,
    ),
    Transition(
        "withdraw",
        FiguresState.PROPOSED,
        FiguresState.WITHDRAWN,
        by="warnings.figures.propose",
        label=pgettext_lazy("index figures", "Withdraw"),
        needs_reason=True,
    ),
    # The next edition takes its place.
    Transition("replace", FiguresState.IN_FORCE, FiguresState.REPLACED),
)
