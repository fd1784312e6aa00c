"""What the trend viewer shows: curves of points, their limits, alarms and what else happened."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Case, Q, When
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring import overlays
from anlan.modules.monitoring.choices import LIMIT_KINDS, Happening
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, AlarmState, Point
from anlan.modules.registry.models.facility import EquipmentCategory
from anlan.telemetry import client

MOST_POINTS = 12
MOST_WIDTH = 4_000
MOST_EPISODES = 500
# Single samples are shown while they are not many more than there are pixels.
SAMPLES_A_PIXEL = 4
SILENT_INTERVALS = 3


@dataclass(slots=True)
class Curve:
    """A point over a time, in parallel lists; `moments` are milliseconds since 1970.

    None among the values is a gap. `lowest` and `highest` are empty where each value is a single
    sample. `doubts` are runs of (from, to, quality) that were uncertain (1) or bad (2).
    """

    point: Point
    moments: list[int] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    lowest: list[float | None] = field(default_factory=list)
    highest: list[float | None] = field(default_factory=list)
    doubts: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm from its first crossing until it cleared; `until` is None while it stands."""

    rule: AlarmRule
    since: dt.datetime
    until: dt.datetime | None
    priority: int
    value: float | None


def points(actor: Actor, ids: Sequence[UUID | str]) -> list[Point]:
    """Return the points of these ids that the actor sees, in this order."""
    found = {
        str(row.pk): row
        for row in Point.objects.for_actor(actor).filter(pk__in=ids, removed_at__isnull=True)
    }
    return [found[str(pk)] for pk in dict.fromkeys(ids) if str(pk) in found]


def curves(
    rows: Sequence[Point],
    start: dt.datetime,
    end: dt.datetime,
    width: int,
    since: dt.datetime | None = None,
) -> tuple[list[Curve], int]:
    """Return the curves of points and how many seconds each value stands for (0: single samples).

    The rows are the caller's, who has shown the right to them. With `since` only single samples
    after it are read. Raises `client.NoHistorian`.
    """
    if not rows:
        return [], 0
    span = (end - start).total_seconds()
    numbers = [row.number for row in rows]
    width = min(max(width, 50), MOST_WIDTH)
    if all(span / row.sampling_seconds <= width * SAMPLES_A_PIXEL for row in rows):
        batch = client.samples(numbers, since or start, end)
        return [_of_samples(row, batch, span / width) for row in rows], 0
    found = client.trend(numbers, start, end, width)
    every = max((one.every_us for one in found.values()), default=0)
    return [_of_columns(row, found.get(row.number)) for row in rows], every // 1_000_000


def _of_samples(row: Point, batch: Any, seconds_a_pixel: float) -> Curve:
    mine = np.asarray(batch.tags) == row.number
    moments = np.asarray(batch.times_us)[mine] // 1000
    values = np.asarray(batch.values)[mine]
    quality = np.asarray(batch.quality)[mine]
    usable = np.isfinite(values) & (quality < 2)
    told = np.where(np.isfinite(values), quality, 2)
    silent = 1000 * max(SILENT_INTERVALS * row.sampling_seconds, SILENT_INTERVALS * seconds_a_pixel)
    curve = Curve(row, doubts=_runs(moments, told, int(row.sampling_seconds * 1000)))
    _fill(curve, moments, np.where(usable, values, np.nan), silent)
    return curve


