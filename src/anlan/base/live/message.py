"""One live event, as it travels through NATS and as browsers read it."""

import re
from typing import Any
from uuid import UUID

import msgspec

from anlan.base.actors.actor import Actor

RIGHTS = "rights"
"""The topic that ends streams; it is never shown to a page."""

_TOPIC = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_EVENT = re.compile(r"[a-z0-9_.-]+")


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened and who may know.

    Either `user` is set, and only that account receives it, or `path` (and `enterprise`, for
    those who see it through a park or a group) name the place of the row it is about.
    """

    topic: str
    event: str
    data: msgspec.Raw
    user: UUID | None = None
    path: str = ""
    enterprise: UUID | None = None

    def is_for(self, actor: Actor) -> bool:
        """Tell whether the actor may receive it."""
        if self.user is not None:
            return self.user == actor.user_id
        return bool(self.path) and actor.scope.covers(self.path, self.enterprise)


class Entry(msgspec.Struct, frozen=True):
    """A message with its place in the stream; `chunk` is encoded once for all readers."""

    seq: int
    message: Message
    chunk: bytes


def make(
    topic: str,
    event: str,
    data: Any,
    *,
    user: UUID | None = None,
    path: str = "",
    enterprise: UUID | None = None,
) -> Message:
    """Return a message. Raises ValueError for a name that NATS or SSE would misread, or for
    an event addressed to nobody: what has no address must not reach everybody."""
    if not _TOPIC.fullmatch(topic) or not _EVENT.fullmatch(event):
        raise ValueError(f"{topic!r} / {event!r}: lower-case words, dots between them")
    if user is None and not path:
        raise ValueError("a live event needs a row, a place or a user")
    raw = msgspec.Raw(msgspec.json.encode(data))
    return Message(topic, event, raw, user, path, enterprise)


def decode(seq: int, payload: bytes) -> Entry:
    """Return the entry of a stored payload. Raises msgspec.DecodeError."""
    message = msgspec.json.decode(payload, type=Message)
    # JSON never holds a raw line break, so one data line is enough.
    chunk = b"id: %d\nevent: %s\ndata: %s\n\n" % (
        seq,
        message.event.encode(),
        bytes(message.data),
    )
    return Entry(seq, message, chunk)
