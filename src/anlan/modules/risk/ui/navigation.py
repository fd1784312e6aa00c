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
    searching.register(
        searching.SearchSource("risk.events", _("Risk events"), "alert-triangle", _find, order=40)
    )


def _find(viewer: Any, text: str, limit: int) -> Sequence[searching.Hit]:
    rows = queries.events(viewer)
    for word in typed(text).split()[:6]:
        rows = rows.filter(search_key__contains=word)
    return [
        searching.Hit(
            title=row.name,
            url=address("event", row.pk),
            subtitle=f"{row.unit.object.name} · {row.unit.name}",
            risk=0 if row.level is None else row.level + 1,
        )
        for row in rows[:limit]
    ]
