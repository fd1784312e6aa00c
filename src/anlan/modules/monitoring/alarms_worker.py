"""The alarm worker: samples from the log through the core into the journal, once.

One worker owns a partition (an advisory lock of the database; a second one waits as a spare). The
core sees each message alone and its clock is the time at which messages reached the log, so what
it says depends on the log and nothing else. With the core's events goes, in one transaction, the
sequence of the last message; every half minute a snapshot of the core too. After a kill the worker
goes on from the snapshot, and what the journal has already is told to nobody twice.

Values of calculated points go back into the log, under a subject that no worker follows, for the
store. They are there before the snapshot that lies behind them, so a kill loses none; what a replay
sends again, the store counts once.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import math
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from django.db import Error, connection
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from anlan.base.actors import wall
from anlan.base.actors.scope import EVERYTHING
from anlan.base.clock import now as clock_now
from anlan.engines.alarms.core import AlarmCore
from anlan.engines.alarms.rules import Event, Rule, Side
from anlan.engines.alarms.snapshots import SnapshotError
from anlan.modules.monitoring import alarms_core
from anlan.modules.monitoring.services.alarms import (
    Judgement,
    Position,
    Standing,
    position_of,
    standing,
    take_events,
    timers,
)
from anlan.telemetry import stream, wire
from anlan.telemetry.options import log_limits

logger = logging.getLogger(__name__)

FETCH_MESSAGES = 200
FETCH_S = 0.1
SNAPSHOT_S = 30.0
LOOK_AT_RULES_S = 15.0
# Messages that were stored before a fetch began have arrived when it comes back empty.
IDLE_BEHIND_S = 1.0
SHORTER_S = 10.0
MOST_MISSED = 3
LOCK = 0x414C4D00
# Rows of one message: far below what a message may weigh.
MOST_ROWS = 20_000
MOST_UNSENT = 5_000
_HEAD = struct.Struct("<d")
T = TypeVar("T")


class Judge:
    """The core with its clock; no database and no message server in here."""

    def __init__(self, settings: alarms_core.Settings) -> None:
        self.core = AlarmCore(
            settings.rules, settings.tags, ranges=settings.ranges, calculated=settings.calculated
        )
        self.ticked = -math.inf
        self._places = alarms_core.places(self.core.tags)

    def take(self, data: bytes, arrived: float) -> list[Event]:
        """Judge one message that reached the log at `arrived` (seconds, UTC).

        One that cannot be read says nothing; the historian counts it.
        """
        found = self.tick(math.floor(arrived))
        try:
            batch = wire.decode(data)
        except wire.BadBatch:
            return found
        known = (batch.tags >= 0) & (batch.tags < len(self._places))
        ids = self._places[batch.tags * known] * known - ~known
        found += self.core.take(
            ids.astype("int32"),
            batch.times_us / 1e6,
            batch.values,
            batch.quality,
            received=arrived,
        )
        return found

    def calculated(self) -> wire.Batch | None:
        """Return the values of calculated points since the last call, None where there are none."""
        ids, times, values, quality = self.core.drain_calculated()
        if not len(ids):
            return None
        numbers = np.array([int(tag) for tag in self.core.tags], np.int32)
        return wire.batch_of(numbers[ids], np.rint(times * 1e6), values, quality)

    def tick(self, now: float) -> list[Event]:
        """Let the clock reach a whole second; going back does nothing."""
        if now <= self.ticked:
            return []
        self.ticked = now
        return self.core.tick(now)

    def replace(self, settings: alarms_core.Settings) -> list[Event]:
        """Go on with other settings; what is unchanged goes on as if nothing had happened."""
        now = max(self.ticked, 0.0)
        found = self.core.replace(
            settings.rules,
            settings.tags,
            now=now,
            ranges=settings.ranges,
            calculated=settings.calculated,
        )
        self._places = alarms_core.places(self.core.tags)
        # Judged by the last values at once, or a replay would do so at another moment.
        return found + self.core.tick(now)

    def stand(self, found: Standing) -> None:
        """Begin with the alarms as the journal says they stand."""
        self.core.stand({str(pk) for pk in found.active}, {str(pk) for pk in found.suppressed})

    def snapshot(self) -> bytes:
        """Return the core and its clock."""
        return _HEAD.pack(self.ticked) + self.core.snapshot()

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot."""
        self.core.restore(data[_HEAD.size :])
        (self.ticked,) = _HEAD.unpack_from(data)


