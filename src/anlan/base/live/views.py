"""`/live/`: the event stream of a page."""

import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
from asgiref.sync import SyncToAsync, sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from anlan.base.actors.actor import Actor
from anlan.base.live import rights
from anlan.base.live.bridge import TROUBLE, Bridge, bridge
from anlan.base.live.message import RIGHTS, Entry
from anlan.base.live.streams import Stream, TooManyStreams, check_room, end_on_shutdown, opened

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 3000
LIFE_SECONDS = 3600.0
REPLAY_MAX = 20_000


@require_GET
async def live(request: HttpRequest) -> HttpResponseBase:
    """Stream the events that the signed-in person may see, resuming after `Last-Event-ID`.

    `?topics=a,b` narrows, `?after=N` resumes where the header cannot be set (a page that opens
    a new EventSource). 401 without a session, 429 for too many streams, 503 outside ASGI.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user_id is None:
        return HttpResponse(status=401)
    if not isinstance(request, ASGIRequest):
        # A WSGI server would hold a thread and collect the endless answer in memory.
        return HttpResponse("Live events need an ASGI server.", status=503)
    try:
        check_room(actor.user_id)
    except TooManyStreams as refusal:
        return HttpResponse(str(refusal), status=refusal.status)
    stream = await _begin(request, actor)
    topics = frozenset(filter(None, request.GET.get("topics", "").split(",")))
    reader = Reader(bridge(), actor, stream, _cursor(request), topics)
    end_on_shutdown()
    response = StreamingHttpResponse(reader.chunks(), content_type="text/event-stream")
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Accel-Buffering"] = "no"  # nginx would keep events back to fill a buffer
    return response


def _cursor(request: HttpRequest) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@sync_to_async
def _begin(request: HttpRequest, actor: Actor) -> Stream:
    assert actor.user_id is not None
    mine = rights.rights_of([actor.user_id]).get(actor.user_id, frozenset())
    stream = Stream(actor.user_id, request.session.session_key or "", mine)
    # The response lasts for an hour; the connection serves others meanwhile.
    connections.close_all()
    return stream


def release_thread() -> None:
    """End the thread that Django reserves for this request's synchronous code.

    It would idle as long as the stream lives, one per open page. Django starts another if it
    needs one when the response is closed.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if isinstance(executor, ThreadPoolExecutor):
        # Middleware may have asked the database again on the way out.
        executor.submit(connections.close_all)
        executor.shutdown(wait=False)


class Reader:
    """Reads the shared log for one page.

    `cursor` is the last event the page has seen; None starts with what happens from now on.
    """

    def __init__(
        self,
        source: Bridge,
        actor: Actor,
        stream: Stream,
        cursor: int | None,
        topics: frozenset[str] = frozenset(),
    ) -> None:
        self.source = source
        self.actor = actor
        self.stream = stream
        self.cursor = cursor
        self.topics = topics
        self.ends_at = time.monotonic() + LIFE_SECONDS

    async def chunks(self, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[bytes]:
        """Yield what the page reads until it leaves, its rights change or the process stops."""
        release_thread()
        log = self.source.log
        self.source.follow()
        rights.watch(self.source)
        with opened(self.stream):
            bell = log.bell()
            await self._first_news()
            epoch = log.epoch
            if self.cursor is None and log.is_current:
                self.cursor = log.last
            yield b"retry: %d\n" % RETRY_MILLISECONDS + self._state(self.cursor)
            was_current, beat_at = log.is_current, clock() + HEARTBEAT_SECONDS
            while not self._is_over(clock):
                if self.cursor is None or epoch == 0:
                    if log.is_current:
                        epoch = log.epoch
                        self.cursor = log.last if self.cursor is None else self.cursor
                        yield self._state(self.cursor)
                elif epoch != log.epoch or (log.is_current and self.cursor > log.last):
                    epoch = log.epoch
                    yield self._reset()
                entries = await self._news()
                if entries is None:
                    yield self._reset()
                    continue
                if entries:
                    if chunk := self._visible(entries):
                        yield chunk
                    continue
                if was_current != log.is_current or clock() >= beat_at:
                    was_current, beat_at = log.is_current, clock() + HEARTBEAT_SECONDS
                    yield self._state()
                    continue
                await bell.wait(max(beat_at - clock(), 0.05))

    async def _first_news(self) -> None:
        # Without the end of the log a page could not be told where it starts.
        for _ in range(60):
            if self.source.log.is_current or self.source.is_stopping:
                return
            await self.source.log.bell().wait(0.05)

    def _is_over(self, clock: Callable[[], float]) -> bool:
        return self.source.is_stopping or self.stream.has_ended or clock() > self.ends_at

    def _visible(self, entries: list[Entry]) -> bytes:
        """Move the cursor past the entries; return those for this page."""
        chosen = []
        for entry in entries:
            message = entry.message
            self.cursor = entry.seq
            if message.topic == RIGHTS:
                if message.user == self.actor.user_id:
                    self.stream.has_ended = True
                    break
            elif message.is_for(self.actor) and (
                not self.topics or message.topic.partition(".")[0] in self.topics
            ):
                chosen.append(entry.chunk)
        return b"".join(chosen)

    async def _news(self) -> list[Entry] | None:
        """Return the next events after the cursor, from memory or from JetStream; None if they
        are gone, or so many that loading the page anew is quicker."""
        if self.cursor is None:
            return []
        entries = self.source.log.after(self.cursor)
        if entries is not None:
            return entries
        if self.source.log.last - self.cursor > REPLAY_MAX:
            return None
        with suppress(*TROUBLE):
            return await self.source.replay(self.cursor, 1000)
        return []

    def _reset(self) -> bytes:
        self.cursor = self.source.log.last
        return b"id: %d\nevent: reset\ndata: {}\n\n" % self.cursor

    def _state(self, cursor: int | None = None) -> bytes:
        """Return the heartbeat: a comment, and an event for the page's connection mark."""
        state = {"at": datetime.now(UTC), "is_current": self.source.log.is_current}
        place = b"" if cursor is None else b"id: %d\n" % cursor
        return b": alive\n%sevent: clock\ndata: %s\n\n" % (place, msgspec.json.encode(state))
