"""What an office sees at a glance: the places below it, the newest results."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Left, StrIndex

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.modules.registry import queries
from anlan.modules.registry.models import Identification, MhiUnit

# The part of a row's path before its enterprise: the path of the county.
_COUNTY = Left("scope_path", StrIndex("scope_path", Value("/e")))
_PARK = F("enterprise__park_id")


@dataclass(slots=True)
class Place:
    """Figures of a county, or of a park; `pk` of None: the enterprises outside every park."""

    pk: UUID | None
    name: str = ""
    n_enterprises: int = 0
    n_with_mhi: int = 0
    n_licences_expired: int = 0
    n_licences_due: int = 0
    n_inspections_overdue: int = 0
    n_inspections_due: int = 0
    levels: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, 5), 0))


@dataclass(frozen=True, slots=True)
class Overview:
    """Places in the order of their codes; `by` is `area`, or `park` inside a single county.
    `total` is everything the actor sees, `due` what of it calls for action."""

    by: str
    places: list[Place]
    total: Place
    due: queries.FallingDue


def places_below(actor: Actor, on: date) -> Overview:
    """Count enterprises, installations and what ran out by county, or by park where the actor
    sees one county only, and altogether. Eight statements, one fewer with several counties."""
    enterprises = queries.enterprises(actor)
    counts = {"n_enterprises": Count("pk"), "n_with_mhi": Count("pk", Q(n_mhi__gt=0))}
    # Counties by path, not by joining the enterprise's place: then indexes alone have it all.
    by, key = "area", _COUNTY  # type: Any, Any
    counted = list(_grouped(enterprises, key, **counts))
    if len(counted) < 2:
        by, key = "park", _PARK
        counted = list(_grouped(enterprises, key, **counts))
    found = {row["place"]: Place(None) for row in counted}
    total = Place(None)

    def add(rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            # Rows of an enterprise taken off the register count, but have no line of their own.
            for place in filter(None, (total, found.get(row.pop("place")))):
                if level := row.get("level"):
                    place.levels[level] += row["n"]
                    continue
                for name, n in row.items():
                    setattr(place, name, getattr(place, name) + n)

    add(counted)
    graded = queries.units(actor).filter(level__isnull=False)
    add(_grouped(graded, key, "level", n=Count("pk")))
    for rows, what, of in (
        (queries.licences_calling(actor, on), "licences", queries.licence_counts(on)),
        (queries.inspections_calling(actor, on), "inspections", queries.inspection_counts(on)),
    ):
        named = {name.replace("n_", f"n_{what}_", 1): count for name, count in of.items()}
        add(_grouped(rows, key, **named))
    due = queries.FallingDue(
        total.n_licences_expired,
        total.n_licences_due,
        *queries.qualifications_falling_due(actor, on),
        total.n_inspections_overdue,
        total.n_inspections_due,
        queries.n_units_missing(actor),
    )
    return Overview(by, _named(by, found), total, due)


def _named(by: str, found: dict[Any, Place]) -> list[Place]:
    """Give the places their names; return them in the order of their codes."""
    column = "path" if by == "area" else "pk"
    wanted = Organisation.objects.filter(**{f"{column}__in": [key for key in found if key]})
    codes: dict[Any, str] = {}
    for key, pk, code, name in wanted.values_list(column, "pk", "code", "name"):
        found[key].pk, found[key].name, codes[key] = pk, name, code
    # Outside every park comes last.
    return [found[key] for key in sorted(found, key=lambda key: codes.get(key, "~"))]


def _grouped(rows: QuerySet[Any], place: Any, *also: str, **counts: Count) -> QuerySet[Any]:
    # select_related and the sheet's columns would make the grouping finer than wanted.
    rows = rows.select_related(None).order_by().annotate(place=place)
    return rows.values("place", *also).annotate(**counts)


def newest_identifications_seen(
    actor: Actor, limit: int, *, mhi_only: bool
) -> list[Identification]:
    """Return the newest identifications in the actor's scope with unit and enterprise; with
    `mhi_only` those of major hazard installations alone."""
    rows = Identification.objects.for_actor(actor)
    newest = rows.order_by("-created_at", "-pk")
    if mhi_only:
        newest = newest.filter(level__isnull=False)
    # Which ones first, from the index alone: the rows are wide, and the newest of a county may
    # lie deep among those of a province.
    ids = list(newest.values_list("pk", flat=True)[:limit])
    wanted = rows.filter(pk__in=ids).select_related("unit", "enterprise")
    return list(wanted.defer("inputs", "result").order_by("-created_at", "-pk"))


def own_units(actor: Actor, limit: int) -> list[MhiUnit]:
    """Return units with their responsible persons, the worst level first."""
    return list(queries.units(actor).order_by("level", "name", "pk")[:limit])
