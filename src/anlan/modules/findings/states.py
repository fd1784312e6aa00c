"""The states of a finding, from report to closure."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.states import Transition, machine


class FindingState(models.TextChoices):
    """Where a finding stands; the interface codes 0, 1 and 9 for the last three."""

    REPORTED = "reported", pgettext_lazy("finding", "Reported")
    CONFIRMED = "confirmed", pgettext_lazy("finding", "Confirmed")
    RECTIFYING = "rectifying", _("Rectifying")
    AWAITING = "awaiting_acceptance", _("Awaiting acceptance")
    ACCEPTED = "accepted", pgettext_lazy("finding", "Closed")
    DISMISSED = "dismissed", pgettext_lazy("finding", "Not a finding")


# What the national interface calls the states it knows (`dangerState`).
INTERFACE_CODES = {
    FindingState.CONFIRMED: "0",
    FindingState.RECTIFYING: "0",
    FindingState.AWAITING: "1",
    FindingState.ACCEPTED: "9",
}
# What a file may bring in: a report, work that is planned or under way, and what was closed before
# with everybody named. A submission is a person's own act with a photo, a dismissal a judgement
# with a reason: both are done here.
IMPORTED = frozenset(
    {
        FindingState.REPORTED,
        FindingState.CONFIRMED,
        FindingState.RECTIFYING,
        FindingState.ACCEPTED,
    }
)
OPEN = frozenset(
    {
        FindingState.REPORTED,
        FindingState.CONFIRMED,
        FindingState.RECTIFYING,
        FindingState.AWAITING,
    }
)

FINDING = machine(
    "findings.finding",
    Transition(
        "confirm",
        FindingState.REPORTED,
        FindingState.CONFIRMED,
        by="findings.confirm",
        label=_("Confirm level and treatment"),
    ),
    Transition(
        "dismiss",
        FindingState.REPORTED,
        FindingState.DISMISSED,
        by="findings.confirm",
        label=pgettext_lazy("finding", "Not a finding"),
        needs_reason=True,
    ),
    Transition(
        "close_on_the_spot",
        FindingState.REPORTED,
        FindingState.ACCEPTED,
        by="findings.confirm",
        label=_("Confirm and close: corrected on the spot"),
    ),
    Transition(
        "start",
        FindingState.CONFIRMED,
        FindingState.RECTIFYING,
        by="findings.rectify",
        label=_("Start rectification"),
    ),
    Transition(
        "submit",
        (FindingState.CONFIRMED, FindingState.RECTIFYING),
        FindingState.AWAITING,
        by="findings.rectify",
        label=_("Submit for acceptance"),
    ),
    Transition(
        "reject",
        FindingState.AWAITING,
        FindingState.RECTIFYING,
        by="findings.accept",
        label=_("Send back"),
        needs_reason=True,
    ),
    Transition(
        "accept",
        FindingState.AWAITING,
        FindingState.ACCEPTED,
        by="findings.accept",
        label=pgettext_lazy("finding", "Accept"),
        four_eyes=True,
    ),
    Transition(
        "reopen",
        (FindingState.ACCEPTED, FindingState.DISMISSED),
        FindingState.CONFIRMED,
        by="findings.confirm",
        label=_("Open again"),
        needs_reason=True,
    ),
)


class ExtensionState(models.TextChoices):
    """Where a request for more time stands."""

    REQUESTED = "requested", pgettext_lazy("more time", "Requested")
    GRANTED = "granted", pgettext_lazy("more time", "Granted")
    REFUSED = "refused", pgettext_lazy("more time", "Refused")


EXTENSION = machine(
    "findings.extension",
    Transition(
        "grant",
        ExtensionState.REQUESTED,
        ExtensionState.GRANTED,
        by="findings.extend",
        label=pgettext_lazy("more time", "Grant"),
        four_eyes=True,
    ),
    Transition(
        "refuse",
        ExtensionState.REQUESTED,
        ExtensionState.REFUSED,
        by="findings.extend",
        label=pgettext_lazy("more time", "Refuse"),
        needs_reason=True,
    ),
)
