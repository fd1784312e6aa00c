"""A scale with coloured bands and marked values, laid out for an SVG of fixed width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 404.0
LEFT, RIGHT = 2.0, 402.0


@dataclass(frozen=True, slots=True)
class Band:
    """One band on the drawing. `edge` is the figure at its lower end, empty for the first."""

    level: int
    label: str
    x: float
    width: float
    middle: float
    edge: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One value on the drawing; `anchor` keeps its text inside."""

    label: str
    x: float
    text_x: float
    anchor: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Everything the template draws."""

    bands: list[Band]
    marks: list[Mark]


def scale_of(
    bands: Sequence[Sequence[Any]], values: Sequence[Sequence[Any]], top: float | None = None
) -> Scale:
    """Lay out `bands` [(lower bound, level, label)] and `values` [(figure, label)].

    Bands are drawn on a square-root axis: four levels from 0 to 100 and beyond would leave the
    lowest ones too thin to read. The last value is the main one. A value beyond `top` is drawn
    at the end.
    """
    lows = [float(band[0]) for band in bands]
    most = max([float(v[0]) for v in values], default=0.0)
    end = float(top) if top else max(lows[-1] * 1.5, most * 1.08, 1.0)

    def at(value: float) -> float:
        inside = min(max(value, 0.0), end)
        return float(LEFT + (RIGHT - LEFT) * (inside / end) ** 0.5)

    drawn = []
    for i, (low, level, label) in enumerate(bands):
        right = at(lows[i + 1]) if i + 1 < len(lows) else RIGHT
        left = at(float(low))
        drawn.append(
            Band(int(level), str(label), round(left, 1), round(max(right - left - 1.5, 1), 1),
                 round((left + right) / 2, 1), f"{float(low):g}" if i else "")
        )  # fmt: skip
    marks = []
    for i, (value, label) in enumerate(values):
        x = at(float(value))
        main = i == len(values) - 1
        anchor = "start" if (main and x < WIDTH * 0.62) or x < WIDTH * 0.3 else "end"
        marks.append(
            Mark(
                str(label),
                round(x, 1),
                round(x + (4 if anchor == "start" else -4), 1),
                anchor,
                main,
            )
        )
    return Scale(drawn, marks)