def _of_columns(row: Point, found: client.Trend | None) -> Curve:
    curve = Curve(row)
    if found is None or not len(found.starts_us):
        return curve
    every = found.every_us // 1000
    # A column stands in the middle of its time.
    moments = found.starts_us // 1000 + every // 2
    quality = np.where(np.isfinite(found.average), 0, 2).astype(np.uint8)
    silent = max(SILENT_INTERVALS * row.sampling_seconds * 1000, 1.5 * every)
    curve.doubts = _runs(moments - every // 2, quality, every)
    _fill(curve, moments, found.average, silent, (found.minimum, found.maximum))
    return curve


def _fill(
    curve: Curve,
    moments: NDArray[np.int64],
    values: NDArray[np.float64],
    silent_ms: float,
    edges: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> None:
    """Put columns into a curve, with an empty value wherever the point was silent."""
    broken = np.flatnonzero(np.diff(moments) > silent_ms) + 1
    between = moments[broken - 1] + 1 if len(broken) else np.empty(0, np.int64)
    curve.moments = np.insert(moments, broken, between).tolist()
    curve.values = _open(np.insert(values, broken, np.nan))
    if edges is not None:
        curve.lowest = _open(np.insert(edges[0], broken, np.nan))
        curve.highest = _open(np.insert(edges[1], broken, np.nan))


def _open(values: NDArray[np.float64]) -> list[float | None]:
    # JSON knows neither NaN nor infinity.
    return [value if isfinite(value) else None for value in values.tolist()]


def _runs(
    moments: NDArray[np.int64], quality: NDArray[Any], each_ms: int
) -> list[tuple[int, int, int]]:
    """Return runs of equal quality other than good, each to where the next begins."""
    if not len(moments):
        return []
    starts = np.concatenate([[0], np.flatnonzero(quality[1:] != quality[:-1]) + 1])
    found = []
    for n, start in enumerate(starts):
        if quality[start] == 0:
            continue
        stop = starts[n + 1] if n + 1 < len(starts) else len(moments)
        end = moments[stop] if stop < len(moments) else moments[-1] + each_ms
        found.append((int(moments[start]), int(end), min(int(quality[start]), 2)))
    return found


def limits(actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[AlarmRule]]:
    """Return the limits in use of points, the highest first."""
    found: dict[UUID, list[AlarmRule]] = {}
    rows = AlarmRule.objects.for_actor(actor).filter(
        point__in=ids, kind__in=LIMIT_KINDS, in_use=True, limit__isnull=False
    )
    for row in rows.order_by("-limit"):
        found.setdefault(row.point_id, []).append(row)
    return found


def episodes(
    actor: Actor, ids: Collection[UUID], start: dt.datetime, end: dt.datetime
) -> list[Episode]:
    """Return the alarms of points that stood at some moment of a time, the newest 500."""
    cleared = (
        AlarmEvent.objects.for_actor(actor)
        .filter(rule__point__in=ids, what=Happening.CLEARED, at__gte=start, since__lte=end)
        .select_related("rule")
        .order_by("-at")[:MOST_EPISODES]
    )
    found = [
        Episode(row.rule, row.since or row.at, row.at, row.priority, row.value) for row in cleared
    ]
    standing = (
        AlarmState.objects.for_actor(actor)
        .filter(rule__point__in=ids, condition=True)
        .filter(Q(since__lte=end) | Q(since__isnull=True, raised_at__lte=end))
        .select_related("rule")
    )
    for state in standing:
        since = state.since or state.raised_at
        if since is not None:
            found.append(Episode(state.rule, since, None, state.priority, state.value))
    return sorted(found, key=lambda one: one.since)


def marks(
    actor: Actor, rows: Sequence[Point], start: dt.datetime, end: dt.datetime
) -> list[overlays.Mark]:
    """Return what else happened at the points and their enterprises, the earliest first."""
    return overlays.found(actor, rows, start, end)


def step_words(seconds: int) -> str:
    """Return in words what one value of a curve stands for."""
    if seconds <= 0:
        return _("Single samples")
    if seconds < 60:
        return _("Lowest, mean and highest of %(n)s s") % {"n": seconds}
    if seconds < 3600:
        return _("Lowest, mean and highest of %(n)s min") % {"n": round(seconds / 60)}
    if seconds < 86_400:
        return _("Lowest, mean and highest of %(n)s h") % {"n": round(seconds / 3600)}
    return _("Lowest, mean and highest of %(n)s days") % {"n": round(seconds / 86_400)}


def starts(actor: Actor, enterprise_id: UUID, most: int = 12) -> list[tuple[str, list[UUID]]]:
    """Return groups of points to begin with: what is measured at one piece of equipment, tanks
    before the rest."""
    found: dict[UUID, tuple[str, list[UUID]]] = {}
    rows = (
        Point.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, removed_at__isnull=True, equipment__isnull=False)
        .select_related("equipment")
        .order_by(
            Case(When(equipment__category=EquipmentCategory.TANK, then=0), default=1),
            "equipment__code",
            "tag",
        )[:400]
    )
    for row in rows:
        assert row.equipment is not None
        found.setdefault(row.equipment.pk, (str(row.equipment), []))[1].append(row.pk)
    groups: Iterable[tuple[str, list[UUID]]] = found.values()
    return [(name, ids[:MOST_POINTS]) for name, ids in groups][:most]
