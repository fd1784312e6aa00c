"""What phones may submit: each kind with its shape, its lane and what is done with it.

    from anlan.base.pocket import kinds

    kinds.register(kinds.Kind("inspection.record", apply=record_from_phone, payload=RecordPayload))

`apply(actor, envelope, attachments) -> Outcome` runs inside the transaction of the receipt,
exactly once per envelope, with the rights the person had when it happened and the second wall
bound to their scope. It raises what any service raises (`Refused`, `BadInput`, `Forbidden`,
`NotYours`): the phone shows text, clause and remedy and keeps its copy. `NotYet` waits for
another submission that is still on its way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import models

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.base.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class Envelope:
    """A submission as its kind sees it.

    `payload` is the declared struct (or the plain dict). `occurred_at` is the moment that counts;
    `created_at` the phone's own. `base` is the record version the person saw, None for new
    things. `where` says how the place was proved. `choice` is the code of the choice when a
    person settled a conflict, else empty. `device_id`, `seq` and `auth` tell where it came from.
    """

    id: UUID
    kind: str
    schema: int
    actor_id: UUID
    device_id: UUID
    seq: int
    auth: str
    payload: Any
    base: "BaseVersion | None"
    where: Mapping[str, Any] | None
    occurred_at: datetime
    occurred_from: datetime
    time_doubtful: bool
    created_at: datetime
    received_at: datetime
    stale_package: bool = False
    choice: str = ""


@dataclass(frozen=True, slots=True)
class BaseVersion:
    """What the person looked at."""

    type: str
    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Given:
    """A file named by an envelope. `file` is None while its bytes are still on the phone.

    Pocket hangs each file on `Outcome.record` itself when it has come, with `role` and
    `taken_at` in the attachment's details.
    """

    sha256: str
    size: int
    mime: str
    role: str
    taken_at: datetime | None
    file: StoredFile | None


@dataclass(frozen=True, slots=True)
class Side:
    """One version in a conflict, for the person who chooses: who, when, what, details."""

    who: str
    at: datetime
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out of a conflict, named by its result ("Send to acceptance anyway")."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two versions that a person must choose between. Nothing of the proposal is applied."""

    title: str
    mine: Side
    theirs: Side
    choices: tuple[Choice, Choice]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying led to.

    `record` is the row that carries the files; `number` what people call it; `remark` a sentence
    for the receipt ("kept as a remark").
    """

    record: models.Model | None = None
    number: str = ""
    version: int = 0
    url: str = ""
    remark: str = ""
    conflict: Conflict | None = None


class NotYet(Exception):
    """What this submission speaks of is still on its way: a record id or an envelope id."""

    def __init__(self, waits_for: UUID) -> None:
        super().__init__(str(waits_for))
        self.waits_for = waits_for


Apply = Callable[[Actor, Envelope, Sequence[Given]], Outcome]
Attach = Callable[[Actor, Envelope, models.Model, Given], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of submission.

    `payload` is a msgspec struct (or None: any object). `permission` is needed somewhere at the
    time it happened; empty asks for any post. `is_fact` says that it is a fact of safety, which
    goes to the desk for review when its author had no right, where an act of authority is
    refused. `loosening` acts are never taken from a phone without a line. `readers` convert the
    payload of an older schema to that of the next. `attach` replaces the usual hanging of files.
    """

    code: str
    apply: Apply
    payload: type[msgspec.Struct] | None = None
    schema: int = 1
    lane: int = 2
    label: Text = ""
    permission: str = ""
    is_fact: bool = True
    loosening: bool = False
    readers: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    attach: Attach | None = None


class UnknownSchema(ValueError):
    """The payload is of a schema nobody reads here, or not of the shape it claims."""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind. Raises ValueError when its code is taken or a reader is missing."""
    if _KINDS.get(kind.code, kind) != kind:
        raise ValueError(f"submission kind {kind.code!r} is registered twice")
    if missing := set(range(1, kind.schema)) - set(kind.readers):
        raise ValueError(f"submission kind {kind.code!r} cannot read schemas {sorted(missing)}")
    _KINDS[kind.code] = kind
    return kind


def unregister(code: str) -> None:
    """Forget a kind; for tests."""
    _KINDS.pop(code, None)


def kind_of(code: str) -> Kind | None:
    """Return the registered kind, or None."""
    return _KINDS.get(code)


def all_kinds() -> dict[str, Kind]:
    """Return every kind by code."""
    return dict(_KINDS)


def read_payload(kind: Kind, schema: int, payload: dict[str, Any]) -> Any:
    """Return the payload as today's schema has it. Raises UnknownSchema."""
    if not 1 <= schema <= kind.schema:
        raise UnknownSchema(f"{kind.code} schema {schema}")
    for step in range(schema, kind.schema):
        payload = kind.readers[step](payload)
    if kind.payload is None:
        return payload
    try:
        return msgspec.convert(payload, kind.payload, strict=True)
    except msgspec.ValidationError as error:
        raise UnknownSchema(f"{kind.code}: {error}") from error
