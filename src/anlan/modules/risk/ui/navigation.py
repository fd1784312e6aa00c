"""What the risk register puts into the shell."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.search_key import typed
from anlan.base.ui import navigation, searching
from anlan.base.ui.marks import StateMark, register_states
from anlan.modules.risk import queries
from anlan.modules.risk.states import EditionState
from anlan.modules.risk.ui.tree import address


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "risk.register",
            _("Risk grading control"),
            "hierarchy-3",
            "risk:index",
            "prevent",
            order=10,
            prefixes=("/risk/",),
            of_plant=True,
        )
    )
    register_states(
        {
            "risk.draft": StateMark("edit", EditionState.DRAFT.label, "work"),
            "risk.in_review": StateMark("hourglass", EditionState.IN_REVIEW.label, "work"),
            "risk.approved": StateMark("lock", EditionState.APPROVED.label, "outline"),
            "risk.superseded": StateMark("history", EditionState.SUPERSEDED.label, "idle"),
        }
    )
    for source in (
        searching.SearchSource(
            "risk.objects", _("Risk analysis objects"), "hierarchy-3", _objects, order=38
        ),
        searching.SearchSource(
            "risk.units", _("Risk analysis units"), "hierarchy-3", _units, order=39
        ),
        searching.SearchSource(
            "risk.events", _("Risk events"), "alert-triangle", _events, order=40
        ),
    ):
        searching.register(source)


def _named(rows: Any, text: str) -> Any:
    for word in typed(text).split()[:6]:
        rows = rows.filter(search_key__contains=word)
    return rows


def _objects(viewer: Any, text: str, limit: int) -> Sequence[searching.Hit]:
    return [
        searching.Hit(
            title=row.name,
            url=address("object", row.pk),
            subtitle=row.code,
            risk=0 if row.level is None else row.level + 1,
        )
        for row in _named(queries.objects(viewer), text)[:limit]
    ]


def _units(viewer: Any, text: str, limit: int) -> Sequence[searching.Hit]:
    return [
        searching.Hit(
            title=row.name,
            url=address("unit", row.pk),
            subtitle=f"{row.object.name} · {row.code}",
            risk=0 if row.level is None else row.level + 1,
        )
        for row in _named(queries.units(viewer), text)[:limit]
    ]


def _events(viewer: Any, text: str, limit: int) -> Sequence[searching.Hit]:
    rows = _named(queries.events(viewer), text)
    return [
        searching.Hit(
            title=row.name,
            url=address("event", row.pk),
            subtitle=f"{row.unit.object.name} · {row.unit.name}",
            risk=0 if row.level is None else row.level + 1,
        )
        for row in rows[:limit]
    ]
