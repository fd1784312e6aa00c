"""What history says about duties."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event
from anlan.base.duties.kinds import all_kinds
from anlan.base.duties.ladder import recipient_words
from anlan.base.errors import Text


def _kinds() -> dict[str, Text]:
    return {code: kind.label for code, kind in all_kinds().items()}


_MIDNIGHT = {"00:00:00": "24:00"}
_PLAN: dict[str, Any] = {"kind": _kinds, "time_to": _MIDNIGHT}
_PLAN_LABELS: dict[str, Text] = {
    "cycle_n": _("units in a cycle"),
    "cycle_unit": _("unit of the cycle"),
    "time_from": _("opens each day at"),
    "time_to": _("due each day by"),
    "starts_on": _("first day"),
    "ends_on": _("last day"),
}
_TOLD = {"recipients": recipient_words}
_TOLD_LABELS = {"recipients": _("who is told")}
PLAN_SAVED = Event("duties.plan.saved", _("Duty plan set up"), labels=_PLAN_LABELS, choices=_PLAN)
PLAN_CHANGED = Event(
    "duties.plan.changed", _("Duty plan changed"), labels=_PLAN_LABELS, choices=_PLAN
)
PLAN_STOPPED = Event(
    "duties.plan.stopped", _("Duty plan stopped"), labels=_PLAN_LABELS, choices=_PLAN
)
MADE = Event(
    "duties.instance.made",
    _("Duties made from their plans"),
    labels={"count": _("number of duties"), "until": _("made until")},
)
MARKED = Event(
    "duties.instance.marked",
    _("Duties due soon and overdue marked"),
    labels={
        "due_soon": _("duties due soon"),
        "overdue": _("duties overdue"),
        "yellow": _("yellow warnings"),
        "orange": _("orange warnings"),
        "red": _("red warnings"),
    },
)
DONE = Event("duties.instance.done", _("Duty done"))
DONE_EARLIER = Event("duties.instance.done_earlier", _("Duty was done earlier"))
HANDED_OVER = Event("duties.instance.handed_over", _("Duty handed over"))
EXEMPTED = Event("duties.exemption.added", _("Place exempted from its duties"))
EXEMPTION_ENDED = Event("duties.exemption.ended", _("Exemption of a place ended"))
WARNING_RAISED = Event(
    "duties.warning.raised", _("Warning raised"), labels=_TOLD_LABELS, choices=_TOLD
)
WARNING_CLEARED = Event("duties.warning.cleared", _("Warning cleared"))
SUBSTITUTE_ADDED = Event("duties.substitute.added", _("Substitute named"))
SUBSTITUTE_ENDED = Event("duties.substitute.ended", _("Substitution ended"))
SHIFTS_SAVED = Event("duties.shift_pattern.saved", _("Shift pattern saved"))
LADDER_SAVED = Event(
    "duties.ladder.saved", _("Warning ladder changed"), labels=_TOLD_LABELS, choices=_TOLD
)
LADDER_RESTORED = Event(
    "duties.ladder.restored",
    _("Warning ladder back at the product default"),
    labels={"rung": _("rung of the ladder")},
)
