"""A day of one tag out of many rows, asked for as a page asks."""

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from anlan.telemetry import client, wire
from anlan.telemetry.bench.stack import Stack

DAY_S = 86_400
A_TIME = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds for one tag's day in 1,000 columns, out of `rows`."""

    rows: int
    tags: int
    filled_s: float
    median_ms: float
    worst_ms: float
    bytes_a_sample: float


def run(folder: Path, rows: int, every_s: int = 1, questions: int = 50) -> Asked:
    """Fill a store with a day of samples and ask for days of single tags."""
    folder.mkdir(parents=True, exist_ok=True)
    tags = max(1, rows * every_s // DAY_S)
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    began = time.monotonic()
    _fill(folder, tags, client.micros(day), every_s)
    filled = time.monotonic() - began
    with Stack(folder) as stack:
        stack.start_historian()
        stack.until_ready()
        spent = []
        chance = np.random.default_rng(1)
        for _ in range(questions):
            number = int(chance.integers(tags))
            at = time.perf_counter()
            curve = client.trend([number], day, day + timedelta(days=1), 1_000)[number]
            spent.append((time.perf_counter() - at) * 1e3)
            if int(curve.count.sum()) != DAY_S // every_s:
                raise AssertionError(f"tag {number}: {curve.count.sum()} samples of a day")
        table = client.status(timeout_s=30.0)["tables"]["samples"]
    kept = tags * (DAY_S // every_s)
    return Asked(
        kept, tags, filled, statistics.median(spent), max(spent), table["bytes"] / table["rows"]
    )


def _fill(folder: Path, tags: int, start_us: int, every_s: int) -> None:
    """Insert in a process of its own: the engine's folder belongs to one."""
    import multiprocessing

    worker = multiprocessing.get_context("spawn").Process(
        target=_insert, args=(folder / "history" / "tables", tags, start_us, every_s)
    )
    worker.start()
    worker.join()
    if worker.exitcode:
        raise RuntimeError("the store could not be filled")


def _insert(folder: Path, tags: int, start_us: int, every_s: int) -> None:
    import os

    from anlan.telemetry.store import Store

    store = Store(folder)
    chance = np.random.default_rng(1)
    seconds = max(1, A_TIME // tags)
    for first in range(0, DAY_S // every_s, seconds):
        steps = np.arange(first, min(first + seconds, DAY_S // every_s))
        store.insert(
            wire.batch_of(
                np.tile(np.arange(tags), len(steps)),
                np.repeat(start_us + steps * every_s * 1_000_000, tags),
                np.round(chance.normal(50, 5, tags * len(steps)), 2),
            )
        )
    os._exit(0)  # the engine's threads are no reason to linger
