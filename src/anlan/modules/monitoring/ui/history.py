"""What the store says of points, for pages: values or the reason why there are none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring.models import Point, Source
from anlan.modules.monitoring.queries.points import points

PATIENCE_S = 1.0
STALE_AFTER_S = 60.0
GAP_S = 60.0


@dataclass(frozen=True, slots=True)
class Now:
    """The newest sample of a point. `quality` is 0 good, 1 uncertain, 2 bad."""

    value: float
    at: datetime
    quality: int
    text: str
    is_old: bool


def newest(rows: Iterable[Point], moment: datetime) -> dict[int, Now] | None:
    """Return the newest sample by point number; None when the store does not answer."""
    from anlan.telemetry import client

    wanted = {point.number: point for point in rows}
    try:
        found = client.latest(wanted, timeout_s=PATIENCE_S)
    except client.NoHistorian:
        return None
    told = {}
    for number, at_us, value, quality in zip(
        found.tags.tolist(), found.times_us.tolist(), found.values.tolist(),
        found.quality.tolist(), strict=True,
    ):  # fmt: skip
        point, at = wanted[number], datetime.fromtimestamp(at_us / 1e6, UTC)
        old_after = max(STALE_AFTER_S, 3 * point.sampling_seconds)
        is_old = (moment - at).total_seconds() > old_after
        text = "–" if value != value else f"{value:.{point.decimals}f}"
        told[number] = Now(value, at, quality, text, is_old)
    return told


def last_day(point: Point, moment: datetime, width: int = 96) -> list[float] | None:
    """Return a day's averages, oldest first; None when the store does not answer."""
    from anlan.telemetry import client

    try:
        curve = client.trend(
            [point.number], moment - timedelta(days=1), moment, width, timeout_s=PATIENCE_S
        )[point.number]
    except client.NoHistorian:
        return None
    return [float(value) for value in curve.average if value == value]


@dataclass(frozen=True, slots=True)
class Line:
    """A source's last day: share of minutes with a value, and the longest silences."""

    online: float
    points: int
    gaps: list[tuple[str, datetime, datetime, float]]

    @property
    def percent(self) -> str:
        """Return the share on line in percent, as people read it."""
        return f"{self.online * 100:.1f}"


MOST_POINTS = 500


def line_of(actor: Actor, source: Source, moment: datetime) -> Line | None:
    """Return a source's last day; None when the store does not answer or it has no points."""
    from anlan.telemetry import client

    tags = dict(
        points(actor).filter(source=source.pk, in_service=True).order_by("tag")
        .values_list("number", "tag")[:MOST_POINTS]
    )  # fmt: skip
    if not tags:
        return None
    start = moment - timedelta(days=1)
    try:
        rates = client.online(tags, start, moment, timeout_s=PATIENCE_S)
        found = client.gaps(tags, start, moment, GAP_S, timeout_s=PATIENCE_S)
    except client.NoHistorian:
        return None
    found = sorted(found, key=lambda gap: gap.start_us - gap.end_us)[:10]
    gaps = [
        (
            tags[gap.number],
            datetime.fromtimestamp(gap.start_us / 1e6, UTC),
            datetime.fromtimestamp(gap.end_us / 1e6, UTC),
            (gap.end_us - gap.start_us) / 6e7,
        )
        for gap in found
    ]
    return Line(sum(one.rate for one in rates.values()) / len(rates), len(rates), gaps)


# ---- the scale of a point with its limits --------------------------------------------------------

LEFT, RIGHT = 24.0, 776.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A limit on the scale; `x` where it stands, `tone` its priority's colour."""

    kind: str
    text: str
    x: float
    tone: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the scale in which an alarm stands."""

    x: float
    width: float
    tone: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A point's range with its limits, laid out for a drawing 800 wide."""

    low: str
    high: str
    marks: list[Mark]
    zones: list[Zone]
    now_x: float | None


def scale_of(point: Point, rules: Iterable[Any], value: float | None) -> Scale | None:
    """Lay out a point's range; None where neither range nor limits say how long it is."""
    limits = [one for one in rules if one.kind in ("HH", "H", "L", "LL") and one.in_use]
    ends = [one.limit for one in limits]
    low = point.range_low if point.range_low is not None else min(ends, default=None)
    high = point.range_high if point.range_high is not None else max(ends, default=None)
    if low is None or high is None or low >= high:
        return None

    def at(figure: float) -> float:
        inside = min(max(figure, low), high)
        return round(LEFT + (RIGHT - LEFT) * (inside - low) / (high - low), 1)

    marks, zones = [], []
    for one in sorted(limits, key=lambda rule: rule.limit):
        x = at(one.limit)
        anchor = "start" if x < 120 else "end" if x > 680 else "middle"
        marks.append(Mark(one.kind, f"{one.limit:g}", x, one.priority, anchor))
    for one in limits:
        nearer = {"HH": "", "H": "HH", "L": "LL", "LL": ""}[one.kind]
        other = next((x.limit for x in limits if x.kind == nearer), None)
        if one.kind in ("HH", "H"):
            start, end = at(one.limit), at(high if other is None else other)
        else:
            start, end = at(low if other is None else other), at(one.limit)
        zones.append(Zone(start, round(max(end - start, 0), 1), one.priority))
    return Scale(f"{low:g}", f"{high:g}", marks, zones, None if value is None else at(value))
