"""Writing history."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from anlan.base.actors.actor import Actor
from anlan.base.audit.events import Event
from anlan.base.audit.models import SYSTEM_CHAIN, AuditEvent
from anlan.base.clock import now


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
    """Write events in the current transaction, in this order, with one statement per 2,000."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of its change")
    moment = now()
    AuditEvent.objects.bulk_create(
        [_event(actor, entry, moment) for entry in entries], batch_size=2000
    )


def _event(actor: Actor, entry: Entry, moment: dt.datetime) -> AuditEvent:
    row = entry.row
    enterprise_id = getattr(row, "enterprise_id", None)
    return AuditEvent(
        chain=str(enterprise_id) if enterprise_id else SYSTEM_CHAIN,
        at=moment,
        event=entry.event.code,
        actor_id=actor.user_id,
        actor_name=actor.name,
        object_type=row._meta.label_lower if row is not None else "",
        object_id=row.pk if row is not None else None,
        object_label=str(row)[:200] if row is not None else "",
        before=plain(entry.before),
        after=plain(entry.after),
        reason=entry.reason,
        enterprise_id=enterprise_id,
        scope_path=getattr(row, "scope_path", ""),
    )


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return values as JSON can hold them: decimals and dates as text, rows as their id."""
    return None if values is None else {key: _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
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
