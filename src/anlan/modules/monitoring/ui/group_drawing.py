"""T² and Q of a group over a day, as shares of their limits on a logarithmic scale."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from anlan.base.clock import SHANGHAI
from anlan.modules.monitoring.models import WatchVerdict

WIDTH, LEFT, TOP, HEIGHT = 900, 40, 12, 180
_LOW, _HIGH = 0.1, 100.0
_MARKS = ((100.0, "100"), (10.0, "10"), (1.0, "1"), (0.1, "0.1"))
BREAK = dt.timedelta(minutes=12)
"""A longer time without a verdict breaks the line."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What the drawing is made of; `t2` and `q` are unbroken stretches."""

    t2: list[str]
    q: list[str]
    grid: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    limit: float
    width: int = WIDTH
    height: int = TOP + HEIGHT + 22
    left: int = LEFT


def chart(rows: Sequence[WatchVerdict], start: dt.datetime, end: dt.datetime) -> Chart | None:
    """Return the drawing of verdicts from `start` to `end`, the oldest first; None below two."""
    if sum(row.t2 is not None for row in rows) < 2:
        return None
    span = (end - start).total_seconds()

    def across(moment: dt.datetime) -> float:
        share = (moment - start).total_seconds() / span
        return round(LEFT + (WIDTH - LEFT - 8) * share, 1)

    def parts(name: str) -> list[str]:
        found: list[list[str]] = [[]]
        last = None
        for row in rows:
            value = getattr(row, name)
            if value is None or (last is not None and row.at - last > BREAK):
                found.append([])
            if value is not None:
                found[-1].append(f"{across(row.at)},{_down(value)}")
            last = row.at
        return [" ".join(one) for one in found if len(one) > 1]

    first = start.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    hours = (first + dt.timedelta(hours=n) for n in range(1, int(span // 3600) + 1))
    ticks = [(across(one), f"{one:%H:%M}") for one in hours if one.hour % 4 == 0]
    grid = [(_down(value), text) for value, text in _MARKS]
    return Chart(parts("t2"), parts("q"), grid, ticks, _down(1.0))


def _down(value: float) -> float:
    share = log10(min(max(value, _LOW), _HIGH) / _LOW) / log10(_HIGH / _LOW)
    return round(TOP + HEIGHT * (1 - share), 1)
