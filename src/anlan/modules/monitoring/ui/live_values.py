"""`/monitoring/live/<enterprise>/`: the newest values of a plant, as they come.

However many pages look at a plant, its values are read once a second and encoded once; while
nobody looks, nothing is read. Each page first gets everything, so a line that broke leaves no
hole in what it shows.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.wall import acting_as
from anlan.base.clock import now
from anlan.base.live import rights
from anlan.base.live.bridge import bridge
from anlan.base.live.streams import Stream, TooManyStreams, check_room, end_on_shutdown, opened
from anlan.base.live.views import release_thread
from anlan.modules.monitoring.queries import overview
from anlan.telemetry import client

EVERY = 1.0
HEARTBEAT = 5.0
LIFE = 3600.0
DIRECTORY_EVERY = 60.0
PATIENCE = 3.0

Sample = tuple[float | None, int, int]


@dataclass(eq=False)
class Plant:
    """What one enterprise's open pages share. `n` counts the rounds."""

    enterprise_id: UUID
    readers: int = 0
    n: int = 0
    chunk: bytes = b""
    samples: dict[str, Sample] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    numbers_at: float = float("-inf")
    alarms: bytes = b""
    is_away: bool = False
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    def whole(self) -> bytes:
        """Return everything known, for a page that has just come."""
        parts = [_event("values", {"at": _ms(), "v": self.samples, "all": True})]
        if self.is_away:
            parts.append(b"event: trouble\ndata: {}\n\n")
        return b"".join([*parts, self.alarms])

    async def run(self) -> None:
        """Read and encode once a second as long as somebody looks."""
        while self.readers:
            began = time.monotonic()
            self.chunk = await asyncio.to_thread(self._round_apart)
            if self.chunk:
                self.n += 1
                bell, self.bell = self.bell, asyncio.Event()
                bell.set()
            await asyncio.sleep(max(EVERY - (time.monotonic() - began), 0.05))
        _plants.pop((id(asyncio.get_running_loop()), self.enterprise_id), None)

    def _round_apart(self) -> bytes:
        try:
            return self._round()
        finally:
            connections.close_all()  # this thread belongs to no request that would close it

    def _round(self) -> bytes:
        parts = []
        # One reading for all pages: each has shown that it may see this plant.
        with acting_as(EVERYTHING):
            alarms = self._of_database()
        if alarms != self.alarms:
            self.alarms = alarms
            parts.append(alarms)
        try:
            fresh = self._newer()
        except client.NoHistorian:
            if not self.is_away:
                parts.append(b"event: trouble\ndata: {}\n\n")
            self.is_away = True
        else:
            if fresh or self.is_away:
                self.samples |= fresh
                parts.append(_event("values", {"at": _ms(), "v": fresh}))
            self.is_away = False
        return b"".join(parts)

    def _of_database(self) -> bytes:
        if time.monotonic() - self.numbers_at > DIRECTORY_EVERY:
            self.numbers = overview.numbers(self.enterprise_id)
            self.numbers_at = time.monotonic()
        return _event("alarms", overview.alarms_mark(self.enterprise_id))

    def _newer(self) -> dict[str, Sample]:
        if not self.numbers:
            return {}
        batch = client.latest(self.numbers, timeout_s=PATIENCE)
        found: dict[str, Sample] = {}
        for tag, at, value, quality in zip(
            batch.tags.tolist(), batch.times_us.tolist(), batch.values.tolist(),
            batch.quality.tolist(), strict=True,
        ):  # fmt: skip
            sample = (round(value, 6) if value == value else None, quality, at // 1000)
            if self.samples.get(str(tag)) != sample:
                found[str(tag)] = sample
        return found


_plants: dict[tuple[int, UUID], Plant] = {}


def _ms() -> int:
    return round(now().timestamp() * 1000)


def _event(name: str, data: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))


@require_GET
async def live(request: ActorRequest, enterprise_id: UUID) -> HttpResponseBase:
    """Stream a plant's newest values to somebody who sees the plant.

    401 without a session, "not found" for a foreign plant, 429 for too many streams. Outside
    ASGI it answers once and ends. The stream ends when rights change; the page comes back with
    fresh ones.
    """
    actor = request.actor
    if actor.user_id is None:
        return HttpResponse(status=401)
    stream = await _begin(request, enterprise_id)
    if not isinstance(request, ASGIRequest):
        # A server of threads would hold one as long as the page is open: it answers what is so
        # now, and the page asks again by itself.
        content = await sync_to_async(_once)(enterprise_id)
        return HttpResponse(content, content_type="text/event-stream")
    try:
        check_room(actor.user_id)
    except TooManyStreams as refusal:
        return HttpResponse(str(refusal), status=refusal.status)
    end_on_shutdown()
    # The response lasts for an hour; the connection serves others meanwhile.
    await sync_to_async(connections.close_all)()
    response = StreamingHttpResponse(_chunks(stream, enterprise_id), "text/event-stream")
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Accel-Buffering"] = "no"  # nginx would keep events back to fill a buffer
    return response


def _once(enterprise_id: UUID) -> bytes:
    plant = Plant(enterprise_id)
    plant._round()
    return b"retry: 5000\n" + plant.whole()


@sync_to_async
def _begin(request: ActorRequest, enterprise_id: UUID) -> Stream:
    actor = request.actor
    assert actor.user_id is not None
    overview.enterprise_one(actor, enterprise_id)
    mine = rights.rights_of([actor.user_id]).get(actor.user_id, frozenset())
    return Stream(actor.user_id, request.session.session_key or "", mine)


async def _chunks(stream: Stream, enterprise_id: UUID) -> AsyncIterator[bytes]:
    release_thread()
    rights.watch(bridge())
    bridge().follow()
    plant = _joined(enterprise_id)
    ends_at = time.monotonic() + LIFE
    try:
        with opened(stream):
            yield b"retry: 2000\n" + plant.whole()
            seen = plant.n
            while not stream.has_ended and not bridge().is_stopping and time.monotonic() < ends_at:
                bell = plant.bell
                if plant.n == seen:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(bell.wait(), HEARTBEAT)
                if plant.n == seen:
                    yield b"event: clock\ndata: {}\n\n"
                elif plant.n == seen + 1:
                    seen = plant.n
                    yield plant.chunk
                else:
                    # A slow page has missed a round: it gets everything once more.
                    seen = plant.n
                    yield plant.whole()
    finally:
        plant.readers -= 1


def _joined(enterprise_id: UUID) -> Plant:
    loop = asyncio.get_running_loop()
    plant = _plants.setdefault((id(loop), enterprise_id), Plant(enterprise_id))
    plant.readers += 1
    if plant.task is None or plant.task.done():
        plant.task = loop.create_task(plant.run())
    return plant
