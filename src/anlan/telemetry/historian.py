"""The historian: gathers batches from the log into the store and answers questions about them.

    python -m anlan.telemetry.historian

Acknowledges a batch only after it is in the store and the position is written down: killed at
any moment, it loses nothing and counts nothing twice. Owns the store's folder.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from anlan.config import tasks
from anlan.telemetry import archive, options, questions, rolling, stream, wire
from anlan.telemetry.newest import Newest
from anlan.telemetry.store import MINUTE_US, Store, StoreError
from anlan.telemetry.wire import Batch

logger = logging.getLogger("anlan.historian")

GATHER_ROWS = 500_000
GATHER_S = 1.0
FETCH_MESSAGES = 500
FETCH_S = 0.2
ACKNOWLEDGE_S = 60
MOST_ON_THE_WAY = 20_000
SNAPSHOT_S = 10.0
ROLL_S = 5.0
ANSWERS_AT_ONCE = 4


class Figures(msgspec.Struct):
    """What it has done since its start."""

    started_at: float = 0.0
    rows: int = 0
    messages: int = 0
    inserts: int = 0
    insert_seconds: float = 0.0
    torn: int = 0
    gaps_on_the_way: int = 0
    answers: int = 0
    refused: int = 0
    lag_messages: int = 0
    newest_us: int = 0
    last_error: str = ""
    last_error_at: float = 0.0


class Historian:
    """The process: one loop, one thread that writes, a few that answer."""

    def __init__(self, given: options.History) -> None:
        folder = given.folder
        self.folder, self._given = folder, given
        folder.mkdir(parents=True, exist_ok=True)
        self.store = Store(folder / "tables", given.keep)
        archive.take_in(self.store, folder)
        self.newest = Newest()
        self.figures = Figures(started_at=time.time())
        self.state = rolling.read(self._state_file)
        self._seen = 0
        self._delivered = 0
        self._generation = 0
        self._sizes: dict[str, dict[str, int]] = {}
        self._sizes_at = -100.0
        self._stop = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(ANSWERS_AT_ONCE, "reader")
        self._answering = asyncio.Semaphore(4 * ANSWERS_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def _newest_file(self) -> Path:
        return self.folder / "newest.npy"

    def stop(self) -> None:
        """Ask it to finish what it holds and end."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`. Reconnects by itself; waits for a server that is away."""
        client = self._client = await self._connected()
        js = client.jetstream()
        try:
            if not await self._begun(js):
                return
            await client.subscribe(f"{questions.PREFIX}.*", queue="historian", cb=self._on_question)
            logger.info("ready: %d tags known", len(self.newest.of([])))
            keeper = asyncio.create_task(self._keep())
            try:
                await self._gather_all(js)
            finally:
                await tasks.end([keeper])
                await asyncio.get_running_loop().run_in_executor(self._writer, self._remember)
        finally:
            await client.close()

    async def _connected(self) -> Client:
        while True:
            try:
                client = await stream.connect(self._given.nats_url, "anlan-historian")
                await stream.ensure(client.jetstream(), self._given.limits)
                return client
            except stream.TROUBLE as error:
                logger.warning("the message server does not answer (%s); waiting", error)
                await asyncio.sleep(1)

    async def _begun(self, js: JetStreamContext) -> bool:
        """Go on where the last run ended, as soon as the log answers; False if told to stop."""
        while not self._stop.is_set():
            try:
                await self._settle(js)
                await self._follow(js)
                return True
            except stream.TROUBLE as error:
                logger.warning("the log does not answer (%s); waiting", error or type(error))
                await asyncio.sleep(1)
        return False

    # ---- position and newest values ----------------------------------------------------------

    async def _settle(self, js: JetStreamContext) -> None:
        """Take up where the last run ended: position, consumer, newest values."""
        info = await stream.ensure(js, self._given.limits)
        made = str(info.created)
        if self.state.log != made:
            self.state.log, self.state.sequence = made, 0
        if self.newest.load(self._newest_file):
            # The snapshot is some seconds older than the position; the log has the rest.
            if self.newest.sequence > info.state.last_seq:
                self.newest.sequence = 0
        else:
            self._newest_from_tables()
        start = max(self.newest.sequence + 1, info.state.first_seq)
        for sequence in range(start, min(self.state.sequence, info.state.last_seq) + 1):
            try:
                message = await js.get_msg(stream.STREAM, sequence)
                self.newest.take(wire.decode(message.data or b""))
            except (wire.BadBatch, *stream.TROUBLE):
                continue
        self._seen = self.state.sequence

    async def _follow(self, js: JetStreamContext) -> None:
        """Have the log delivered from behind the last message seen, without a gap.

        The consumer is made anew: one that goes on would deliver what got lost on the way only
        later, behind newer messages. Its acknowledgements tell the door how far the store is.
        """
        with contextlib.suppress(NotFoundError):
            await js.delete_consumer(stream.STREAM, stream.CONSUMER)
        await js.add_consumer(
            stream.STREAM,
            ConsumerConfig(
                durable_name=stream.CONSUMER,
                ack_policy=AckPolicy.ALL,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self._seen + 1,
                ack_wait=ACKNOWLEDGE_S,
                max_ack_pending=MOST_ON_THE_WAY,
                filter_subject=stream.SUBJECTS,
            ),
        )
        self._subscription = await js.pull_subscribe_bind(stream.CONSUMER, stream.STREAM)
        self._delivered = 0
        self._generation += 1

    def _newest_from_tables(self) -> None:
        rolled = self.state.rolled_to_us
        try:
            for table in (self.store.newest_rolled(), self.store.newest(rolled)):
                self.newest.take(_batch(table))
        except StoreError as error:
            logger.warning("the newest values could not be read back: %s", error)

    # ---- writing -----------------------------------------------------------------------------

    async def _gather_all(self, js: JetStreamContext) -> None:
        loop = asyncio.get_running_loop()
        held: list[Batch] = []
        last: Msg | None = None
        since, rows = time.monotonic(), 0
        writing: asyncio.Future[None] | None = None
        while not (self._stop.is_set() and writing is None and last is None):
            for message in await self._fetch() if not self._stop.is_set() else []:
                place = message.metadata.sequence
                # The second: what was not acknowledged in time comes again, behind newer ones.
                if place.consumer != self._delivered + 1 or place.stream <= self._seen:
                    await self._again(js)
                    break
                self._delivered += 1
                batch = self._opened(message)
                last = message
                if batch is not None:
                    self.newest.take(batch)
                    held.append(batch)
                    rows += len(batch)
            if last is None:
                since = time.monotonic()
            must_wait = rows >= 4 * GATHER_ROWS or self._stop.is_set()
            if writing is not None and (writing.done() or must_wait):
                await writing
                writing = None
            is_due = rows >= GATHER_ROWS or time.monotonic() - since >= GATHER_S
            if last is not None and writing is None and (is_due or self._stop.is_set()):
                work = self._write_and_acknowledge(loop, held, last, self._generation)
                writing = asyncio.ensure_future(work)
                held, last, rows, since = [], None, 0, time.monotonic()

    async def _again(self, js: JetStreamContext) -> None:
        """Something was lost on the way: have it again."""
        self.figures.gaps_on_the_way += 1
        while not self._stop.is_set():
            try:
                await self._follow(js)
                return
            except stream.TROUBLE as error:
                self._note(f"log: {error}")
                await asyncio.sleep(0.5)

    def _note(self, error: str) -> None:
        self.figures.last_error, self.figures.last_error_at = error, time.time()

    async def _fetch(self) -> list[Msg]:
        try:
            return await self._subscription.fetch(FETCH_MESSAGES, timeout=FETCH_S)
        except TimeoutError:
            return []
        except stream.TROUBLE as error:
            self._note(f"log: {error}")
            await asyncio.sleep(0.2)
            return []

    def _opened(self, message: Msg) -> Batch | None:
        """The batch of a message; None if it cannot be read."""
        meta = message.metadata
        self.figures.lag_messages = meta.num_pending
        self._seen = meta.sequence.stream
        try:
            batch = wire.decode(message.data)
        except wire.BadBatch as error:
            self.figures.torn += 1
            self._note(f"{message.subject} {meta.sequence.stream}: {error}")
            logger.warning(
                "message %d of %s left out: %s", meta.sequence.stream, message.subject, error
            )
            return None
        self.figures.messages += 1
        return batch

    async def _write_and_acknowledge(
        self, loop: asyncio.AbstractEventLoop, held: list[Batch], last: Msg, generation: int
    ) -> None:
        batch = wire.joined(held)
        sequence = last.metadata.sequence.stream
        while True:
            try:
                await loop.run_in_executor(self._writer, self._write, batch, sequence)
                break
            except (StoreError, OSError) as error:
                # A full disk: what is not stored is not acknowledged and waits in the log.
                self._note(f"store: {error}")
                logger.exception("the store did not take %d samples; trying again", len(batch))
                await asyncio.sleep(2)
                if self._stop.is_set():
                    return
        if generation != self._generation:  # the new consumer begins behind it
            return
        try:
            await last.ack()
        except stream.TROUBLE as error:
            logger.info("not acknowledged, will come again: %s", error)

    def _write(self, batch: Batch, sequence: int) -> None:
        began = time.perf_counter()
        if len(batch):
            self.store.insert(batch)
        rolling.note(self.state, batch, _now_us())
        self.state.sequence = max(self.state.sequence, sequence)
        rolling.write(self.state, self._state_file)
        figures = self.figures
        figures.rows += len(batch)
        figures.inserts += 1
        figures.insert_seconds += time.perf_counter() - began
        if len(batch):
            figures.newest_us = max(figures.newest_us, int(batch.times_us.max()))

    async def _keep(self) -> None:
        """Roll up and save the newest values, in the writer's turn."""
        loop = asyncio.get_running_loop()
        saved = time.monotonic()
        while True:
            await asyncio.sleep(ROLL_S)
            try:
                await loop.run_in_executor(self._writer, self._roll)
                if time.monotonic() - saved >= SNAPSHOT_S:
                    await loop.run_in_executor(self._writer, self._remember)
                    saved = time.monotonic()
            except (StoreError, OSError) as error:
                self._note(f"roll-up: {error}")
                logger.exception("roll-ups wait")

    def _roll(self) -> None:
        if rolling.advance(self.state, _now_us(), self.store.roll_minutes, self.store.roll_hours):
            rolling.write(self.state, self._state_file)

    def _remember(self) -> None:
        # The loop may be taking values meanwhile: what is half in comes again from here on.
        self.newest.sequence = self.state.sequence
        self.newest.save(self._newest_file)

    # ---- answering ---------------------------------------------------------------------------

    async def _on_question(self, message: Msg) -> None:
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: Msg) -> None:
        async with self._answering:
            try:
                kind = questions.KINDS[message.subject.rpartition(".")[2]]
                question = msgspec.json.decode(message.data, type=kind)
                if isinstance(question, questions.Latest):
                    table = _columns(self.newest.of(question.numbers))
                elif isinstance(question, questions.Status):
                    table = pa.table(
                        {"status": [msgspec.json.encode(await self._status()).decode()]}
                    )
                else:
                    table = await asyncio.get_running_loop().run_in_executor(
                        self._readers, self._asked, question
                    )
            except (KeyError, msgspec.MsgspecError, StoreError) as error:
                self.figures.refused += 1
                text = " ".join(str(error).split())[:500]
                await self._send(message.reply, b"", {questions.ERROR: text})
                return
            self.figures.answers += 1
            for part, is_last in questions.parts(_as_stream(table)):
                await self._send(message.reply, part, {questions.LAST: "1"} if is_last else None)

    async def _send(self, to: str, data: bytes, headers: dict[str, str] | None) -> None:
        with contextlib.suppress(*stream.TROUBLE):  # who asked is told by silence
            await self._client.publish(to, data, headers=headers)

    async def _status(self) -> dict[str, Any]:
        """What it tells of itself; sizes are those of ten seconds ago at most."""
        if time.monotonic() - self._sizes_at > 10:
            self._sizes_at = time.monotonic()
            loop = asyncio.get_running_loop()
            self._sizes = await loop.run_in_executor(self._readers, self.store.sizes)
        return {
            **msgspec.structs.asdict(self.figures),
            "tags": len(self.newest.of([])),
            "sequence": self.state.sequence,
            "rolled_to_us": self.state.rolled_to_us,
            "late_pieces": len(self.state.late),
            "tables": self._sizes,
        }

    def _asked(self, question: questions.Question) -> "pa.Table":
        store, rolled = self.store, self.state.rolled_to_us or _now_us() // MINUTE_US * MINUTE_US
        match question:
            case questions.Trend(numbers, start, end, width):
                return store.trend(numbers, start, end, width, rolled)
            case questions.Samples(numbers, start, end, limit):
                return store.samples(numbers, start, end, limit)
            case questions.Counts(start, end, numbers):
                return store.counts(numbers, start, end)
            case questions.Online(numbers, start, end):
                return store.online(numbers, start, end, rolled)
            case questions.Gaps(numbers, start, end, longer_s):
                return store.gaps(numbers, start, end, longer_s)
            case questions.Export():
                folder = archive.write(self.store, self.folder)
                return pa.table({"folder": [str(folder)]})
        raise StoreError("This is no question.")


def _now_us() -> int:
    return time.time_ns() // 1_000


def _columns(batch: Batch) -> "pa.Table":
    return pa.table(
        {"tag": batch.tags, "ts": batch.times_us, "value": batch.values, "quality": batch.quality}
    )


def _batch(table: "pa.Table") -> Batch:
    columns = [table.column(name).to_numpy() for name in ("tag", "ts", "value", "quality")]
    return wire.batch_of(*columns)


def _as_stream(table: "pa.Table") -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


async def _main() -> None:
    given = options.history()
    historian = Historian(given)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, historian.stop)
    await historian.run()
    historian.store.close()


def main() -> None:
    """Run until a signal."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_main())
    sys.stdout.flush()
    # The engine's threads are no reason to linger, and everything is written.
    os._exit(0)


if __name__ == "__main__":
    main()
