"""Writing history."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from anlan.base.actors.actor import Actor
from anlan.base.audit.events import Event
from anlan.base.audit.models import SYSTEM_CHAIN
from anlan.base.clock import now
from anlan.base.ids import uuid7
from anlan.base.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to be written. `row` is the model instance it is about, or None."""

    event: Event
    row: models.Model | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def record(
    actor: Actor,
    event: Event,
    row: models.Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one event in the current transaction. Raises RuntimeError outside of one."""
    record_many(actor, [Entry(event, row, before, after, reason)])


def record_many(actor: Actor, entries: Iterable[Entry]) -> None:
    """Write events in the current transaction, in this order, with one statement per 5,000."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of its change")
    moment = now()
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        columns = list(zip(*(_values(entry) for entry in batch), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                INSERT, [moment, actor.user_id, actor.name, *(list(values) for values in columns)]
            )


# An import writes one event a row. Arrays cost the server one parameter a column; the ORM, which
# cannot put JSON into arrays, would send sixteen parameters a row and take three times as long.
BATCH = 5_000
INSERT = """
    INSERT INTO audit_event (
        at, actor_id, actor_name, seq, prev_hash, hash, id, chain, event, object_type, object_id,
        object_label, before, after, reason, enterprise_id, scope_path
    )
    SELECT %s, %s::uuid, %s, 0, '', '', id, chain, event, object_type, object_id,
           object_label, before::jsonb, after::jsonb, reason, enterprise_id, scope_path
      FROM unnest(
        %s::uuid[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::uuid[], %s::text[]
      ) WITH ORDINALITY AS given (
        id, chain, event, object_type, object_id, object_label, before, after, reason,
        enterprise_id, scope_path, place
      )
     ORDER BY place
"""


def _values(entry: Entry) -> tuple[Any, ...]:
    """Return an entry as the columns that `INSERT` unnests."""
    row = entry.row
    enterprise_id = getattr(row, "enterprise_id", None)
    return (
        uuid7(),
        str(enterprise_id) if enterprise_id else SYSTEM_CHAIN,
        entry.event.code,
        row._meta.label_lower if row is not None else "",
        row.pk if row is not None else None,
        str(row)[:200] if row is not None else "",
        _json(entry.before),
        _json(entry.after),
        entry.reason,
        enterprise_id,
        getattr(row, "scope_path", ""),
    )


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(plain(values))


CALLED = "called"


def named(name: Phrase) -> dict[str, Phrase]:
    """Return what an event's `after` holds besides, so that an object whose name the product
    worded is called in the reader's language; nothing for a name that somebody wrote."""
    return {} if isinstance(name.data, str) else {CALLED: name}


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return values as JSON can hold them: decimals and dates as text, rows as their id."""
    return None if values is None else {key: _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.data
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
