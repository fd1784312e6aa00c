"""What an office sees at a glance: the places below it, the newest results."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.modules.registry import queries
from anlan.modules.registry.models import Identification, MhiUnit

_BY = ("enterprise__parent_id", "enterprise__park_id")


@dataclass(slots=True)
class Place:
    """Figures of a county, or of a park; `pk` of None: the enterprises outside every park."""

    pk: UUID | None
    name: str = ""
    n_enterprises: int = 0
    n_with_mhi: int = 0
    n_licences_expired: int = 0
    n_inspections_overdue: int = 0
    levels: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, 5), 0))


@dataclass(frozen=True, slots=True)
class Overview:
    """Places in the order of their codes; `by` is `area`, or `park` inside a single county."""

    by: str
    places: list[Place]


def places_below(actor: Actor, on: date) -> Overview:
    """Count enterprises, installations and what ran out by county, or by park where the actor
    sees one county only. Five statements."""
    counted = list(
        _grouped(queries.enterprises(actor), n=Count("pk"), n_mhi=Count("pk", Q(n_mhi__gt=0)))
    )
    counties = {row["enterprise__parent_id"] for row in counted}
    by, key = ("area", _BY[0]) if len(counties) > 1 else ("park", _BY[1])
    found: dict[UUID | None, Place] = {}
    for row in counted:
        place = found.setdefault(row[key], Place(row[key]))
        place.n_enterprises += row["n"]
        place.n_with_mhi += row["n_mhi"]

    def add(rows: QuerySet[Any], name: str) -> None:
        for row in _grouped(rows, n=Count("pk")):
            if (place := found.get(row[key])) is not None:
                setattr(place, name, getattr(place, name) + row["n"])

    graded = queries.units(actor).filter(level__isnull=False)
    for row in _grouped(graded, "level", n=Count("pk")):
        if (graded_place := found.get(row[key])) is not None:
            graded_place.levels[row["level"]] += row["n"]
    add(queries.licences(actor).filter(queries.expired(on)), "n_licences_expired")
    add(queries.equipment(actor).filter(queries.inspection_overdue(on)), "n_inspections_overdue")
    named = Organisation.objects.filter(pk__in=[pk for pk in found if pk])
    names = {pk: (code, name) for pk, code, name in named.values_list("pk", "code", "name")}
    for pk, place in found.items():
        place.name = names[pk][1] if pk in names else ""
    # Outside every park comes last.
    order = sorted(found.values(), key=lambda one: names.get(one.pk, ("~", "")))  # type: ignore[arg-type]
    return Overview(by, order)


def _grouped(rows: QuerySet[Any], *also: str, **counts: Count) -> QuerySet[Any]:
    # select_related and the sheet's columns would make the grouping finer than wanted.
    return rows.select_related(None).order_by().values(*_BY, *also).annotate(**counts)


def newest_identifications_seen(
    actor: Actor, limit: int, *, mhi_only: bool
) -> list[Identification]:
    """Return the newest identifications in the actor's scope with unit and enterprise; with
    `mhi_only` those of major hazard installations alone."""
    rows = Identification.objects.for_actor(actor).select_related("unit", "enterprise")
    if mhi_only:
        rows = rows.filter(level__isnull=False)
    return list(rows.defer("inputs", "result").order_by("-created_at", "-pk")[:limit])


def own_units(actor: Actor, limit: int) -> list[MhiUnit]:
    """Return units with their responsible persons, the worst level first."""
    return list(queries.units(actor).order_by("level", "name", "pk")[:limit])
