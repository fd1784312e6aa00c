"""Watches a folder: each file that has come to rest is sent, and then lies in `sent/`."""

import asyncio
import logging
import time
from pathlib import Path

from anlan.telemetry.collect import files
from anlan.telemetry.collect.buffer import Buffer
from anlan.telemetry.collect.config import Folder

logger = logging.getLogger("anlan.collect")

LOOK_S = 5.0
# A file that was written to a moment ago may be half a file.
AT_REST_S = 3.0
ENDINGS = {"csv": (".csv",), "parquet": (".parquet", ".pq")}


class Reader:
    """Looks into one folder for ever."""

    def __init__(self, config: Folder, buffer: Buffer) -> None:
        self._config, self._buffer = config, buffer
        self._path = Path(config.path)
        self._taken: dict[Path, int] = {}

    async def run(self) -> None:
        """Look every few seconds; a folder that is away is looked for again."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Take each whole file into the buffer; one that cannot be read goes to `bad/`."""
        try:
            found = sorted(one for one in self._path.iterdir() if self._is_due(one))
        except OSError as error:
            logger.warning("%s: %s", self._path, error.strerror)
            return
        for file in found:
            try:
                samples = list(files.read(file, self._config.zone))
            except files.BadFile as error:
                logger.error("%s", error)
                self._move(file, "bad")
                continue
            # On disk in the buffer before the file is moved: killed between, it is sent again,
            # and the store takes a value of one moment once.
            self._buffer.add(samples)
            self._buffer.flush()
            self._move(file, "sent")
            logger.info("%s: %d values", file.name, len(samples))

    def _is_due(self, file: Path) -> bool:
        if file.suffix.lower() not in ENDINGS[self._config.kind] or not file.is_file():
            return False
        told = file.stat()
        if self._taken.get(file) == told.st_mtime_ns:
            return False
        return time.time() - told.st_mtime >= AT_REST_S

    def _move(self, file: Path, where: str) -> None:
        """Put a file away; where that is not allowed, remember it instead of taking it again."""
        self._taken[file] = file.stat().st_mtime_ns
        target = file.parent / where
        try:
            target.mkdir(exist_ok=True)
            file.replace(target / file.name)
        except OSError as error:
            logger.error("%s cannot be moved to %s/ (%s)", file, where, error.strerror)
        else:
            del self._taken[file]
