"""Looks of findings: icons and tones of states, days left."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.clock import today
from anlan.modules.findings import queries
from anlan.modules.findings.choices import Level
from anlan.modules.findings.states import OPEN, FindingState

ICONS = {
    FindingState.REPORTED: "eye",
    FindingState.CONFIRMED: "clipboard-check",
    FindingState.RECTIFYING: "tool",
    FindingState.AWAITING: "user-check",
    FindingState.ACCEPTED: "circle-check",
    FindingState.DISMISSED: "circle-minus",
}
TONES = {
    FindingState.REPORTED: "idle",
    FindingState.CONFIRMED: "work",
    FindingState.RECTIFYING: "work",
    FindingState.AWAITING: "work",
    FindingState.ACCEPTED: "done",
    FindingState.DISMISSED: "outline",
}


def risk_of(row: Any) -> int | None:
    """Return 1 for a major finding, None otherwise: general ones wear no colour."""
    return 1 if row.level == Level.MAJOR else None


def due_of(row: Any) -> Any:
    """Return the deadline of an open finding; a closed one is no longer due."""
    return row.deadline if row.state in OPEN else None


def special(values: tuple[str, ...]) -> Q:
    """Return the condition behind the filter of what needs attention."""
    found = Q()
    for value in values:
        found &= queries.needs(value, today())
    return found


SPECIAL = (
    ("open", _("Not closed")),
    ("overdue", pgettext_lazy("finding", "Overdue")),
    ("due", pgettext_lazy("finding", "Due soon")),
    ("repeated", _("Repeated")),
    ("outside", _("From outside inspections")),
    ("to_review", _("Signed, not reviewed")),
    ("to_list", _("Major, not listed")),
    ("to_clear", _("Number to clear")),
)
