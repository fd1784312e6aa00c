"""Recorded processes as a plant: `t_s` and one column a tag, CSV or CSV packed with gzip.

The folder is the user's. Where it holds `alarm_config.csv`, limits and ranges come from there.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.formats import Process, read_process, read_tags
from anlan.engines.alarms.rules import Kind, Rule
from anlan.engines.alarms.tuning import Tag
from anlan.engines.tables import FileProblem


class Replay:
    """One recorded run after the other, in the order of their names, from the start again at last.

    The values between two rows are those of the first. Raises FileProblem for a folder without a
    record and for a faulty one.
    """

    def __init__(self, folder: Path) -> None:
        self._files = sorted([*folder.glob("*process.csv"), *folder.glob("*process.csv.gz")])
        if not self._files:
            raise FileProblem(f"{folder}: holds no file *process.csv[.gz].")
        config = folder / "alarm_config.csv"
        self.tags: list[Tag] = read_tags(config) if config.exists() else []
        self._number = -1
        self._process = self._next()
        self.names = self._process.tags
        self.now = 0.0
        self._began = 0.0

    def rules(self) -> list[Rule]:
        """Return the limits of the configuration, without deadband and delay."""
        found = []
        for tag in self.tags:
            for kind, limit in ((Kind.H, tag.high), (Kind.L, tag.low)):
                if limit is not None and tag.name in self.names:
                    found.append(Rule.of(f"{tag.name} {kind}", tag.name, kind, limit))
        return found

    def step(
        self, seconds: float = 1.0
    ) -> tuple[tuple[str, ...], npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
        """Go on by so many seconds of the record; return tags, values and quality."""
        self.now += seconds
        times = self._process.times
        if self.now - self._began > times[-1] - times[0]:
            self._process = self._next()
            self._began = self.now
            times = self._process.times
        row = int(np.searchsorted(times - times[0], self.now - self._began, side="right")) - 1
        values = self._process.values[max(row, 0)]
        quality = np.where(np.isfinite(values), 0, 2).astype(np.uint8)
        return self.names, values, quality

    def _next(self) -> Process:
        self._number = (self._number + 1) % len(self._files)
        path = self._files[self._number]
        process = read_process(path)
        if self._number and process.tags != self.names:
            raise FileProblem(f"{path}: has other columns than {self._files[0].name}.")
        return process
