"""The list of warnings."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.clock import SHANGHAI, now
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter, place_filters
from anlan.modules.warnings import queries, queries_weather
from anlan.modules.warnings.models import EarlyWarning
from anlan.modules.warnings.states import STANDING, UNREPORTED, WarningState
from anlan.modules.warnings.ui import showing

TONES: dict[str, str] = {
    WarningState.OPEN: "idle",
    WarningState.ACKNOWLEDGED: "work",
    WarningState.REPORTED: "work",
    WarningState.CLEARED: "done",
}
ICONS: dict[str, str] = {
    WarningState.OPEN: "circle-dashed",
    WarningState.ACKNOWLEDGED: "eye-check",
    WarningState.REPORTED: "message-check",
    WarningState.CLEARED: "circle-check",
}

MOST_SIGNALS = 3


def colour_level(row: EarlyWarning) -> int:
    """Return the colour as the marks number levels: 1 red to 4 blue."""
    return 5 - row.colour


def _late(values: tuple[str, ...]) -> Q:
    return queries.late(now())


def _context(request: HttpRequest) -> dict[str, Any]:
    """Return the weather signals in force where the reader is, the worst first, and what a screen
    reader says when the list has changed."""
    found = queries.newest_change(request.actor)  # type: ignore[attr-defined]
    said = _("Warnings not cleared: %(n)s. Last change at %(at)s.") % {
        "n": found.standing,
        "at": f"{found.at.astimezone(SHANGHAI):%H:%M:%S}" if found.at else "–",
    }
    rows = queries_weather.signals(request.actor)  # type: ignore[attr-defined]
    signals = rows.filter(queries_weather.in_force(now())).order_by("-colour", "until_at", "pk")
    return {
        "weather": [
            (row.pk, showing.signal_words(row.kind, row.colour, row.over_at, row.place.name))
            for row in signals[:MOST_SIGNALS]
        ],
        "said": said,
    }


WARNINGS = ListPage(
    key="warnings.list",
    title=_("Early warning"),
    query=queries.warnings,
    columns=[
        Column("colour", _("colour"), kind="level", value=colour_level, scale="warning",
               sort=("colour", "raised_at")),
        Column("unit", _("MHI unit"), value="unit.name", wide=True, fixed=True, sort=None),
        enterprise_column(),
        Column.of(EarlyWarning, "score", digits=1),
        Column("state", _("state"), kind="badge", choices=WarningState.choices, tone=TONES,
               icon=ICONS),
        Column.of(EarlyWarning, "raised_at"),
        Column("clear_by", _("to be cleared by"), kind="due",
               value=lambda row: None if row.cleared_at else row.clear_by, sort="clear_by"),
        Column.of(EarlyWarning, "cleared_at", shown=False),
    ],
    filters=[
        Filter("colour", _("colour"), choices=queries.colours),
        Filter.of(EarlyWarning, "state"),
        Filter("late", _("Overdue"), choices=[("yes", _("A step is overdue"))], condition=_late),
        enterprise_filter(),
        *place_filters(),
        Filter.of(EarlyWarning, "opened_at", pinned=False),
    ],
    search=("unit__search_key",),
    search_hint=_("Name of the unit"),
    order=("-colour", "-raised_at", "pk"),
    views=[
        View("open", pgettext_lazy("early warning", "Not cleared"),
             {"state": [str(one) for one in STANDING]}),
        View("unreported", _("Without feedback"), {"state": [str(one) for one in UNREPORTED]}),
        View("late", _("Overdue"), {"late": "yes", "state": [str(one) for one in STANDING]}),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("warnings:show", args=[row.pk]),
    first_step=_("A warning opens by itself when the index of an installation rises."),
    template="warnings/list.html",
    context=_context,
    nav="warnings",
)  # fmt: skip
