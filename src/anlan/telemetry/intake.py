"""What happens to samples between a sender and the log: named by number, judged, counted.

Nothing that was measured is thrown away because it looks wrong. A value out of range may be the
one that matters; a wrong clock still measures. Only what belongs to no tag is left out.
"""

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from anlan.telemetry.directory import Directory
from anlan.telemetry.wire import BAD, UNCERTAIN, Batch

EARLIEST_US: Final = 946_684_800_000_000
"""2000-01-01: a clock that says less has lost its battery."""
AHEAD_US: Final = 60_000_000
LATE_US: Final = 60_000_000
_NEVER: Final = np.iinfo(np.int64).min


@dataclass(slots=True)
class Counts:
    """How many samples of a batch were what. One sample may be several."""

    samples: int = 0
    late: int = 0
    out_of_order: int = 0
    repeated: int = 0
    not_a_number: int = 0
    bad_quality: int = 0
    unknown: int = 0
    over_range: int = 0
    clock_wrong: int = 0

    def as_dict(self) -> dict[str, int]:
        """By name, zeros included."""
        return asdict(self)


@njit(cache=True)
def _order(
    tags: NDArray[np.int32], times: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[int, int]:
    repeated, back = 0, 0
    for row in range(len(tags)):
        tag = tags[row]
        if times[row] > last[tag]:
            last[tag] = times[row]
        elif times[row] == last[tag]:
            repeated += 1
        else:
            back += 1
    return repeated, back


class Judge:
    """Judges batches; remembers the newest time of each tag to see what comes twice or late."""

    def __init__(self) -> None:
        self._last = np.full(1024, _NEVER, np.int64)

    def take(self, directory: Directory, batch: Batch, now_us: int) -> tuple[Batch, Counts]:
        """Return the batch as it is stored, and what was wrong with it.

        Times before 2000 or more than a minute ahead of `now_us` are moved so that the newest of
        them is now, and marked uncertain. What is no number is marked bad.
        """
        counts = Counts(samples=len(batch))
        if not len(batch):
            return batch, counts
        times, quality = batch.times_us, batch.quality
        for wrong in (times < EARLIEST_US, times > now_us + AHEAD_US):
            n = int(np.count_nonzero(wrong))
            if n:
                counts.clock_wrong += n
                # Not before the year 2000 either; the store knows no year 55. Differences of what
                # Arrow can hold would have no place.
                told = np.clip(times, -(1 << 60), 1 << 60)
                back = np.minimum(told[wrong].max() - told, now_us - EARLIEST_US)
                times = np.where(wrong, now_us - back, times)
                quality = np.where(wrong & (quality == 0), np.uint8(UNCERTAIN), quality)
        no_number = ~np.isfinite(batch.values)
        counts.not_a_number = int(np.count_nonzero(no_number))
        if counts.not_a_number:
            quality = np.where(no_number, np.uint8(BAD), quality)
        counts.bad_quality = int(np.count_nonzero(quality == BAD))
        low, high = directory.limits(batch.tags)
        counts.over_range = int(np.count_nonzero((batch.values < low) | (batch.values > high)))
        counts.late = int(np.count_nonzero(times < now_us - LATE_US))
        top = int(batch.tags.max())
        if top >= len(self._last):
            more = max(top + 1, 2 * len(self._last)) - len(self._last)
            self._last = np.concatenate([self._last, np.full(more, _NEVER, np.int64)])
        counts.repeated, counts.out_of_order = _order(batch.tags, times, self._last)
        return Batch(batch.tags, times, batch.values, quality), counts
