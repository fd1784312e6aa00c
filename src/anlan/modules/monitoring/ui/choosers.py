"""What select boxes may offer of points."""

from typing import Any

from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.lists import Chooser, register_chooser
from anlan.modules.monitoring.queries import overview


def _points(actor: Actor) -> QuerySet[Any]:
    return overview.live_points(actor).select_related("enterprise").order_by("tag", "pk")


def _within(rows: Any, value: str) -> Any:
    return rows.filter(enterprise=value)


TAGS = register_chooser(
    Chooser(
        "monitoring.tags",
        _points,
        label=lambda row: row.tag,
        note=lambda row: f"{row.name} · {row.enterprise.name}",
        within=_within,
    )
)
