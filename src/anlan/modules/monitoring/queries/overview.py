"""What the live overview and the wall show of a plant; how the plants of an area stand."""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count, Max, Min, Q, QuerySet
from numpy.typing import NDArray

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import Text
from anlan.modules.monitoring.choices import (
    GAS_KINDS,
    LIMIT_KINDS,
    Happening,
    PointKind,
    Shown,
)
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, AlarmState, Point, Source
from anlan.modules.registry import queries as registry
from anlan.modules.registry.models import Enterprise, MhiUnit
from anlan.modules.registry.models.facility import EquipmentCategory
from anlan.telemetry import client

MOST_POINTS = 2_000
OLD_INTERVALS = 6
OLD_LEAST = 60
ONLINE_LEAST = 300
"""A point counts as on line while its newest value is at most this old, or ten of its intervals."""
ONLINE_INTERVALS = 10
LATEST_KEPT = 10.0

# Alarms that ask for somebody: neither at rest nor put aside.
OPEN = frozenset(
    {
        Shown.UNACKNOWLEDGED,
        Shown.ACKNOWLEDGED,
        Shown.RETURNED_UNACKNOWLEDGED,
        Shown.LATCHED_UNACKNOWLEDGED,
        Shown.LATCHED_ACKNOWLEDGED,
    }
)
UNACKNOWLEDGED = frozenset(
    {Shown.UNACKNOWLEDGED, Shown.RETURNED_UNACKNOWLEDGED, Shown.LATCHED_UNACKNOWLEDGED}
)


def old_after(point: Point) -> int:
    """Return after how many seconds without a new value a point looks old."""
    return int(max(OLD_INTERVALS * point.sampling_seconds, OLD_LEAST))


@dataclass(slots=True)
class Seen:
    """A point with its limits and the priority of its worst open alarm (0: none)."""

    row: Point
    rules: list[AlarmRule] = field(default_factory=list)
    worst: int = 0

    @property
    def old_s(self) -> int:
        """Return after how many seconds without a new value it looks old."""
        return old_after(self.row)

    def limit(self, kind: str) -> float | None:
        """Return the limit of a kind."""
        return next((rule.limit for rule in self.rules if rule.kind == kind), None)


@dataclass(slots=True)
class Thing:
    """A tank, pump or the like with what is measured at it."""

    row: Any
    points: list[Seen] = field(default_factory=list)

    @property
    def level(self) -> Seen | None:
        """Return the point of its level."""
        return next((one for one in self.points if one.row.kind == PointKind.LEVEL), None)

    @property
    def others(self) -> list[Seen]:
        """Return the points besides the level."""
        level = self.level
        return [one for one in self.points if one is not level]

    @property
    def worst(self) -> int:
        """Return the priority of the worst alarm at it, 0 without one."""
        return min((one.worst for one in self.points if one.worst), default=0)


@dataclass(slots=True)
class Zone:
    """An installation: its points, alarms and how many of them are on line."""

    row: MhiUnit | None
    n_points: int = 0
    n_online: int = 0
    n_alarms: int = 0
    worst: int = 0


@dataclass(slots=True)
class Scene:
    """A plant as it stands: what the overview draws."""

    tanks: list[Thing]
    machines: list[Seen]
    gases: list[Seen]
    others: list[Seen]
    zones: list[Zone]
    n_points: int
    n_online: int | None
    is_cut: bool


def enterprise_one(actor: Actor, pk: UUID | str) -> Enterprise:
    """Return an enterprise the actor sees. Raises NotYours."""
    row: Enterprise = registry.enterprises(actor).one(pk)
    return row


def live_points(actor: Actor) -> ScopedQuerySet[Point]:
    """Return the points in service that the actor sees."""
    return Point.objects.for_actor(actor).filter(removed_at__isnull=True, in_service=True)


def open_alarms(actor: Actor) -> QuerySet[AlarmState]:
    """Return the alarms that ask for somebody: unacknowledged first, then by priority and age."""
    rows = AlarmState.objects.for_actor(actor).filter(shown__in=OPEN)
    return rows.select_related("rule__point__installation", "rule__point__equipment").order_by(
        "-unacknowledged", "priority", "-raised_at", "pk"
    )


def returned_today(actor: Actor, enterprise_id: UUID) -> QuerySet[AlarmEvent]:
    """Return the alarms of an enterprise that cleared today, the newest first."""
    rows = AlarmEvent.objects.for_actor(actor).filter(
        enterprise=enterprise_id, what=Happening.CLEARED, at__gte=_midnight()
    )
    return rows.select_related("rule__point").order_by("-at")


def n_raised_today(actor: Actor, enterprise_id: UUID) -> int:
    """Return how many alarms were raised at an enterprise since midnight."""
    return (
        AlarmEvent.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, what=Happening.RAISED, at__gte=_midnight())
        .count()
    )


