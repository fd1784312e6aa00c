"""The open streams of this process."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused
from anlan.base.live import counters
from anlan.base.live.bridge import bridge

STREAMS_PER_USER = 12


class TooManyStreams(Refused):
    """One account holds too many streams in this process."""

    code = "live.too_many_streams"
    status = 429
    text = _("Too many pages of yours are open.")
    remedy = _("Close some of them.")


@dataclass(eq=False, slots=True)
class Stream:
    """One open page. `has_ended` is set by whoever finds that its rights are gone."""

    user_id: UUID
    session_key: str
    rights: frozenset[object]
    has_ended: bool = field(default=False)


_open: set[Stream] = set()
_lock = threading.Lock()
_signals_chained = False


@contextlib.contextmanager
def opened(stream: Stream) -> Iterator[None]:
    """Count the stream while the block runs."""
    with _lock:
        _open.add(stream)
        counters.STREAMS.set(len(_open))
    try:
        yield
    finally:
        with _lock:
            _open.discard(stream)
            counters.STREAMS.set(len(_open))


def open_streams() -> list[Stream]:
    """Return a copy of the open streams."""
    with _lock:
        return list(_open)


def check_room(user_id: UUID) -> None:
    """Raise TooManyStreams when the account has its share open already."""
    if sum(stream.user_id == user_id for stream in open_streams()) >= STREAMS_PER_USER:
        raise TooManyStreams()


def end_on_shutdown() -> None:
    """Make the process's stop signals end its streams, so that a server that waits for open
    responses does not wait for these.

    The handler calls the one before it. An asyncio server that uses `add_signal_handler` is
    told through its wake-up descriptor, whatever Python handler is set.
    """
    global _signals_chained
    if _signals_chained or threading.current_thread() is not threading.main_thread():
        return
    _signals_chained = True
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handler(signum: int, frame: object, before: object = before) -> None:
            bridge().end_streams()
            if callable(before):
                before(signum, frame)

        signal.signal(number, handler)
