"""Where a value is heading: its rate of change and when it would reach its next limit."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UPWARD = ("H", "HH")
DOWNWARD = ("L", "LL")
LEAST_SAMPLES = 12
STRAIGHT = 0.9
"""A rate is told only where a straight line explains this share of the variance (own choice)."""
FARTHEST_S = 4 * 3600.0
"""Nothing is foretold beyond four hours (own choice)."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A rate in units an hour; `kind` and `limit` are reached in `seconds` if it stays so.

    `kind` is empty where no limit lies ahead within FARTHEST_S.
    """

    per_hour: float
    kind: str = ""
    limit: float = 0.0
    seconds: float = 0.0


def heading(
    times_us: NDArray[np.int64], values: NDArray[np.float64], limits: Iterable[tuple[str, float]]
) -> Heading | None:
    """Return where good samples (source time in microseconds) are heading; None without a trend.

    Least squares over all samples given. `limits` are pairs of kind (HH, H, L, LL) and limit.
    """
    usable = np.isfinite(values)
    if int(usable.sum()) < LEAST_SAMPLES:
        return None
    hours = (times_us[usable] - times_us[usable][-1]) / 3.6e9
    mine = values[usable]
    spread = float(np.var(mine))
    width = float(np.var(hours))
    if spread <= 0 or width <= 0:
        return None
    together = float(np.mean((hours - hours.mean()) * (mine - mine.mean())))
    if together**2 / (spread * width) < STRAIGHT:
        return None
    rate = together / width
    now = float(mine.mean() - rate * hours.mean())
    ahead = [
        ((limit - now) / rate * 3600, kind, limit)
        for kind, limit in limits
        if kind in (UPWARD if rate > 0 else DOWNWARD) and (limit - now) * rate > 0
    ]
    seconds, kind, limit = min(ahead, default=(0.0, "", 0.0))
    if not kind or seconds > FARTHEST_S:
        return Heading(rate)
    return Heading(rate, kind, limit, seconds)