def _midnight() -> dt.datetime:
    return now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def scene(actor: Actor, enterprise_id: UUID, installation: UUID | None = None) -> Scene:
    """Return a plant, or one of its installations, in a fixed number of statements.

    Zones are always those of the whole plant. `n_online` is None while the historian is away.
    """
    rows = list(
        live_points(actor)
        .filter(enterprise=enterprise_id)
        .select_related("installation", "equipment")
        .order_by("tag", "pk")[: MOST_POINTS + 1]
    )
    is_cut, rows = len(rows) > MOST_POINTS, rows[:MOST_POINTS]
    seen = {row.pk: Seen(row) for row in rows}
    rules = AlarmRule.objects.for_actor(actor).filter(
        point__enterprise=enterprise_id, kind__in=LIMIT_KINDS, in_use=True, limit__isnull=False
    )
    for rule in rules:
        if rule.point_id in seen:
            seen[rule.point_id].rules.append(rule)
    alarms = AlarmState.objects.for_actor(actor).filter(enterprise=enterprise_id, shown__in=OPEN)
    n_alarms: dict[UUID, int] = defaultdict(int)
    for point_id, priority in alarms.values_list("rule__point", "priority"):
        n_alarms[point_id] += 1
        one = seen.get(point_id)
        if one is not None:
            one.worst = min(one.worst or priority, priority)
    online = online_now([row.number for row in rows], {r.number: r.sampling_seconds for r in rows})
    zones: dict[UUID | None, Zone] = {}
    for one in seen.values():
        row = one.row
        zone = zones.setdefault(row.installation_id, Zone(row.installation))
        zone.n_points += 1
        zone.n_online += online is not None and row.number in online
        zone.n_alarms += n_alarms[row.pk]
        if one.worst:
            zone.worst = min(zone.worst or one.worst, one.worst)
    shown = [one for one in seen.values() if installation in (None, one.row.installation_id)]
    tanks: dict[UUID, Thing] = {}
    machines, gases, others = [], [], []
    for one in shown:
        row = one.row
        if row.equipment is not None and row.equipment.category == EquipmentCategory.TANK:
            tanks.setdefault(row.equipment.pk, Thing(row.equipment)).points.append(one)
        elif row.kind in GAS_KINDS:
            gases.append(one)
        elif row.kind in (PointKind.RUNNING, PointKind.VALVE):
            machines.append(one)
        else:
            others.append(one)
    return Scene(
        tanks=sorted(tanks.values(), key=lambda one: one.row.code),
        machines=machines,
        gases=sorted(gases, key=lambda one: (one.worst or 9, one.row.tag)),
        others=sorted(others, key=lambda one: (one.worst or 9, one.row.tag)),
        zones=sorted(zones.values(), key=lambda z: (z.worst or 9, z.row.name if z.row else "￿")),
        n_points=len(rows),
        n_online=None if online is None else len(online),
        is_cut=is_cut,
    )


def last_heard(actor: Actor, enterprise_id: UUID) -> dt.datetime | None:
    """Return when a source of the enterprise last sent anything; None where none ever did."""
    rows = Source.objects.for_actor(actor).filter(enterprise=enterprise_id)
    found: dt.datetime | None = rows.aggregate(at=Max("last_seen_at"))["at"]
    return found


