"""Questions to the store, from pages and jobs: plain calls that give arrays.

    from anlan.telemetry import client
    newest = client.latest([17, 18])
    curves = client.trend([17], start, end, width=900)

Each call raises NoHistorian when nobody answers in time: a page then says so and shows the rest.
One thread of the process keeps one connection; calls from many threads share it.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
import numpy as np
from nats.aio.client import Client as Connection
from nats.aio.msg import Msg
from numpy.typing import NDArray

from anlan.config import nats_address
from anlan.telemetry import questions, stream
from anlan.telemetry.wire import Batch

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
PATIENCE_S = 5.0
_NOBODY = "503"


class NoHistorian(Exception):
    """The store does not answer: it is away, starting or too slow. Try again later."""


class BadQuestion(ValueError):
    """The store refused the question; the text says why. A fault of the caller."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One tag's columns, oldest first; a piece of time without samples has no column.

    `starts_us` is where each begins, `every_us` how long each lasts. Figures are of samples that
    are neither bad nor "not a number"; `count` is of all. Without a usable sample they are NaN.
    """

    number: int
    every_us: int
    starts_us: NDArray[np.int64]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    average: NDArray[np.float64]
    last: NDArray[np.float64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Online:
    """In how many of the asked minutes a tag had a value that is not bad."""

    number: int
    minutes: int
    of: int

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.minutes / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A tag was silent from `start_us` to `end_us` (microseconds since 1970, UTC)."""

    number: int
    start_us: int
    end_us: int


class Asks(Protocol):
    """Somebody who answers a question with an Arrow table."""

    def ask(self, question: questions.Question, timeout_s: float) -> "pa.Table":
        """Raises NoHistorian or BadQuestion."""
        ...


# ---- questions -------------------------------------------------------------------------------


def latest(numbers: Iterable[int] = (), *, timeout_s: float = PATIENCE_S) -> Batch:
    """The newest sample of each of the tags, in order of number; all tags if none are named.

    A tag that has never had a sample is left out. Raises NoHistorian.
    """
    found = _asked(questions.Latest(_numbers(numbers)), timeout_s)
    return Batch(
        *(
            found.column(name).to_numpy().astype(kind, copy=False)
            for name, kind in (
                ("tag", np.int32),
                ("ts", np.int64),
                ("value", np.float64),
                ("quality", np.uint8),
            )
        )
    )


def trend(
    numbers: Iterable[int],
    start: datetime,
    end: datetime,
    width: int,
    *,
    timeout_s: float = PATIENCE_S,
) -> dict[int, Trend]:
    """Each tag's curve from `start` to `end` (aware) in about `width` columns at most.

    Long spans come from the one-minute and one-hour roll-ups; columns are then whole minutes or
    hours, also the first and the last one. A tag without samples there has an empty curve.
    Raises NoHistorian.
    """
    wanted = _numbers(numbers)
    found = _asked(questions.Trend(wanted, micros(start), micros(end), width), timeout_s)
    every = int((found.schema.metadata or {})[b"every_us"])
    columns = {name: found.column(name).to_numpy() for name in found.schema.names}
    tags = columns["tag"]
    curves = {}
    for number in wanted:
        low, high = np.searchsorted(tags, [number, number + 1])
        curves[number] = Trend(
            number,
            every,
            *(columns[name][low:high] for name in ("start", "min", "max", "avg", "last", "count")),
        )
    return curves


def samples(
    numbers: Iterable[int],
    start: datetime,
    end: datetime,
    *,
    limit: int = 1_000_000,
    timeout_s: float = 30.0,
) -> Batch:
    """Single samples from `start` up to and without `end`, by tag and time.

    At most `limit`: that many back means that there may be more. Raises NoHistorian.
    """
    found = _asked(
        questions.Samples(_numbers(numbers), micros(start), micros(end), limit), timeout_s
    )
    return Batch(*(found.column(name).to_numpy() for name in ("tag", "ts", "value", "quality")))


def counts(
    start: datetime,
    end: datetime,
    numbers: Iterable[int] = (),
    *,
    timeout_s: float = 30.0,
) -> dict[int, int]:
    """How many samples each tag has in a span; a sample sent twice counts once."""
    found = _asked(questions.Counts(micros(start), micros(end), _numbers(numbers)), timeout_s)
    return dict(zip(found.column("tag").to_pylist(), found.column("n").to_pylist(), strict=True))


