"""The product under load while its processes are killed, one after the other, 50 times.

Samples are posted to the door as a collector does: again and again with the same batch id until
they are confirmed. At the end the store must hold each of them once, the alarm journal must be
what an undisturbed judgement of the whole log says, and shelves must have ended, once and in time.
"""

import asyncio
import json
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.telemetry import client
from anlan.telemetry.bench.cluster import Cluster
from anlan.telemetry.bench.stack import until
from anlan.telemetry.bench.whole import LIMIT, TICK_S, Generator, Product

VICTIMS = ("nats", "historian", "alarms", "door", "postgres", "web")
SHELVES = 10
WHOLE = 3
"""Points whose every sample is compared, not only counted."""
LEADERLESS_S = 1.0
SETTLE_S = 180.0

FILL = """
from anlan.demo.bench_plant import fill
print(">>", fill({tags}, {limit}, {shelves}, {shelf_s}))
"""


@dataclass(slots=True)
class Tortured:
    """What came of it. Lists of points are empty and numbers are 0 where nothing went wrong."""

    kills: dict[str, int]
    samples: int
    batches: int
    repeated: int
    lacking: int
    surplus: int
    unlike: list[int]
    journal: dict[str, Any]
    behind_s: float
    settled_s: float

    @property
    def shelves_wrong(self) -> int:
        """Shelves that did not end, or more than once."""
        told: dict[str, int] = self.journal
        return abs(told["shelves_over"] - told["shelved"]) + told["on_the_shelf"]


def run(
    folder: Path,
    *,
    kills: int,
    every_s: float,
    rate: int,
    tags: int,
    nodes: int = 1,
    seed: int = 1,
    say: Callable[[str], None] = print,
) -> Tortured:
    """Start the product in `folder`, with a cluster of `nodes` message servers if more than one,
    and kill its processes in an order that `seed` decides."""
    cluster = Cluster(folder.parent / "nats", nodes) if nodes > 1 else None
    with cluster or nullcontext():
        outside = {}
        if cluster is not None:
            asyncio.run(cluster.ready())
            outside = {"ANLAN_NATS_URL": cluster.url, "ANLAN_NATS_REPLICAS": str(nodes)}
        product = Product(folder, "up", **outside)
        say(f"starting the product in {folder}")
        with product.running():
            until(lambda: bool(product.pids().keys() >= {"alarms", "historian", "door"}), 60)
            # The shelves end while processes die.
            code = FILL.replace("{shelves}", str(SHELVES))
            code = code.replace("{shelf_s}", str(int(kills * every_s / 2) + 10))
            token, first = product.fill(tags, code)
            with product.asking():
                product.tell_directory()
                judging = re.compile(rf"judging {tags} alarms")
                log = folder / "logs" / "alarms.log"
                if not until(lambda: bool(judging.search(log.read_text())), 60):
                    raise RuntimeError("the alarm worker does not know its alarms")
                load = _Load(product.door, token, first, tags, rate)
                killer = Killer(product, cluster, kills, every_s, seed, say)
                return _measure(product, load, killer, kills * every_s, say)


def _measure(
    product: Product, load: "_Load", killer: "Killer", seconds: float, say: Callable[[str], None]
) -> Tortured:
    since = datetime.now(UTC) - timedelta(minutes=1)
    killer.start()
    load.run(seconds)
    killer.join()
    # All is well at the end, long enough for every delay.
    load.is_calm = True
    load.run(4.0)
    say(f"sent {load.sent:,} samples; waiting until store and journal have them")
    ended = time.monotonic()
    store: Counter[int] = Counter()

    def is_stored() -> bool:
        nonlocal store
        end = datetime.now(UTC) + timedelta(minutes=1)
        store = Counter(client.counts(since, end, timeout_s=60))
        return store == load.counts

    until(is_stored, SETTLE_S)
    told: dict[str, Any] = {}

    def is_judged() -> bool:
        told.clear()
        told.update(json.loads(product.manage("alarm_replay")))
        return not (told["missing"] or told["extra"] or told["on_the_shelf"])

    until(is_judged, SETTLE_S)
    return Tortured(
        kills=dict(Counter(killer.killed)),
        samples=load.sent,
        batches=load.batches,
        repeated=load.repeated,
        lacking=(load.counts - store).total(),
        surplus=(store - load.counts).total(),
        unlike=load.unlike(since),
        journal=told,
        behind_s=load.behind,
        settled_s=time.monotonic() - ended,
    )


