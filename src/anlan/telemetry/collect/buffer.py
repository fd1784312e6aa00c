"""What is not sent yet, on disk, in order: batches in SQLite with a write-ahead log.

SQLite rather than files of our own: a batch is there whole or not at all after a power cut, and
sending, removing and counting are one statement each. A batch's name stays the same however often
it is sent, so that the server takes it once.
"""

import logging
import math
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

GATHER_ROWS = 5_000
MOST_HELD = 500_000

logger = logging.getLogger("anlan.collect")


@dataclass(frozen=True, slots=True)
class Sample:
    """One value with the source's time in microseconds since 1970, UTC."""

    tag: str
    time_us: int
    value: float
    quality: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One batch on its way."""

    id: int
    name: str
    payload: bytes
    rows: int


class NoBuffer(Exception):
    """The folder in which values are to wait cannot be used; the text says why."""


def now_us() -> int:
    """This machine's time."""
    return time.time_ns() // 1_000


def encode(samples: Iterable[Sample]) -> bytes:
    """Samples as the door takes them."""
    rows = list(samples)
    table = pa.table(
        {
            "tag": pa.array([one.tag for one in rows]).dictionary_encode(),
            "ts": pa.array([one.time_us for one in rows], pa.int64()).cast(
                pa.timestamp("us", "UTC")
            ),
            "value": pa.array([one.value for one in rows], pa.float64(), from_pandas=False),
            "quality": pa.array([one.quality for one in rows], pa.uint8()),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


class Buffer:
    """The queue in a folder. Threads may share it. Raises NoBuffer for one that cannot be used."""

    def __init__(self, folder: Path, most_megabytes: int = 10_000) -> None:
        try:
            self._open(folder)
        except (OSError, sqlite3.Error) as error:
            raise NoBuffer(f"{folder}: values cannot wait there ({error})") from error
        self._most_bytes = most_megabytes * 1_000_000
        self._lock = threading.Lock()
        self._held: list[Sample] = []
        self.dropped = 0

    def _open(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            folder / "waiting.sqlite3", check_same_thread=False, isolation_level=None
        )
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA auto_vacuum = INCREMENTAL",
            "CREATE TABLE IF NOT EXISTS batch (id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " rows INTEGER NOT NULL, payload BLOB NOT NULL)",
            "CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
            " why TEXT NOT NULL, payload BLOB NOT NULL)",
            "CREATE TABLE IF NOT EXISTS name (name TEXT NOT NULL)",
        ):
            self._db.execute(statement)
        found = self._db.execute("SELECT name FROM name").fetchone()
        self._name = found[0] if found else uuid.uuid4().hex[:16]
        if not found:
            self._db.execute("INSERT INTO name VALUES (?)", [self._name])

    def close(self) -> None:
        """Write what is held and let go of the file."""
        self.flush()
        self._db.close()

    def add(self, samples: Iterable[Sample]) -> None:
        """Hold samples until `flush`, which a full batch does by itself."""
        with self._lock:
            self._held.extend(samples)
            if len(self._held) >= GATHER_ROWS:
                self._write()

    def flush(self) -> None:
        """Have what is held on disk."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        try:
            while self._held:
                rows = self._held[:GATHER_ROWS]
                self._db.execute(
                    "INSERT INTO batch (rows, payload) VALUES (?, ?)", [len(rows), encode(rows)]
                )
                self._held = self._held[GATHER_ROWS:]
                self._make_room()
        except sqlite3.OperationalError as error:
            # A full disk: readers go on, what they read waits here and is tried again.
            lost = max(0, len(self._held) - MOST_HELD)
            self._held, self.dropped = self._held[lost:], self.dropped + lost
            logger.error("%d values cannot be written to disk (%s)", len(self._held), error)

    def _make_room(self) -> None:
        while self._bytes() > self._most_bytes and self._count() > 1:
            # The present is worth more than what is oldest; the loss is counted and told.
            oldest, lost = self._db.execute(
                "SELECT id, rows FROM batch ORDER BY id LIMIT 1"
            ).fetchone()
            self._db.execute("DELETE FROM batch WHERE id = ?", [oldest])
            self.dropped += lost

    def _bytes(self) -> int:
        found = self._db.execute("SELECT coalesce(sum(length(payload)), 0) FROM batch").fetchone()
        return int(found[0])

    def _count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM batch").fetchone()[0])

    def next(self) -> Waiting | None:
        """The oldest batch; it stays until `done`."""
        with self._lock:
            found = self._db.execute(
                "SELECT id, payload, rows FROM batch ORDER BY id LIMIT 1"
            ).fetchone()
        if found is None:
            return None
        return Waiting(found[0], f"{self._name}-{found[0]}", found[1], found[2])

    def done(self, batch: Waiting) -> None:
        """The server has it."""
        with self._lock:
            self._db.execute("DELETE FROM batch WHERE id = ?", [batch.id])

    def refuse(self, batch: Waiting, why: str) -> None:
        """The server will never take it: lay it aside, so that the others go on."""
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, datetime('now'), ?, ?)",
                [batch.id, why, batch.payload],
            )
            self._db.execute("DELETE FROM batch WHERE id = ?", [batch.id])

    def waiting(self) -> tuple[int, int]:
        """How many batches and samples wait on disk."""
        with self._lock:
            found = self._db.execute(
                "SELECT count(*), coalesce(sum(rows), 0) FROM batch"
            ).fetchone()
        return int(found[0]), int(found[1])


def number(value: object) -> float:
    """A device's value as a number; NaN for what is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
