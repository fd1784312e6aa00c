"""Small drawings as figures for SVG attributes: the policy of the pages allows no `style`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, LEFT, TOP = 720, 180, 34, 10


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a line."""

    x: float
    y: float
    label: str
    url: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line over time from 0 to 100. `parts` are unbroken stretches, `grid` the lines behind."""

    parts: list[str]
    dots: list[Dot]
    grid: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT + TOP + 22


def line(
    points: Sequence[tuple[str, float | None, str]], grid: Sequence[tuple[float, str]]
) -> Line | None:
    """Lay out values of 0 to 100, oldest first, as (label, value, url); None below two.

    A value of None breaks the line.
    """
    if sum(1 for _l, value, _u in points if value is not None) < 2:
        return None
    step = (WIDTH - LEFT - 16) / (len(points) - 1)
    parts: list[list[str]] = [[]]
    dots: list[Dot] = []
    for number, (label, value, url) in enumerate(points):
        if value is None:
            parts.append([])
            continue
        x, y = round(LEFT + number * step, 1), _y(value)
        parts[-1].append(f"{x},{y}")
        dots.append(Dot(x, y, f"{label}: {value:g}", url, number == len(points) - 1))
    every = max(1, len(points) // 8)
    ticks = [
        (round(LEFT + number * step, 1), points[number][0][5:])
        for number in range(0, len(points), every)
    ]
    lines = [(_y(value), text) for value, text in grid]
    return Line([" ".join(part) for part in parts if len(part) > 1], dots, lines, ticks)


def _y(value: float) -> float:
    return round(TOP + HEIGHT * (1 - value / 100), 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a pareto: its share of the whole and that of all up to it, in percent."""

    label: str
    n: int
    share: float
    running: float
    url: str
    is_vital: bool


def pareto(counts: Sequence[tuple[Any, int, str]]) -> list[Bar]:
    """Return (label, count, url) as bars, the longest first; those that make up 80 % are vital."""
    total = sum(n for _label, n, _url in counts)
    bars: list[Bar] = []
    running = 0
    for label, n, url in sorted(counts, key=lambda one: -one[1]):
        if not n:
            continue
        vital = running < 0.8 * total
        running += n
        bars.append(
            Bar(
                str(label),
                n,
                round(100 * n / total, 1),
                round(100 * running / total, 1),
                url,
                vital,
            )
        )
    return bars
