"""The newest sample of every tag, in memory: a page of live values must not scan a table."""

import os
from pathlib import Path

import numpy as np
import numpy.lib.format as npy
from numba import njit
from numpy.typing import NDArray

from anlan.telemetry.wire import Batch

_NEVER = np.iinfo(np.int64).min


@njit(cache=True)
def _keep_newest(
    tags: NDArray[np.int32],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    quality: NDArray[np.uint8],
    last_time: NDArray[np.int64],
    last_value: NDArray[np.float64],
    last_quality: NDArray[np.uint8],
) -> None:
    for row in range(len(tags)):
        tag = tags[row]
        if tag >= 0 and times[row] >= last_time[tag]:
            last_time[tag] = times[row]
            last_value[tag] = values[row]
            last_quality[tag] = quality[row]


class Newest:
    """Arrays by tag number. `sequence` is the last message of the log they contain."""

    def __init__(self) -> None:
        self.sequence = 0
        self._times = np.full(1024, _NEVER, np.int64)
        self._values = np.full(1024, np.nan)
        self._quality = np.zeros(1024, np.uint8)

    def take(self, batch: Batch) -> None:
        """Remember what is newer than what is there; an equal time replaces."""
        if not len(batch):
            return
        top = int(batch.tags.max())
        if top >= len(self._times):
            self._grow(top + 1)
        _keep_newest(
            batch.tags, batch.times_us, batch.values, batch.quality,
            self._times, self._values, self._quality,
        )  # fmt: skip

    def _grow(self, least: int) -> None:
        more = max(least, 2 * len(self._times)) - len(self._times)
        self._times = np.concatenate([self._times, np.full(more, _NEVER, np.int64)])
        self._values = np.concatenate([self._values, np.full(more, np.nan)])
        self._quality = np.concatenate([self._quality, np.zeros(more, np.uint8)])

    def of(self, numbers: list[int]) -> Batch:
        """The newest of these tags, by number; of all tags if none are named."""
        if numbers:
            wanted = np.asarray(numbers, np.int64)
            wanted = wanted[(wanted >= 0) & (wanted < len(self._times))]
        else:
            wanted = np.arange(len(self._times))
        wanted = wanted[self._times[wanted] != _NEVER]
        return Batch(
            wanted.astype(np.int32), self._times[wanted], self._values[wanted],
            self._quality[wanted],
        )  # fmt: skip

    def save(self, file: Path) -> None:
        """Write all to `file`, whole or not at all."""
        held = self.of([])
        fresh = file.with_name(file.name + ".new")
        with open(fresh, "wb") as out:
            for column in (
                np.array([self.sequence], np.int64), held.tags, held.times_us, held.values,
                held.quality,
            ):  # fmt: skip
                npy.write_array(out, column, allow_pickle=False)
        os.replace(fresh, file)

    def load(self, file: Path) -> bool:
        """Read what `save` wrote; False if there is nothing that can be read."""
        try:
            with open(file, "rb") as source:
                columns = [npy.read_array(source, allow_pickle=False) for _ in range(5)]
        except (OSError, ValueError, EOFError):
            return False
        self.take(Batch(*columns[1:]))
        self.sequence = int(columns[0][0])
        return True
