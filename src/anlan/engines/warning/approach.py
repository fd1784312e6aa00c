"""How soon a tag reaches a limit, from its course of the last minutes."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW = dt.timedelta(minutes=10)
COLUMNS = 10
"""The course that is looked at: means of so many parts of the last minutes."""
LEAST = 6
"""Fewer values than this make no course."""
SURE = 0.9
"""Share of pairs of values that must show the same direction: noise shows none."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A steady change of `per_s` units a second, from `present` at the end of the course."""

    per_s: float
    present: float

    def seconds_to(self, limit: float) -> float:
        """Return in how many seconds a limit is reached; negative where it lies behind."""
        return (limit - self.present) / self.per_s


def pace(times_s: NDArray[np.float64], values: NDArray[np.float64]) -> Pace | None:
    """Return the pace of a course, None where it goes nowhere clearly or has too few values.

    `times_s` in seconds, rising; values that are not finite are left out. The pace is the median
    of the slopes of all pairs (Theil and Sen), so that single spikes do not count; the present
    value is the median of the course, carried to its end.
    """
    good = np.isfinite(values)
    times, course = times_s[good], values[good]
    if len(course) < LEAST:
        return None
    first, second = np.triu_indices(len(course), 1)
    apart = times[second] - times[first]
    known = apart > 0
    if not known.any():
        return None
    slopes = (course[second] - course[first])[known] / apart[known]
    if max(np.mean(slopes > 0), np.mean(slopes < 0)) < SURE:
        return None
    per_s = float(np.median(slopes))
    return Pace(per_s, float(np.median(course + per_s * (times[-1] - times))))


def time_to_limit(
    times_s: NDArray[np.float64], values: NDArray[np.float64], limit: float, *, upwards: bool
) -> float | None:
    """Return in how many seconds a limit is reached at the `pace` of these values.

    None where they do not clearly go towards it; 0 where it is reached.
    """
    found = pace(times_s, values)
    if found is None or (found.per_s > 0) != upwards:
        return None
    return max(0.0, found.seconds_to(limit))
