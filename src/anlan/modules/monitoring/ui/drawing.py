"""How a plant is drawn: tanks, places on the site plan or in a plain arrangement without one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring.queries.overview import Scene, Seen, Thing, Zone
from anlan.modules.risk import georeference
from anlan.modules.risk import queries as risk

TOP, HEIGHT = 34.0, 112.0
"""The shell of a tank in its drawing."""
BOX_W, BOX_H, GAP = 200, 110, 16
NAME = 12
"""How far apart names of limits stand."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A limit beside a tank."""

    kind: str
    y: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Tank:
    """A tank as it is drawn; `low` and `high` are the ends of its level's range."""

    thing: Thing
    low: float
    high: float
    ticks: tuple[Tick, ...]
    ids: str

    @property
    def is_out(self) -> bool:
        """Tell whether the tank itself is out of use."""
        return bool(self.thing.row.state != "in_use")


@dataclass(frozen=True, slots=True)
class Place:
    """A zone of the plant: `level` is its colour (0: none), `alarm` the worst alarm's priority."""

    name: str
    key: str
    level: int
    alarm: int
    corners: str
    x: float
    y: float
    zone: Zone | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What lies on the ground of a drawing. `image` is the id of the plan's picture."""

    width: int
    height: int
    image: UUID | None
    places: tuple[Place, ...]
    spots: tuple[tuple[float, float, Seen], ...]

    @property
    def text(self) -> float:
        """Return the size of names in the drawing's own units."""
        return self.width / 42 if self.image else BOX_W / 9

    @property
    def label(self) -> float:
        """Return the size of names where the drawing is a card among others."""
        return self.width / 28 if self.image else BOX_W / 9

    @property
    def spot(self) -> float:
        """Return the radius of a point: small enough that a row of pumps stays apart."""
        return self.text / 2.2

    @property
    def below(self) -> float:
        """Return how far below a zone's name its alarm mark lies."""
        return 1.5 * self.text


def tank_of(thing: Thing) -> Tank:
    """Return how a tank is drawn."""
    level = thing.level
    low, high = 0.0, 100.0
    ticks: list[Tick] = []
    if level is not None:
        low = level.row.range_low if level.row.range_low is not None else 0.0
        high = level.row.range_high if level.row.range_high is not None else 100.0
        places = [
            (
                TOP
                + HEIGHT * (1 - min(max(((rule.limit or 0) - low) / ((high - low) or 1), 0), 1)),
                rule,
            )
            for rule in level.rules
        ]
        places.sort(key=lambda place: place[0])
        for (y, rule), beside in zip(places, _apart([y for y, _rule in places]), strict=True):
            ticks.append(Tick(rule.kind, round(y, 1), round(beside, 1)))
    ids = ",".join(str(one.row.pk) for one in thing.points)
    return Tank(thing, low, high, tuple(ticks), ids)


def _apart(heights: Sequence[float]) -> list[float]:
    """Return where names of limits stand, the highest first: beside them, never on each other."""
    found: list[float] = []
    for height in heights:
        found.append(max(height + 4, found[-1] + NAME if found else -inf))
    floor = TOP + HEIGHT
    for place in reversed(range(len(found))):
        found[place] = min(found[place], floor)
        floor = found[place] - NAME
    return found


def picture(actor: Actor, enterprise_id: UUID, scene: Scene) -> Picture:
    """Return the plant on its site plan, or its installations side by side without one.

    Levels are those of the static four-colour map; alarms those of the installation behind an
    object. Who draws decides which of the two is shown, never both mixed.
    """
    plan = risk.site_plan(actor, enterprise_id)
    zones = {zone.row.pk: zone for zone in scene.zones if zone.row is not None}
    objects = list(risk.objects(actor).filter(enterprise=enterprise_id))
    if plan is not None and plan.attachment_id and plan.width:
        drawn = [(row, _points(row, plan.pk)) for row in objects]
        places = [
            _place(row, zones.get(row.mhi_unit_id) if row.mhi_unit_id else None, points)
            for row, points in drawn
            if points
        ]
        spots = tuple(
            (one.row.plan_x * plan.width, one.row.plan_y * plan.height, one)
            for one in _seen(scene)
            if one.row.plan_x is not None and one.row.plan_y is not None
        )
        if places or spots:
            return Picture(plan.width, plan.height, plan.attachment_id, tuple(places), spots)
    return _arranged(objects, scene)


def _seen(scene: Scene) -> Iterable[Seen]:
    yield from scene.gases
    yield from scene.machines


def _points(row: Any, plan_id: UUID) -> tuple[tuple[float, float], ...]:
    shape = row.shape if isinstance(row.shape, dict) else {}
    if shape.get("plan") != str(plan_id):
        return ()
    points = tuple((float(x), float(y)) for x, y in shape.get("points", ()))
    return points if len(points) > 2 else ()


def _place(row: Any, zone: Zone | None, points: tuple[tuple[float, float], ...]) -> Place:
    x, y = georeference.centre(points)
    corners = " ".join(f"{x:g},{y:g}" for x, y in points)
    level = 0 if row.level is None else row.level + 1
    return Place(
        row.name, str(row.mhi_unit_id or ""), level, zone.worst if zone else 0, corners, x, y, zone
    )


def _arranged(objects: Sequence[Any], scene: Scene) -> Picture:
    """Put installations and objects in rows of boxes: names and states without places."""
    levels: dict[UUID, int] = {}
    for row in objects:
        if row.mhi_unit_id is not None and row.level is not None:
            levels[row.mhi_unit_id] = min(levels.get(row.mhi_unit_id, 9), row.level + 1)
    units = sorted(
        ((zone.row, zone) for zone in scene.zones if zone.row is not None),
        key=lambda pair: pair[0].code,
    )
    items: list[tuple[str, str, int, Zone | None]] = [
        (unit.name, str(unit.pk), levels.get(unit.pk, 0), zone) for unit, zone in units
    ]
    known = {unit.pk for unit, _zone in units}
    items += [
        (row.name, "", 0 if row.level is None else row.level + 1, None)
        for row in objects
        if row.mhi_unit_id not in known
    ]
    items = items[:24]
    across = max(ceil(sqrt(len(items) or 1)), 2)
    down = max(ceil(len(items) / across), 1)
    places = []
    for n, (name, key, level, zone) in enumerate(items):
        x, y = GAP + (n % across) * (BOX_W + GAP), GAP + (n // across) * (BOX_H + GAP)
        box = ((x, y), (x + BOX_W, y), (x + BOX_W, y + BOX_H), (x, y + BOX_H))
        corners = " ".join(f"{a:g},{b:g}" for a, b in box)
        places.append(
            Place(
                name, key, level, zone.worst if zone else 0, corners,
                x + BOX_W / 2, y + BOX_H / 2, zone,
            )
        )  # fmt: skip
    return Picture(
        GAP + across * (BOX_W + GAP), GAP + down * (BOX_H + GAP), None, tuple(places), ()
    )
