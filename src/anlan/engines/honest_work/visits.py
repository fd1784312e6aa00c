"""Inspections impossible in time or place."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.engines.honest_work.flags import Flag, Limits, default_limits

_EARTH_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Point:
    """A position in degrees, WGS 84 or any other datum, the same for all."""

    lng: float
    lat: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One check at one place.

    `place`: where the check point lies; `device`: where the phone was; either may be unknown.
    Times are aware. `n_items` counts the items answered.
    """

    id: str
    person: str
    place_id: str
    started_at: datetime
    finished_at: datetime
    n_items: int
    place: Point | None = None
    device: Point | None = None


def impossible_visits(visits: Iterable[Visit], limits: Limits | None = None) -> list[Flag]:
    """Return flags for visits that a person cannot have made, person by person, in time order.

    Too fast between two points, too little time for the items, at two places at once, all from
    one spot (within a day of the times as given). A missing position flags nothing.
    """
    bounds = limits or default_limits()
    by_person: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_person[visit.person].append(visit)
    flags: list[Flag] = []
    for person in sorted(by_person):
        walk = sorted(by_person[person], key=lambda v: (v.started_at, v.finished_at, v.id))
        for visit in walk:
            flags += _too_quick(visit, bounds)
        for before, after in itertools.pairwise(walk):
            flags += _between(before, after, bounds)
        flags += _one_spot(walk, bounds)
    return flags


def metres(first: Point, second: Point) -> float:
    """Return the distance on the ground in metres (haversine)."""
    lat1, lat2 = math.radians(first.lat), math.radians(second.lat)
    half_lat = (lat2 - lat1) / 2
    half_lng = math.radians(second.lng - first.lng) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lng) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


def _too_quick(visit: Visit, bounds: Limits) -> list[Flag]:
    seconds = (visit.finished_at - visit.started_at).total_seconds()
    if visit.n_items < 1 or seconds >= visit.n_items * bounds.seconds_per_item:
        return []
    each = seconds / visit.n_items
    return [
        Flag(
            "too_quick",
            (visit.id,),
            f"{visit.n_items} 个检查项共用时 {seconds:.0f} 秒，每项 {each:.1f} 秒，"
            f"少于 {bounds.seconds_per_item:g} 秒",
            f"{visit.n_items} items in {seconds:.0f} s, {each:.1f} s each, "
            f"less than {bounds.seconds_per_item:g} s",
            {"seconds": seconds, "items": visit.n_items},
        )
    ]


def _between(before: Visit, after: Visit, bounds: Limits) -> list[Flag]:
    if before.place_id == after.place_id:
        return []
    seconds = (after.started_at - before.finished_at).total_seconds()
    if before.place is None or after.place is None:
        return []
    # Positions are not exact: neighbours must not look like runners.
    distance = max(0.0, metres(before.place, after.place) - bounds.place_error)
    if distance == 0:
        return []
    pair = (before.id, after.id)
    if seconds < 0:
        return [
            Flag(
                "two_places",
                pair,
                f"同一时间在相距 {distance:.0f} 米的两处检查（重叠 {-seconds:.0f} 秒）",
                f"At two places {distance:.0f} m apart at once (for {-seconds:.0f} s)",
                {"metres": distance, "seconds": seconds},
            )
        ]
    if distance <= seconds * bounds.walk_speed:
        return []
    return [
        Flag(
            "too_fast",
            pair,
            f"{seconds:.0f} 秒走了 {distance:.0f} 米，至少需 {distance / bounds.walk_speed:.0f} 秒"
            f"（按 {bounds.walk_speed:g} 米/秒）",
            f"{distance:.0f} m in {seconds:.0f} s; it takes {distance / bounds.walk_speed:.0f} s "
            f"at {bounds.walk_speed:g} m/s",
            {"metres": distance, "seconds": seconds},
        )
    ]


def _one_spot(walk: Sequence[Visit], bounds: Limits) -> list[Flag]:
    """Flag a day's checks of far-apart points that were all entered from one place."""
    by_day: dict[object, list[Visit]] = defaultdict(list)
    for visit in walk:
        if visit.place is not None and visit.device is not None:
            by_day[visit.started_at.date()].append(visit)
    flags = []
    for visits in by_day.values():
        if len({visit.place_id for visit in visits}) < bounds.one_spot_places:
            continue
        devices = [visit.device for visit in visits if visit.device is not None]
        places = [visit.place for visit in visits if visit.place is not None]
        centre = _middle(devices)
        radius = max(metres(centre, device) for device in devices)
        middle = _middle(places)
        spread = max(metres(middle, place) for place in places) * 2
        if radius <= bounds.one_spot_radius and spread >= bounds.one_spot_spread:
            flags.append(
                Flag(
                    "one_spot",
                    tuple(visit.id for visit in visits),
                    f"{len(visits)} 次检查的检查点相距约 {spread:.0f} 米，"
                    f"提交位置却都在半径 {radius:.0f} 米内",
                    f"{len(visits)} checks of points about {spread:.0f} m apart, all entered "
                    f"within {radius:.0f} m of one spot",
                    {"metres": radius, "spread": spread, "visits": len(visits)},
                )
            )
    return flags


def _middle(points: Sequence[Point]) -> Point:
    return Point(
        sum(point.lng for point in points) / len(points),
        sum(point.lat for point in points) / len(points),
    )