def newest(numbers: Collection[int]) -> dict[int, tuple[float | None, int, int]] | None:
    """Return value, quality and source time (milliseconds) of points; None without historian."""
    if not numbers:
        return {}
    try:
        batch = client.latest(numbers, timeout_s=1.0)
    except client.NoHistorian:
        return None
    return {
        tag: (value if value == value else None, quality, at // 1000)
        for tag, at, value, quality in zip(
            batch.tags.tolist(), batch.times_us.tolist(), batch.values.tolist(),
            batch.quality.tolist(), strict=True,
        )
    }  # fmt: skip


def online_now(numbers: Collection[int], seconds: Mapping[int, float]) -> set[int] | None:
    """Return which points are on line: a new enough value that is not bad. None without
    historian."""
    found = newest(numbers)
    if found is None:
        return None
    moment = now().timestamp() * 1000
    return {
        number
        for number, (value, quality, at) in found.items()
        if value is not None
        and quality < 2
        and moment - at <= 1000 * max(ONLINE_INTERVALS * seconds.get(number, 0), ONLINE_LEAST)
    }


def numbers(enterprise_id: UUID) -> list[int]:
    """Return the numbers of an enterprise's points, for the stream of its values.

    The stream has shown that its readers see the enterprise.
    """
    rows = live_points(SYSTEM).filter(enterprise=enterprise_id).order_by("tag")
    return list(rows.values_list("number", flat=True)[:MOST_POINTS])


def alarms_mark(enterprise_id: UUID) -> str:
    """Return a text that changes whenever an alarm of the enterprise does."""
    found = (
        AlarmState.objects.for_actor(SYSTEM)
        .filter(enterprise=enterprise_id)
        .exclude(shown=Shown.NORMAL)
        .aggregate(n=Count("pk"), at=Max("updated_at"), version=Max("version"))
    )
    return f"{found['n']}:{found['at']}:{found['version']}"


# ---- levels above ----------------------------------------------------------------------------


@dataclass(slots=True)
class Standing:
    """How an enterprise's monitoring stands. `n_online` is None while the historian is away."""

    enterprise_id: UUID
    name: str
    area: str
    n_points: int
    n_online: int | None
    n_alarms: int
    n_unacknowledged: int
    worst: int
    more: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def online(self) -> float | None:
        """Return points on line ÷ points connected, None when it cannot be told."""
        if self.n_online is None or not self.n_points:
            return None
        return self.n_online / self.n_points


Count_ = Callable[[Actor], Mapping[UUID, tuple[int, int]]]
"""Number and worst colour (1 to 4, 0 none) by enterprise."""

_COUNTS: dict[str, tuple[Text, str, Count_]] = {}


def standing_count(key: str, label: Text, url: str) -> Callable[[Count_], Count_]:
    """Let a module above add a column to the enterprises' list; `url` takes the enterprise's id
    behind it."""

    def add(function: Count_) -> Count_:
        _COUNTS[key] = (label, url, function)
        return function

    return add


def standing_columns() -> list[tuple[str, Text, str]]:
    """Return key, label and address of the added columns."""
    return [(key, label, url) for key, (label, url, _function) in _COUNTS.items()]


_latest_kept: tuple[float, NDArray[np.float64] | None] = (float("-inf"), None)


def _all_heard() -> NDArray[np.float64] | None:
    """Return by number when each point of the whole installation last had a value that is not bad
    (seconds since 1970, 0 for never), read at most every ten seconds; None without historian."""
    global _latest_kept
    at, found = _latest_kept
    if time.monotonic() - at < LATEST_KEPT:
        return found
    try:
        batch = client.latest(timeout_s=4.0)
    except client.NoHistorian:
        found = None
    else:
        usable = batch.quality < 2
        found = np.zeros(int(batch.tags.max(initial=0)) + 1)
        found[batch.tags[usable]] = batch.times_us[usable] / 1e6
    _latest_kept = (time.monotonic(), found)
    return found


def _n_online(
    points: Sequence[tuple[int, float]], heard: NDArray[np.float64], moment: float
) -> int:
    """Count the points (number, interval in seconds) that are on line as `online_now` says."""
    numbers, seconds = (np.array(column) for column in zip(*points, strict=True))
    known = numbers < len(heard)
    last = np.where(known, heard[numbers * known], 0.0)
    return int((moment - last <= np.maximum(ONLINE_INTERVALS * seconds, ONLINE_LEAST)).sum())


def standings(actor: Actor) -> list[Standing]:
    """Return how every enterprise with points stands that the actor sees, the worst first."""
    heard = _all_heard()
    moment = now().timestamp()
    by: dict[UUID, list[tuple[int, float]]] = defaultdict(list)
    names: dict[UUID, tuple[str, str]] = {}
    points = live_points(actor).order_by()
    columns = ("enterprise_id", "number", "sampling_seconds")
    for enterprise, number, seconds in points.values_list(*columns):
        by[enterprise].append((number, seconds))
    rows = registry.enterprises(actor).filter(pk__in=list(by))
    for row in rows:
        parent = row.enterprise.parent
        names[row.pk] = (row.name, parent.name if parent else "")
    alarms = {
        row["enterprise_id"]: row
        for row in AlarmState.objects.for_actor(actor)
        .filter(shown__in=OPEN)
        .order_by()
        .values("enterprise_id")
        .annotate(
            n=Count("pk"), new=Count("pk", filter=Q(unacknowledged=True)), worst=Min("priority")
        )
    }
    more = {key: function(actor) for key, (_label, _url, function) in _COUNTS.items()}
    found = []
    for pk, mine in by.items():
        if pk not in names:
            continue
        alarm = alarms.get(pk, {})
        found.append(
            Standing(
                pk,
                *names[pk],
                n_points=len(mine),
                n_online=None if heard is None else _n_online(mine, heard, moment),
                n_alarms=alarm.get("n", 0),
                n_unacknowledged=alarm.get("new", 0),
                worst=alarm.get("worst") or 0,
                more={key: counts.get(pk, (0, 0)) for key, counts in more.items()},
            )
        )
    found.sort(
        key=lambda one: (
            min((colour for _n, colour in one.more.values() if colour), default=9),
            one.worst or 9,
            1.0 if one.online is None else one.online,
            one.name,
        )
    )
    return found