class _Load(Generator):
    """Every point swings around its limit; what was confirmed is counted by point."""

    def __init__(self, port: int, token: str, first: int, tags: int, rate: int) -> None:
        super().__init__(port, token, first, tags, rate, 0)
        self.counts: Counter[int] = Counter()
        self.batches = 0
        self.is_calm = False
        self._kept: dict[int, list[tuple[int, float]]] = {first + k: [] for k in range(WHOLE)}

    def _batch(self, rows: int, due: float, tick: int) -> bytes:
        row = np.arange(self._row, self._row + rows)
        self._row += rows
        self.batches += 1
        tags = row % self._tags
        times = int(due * 1e6) + np.arange(rows) * int(TICK_S * 1e6) // rows
        values = np.full(rows, 50.0) if self.is_calm else swing(tags, times)
        self.counts.update((tags + self._first).tolist())
        for number, kept in self._kept.items():
            mine = tags + self._first == number
            kept += zip(times[mine].tolist(), values[mine].tolist(), strict=True)
        return self.encoded(tags, times, values)

    def unlike(self, since: datetime) -> list[int]:
        """The points of which the store holds other samples than were sent."""
        end = datetime.now(UTC) + timedelta(minutes=1)
        return [
            number
            for number, kept in self._kept.items()
            if _stored(number, since, end) != sorted(kept)
        ]


def swing(tags: NDArray[np.int64], times_us: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values around the limit with a period of 7 to 19 s, each tag at its own pace."""
    period = 7 + tags % 13
    # Source times are far from 0: their whole periods go first, or the sine were coarse.
    turn = (times_us / 1e6 % 86_400 / period + tags / 7) * 2 * np.pi
    return np.round(LIMIT - 8 + 12 * np.sin(turn), 2)


def _stored(number: int, since: datetime, end: datetime) -> list[tuple[int, float]]:
    found = client.samples([number], since, end, timeout_s=60)
    return sorted(zip(found.times_us.tolist(), found.values.tolist(), strict=True))


@dataclass
class Killer:
    """A thread that kills; `join` raises what went wrong in it."""

    product: Product
    cluster: Cluster | None
    kills: int
    every_s: float
    seed: int
    say: Callable[[str], None]
    killed: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the last one is killed."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        chance = random.Random(self.seed)  # noqa: S311 (no secret)
        began = time.monotonic()
        try:
            for number, name in enumerate(order(self.kills, chance)):
                due = began + (number + chance.uniform(0.2, 0.9)) * self.every_s
                time.sleep(max(0.0, due - time.monotonic()))
                self.killed.append(self._kill(name))
                self.say(f"{time.monotonic() - began:5.0f} s  {number + 1:3d}  {self.killed[-1]}")
        except Exception as error:
            self._error = error

    def _kill(self, name: str) -> str:
        if name == "nats" and self.cluster is not None:
            number = asyncio.run(self.cluster.kill_leader())
            time.sleep(LEADERLESS_S)
            self.cluster.start(number)
            return "nats leader"
        pids: list[int] = []

        def runs() -> bool:
            nonlocal pids
            pids = self.product.pids().get(name, [])
            return bool(pids)

        if not until(runs, 60):
            raise RuntimeError(f"{name} was not started again")
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return name


def order(kills: int, chance: random.Random) -> list[str]:
    """Who dies when: every one in turn, each round in another order."""
    found: list[str] = []
    while len(found) < kills:
        found += chance.sample(VICTIMS, len(VICTIMS))
    return found[:kills]
