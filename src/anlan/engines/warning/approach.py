"""How soon a tag reaches a limit, from its course of the last minutes."""

import numpy as np
from numpy.typing import NDArray

LEAST = 6
"""Fewer values than this make no course."""
SURE = 0.9
"""Share of pairs of values that must show the same direction: noise shows none."""


def time_to_limit(
    times_s: NDArray[np.float64], values: NDArray[np.float64], limit: float, *, upwards: bool
) -> float | None:
    """Return in how many seconds a limit is reached at the pace of these values.

    `times_s` in seconds, rising; values that are not finite are left out. The pace is the median
    of the slopes of all pairs (Theil and Sen), so that single spikes do not count; the present
    value is the median of the course, carried to its end. None where the values do not clearly go
    towards the limit, or are too few; 0 where it is reached.
    """
    good = np.isfinite(values)
    times, course = times_s[good], values[good]
    if len(course) < LEAST:
        return None
    if not upwards:
        course, limit = -course, -limit
    first, second = np.triu_indices(len(course), 1)
    apart = times[second] - times[first]
    known = apart > 0
    if not known.any():
        return None
    slopes = (course[second] - course[first])[known] / apart[known]
    if np.mean(slopes > 0) < SURE:
        return None
    pace = float(np.median(slopes))
    present = float(np.median(course + pace * (times[-1] - times)))
    return max(0.0, (limit - present) / pace)
