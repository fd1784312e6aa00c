"""The process's one connection to NATS: a thread with its own event loop.

Requests hand events over and go on; the thread publishes them, retries, and keeps the shared
log filled. A message server that is away costs no request anything.
"""

import asyncio
import atexit
import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec
import nats
from django.conf import settings
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StorageType, StreamConfig

from anlan.base.ids import uuid7
from anlan.base.live import counters
from anlan.base.live.log import Log
from anlan.base.live.message import Entry, Message, decode
from anlan.config import nats_streams, tasks
from anlan.config.nats_address import server_options

logger = logging.getLogger(__name__)

STREAM = "ANLAN_LIVE"
SUBJECTS = "live.>"
KEPT_SECONDS = 24 * 3600
WAITING_MAX = 10_000
IDLE_SECONDS = 5.0
REPLAYS_AT_ONCE = 8

TROUBLE = (NatsError, OSError, asyncio.TimeoutError)


class Lost(NatsError):
    """The flow of events broke; it is taken up again after the last one received."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: UUID
    subject: str
    payload: bytes


class Bridge:
    """Publishes what is handed over and follows the stream into `log`.

    `on_idle` is awaited every few seconds while there are readers.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.log = Log()
        self.pid = os.getpid()
        self.is_stopping = False
        self.on_idle: Callable[[], Awaitable[None]] | None = None
        self._outbox: deque[_Waiting] = deque()
        self._signals: set[str] = set()
        self._lock = threading.Lock()
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._nc: Client | None = None
        self._in_trouble = False

    # ---- from any thread -------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="anlan-live", daemon=True)
                self._thread.start()
        self._started.wait(5)

    def offer(self, message: Message) -> None:
        """Queue a message and return at once. When the queue is full its oldest goes:
        a live page wants the present."""
        payload = msgspec.json.encode(message)
        with self._lock:
            if len(self._outbox) >= WAITING_MAX:
                self._outbox.popleft()
                counters.DROPPED.inc()
            self._outbox.append(_Waiting(uuid7(), f"live.{message.topic}", payload))
            counters.WAITING.set(len(self._outbox))
        self.start()
        self._call(lambda: self._more.set())

    def signal(self, subject: str) -> None:
        """Send an empty message of NATS itself, once however often it is asked for meanwhile.

        For processes that read anew what they hold; who is not there reads when it starts.
        """
        with self._lock:
            self._signals.add(subject)
        self.start()
        self._call(lambda: self._more.set())

    def follow(self) -> None:
        """Begin to fill the log; repeated calls do nothing."""
        self.start()
        self._call(lambda: self._wanted.set())

    def drain(self, seconds: float) -> bool:
        """Wait until everything handed over is published; False if it was not in time."""
        until = time.monotonic() + seconds
        while self._outbox and time.monotonic() < until:
            time.sleep(0.02)
        return not self._outbox

    def stop(self, seconds: float = 2.0) -> None:
        """End the readers, publish what waits if that is possible in time, end the thread."""
        self.end_streams()
        if self._thread is not None and self._thread.is_alive():
            self.drain(seconds)
            self._call(lambda: self._end.set())
            self._thread.join(3)

    def end_streams(self) -> None:
        """Ask every reader to finish; they come back to another process."""
        self.is_stopping = True
        self.log.ring()

    async def replay(self, cursor: int, limit: int) -> list[Entry] | None:
        """Return up to `limit` stored events after `cursor`; None if the stream no longer
        reaches back. Raises one of TROUBLE when NATS does not answer."""
        assert self._loop is not None
        task = asyncio.run_coroutine_threadsafe(self._replay(cursor, limit), self._loop)
        return await asyncio.wrap_future(task)

    def _call(self, what: Callable[[], None]) -> None:
        # The loop is gone when the process ends; the event with it.
        if self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(what)

    # ---- in the thread ---------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        finally:
            self._started.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._more, self._wanted, self._end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._replays = asyncio.Semaphore(REPLAYS_AT_ONCE)
        self._inbox: asyncio.Queue[Msg | None] | None = None
        if self._outbox:
            self._more.set()
        self._started.set()
        work = [
            asyncio.create_task(self._work(), name="live-work"),
            asyncio.create_task(self._tick(), name="live-tick"),
        ]
        await self._end.wait()
        await tasks.end(work)
        if self._nc is not None:
            with contextlib.suppress(*TROUBLE):
                await asyncio.wait_for(self._nc.close(), 1)

    async def _work(self) -> None:
        while True:
            try:
                self._nc = await nats.connect(
                    **server_options(self.url),
                    name="anlan",
                    connect_timeout=3,
                    reconnect_time_wait=1,
                    max_reconnect_attempts=-1,
                    error_cb=self._on_error,
                    disconnected_cb=self._on_disconnect,
                    reconnected_cb=self._on_reconnect,
                )
            except TROUBLE as error:
                self._trouble(error)
                await asyncio.sleep(2)
                continue
            self._js = self._nc.jetstream(timeout=5)
            await asyncio.gather(self._publish_all(), self._follow_all())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(IDLE_SECONDS)
            if self.on_idle is not None:
                try:
                    await self.on_idle()
                except Exception:  # the thread outlives a database that is away
                    logger.exception("live: the check of rights failed")

    async def _on_error(self, error: Exception) -> None:
        self._trouble(error)

    async def _on_disconnect(self) -> None:
        if not self._end.is_set():  # our own goodbye is no trouble
            self._trouble(Lost("disconnected"))

    async def _on_reconnect(self) -> None:
        # A restarted server has forgotten the consumer, and would say so only by silence.
        if self._inbox is not None:
            self._inbox.put_nowait(None)

    def _trouble(self, error: BaseException) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            logger.warning("live: events wait, NATS does not answer (%s)", error or type(error))
        self.log.is_current = False
        counters.CONNECTED.set(0)
        self.log.ring()

    def _well(self) -> None:
        if self._in_trouble:
            self._in_trouble = False
            logger.info("live: NATS answers again")

    async def _stream(self) -> tuple[int, int]:
        """Return the first and the last sequence of the stream, made if it is not there."""
        wanted = StreamConfig(
            name=STREAM,
            subjects=[SUBJECTS],
            max_age=KEPT_SECONDS,
            storage=StorageType.FILE,
            duplicate_window=120,
            num_replicas=settings.NATS_REPLICAS,
            description="Live events of Anlan's pages",
        )
        info = await nats_streams.ensure(self._js, wanted)
        return info.state.first_seq, info.state.last_seq

    async def _publish_all(self) -> None:
        delay = 0.2
        is_there = False
        while True:
            await self._more.wait()
            self._more.clear()
            with self._lock:
                signals, self._signals = self._signals, set()
            for subject in signals:
                with contextlib.suppress(*TROUBLE):
                    await self._nc.publish(subject, b"")  # type: ignore[union-attr]
            while self._outbox:
                item = self._outbox[0]
                try:
                    if not is_there:
                        await self._stream()
                        is_there = True
                    # The id makes a repeated attempt harmless inside the duplicate window.
                    await self._js.publish(
                        item.subject,
                        item.payload,
                        timeout=3,
                        headers={"Nats-Msg-Id": item.id.hex},
                    )
                except TROUBLE as error:
                    counters.FAILED.inc()
                    self._trouble(error)
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, 5.0)
                    is_there = False
                    continue
                delay = 0.2
                self._well()
                counters.PUBLISHED.inc()
                with self._lock:
                    if self._outbox and self._outbox[0] is item:
                        self._outbox.popleft()
                    counters.WAITING.set(len(self._outbox))

    async def _follow_all(self) -> None:
        await self._wanted.wait()
        while True:
            try:
                await self._follow()
            except TROUBLE as error:
                self._trouble(error)
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        first, last = await self._stream()
        log = self.log
        if log.epoch == 0 or last < log.last or first > log.last + 1:
            # A new process, a stream begun anew, or one that forgot what we have not seen.
            log.begin(max(first - 1, last - log.capacity, 0))
        if log.last >= last:
            self._caught_up()
        async with contextlib.aclosing(self._consume(log.last + 1)) as messages:
            async for message in messages:
                seq = message.metadata.sequence.stream
                try:
                    log.add(decode(seq, message.data))
                except msgspec.MsgspecError:
                    log.skip(seq)
                    logger.warning("live: event %d cannot be read", seq)
                if message.metadata.num_pending == 0 or log.is_current:
                    self._caught_up()

    def _caught_up(self) -> None:
        self.log.is_current = True
        counters.CONNECTED.set(1)
        self._well()
        self.log.ring()

    async def _consume(self, start: int, *, follow: bool = True) -> AsyncGenerator[Msg, None]:
        """Yield stored messages from `start` on, without a gap, or raise Lost."""
        assert self._nc is not None
        inbox: asyncio.Queue[Msg | None] = asyncio.Queue()
        if follow:
            self._inbox = inbox

        async def keep(message: Msg) -> None:
            inbox.put_nowait(message)

        address = self._nc.new_inbox()
        subscription = await self._nc.subscribe(address, cb=keep)
        try:
            await self._js.add_consumer(
                STREAM,
                ConsumerConfig(
                    deliver_subject=address,
                    deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                    opt_start_seq=max(start, 1),
                    ack_policy=AckPolicy.NONE,
                    idle_heartbeat=IDLE_SECONDS,
                    mem_storage=True,
                    num_replicas=1,
                    max_deliver=1,
                ),
            )
            seen = 0
            while True:
                message = await asyncio.wait_for(inbox.get(), IDLE_SECONDS * 2.5)
                if message is None:
                    raise Lost("the message server was away")
                headers = message.headers or {}
                if headers.get("Status"):
                    # A heartbeat tells how many were sent: fewer arrived if one was lost.
                    if int(headers.get("Nats-Last-Consumer", seen)) != seen:
                        raise Lost("an event was missed")
                    continue
                seen += 1
                if message.metadata.sequence.consumer != seen:
                    raise Lost("an event was missed")
                yield message
        finally:
            with contextlib.suppress(*TROUBLE):
                # Without interest the server drops the consumer by itself.
                await subscription.unsubscribe()

    async def _replay(self, cursor: int, limit: int) -> list[Entry] | None:
        if self._nc is None or not self._nc.is_connected:
            raise Lost("the message server is away")
        async with self._replays:
            first, last = await self._stream()
            if first > cursor + 1 or cursor > last:
                return None
            found: list[Entry] = []
            if cursor == last:
                return found
            messages = self._consume(cursor + 1, follow=False)
            async with contextlib.aclosing(messages):
                async for message in messages:
                    seq = message.metadata.sequence.stream
                    with contextlib.suppress(msgspec.MsgspecError):
                        found.append(decode(seq, message.data))
                    if len(found) >= limit or message.metadata.num_pending == 0:
                        return found
            return found


_bridge: Bridge | None = None
_bridge_lock = threading.Lock()


def bridge() -> Bridge:
    """Return this process's bridge; a forked child gets its own."""
    global _bridge
    with _bridge_lock:
        if _bridge is None or _bridge.pid != os.getpid():
            _bridge = Bridge(settings.NATS_URL)
        return _bridge


def close() -> None:
    """Stop this process's bridge; the next call of `bridge` makes a new one."""
    global _bridge
    with _bridge_lock:
        mine, _bridge = _bridge, None
    if mine is not None and mine.pid == os.getpid():
        mine.stop()


atexit.register(close)
