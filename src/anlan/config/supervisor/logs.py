"""What the parts say: on the terminal with time and name, and in one rotating file a part."""

import logging
import os
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from anlan.config.supervisor.account import Account

LARGEST_BYTES = 10_000_000
KEPT_FILES = 5
_COLOURS = (36, 35, 34, 33, 32, 96)
_LONGEST_LINE = 64_000


class PartLog:
    """The log of one part. `feed` takes bytes as they come and writes whole lines."""

    def __init__(self, console: "Console", name: str, path: Path, account: Account) -> None:
        self.path = path
        self._console, self._name = console, name
        self._rest = b""
        # A file that the parts' user cannot see would make the next start as that user fail.
        if not path.exists():
            path.touch(mode=0o600)
            account.own(path)
        self._handler = _OwnedFile(path, account)
        self._handler.setFormatter(logging.Formatter("%(message)s"))

    def feed(self, data: bytes) -> None:
        """Take what was read from the part's output."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self.line(line.decode("utf-8", errors="replace").rstrip("\r"))

    def line(self, text: str) -> None:
        """Write one line to the file and to the terminal."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self._handler.emit(
            logging.LogRecord(self._name, logging.INFO, "", 0, f"{stamp} {text}", None, None)
        )
        self._console.line(self._name, text)

    def finish_line(self) -> None:
        """Write what came without an end of line; nothing follows it any more."""
        if self._rest:
            self.line(self._rest.decode("utf-8", errors="replace"))
            self._rest = b""

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


class _OwnedFile(RotatingFileHandler):
    def __init__(self, path: Path, account: Account) -> None:
        self._account = account
        super().__init__(path, maxBytes=LARGEST_BYTES, backupCount=KEPT_FILES, encoding="utf-8")

    def doRollover(self) -> None:  # noqa: N802 (the name it overrides)
        super().doRollover()
        self._account.own(Path(self.baseFilename))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk must not stop the supervisor; the terminal still shows the line."""


class Console:
    """The terminal, or whatever stands in its place. `quiet` shows nothing."""

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._quiet = quiet
        self._coloured = self._stream.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {}

    def line(self, name: str, text: str) -> None:
        """One line of a part."""
        if self._quiet:
            return
        stamp = time.strftime("%H:%M:%S")
        if self._coloured:
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            self.plain(f"\x1b[2m{stamp}\x1b[0m \x1b[{colour}m{name:<9}\x1b[0m {text}")
        else:
            self.plain(f"{stamp} {name:<9} {text}")

    def plain(self, text: str) -> None:
        """Text as it is. A reader who has gone away is no reason to stop."""
        try:
            print(text, file=self._stream, flush=True)
        except (OSError, ValueError):
            self._quiet = True