def judgements(events: Sequence[Event]) -> list[Judgement]:
    """Return the core's events as the journal takes them."""
    return [
        Judgement(
            rule_id=UUID(one.rule.key),
            what=one.what,
            at=_moment(one.at),
            since=_moment(one.since),
            value=None if math.isnan(one.value) else one.value,
        )
        for one in events
    ]


def gone(stand: Standing, keys: Iterable[str], now: dt.datetime) -> list[Judgement]:
    """Return the ends of what stands open although its rule is not judged any more."""
    judged = {UUID(key) for key in keys}
    over = [(pk, "cleared") for pk in stand.active] + [
        (pk, "unsuppressed") for pk in stand.suppressed
    ]
    return [Judgement(pk, what, now, now) for pk, what in sorted(over) if pk not in judged]


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


class Worker:
    """Runs until `stop` is called. `say` is told what an operator should read."""

    def __init__(self, url: str, partition: int = 0, snapshot_s: float = SNAPSHOT_S) -> None:
        self.url, self.partition, self.snapshot_s = url, partition, snapshot_s
        self.sequence = 0
        self.events = 0
        # Without a snapshot: from which moment on messages are to be judged.
        self._since: dt.datetime | None = None
        self._stop = asyncio.Event()
        self._rules_changed = asyncio.Event()
        self._mark: tuple[Any, ...] = ()
        self._publisher: stream.Publisher | None = None
        # Calculated values that the log has not acknowledged, by the id of their message.
        self._unsent: dict[str, bytes] = {}
        self._looked_at = self._kept_at = self._timed_at = 0.0
        # One thread, so one connection: it holds the lock and sees everything.
        self._pool = ThreadPoolExecutor(1, "alarms-database")

    def stop(self) -> None:
        """End after the message in hand."""
        self._stop.set()

    async def run(self) -> None:
        """Work until stopped. Raises what the database says when it goes away."""
        try:
            await self._in_database(self._open)
            while not await self._in_database(self._lock):
                if await self._waited(1.0):
                    return
            judge = await self._in_database(self._begin)
            client = await self._connected()
            if client is None:
                return
            try:
                await self._work(judge, client)
            finally:
                await client.close()
        finally:
            await self._in_database(self._close)
            self._pool.shutdown()

    # ---- the database, in its thread ---------------------------------------------------------

    async def _in_database(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _open(self) -> None:
        wall.bind(EVERYTHING)

    def _close(self) -> None:
        # Looked up here: `connection` is another one in each thread.
        connection.close()

    def _lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK + self.partition])
            return bool(cursor.fetchone()[0])

    def _begin(self) -> Judge:
        self._mark = alarms_core.mark()
        judge = Judge(alarms_core.load())
        stand = standing()
        kept = position_of(self.partition)
        if kept is None or not self._restored(judge, kept):
            judge.stand(stand)
            self._since = stand.written_at
        # Rules may have gone while nobody looked: whatever they left open is closed.
        found = gone(stand, judge.core.keys, clock_now())
        if found:
            take_events(found, None)
        _warm_up()
        logger.info("judging %d alarms from message %d", len(judge.core.rules), self.sequence)
        return judge

    def _restored(self, judge: Judge, kept: Position) -> bool:
        if kept.snapshot is None:
            return False
        try:
            judge.restore(kept.snapshot)
        except SnapshotError as error:
            logger.error("%s; going on from what the journal says", error)
            return False
        self.sequence = kept.sequence
        return True

    def _write(self, found: list[Event], judge: Judge | None) -> None:
        kept = judge.snapshot() if judge is not None else None
        take_events(judgements(found), Position(self.partition, self.sequence, kept))
        self.events += len(found)
        if judge is not None:
            self._kept_at = time.monotonic()

    # ---- the log -----------------------------------------------------------------------------

    async def _waited(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return self._stop.is_set()

    async def _connected(self) -> Client | None:
        while True:
            try:
                client = await stream.connect(self.url, "anlan-alarms")
                await stream.ensure(client.jetstream(), log_limits())
                await client.subscribe(stream.DIRECTORY_SUBJECT, cb=self._on_news)
                return client
            except stream.TROUBLE as error:
                logger.warning("the message server does not answer: %s", error)
                if await self._waited(1.0):
                    return None

    async def _on_news(self, _: Msg) -> None:
        self._rules_changed.set()

    @property
    def _consumer(self) -> str:
        return f"alarms-{self.partition}"

    async def _follow(self, js: JetStreamContext) -> JetStreamContext.PullSubscription:
        """Have the log delivered from behind the last message, without a gap."""
        name = self._consumer
        if (last := await self._last_of(js)) < self.sequence:
            logger.error("the log begins anew at %d, behind %d", last, self.sequence)
            self.sequence = 0
        from_time = self.sequence == 0 and self._since is not None
        with contextlib.suppress(NotFoundError):
            await js.delete_consumer(stream.STREAM, name)
        await js.add_consumer(
            stream.STREAM,
            ConsumerConfig(
                durable_name=name,
                ack_policy=AckPolicy.ALL,
                # What stands open says nothing of messages from before the journal's end.
                deliver_policy=DeliverPolicy.BY_START_TIME
                if from_time
                else DeliverPolicy.BY_START_SEQUENCE,
                opt_start_time=self._since if from_time else None,
                opt_start_seq=None if from_time else self.sequence + 1,
                max_ack_pending=20_000,
                ack_wait=60,
                filter_subject=stream.subject(self.partition, 0).removesuffix("0") + "*",
            ),
        )
        self._delivered = self._missed = 0
        return await js.pull_subscribe_bind(name, stream.STREAM)

    async def _last_of(self, js: JetStreamContext) -> int:
        """The log's last sequence, asked again for a while where it is behind ours.

        A server of a cluster that has just come to lead may not have caught up with itself yet.
        """
        until = time.monotonic() + SHORTER_S
        while True:
            last = (await js.stream_info(stream.STREAM)).state.last_seq
            if last >= self.sequence or time.monotonic() > until or await self._waited(0.5):
                return last

    async def _work(self, judge: Judge, client: Client) -> None:
        js = client.jetstream()
        self._publisher = stream.Publisher(client)
        subscription = None
        while not self._stop.is_set():
            try:
                if subscription is None:
                    subscription = await self._follow(js)
                began = time.time()
                messages = await self._fetched(subscription)
            except stream.TROUBLE as error:
                logger.warning("the log does not answer: %s", error)
                subscription = None
                await self._waited(0.5)
                continue
            if not messages:
                if not await self._idle(judge, js, began):
                    subscription = None
            elif not await self._judged(judge, messages):
                subscription = None
            await self._timely(judge)
        await self._send()
        await self._in_database(lambda: self._write([], None if self._unsent else judge))

    async def _idle(self, judge: Judge, js: JetStreamContext, began: float) -> bool:
        """Let the clock go on without messages, once the log itself says that none waits.

        False where messages must be delivered anew.

        A fetch comes back empty, too, while the server is away or another one takes its place; a
        clock that went on then would be ahead of messages that are stored already.
        """
        now = math.floor(began - IDLE_BEHIND_S)
        if now <= judge.ticked:
            return True
        try:
            at = await js.consumer_info(stream.STREAM, self._consumer, timeout=1.0)
        except NotFoundError:
            return False
        except stream.TROUBLE:
            return True
        if at.delivered is not None and at.delivered.consumer_seq > self._delivered:
            # On its way to us; or it went to a connection that is no more.
            self._missed += 1
            return self._missed < MOST_MISSED
        self._missed = 0
        if not at.num_pending:
            found = judge.tick(now)
            if found:
                await self._in_database(lambda: self._write(found, None))
        return True

    @staticmethod
    async def _fetched(subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        # A wait that ends without a message raises nats' own error or, where this machine is
        # busy, the plain one: neither means that the server is away.
        try:
            return await subscription.fetch(FETCH_MESSAGES, timeout=FETCH_S)
        except TimeoutError:
            return []

    async def _judged(self, judge: Judge, messages: list[Msg]) -> bool:
        """Judge messages, write what came of them, acknowledge; False where one is missing."""
        if not self._kept_at and messages[0].metadata.sequence.consumer == self._delivered + 1:
            # Before anything is said: a kill from now on finds where and with what to begin.
            self.sequence = max(self.sequence, messages[0].metadata.sequence.stream - 1)
            await self._in_database(lambda: self._write([], judge))
        found: list[Event] = []
        last = None
        first = self.sequence + 1
        for message in messages:
            place = message.metadata.sequence
            # The second: what was not acknowledged in time comes again, behind newer ones.
            if place.consumer != self._delivered + 1 or place.stream <= self.sequence:
                break
            self._delivered += 1
            found += judge.take(message.data, message.metadata.timestamp.timestamp())
            self.sequence = place.stream
            last = message
        if found:
            await self._in_database(lambda: self._write(found, None))
        made = judge.calculated()
        if made is not None:
            self._hold(made, first)
        await self._send()
        # A snapshot says that all before it is done, the sending of calculated values too.
        if time.monotonic() - self._kept_at >= self.snapshot_s and not self._unsent:
            await self._in_database(lambda: self._write([], judge))
        if last is not None:
            with contextlib.suppress(*stream.TROUBLE):
                await last.ack()
        return last is messages[-1]

    def _hold(self, made: wire.Batch, first: int) -> None:
        """Keep calculated values until the log has them; their id says from which messages."""
        for start in range(0, len(made), MOST_ROWS):
            name = f"calculated-{self.partition}-{first}-{self.sequence}-{start}"
            self._unsent[name] = wire.encode(made.take(slice(start, start + MOST_ROWS)))
        while len(self._unsent) > MOST_UNSENT:
            del self._unsent[next(iter(self._unsent))]
            logger.error("the log takes no calculated values; the oldest are given up")

    async def _send(self) -> None:
        """Put calculated values into the log; what it does not take is tried again later."""
        assert self._publisher is not None
        for name, data in list(self._unsent.items()):
            try:
                await self._publisher.publish(
                    self.partition, data, message_id=name, partition=stream.CALCULATED
                )
            except stream.NotTaken as error:
                logger.warning("calculated values wait: %s", error)
                return
            del self._unsent[name]

    async def _timely(self, judge: Judge) -> None:
        """Once a second the timers of the rows; now and then, or when told to, the settings."""
        now = time.monotonic()
        if now - self._timed_at >= 1.0:
            self._timed_at = now
            await self._in_database(timers)
        if self._rules_changed.is_set() or now - self._looked_at >= LOOK_AT_RULES_S:
            self._rules_changed.clear()
            self._looked_at = now
            await self._in_database(lambda: self._look(judge))

    def _look(self, judge: Judge) -> None:
        mark = alarms_core.mark()
        if mark == self._mark:
            return
        try:
            found = judge.replace(alarms_core.load())
        except ValueError as error:
            logger.error("the settings cannot be used, the old ones stay: %s", error)
        else:
            logger.info("judging %d alarms now", len(judge.core.rules))
            # With the snapshot: a replay must not judge older messages by the new settings.
            self._write(found, judge)
        self._mark = mark


def _warm_up() -> None:
    """Have the loops compiled before the first alarm."""
    core = AlarmCore([Rule("1", Side.HIGH, 1.0)])
    core.take(np.zeros(1, np.int32), np.zeros(1), np.zeros(1), np.zeros(1, np.uint8), received=0.0)
    core.tick(1.0)


async def work(
    url: str, partition: int, snapshot_s: float, on_start: Callable[[Worker], None]
) -> None:
    """Run a worker; begin anew when the database goes away."""
    while True:
        worker = Worker(url, partition, snapshot_s)
        on_start(worker)
        try:
            await worker.run()
            return
        except Error as error:
            logger.warning("the database does not answer: %s", error)
            await asyncio.sleep(1.0)
