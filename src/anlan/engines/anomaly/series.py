"""Series in time: smoothing, slowness, limits from what was normal."""

import numpy as np

from anlan.engines.anomaly.models import Rows


def smoothed(rows: Rows, weight: float) -> Rows:
    """Return the exponentially weighted mean along time of (n,) or (n, columns).

    `weight` is that of the newest row, over 0 and at most 1. Raises ValueError for another one.
    """
    if not 0 < weight <= 1:
        raise ValueError("the weight of the newest row lies above 0 and is at most 1")
    found = np.empty_like(rows, dtype=float)
    state = rows[0] if len(rows) else 0.0
    for place, row in enumerate(rows):
        state = state + weight * (row - state)
        found[place] = state
    return found


def median_of_last(series: Rows, n: int) -> Rows:
    """Return at each place the median of the last `n` values, of fewer at the start."""
    return np.array([np.median(series[max(0, i - n + 1) : i + 1]) for i in range(len(series))])


def restlessness(rows: Rows) -> Rows:
    """Return von Neumann's ratio of each column: near 1 for noise, near 0 for what drifts.

    It is the mean squared step over twice the variance. A column that stands still gives 1: it
    cannot drift out of what was seen.
    """
    variance = rows.var(axis=0)
    steps = (np.diff(rows, axis=0) ** 2).mean(axis=0)
    still = variance < 1e-24
    result: Rows = np.where(still, 1.0, steps / (2 * np.where(still, 1.0, variance)))
    return result


def limits(statistics: Rows, false_alarms: float) -> Rows:
    """Return the limit of each column so that any of them is exceeded by about `false_alarms`.

    `statistics` (n, columns) come from normal rows the model has not seen. The columns share the
    false alarms evenly.
    """
    share = false_alarms / statistics.shape[1]
    result: Rows = np.quantile(statistics, 1 - share, axis=0)
    return result
