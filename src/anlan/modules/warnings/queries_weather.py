"""The only door for reading weather signals, actor first."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisations
from anlan.base.actors.roles import OrganisationKind
from anlan.base.errors import NotYours
from anlan.modules.warnings import policy
from anlan.modules.warnings.models import WeatherSignal

HOLDS_AT = (OrganisationKind.AREA, OrganisationKind.PARK, OrganisationKind.ENTERPRISE)
OFFERED = 300


def signals(actor: Actor) -> QuerySet[WeatherSignal]:
    """Return the signals of the places the actor sees and of those above them."""
    rows = WeatherSignal.objects.select_related("place", "entered_by", "ended_by")
    scope = actor.scope
    if scope.everything:
        return rows
    held = Organisation.objects.filter(
        scope.q("path", "id"), kind=OrganisationKind.ENTERPRISE, park__isnull=False
    )
    above = {path for prefix in scope.prefixes for path in _ancestors(prefix)}
    if scope.enterprises:
        # Enterprises of a park or a group may lie in other areas than their officer.
        paths = Organisation.objects.filter(pk__in=scope.enterprises).values_list("path", flat=True)
        above |= {step for path in paths for step in _ancestors(path)}
    return rows.filter(
        scope.q("place__path", "place__owner_enterprise_id")
        | Q(place__kind__in=HOLDS_AT[:2], place__path__in=above)
        | Q(place__in=held.values("park"))
    )


def signal_one(actor: Actor, pk: UUID | str, *, lock: bool = False) -> WeatherSignal:
    """Return one signal. Raises NotYours."""
    rows = signals(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    try:
        return rows.get(pk=pk)
    except (WeatherSignal.DoesNotExist, ValidationError, ValueError, TypeError) as error:
        raise NotYours() from error


def in_force(moment: dt.datetime) -> Q:
    """Signals in force at a moment."""
    return Q(from_at__lte=moment, until_at__gt=moment) & (
        Q(ended_at__isnull=True) | Q(ended_at__gt=moment)
    )


def places(actor: Actor) -> list[Organisation]:
    """Return where the actor may keep signals: own places first, then areas and parks below."""
    own = [post.path for post in actor.posts if actor.may(policy.WEATHER, post.path)]
    rows = organisations(actor).filter(kind__in=HOLDS_AT, is_active=True)
    mine = list(rows.filter(path__in=own).order_by("path"))
    below = rows.filter(kind__in=HOLDS_AT[:2]).exclude(path__in=own).order_by("path")[:OFFERED]
    return mine + [row for row in below if actor.may(policy.WEATHER, row.path, row.enterprise_id)]


@dataclass(frozen=True, slots=True)
class Kept:
    """Signals by the path or, for parks, the id of their place.

    `known` are the places for which somebody ever entered one.
    """

    known: frozenset[str | UUID]
    standing: dict[str | UUID, list[WeatherSignal]]
    parks: dict[UUID, UUID]

    def of(self, scope_path: str, enterprise_id: UUID) -> list[WeatherSignal] | None:
        """Return the signals in force at an enterprise's row; None where nobody keeps them."""
        places: list[str | UUID] = list(_ancestors(scope_path))
        if enterprise_id in self.parks:
            places.append(self.parks[enterprise_id])
        if self.known.isdisjoint(places):
            return None
        return [row for place in places for row in self.standing.get(place, ())]


def kept(actor: Actor, moment: dt.datetime, enterprises: Collection[UUID]) -> Kept:
    """Return what is in force for these enterprises, in three statements."""
    rows = signals(actor)
    known = rows.order_by().values_list("place__kind", "place__path", "place_id").distinct()
    places = {pk: pk if kind == OrganisationKind.PARK else path for kind, path, pk in known}
    if not places:
        return Kept(frozenset(), {}, {})
    standing: dict[str | UUID, list[WeatherSignal]] = {}
    for row in rows.filter(in_force(moment)).order_by("-colour", "until_at", "pk"):
        standing.setdefault(places[row.place_id], []).append(row)
    parks = Organisation.objects.filter(pk__in=enterprises, park__isnull=False)
    held = {pk: park for pk, park in parks.values_list("pk", "park_id") if park}
    return Kept(frozenset(places.values()), standing, held)


def _ancestors(path: str) -> Iterator[str]:
    """Return a path and those of all places it lies in."""
    steps = path.split("/")[:-1]
    return ("/".join(steps[: n + 1]) + "/" for n in range(len(steps)))
