"""What select boxes may offer of points."""

from typing import Any

from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.lists import Chooser, register_chooser
from anlan.modules.monitoring.queries import overview
from anlan.modules.monitoring.queries import points as queries


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


def _settings(actor: Actor) -> QuerySet[Any]:
    return queries.rules(actor).order_by("point__tag", "kind", "pk")


SETTINGS = register_chooser(
    Chooser(
        "monitoring.settings",
        _settings,
        label=str,
        search=("point__search_key",),
        note=lambda row: f"{row.point.name} · {row.get_kind_display()} · {row.enterprise.name}",
        within=_within,
    )
)
