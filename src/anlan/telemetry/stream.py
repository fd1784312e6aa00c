"""The durable log of all samples: JetStream's stream TELEMETRY.

Subjects are `tm.<partition>.<source number>`, and `tm.calculated.<partition>` for what the alarm
worker of a partition calculates: the store takes them all, a worker its own partition's alone, so
that nothing it said comes back to it. What the stream has acknowledged survives the kill
of any process. It keeps everything until the limits of age and size, also what was stored
already, so that alarm cores can replay from their last snapshot; the door stops taking samples
before the limit of size could drop one that is not yet in the store (see `Backlog`).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from anlan.config import nats_streams
from anlan.config.nats_address import server_options
from anlan.telemetry.options import Limits

STREAM = "TELEMETRY"
SUBJECTS = "tm.*.*"
DIRECTORY_SUBJECT = "tm.directory"
"""Told when sources or points have changed; no part of the stream."""
CONSUMER = "historian"
"""The durable consumer that the store acknowledges to."""
RECEIVED, MESSAGE_ID = "Anlan-Received", "Nats-Msg-Id"
CALCULATED = "calculated"
"""Stands in place of the partition where values were calculated; no worker follows it."""
_DUPLICATE_WINDOW_S = 600.0
_SIZE_IS_TIGHT = 0.8

TROUBLE = (NatsError, OSError, asyncio.TimeoutError)
"""What nats-py raises when the server is away or refuses."""


class NotTaken(Exception):
    """The log did not acknowledge a batch: send it again, with the same id."""


def subject(partition: int | str, source: int) -> str:
    """Where batches of a source go; those that worker n calculated to `subject(CALCULATED, n)`."""
    return f"tm.{partition}.{source}"


def source_of(name: str) -> int:
    """The number of the source in a subject of the stream."""
    return int(name.rpartition(".")[2])


async def connect(url: str, name: str) -> Client:
    """A connection that reconnects for ever. Raises one of TROUBLE if there is no first one."""
    return await nats.connect(
        **server_options(url),
        name=name,
        connect_timeout=3,
        reconnect_time_wait=0.5,
        max_reconnect_attempts=-1,
        pending_size=64 << 20,
        error_cb=_quiet,
    )


async def _quiet(_: Exception) -> None:
    """Every caller meets the trouble itself, where it can say what it means."""


async def ensure(js: JetStreamContext, limits: Limits | None = None) -> StreamInfo:
    """Make the stream, or bring limits and replicas up to date. Raises one of TROUBLE."""
    limits = limits or Limits()
    wanted = StreamConfig(
        name=STREAM,
        subjects=[SUBJECTS],
        description="Samples of all sources, in batches",
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=limits.max_age_s,
        max_bytes=limits.max_bytes,
        duplicate_window=min(_DUPLICATE_WINDOW_S, limits.max_age_s),
        num_replicas=limits.replicas,
    )
    return await nats_streams.ensure(js, wanted)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the store is behind the log."""

    messages: int
    bytes: int
    max_bytes: int

    @property
    def is_tight(self) -> bool:
        """Whether the log may soon have to drop what the store does not yet hold."""
        return 0 < self.max_bytes * _SIZE_IS_TIGHT < self.bytes


async def backlog(js: JetStreamContext) -> Backlog:
    """What waits for the store. Without a store yet, all of it. Raises one of TROUBLE."""
    info = await js.stream_info(STREAM)
    state = info.state
    waiting = state.messages
    try:
        consumer = await js.consumer_info(STREAM, CONSUMER)
        waiting = consumer.num_pending + consumer.num_ack_pending
    except NotFoundError:
        pass
    share = waiting / state.messages if state.messages else 0.0
    return Backlog(waiting, int(share * state.bytes), info.config.max_bytes or 0)


class Publisher:
    """Puts encoded batches into the log, many on the way at a time, each acknowledged.

    `most_waiting` batches may wait for their acknowledgement; the next `publish` waits with them.
    """

    def __init__(self, client: Client, most_waiting: int = 1_000, timeout_s: float = 5.0) -> None:
        self._js = client.jetstream(publish_async_max_pending=most_waiting)
        self._timeout = timeout_s

    async def publish(
        self,
        source: int,
        payload: bytes,
        *,
        message_id: str | None = None,
        received: datetime | None = None,
        partition: int | str = 0,
    ) -> int:
        """Return the batch's sequence in the log once it is durable. Raises NotTaken.

        A `message_id` seen within the last ten minutes is acknowledged and not taken twice.
        """
        headers = headers_for(message_id, received)
        try:
            future = await self._js.publish_async(
                subject(partition, source), payload, wait_stall=self._timeout, headers=headers
            )
            return (await asyncio.wait_for(future, self._timeout)).seq
        except (*TROUBLE, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _asked_to_stop():
                raise
            raise NotTaken(f"The log did not answer: {error or type(error).__name__}") from error


def _asked_to_stop() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def headers_for(message_id: str | None, received: datetime | None) -> dict[str, str]:
    """The headers of a batch: when it arrived and, if its sender counts, its id."""
    moment = (received or datetime.now(UTC)).astimezone(UTC)
    headers = {RECEIVED: moment.isoformat(timespec="microseconds")}
    if message_id:
        headers[MESSAGE_ID] = message_id
    return headers


def received_at(headers: Mapping[str, str] | None) -> datetime | None:
    """When a message arrived at the door, if it says so."""
    text = (headers or {}).get(RECEIVED, "")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
