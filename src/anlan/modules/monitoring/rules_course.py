"""Where a value is heading: its rate of change and when it would reach its next limit."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engines.warning import approach

UPWARD = ("H", "HH")
DOWNWARD = ("L", "LL")
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
    """Return where a course (source time in microseconds) is heading; None where nowhere clearly.

    By the same pace as early warning. `limits` are pairs of kind (HH, H, L, LL) and limit.
    """
    found = approach.pace(times_us / 1e6, values)
    if found is None:
        return None
    kinds = UPWARD if found.per_s > 0 else DOWNWARD
    ahead = [
        (seconds, kind, limit)
        for kind, limit in limits
        if kind in kinds and (seconds := found.seconds_to(limit)) > 0
    ]
    seconds, kind, limit = min(ahead, default=(0.0, "", 0.0))
    per_hour = found.per_s * 3600
    if not kind or seconds > FARTHEST_S:
        return Heading(per_hour)
    return Heading(per_hour, kind, limit, seconds)
