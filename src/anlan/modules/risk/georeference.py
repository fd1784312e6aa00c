"""Tying a picture to the ground: pixels to CGCS2000 degrees and back to metres a pixel.

Two points give scale and turn, for a picture drawn to scale; a third lets it be stretched
differently along its two edges. A plant is small enough for a flat ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt

METRES_A_DEGREE = 111_320.0
"""Of latitude, near enough for a plant."""
NEAREST = 1e-7
"""Points nearer than this fraction of a turn tell nothing about scale."""

Tie = tuple[float, float, float, float]
"""A pixel and where it lies: x to the right, y down, longitude and latitude in degrees."""


class NotTied(ValueError):
    """The points do not settle where the picture lies."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Longitude = a + b·x + c·y and latitude = d + e·x + f·y, in degrees and pixels."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude of a pixel, to about a decimetre."""
        longitude = self.a + self.b * x + self.c * y
        latitude = self.d + self.e * x + self.f * y
        return round(longitude, 6), round(latitude, 6)

    @property
    def metres_a_pixel(self) -> float:
        """Return how many metres a pixel is along the picture's upper edge."""
        across = self.b * cos(radians(self.d)) * METRES_A_DEGREE
        along = self.e * METRES_A_DEGREE
        return sqrt(across * across + along * along)


def ground_of(ties: Sequence[Sequence[float]]) -> Ground:
    """Return where a picture lies from two or three ties. Raises NotTied."""
    if len(ties) == 2:
        return _of_two((ties[0], ties[1]))
    if len(ties) == 3:
        return _of_three(ties)
    raise NotTied("two or three points are needed")


def _of_two(ties: tuple[Sequence[float], Sequence[float]]) -> Ground:
    (x1, y1, lon1, lat1), (x2, y2, lon2, lat2) = ties
    # On the ground east and north are both metres; in the picture y runs down.
    shrink = cos(radians((lat1 + lat2) / 2))
    pixels = complex(x2 - x1, -(y2 - y1))
    ground = complex((lon2 - lon1) * shrink, lat2 - lat1)
    if abs(pixels) < 1 or abs(ground) < NEAREST:
        raise NotTied("the two points are the same")
    turn = ground / pixels
    # longitude·shrink = turn.real·x + turn.imag·y; latitude = turn.imag·x − turn.real·y
    b, c = turn.real / shrink, turn.imag / shrink
    e, f = turn.imag, -turn.real
    return Ground(lon1 - b * x1 - c * y1, b, c, lat1 - e * x1 - f * y1, e, f)


def _of_three(ties: Sequence[Sequence[float]]) -> Ground:
    (x1, y1, lon1, lat1), (x2, y2, lon2, lat2), (x3, y3, lon3, lat3) = ties
    area = (x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)
    if abs(area) < 1:
        raise NotTied("the three points lie on one line")

    def solved(v1: float, v2: float, v3: float) -> tuple[float, float, float]:
        by_x = ((v2 - v1) * (y3 - y1) - (v3 - v1) * (y2 - y1)) / area
        by_y = ((v3 - v1) * (x2 - x1) - (v2 - v1) * (x3 - x1)) / area
        return v1 - by_x * x1 - by_y * y1, by_x, by_y

    a, b, c = solved(lon1, lon2, lon3)
    d, e, f = solved(lat1, lat2, lat3)
    if abs(b * f - c * e) < NEAREST**2:
        raise NotTied("the three points lie on one line")
    return Ground(a, b, c, d, e, f)


def centre(points: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the centre of gravity of a polygon, or the mean of fewer than three points."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if len(points) < 3 or abs(area) < 1e-9:
        n = len(points)
        return sum(one[0] for one in points) / n, sum(one[1] for one in points) / n
    return x / (3 * area), y / (3 * area)