def online(
    numbers: Iterable[int], start: datetime, end: datetime, *, timeout_s: float = PATIENCE_S
) -> dict[int, Online]:
    """Each tag's minutes on line between two moments, of the whole minutes there."""
    wanted = _numbers(numbers)
    found = _asked(questions.Online(wanted, micros(start), micros(end)), timeout_s)
    of = max(0, -(-micros(end) // 60_000_000) - micros(start) // 60_000_000)
    minutes = dict(
        zip(found.column("tag").to_pylist(), found.column("minutes").to_pylist(), strict=True)
    )
    return {number: Online(number, minutes.get(number, 0), of) for number in wanted}


def gaps(
    numbers: Iterable[int],
    start: datetime,
    end: datetime,
    longer_s: float,
    *,
    timeout_s: float = 30.0,
) -> list[Gap]:
    """Where each tag was silent for longer than `longer_s`, the edges of the span included."""
    found = _asked(
        questions.Gaps(_numbers(numbers), micros(start), micros(end), longer_s), timeout_s
    )
    columns = (found.column(name).to_pylist() for name in ("tag", "from", "to"))
    return [Gap(*row) for row in zip(*columns, strict=True)]


def status(*, timeout_s: float = 1.0) -> dict[str, Any]:
    """What the store says of itself: rows, lag, bytes, errors. Raises NoHistorian."""
    found = _asked(questions.Status(), timeout_s)
    told = msgspec.json.decode(found.column("status")[0].as_py())
    assert isinstance(told, dict)
    return told


def export(*, timeout_s: float = 3600.0) -> Path:
    """Have the store write itself to a new folder; who asked removes it. Raises NoHistorian."""
    return Path(_asked(questions.Export(), timeout_s).column("folder")[0].as_py())


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a zone: pass an aware one.")
    return round(moment.timestamp() * 1_000_000)


def _numbers(numbers: Iterable[int]) -> list[int]:
    return sorted({int(number) for number in numbers})


# ---- the connection --------------------------------------------------------------------------


class NatsAsker:
    """Asks over one connection that a thread of its own keeps."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: Connection | None = None
        self._inbox = ""
        self._waiting: dict[str, _Answer] = {}
        self._next = 0
        self._connecting: asyncio.Lock | None = None

    def ask(self, question: questions.Question, timeout_s: float) -> "pa.Table":
        """Ask and wait. Raises NoHistorian or BadQuestion."""
        return self._run(self._ask(question, timeout_s), timeout_s + 4.0)

    def close(self) -> None:
        """End the connection and the thread."""
        if self._loop is not None:
            self._run(self._close(), 3.0)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def _run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._connecting = asyncio.Lock()
                threading.Thread(
                    target=self._loop.run_forever, name="anlan-historian-client", daemon=True
                ).start()
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_s)
        except TimeoutError as error:
            raise NoHistorian("The store does not answer in time.") from error

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _connected(self) -> Connection:
        assert self._connecting is not None
        async with self._connecting:
            if self._connection is None or self._connection.is_closed:
                try:
                    connection = await stream.connect(self._url, "anlan-questions")
                    self._inbox = connection.new_inbox()
                    await connection.subscribe(f"{self._inbox}.*", cb=self._on_answer)
                except stream.TROUBLE as error:
                    raise NoHistorian("The message server does not answer.") from error
                self._connection = connection
            return self._connection

    async def _on_answer(self, message: Msg) -> None:
        answer = self._waiting.get(message.subject.rpartition(".")[2])
        if answer is not None:
            answer.add(message)

    async def _ask(self, question: questions.Question, timeout_s: float) -> "pa.Table":
        connection = await self._connected()
        self._next += 1
        key = str(self._next)
        answer = self._waiting[key] = _Answer()
        try:
            await connection.publish(
                questions.subject(question),
                msgspec.json.encode(question),
                reply=f"{self._inbox}.{key}",
            )
            data = await asyncio.wait_for(answer.whole, timeout_s)
        except stream.TROUBLE as error:
            raise NoHistorian("The store does not answer in time.") from error
        finally:
            del self._waiting[key]
        import pyarrow as pa  # a fifth of a second, which not every process needs

        return pa.ipc.open_stream(data).read_all()


class _Answer:
    """The parts of one answer as they come in."""

    def __init__(self) -> None:
        self.whole: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._parts: list[bytes] = []

    def add(self, message: Msg) -> None:
        if self.whole.done():
            return
        headers = message.headers or {}
        if headers.get("Status") == _NOBODY:
            self.whole.set_exception(NoHistorian("No store is running."))
        elif questions.ERROR in headers:
            self.whole.set_exception(BadQuestion(headers[questions.ERROR]))
        else:
            self._parts.append(message.data)
            if questions.LAST in headers:
                self.whole.set_result(b"".join(self._parts))


_asker: Asks | None = None


def install(asker: Asks | None) -> Asks | None:
    """Answer all questions of this process with `asker`; None returns to the store.

    For tests and simulators. Returns what answered before.
    """
    global _asker
    before, _asker = _asker, asker
    return before


def _asked(question: questions.Question, timeout_s: float) -> "pa.Table":
    global _asker
    if _asker is None:
        _asker = NatsAsker(nats_address.from_environment())
    return _asker.ask(question, timeout_s)


def answer_from(columns: dict[str, Sequence[Any]], **metadata: str) -> "pa.Table":
    """An Arrow table as the store would send it; for tests that install an asker."""
    import pyarrow as pa

    return pa.table(columns).replace_schema_metadata(metadata or None)
