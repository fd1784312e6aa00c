"""The log and the store alone: a rate for a while, everything counted; or kills in between."""

import asyncio
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from anlan.telemetry import client, stream, wire
from anlan.telemetry.bench.stack import Stack, processor_seconds, until

ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of it. `behind_s` is how late the last batch left against its due time."""

    sent: int
    stored: int
    seconds: float
    caught_up_s: float
    behind_s: float
    processors: dict[str, float]
    bytes_a_sample: float

    @property
    def lost(self) -> int:
        """Samples that the store does not count."""
        return self.sent - self.stored


def run(folder: Path, rate: int, seconds: float, tags: int, kills: int = 0) -> Ingested:
    """Send `rate` samples a second for a while; with `kills`, kill -9 a process now and then.

    The message server and the store are killed in turn; batches carry ids, as a collector's do,
    so that what was not acknowledged is sent again.
    """
    with Stack(folder) as stack:
        stack.start_historian()
        stack.until_ready()
        return asyncio.run(_run(stack, rate, seconds, tags, kills))


async def _run(stack: Stack, rate: int, seconds: float, tags: int, kills: int) -> Ingested:
    connection = await stream.connect(stack.url, "bench")
    await stream.ensure(connection.jetstream())
    publisher = stream.Publisher(connection, most_waiting=400)
    before = {name: processor_seconds(p.pid) for name, p in stack.processes.items()}
    mine = time.process_time()
    batches = max(1, int(rate * seconds) // ROWS)
    killer = asyncio.create_task(_kill(stack, kills, seconds)) if kills else None
    start_us = time.time_ns() // 1000
    began, waiting, behind = time.monotonic(), set[asyncio.Task[None]](), 0.0
    for number in range(batches):
        due = began + number * ROWS / rate
        if due > (now := time.monotonic()):
            await asyncio.sleep(due - now)
        behind = max(0.0, time.monotonic() - due)
        payload = wire.encode(batch_of(number, tags, rate, start_us))
        waiting.add(asyncio.create_task(_send(publisher, payload, f"bench-{number}")))
        if len(waiting) > 200:
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if waiting:
        await asyncio.wait(waiting)
    sent_at = time.monotonic()
    if killer is not None:
        await killer
    last = (await connection.jetstream().stream_info(stream.STREAM)).state.last_seq
    await connection.close()
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(
        None, lambda: until(lambda: int(client.status(timeout_s=5.0)["sequence"]) >= last, 600)
    )
    caught_up = time.monotonic() - sent_at
    spent = {
        name: (processor_seconds(process.pid) - before.get(name, 0.0)) / (sent_at - began)
        for name, process in stack.processes.items()
    }
    spent["generator"] = (time.process_time() - mine) / (sent_at - began)
    return await loop.run_in_executor(
        None, _counted, batches * ROWS, sent_at - began, caught_up, behind, spent
    )


def batch_of(number: int, tags: int, rate: int, start_us: int) -> wire.Batch:
    """The samples of one batch: each tag in turn, times as they are due, no key twice."""
    row = np.arange(number * ROWS, (number + 1) * ROWS)
    values = np.round(50 + 20 * np.sin(row / 9973), 2)
    return wire.batch_of(row % tags, start_us + row * 1_000_000 // rate, values)


def _counted(
    sent: int, seconds: float, caught_up: float, behind: float, spent: dict[str, float]
) -> Ingested:
    now = datetime.now(UTC)
    found = client.counts(now - timedelta(days=2), now + timedelta(days=1), timeout_s=600.0)
    table = client.status(timeout_s=30.0)["tables"].get("samples", {"bytes": 0})
    stored = sum(found.values())
    return Ingested(
        sent, stored, seconds, caught_up, behind, spent, table["bytes"] / max(1, stored)
    )


async def _send(publisher: stream.Publisher, payload: bytes, message_id: str) -> None:
    while True:
        try:
            await publisher.publish(1, payload, message_id=message_id)
        except stream.NotTaken:
            await asyncio.sleep(0.2)
        else:
            return


async def _kill(stack: Stack, kills: int, seconds: float) -> None:
    chance = random.Random(1)  # noqa: S311 (no secret)
    starts: dict[str, Callable[[], None]] = {
        "historian": stack.start_historian,
        "nats": stack.start_nats,
    }
    for number in range(kills):
        await asyncio.sleep(seconds / kills * chance.uniform(0.5, 1.0))
        name = ("historian", "nats")[number % 2]
        await _in_thread(lambda name=name: stack.end(name, signal.SIGKILL))  # type: ignore[misc]
        starts[name]()
    await _in_thread(stack.until_ready)


async def _in_thread(work: Callable[[], None]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, work)
