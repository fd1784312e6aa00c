"""Behind every way in: judges samples, puts them into the log, counts, and says when to wait.

One desk a process. It keeps the directory fresh, watches how far the store is behind, and writes
the counters of the sources down every few seconds.
"""

import asyncio
import contextlib
import logging
import math
import time
from datetime import UTC, datetime

import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import Counter, Gauge

from anlan.config import tasks
from anlan.telemetry import directory, stream, wire
from anlan.telemetry.directory import Directory, Heard, Known
from anlan.telemetry.intake import Counts, Judge
from anlan.telemetry.options import Limits
from anlan.telemetry.payloads import Sent

logger = logging.getLogger("anlan.door")

ROWS_A_MESSAGE = 10_000
WATCH_S = 2.0
WRITE_S = 3.0
REFRESH_S = 60.0

SAMPLES = Counter("anlan_door_samples", "Samples taken in, by what was seen of them.", ["what"])
WAITS = Counter("anlan_door_waits", "Requests that were asked to come again later.")
BACKLOG = Gauge("anlan_door_backlog_messages", "Batches in the log that the store does not have.")


class Wait(Exception):
    """Samples cannot be taken now. Send them again after `seconds`."""

    def __init__(self, why: str, seconds: int) -> None:
        super().__init__(why)
        self.seconds = seconds


class Desk:
    """Use `start` once, `take` for each batch, `stop` at the end."""

    def __init__(self, nats_url: str, database_url: str, limits: Limits) -> None:
        self._nats_url, self._database_url, self.limits = nats_url, database_url, limits
        self.directory: Directory = directory.EMPTY
        self.is_loaded = False
        self.client: Client | None = None
        self._publisher: stream.Publisher | None = None
        self._judge = Judge()
        self._heard: dict[int, Heard] = {}
        self._is_tight = False
        self._stale = asyncio.Event()
        self._loaded_at = -math.inf
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to work; waits for neither database nor message server, whose turn will come."""
        self.warm_up()
        self._tasks = [
            asyncio.create_task(self._keep_log(), name="log"),
            asyncio.create_task(self._keep_directory(), name="directory"),
        ]

    def warm_up(self) -> None:
        """Do once what is slow the first time, so that no sender waits for it."""
        batch = wire.batch_of([0], [0], [0.0])
        Judge().take(directory.EMPTY, batch, time.time_ns() // 1000)
        wire.decode(wire.encode(batch))

    async def stop(self) -> None:
        """Write the counters down and end."""
        await tasks.end(self._tasks)
        with contextlib.suppress(psycopg.Error):
            async with await directory.connect(self._database_url) as connection:
                await self._write(connection)
        if self.client is not None:
            await self.client.close()

    @property
    def is_ready(self) -> bool:
        """Whether samples can be taken."""
        return self.is_loaded and self.client is not None and self.client.is_connected

    async def take(self, source: Known, sent: Sent) -> Counts:
        """Put samples into the log and return what was seen of them, once they are durable.

        Raises Wait; whoever sends them again with the same batch id does no harm.
        """
        self.require_room()
        assert self._publisher is not None
        now = datetime.now(UTC)
        batch, counts = self._judge.take(self.directory, sent.batch, int(now.timestamp() * 1e6))
        counts.unknown = sent.unknown
        counts.samples += sent.unknown
        mark = f"{source.number}-{sent.batch_id}" if sent.batch_id else ""
        try:
            await asyncio.gather(
                *(
                    self._publisher.publish(
                        source.number,
                        wire.encode(batch.take(slice(at, at + ROWS_A_MESSAGE))),
                        message_id=f"{mark}-{at}" if mark else None,
                        received=now,
                    )
                    for at in range(0, len(batch), ROWS_A_MESSAGE)
                )
            )
        except stream.NotTaken as error:
            WAITS.inc()
            raise Wait("The message server does not answer.", 1) from error
        self._heard.setdefault(source.number, Heard(now)).add(counts.as_dict(), now)
        for name, n in counts.as_dict().items():
            if n:
                SAMPLES.labels(name).inc(n)
        return counts

    def require_room(self) -> None:
        """Raises Wait when samples cannot be taken now."""
        if not self.is_loaded:
            raise Wait("The register of sources is not read yet.", 2)
        if self._publisher is None or self.client is None or not self.client.is_connected:
            WAITS.inc()
            raise Wait("The message server does not answer.", 2)
        if self._is_tight:
            WAITS.inc()
            raise Wait("The store is far behind.", 10)

    def look_again(self) -> None:
        """Have the register read anew, every few seconds at most: a key may be newer than it."""
        if time.monotonic() - self._loaded_at >= WATCH_S:
            self._stale.set()

    def note_error(self, source: Known, error: str) -> None:
        """Show what a source did wrong on its page."""
        one = self._heard.setdefault(source.number, Heard(datetime.now(UTC)))
        one.error = error

    # ---- in the background -------------------------------------------------------------------

    async def _keep_log(self) -> None:
        while True:
            try:
                if self.client is None:
                    client = await stream.connect(self._nats_url, "anlan-door")
                    await client.subscribe(stream.DIRECTORY_SUBJECT, cb=self._on_news)
                    self._publisher = stream.Publisher(client)
                    self.client = client
                js = self.client.jetstream()
                await stream.ensure(js, self.limits)
                waiting = await stream.backlog(js)
                BACKLOG.set(waiting.messages)
                if waiting.is_tight != self._is_tight:
                    self._is_tight = waiting.is_tight
                    logger.warning(
                        "%s: %d batches wait for the store",
                        "asking senders to wait" if self._is_tight else "taking samples again",
                        waiting.messages,
                    )
            except stream.TROUBLE as error:
                logger.info("the message server does not answer: %s", error)
            await asyncio.sleep(WATCH_S)

    async def _on_news(self, _: Msg) -> None:
        self._stale.set()

    async def _keep_directory(self) -> None:
        while True:
            try:
                async with await directory.connect(self._database_url) as connection:
                    await self._refresh(connection)
            except psycopg.Error as error:
                # Known sources go on: what they send does not need the database.
                logger.warning("the database does not answer: %s", str(error).strip())
            await asyncio.sleep(WATCH_S)

    async def _refresh(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            if self._stale.is_set() or time.monotonic() - self._loaded_at >= REFRESH_S:
                self._stale.clear()
                self.directory = await directory.load(connection)
                self.is_loaded, self._loaded_at = True, time.monotonic()
            await self._write(connection)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stale.wait(), WRITE_S)

    async def _write(self, connection: psycopg.AsyncConnection) -> None:
        heard, self._heard = self._heard, {}
        if not heard:
            return
        try:
            await directory.write(connection, heard)
        except psycopg.Error:
            for number, one in heard.items():  # nothing counted is forgotten
                self._heard.setdefault(number, Heard(one.at)).add(one.counts, one.at)
            raise
