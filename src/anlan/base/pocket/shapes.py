"""The shape of what phones send. Unknown members are kept: the bytes are never rewritten."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
# No control characters: PostgreSQL holds no NUL, and nobody types the others.
Word = Annotated[str, Meta(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
MAX_ENVELOPE = 64 * 1024
MAX_BLOB = 20 * 1024 * 1024


class Clock(msgspec.Struct):
    """What the phone knew of the true time when it sealed. `age_s` None: after a jump."""

    offset_ms: float
    err_ms: float = 0
    age_s: float | None = None
    session: Word = ""
    mono_ms: float = 0


class Base(msgspec.Struct):
    """The version of a record that the person looked at."""

    type: Word
    id: UUID
    version: int = 0


class Sig(msgspec.Struct):
    """A signature by the phone's key."""

    key: Word
    alg: Word
    value: Annotated[str, Meta(max_length=120)]


class Attached(msgspec.Struct):
    """One file that belongs to an envelope, named by its content."""

    sha256: Sha256
    size: Annotated[int, Meta(ge=1, le=MAX_BLOB)]
    mime: Word = ""
    role: Annotated[str, Meta(max_length=20, pattern=r"^[a-z_]*$")] = ""
    taken_at: Word | None = None


class Sealed(msgspec.Struct):
    """An envelope as the phone sealed it."""

    env: int
    id: UUID
    kind: Word
    schema: int
    lane: Annotated[int, Meta(ge=0, le=4)]
    device: UUID
    seq: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    actor: UUID
    created_at: Annotated[str, Meta(max_length=40)]
    payload: dict[str, Any]
    payload_sha256: Sha256
    sig: Sig
    prev: Sha256 | None = None
    auth: Word = "session"
    package: UUID | None = None
    base: Base | None = None
    clock: Clock | None = None
    where: dict[str, Any] | None = None
    stale_package: bool = False
    attachments: Annotated[list[Attached], Meta(max_length=40)] = []


class WrongShape(ValueError):
    """The envelope lacks something or has it in a wrong form; the text says what."""


def sealed_from(value: Any) -> Sealed:
    """Return the envelope of parsed JSON. Raises WrongShape."""
    try:
        return msgspec.convert(value, Sealed, strict=True)
    except msgspec.ValidationError as error:
        raise WrongShape(str(error)) from error
