"""Finding what changed and writing it down to be sent."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors.actor import SYSTEM
from anlan.exchange import rules, tables
from anlan.exchange.adapters import DIALECTS
from anlan.exchange.choices import State
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.queries import company_code_of

CHUNK = 500
# A transaction may commit after one that began later: what changed shortly before is read again.
OVERLAP = dt.timedelta(minutes=10)
_RENEWED = (
    "table", "label", "payload", "payload_hash", "needs", "is_deleted", "record_updated_at",
    "state", "code", "field", "problem", "updated_at",
)  # fmt: skip


def collect(endpoint_id: UUID) -> int:
    """Write down every record changed since the last time; return how many will be sent.

    Each chunk is a transaction of its own, so that a first upload may be interrupted.
    """
    endpoint = Endpoint.objects.for_actor(SYSTEM).select_related("enterprise").one(endpoint_id)
    code = company_code_of(endpoint)
    n = 0
    for table in tables.TABLES:
        mark = endpoint.watermarks.get(table.name)
        since = dt.datetime.fromisoformat(mark) - OVERLAP if mark else None
        rows = table.rows(SYSTEM, endpoint.enterprise_id, since)
        for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
            n += _write(endpoint, table, chunk, code)
    return n


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


@transaction.atomic
def _write(endpoint: Endpoint, table: tables.Table, rows: list[Any], company_code: str) -> int:
    around = tables.around(SYSTEM, endpoint.enterprise, company_code, rows)
    known = {
        one.record_id: one
        for one in Delivery.objects.for_actor(SYSTEM).filter(
            endpoint=endpoint, record_id__in=[row.pk for row in rows]
        )
    }
    made: list[Delivery] = []
    forgotten: list[UUID] = []
    for row in rows:
        old = known.get(row.pk)
        is_gone = table.is_gone(row)
        if is_gone and (old is None or (old.accepted_at is None and not old.attempts)):
            if old is not None:
                forgotten.append(old.pk)
            continue  # never seen there: nothing to take back
        one = _delivery(endpoint, table, row, around, is_gone)
        if old is None or old.payload_hash != one.payload_hash:
            made.append(one)
    Delivery.objects.for_actor(SYSTEM).filter(pk__in=forgotten).delete()
    Delivery.objects.bulk_create(
        made,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["endpoint", "record_id"],
        update_fields=_RENEWED,
    )
    endpoint.watermarks[table.name] = rows[-1].updated_at.isoformat()
    Endpoint.objects.for_actor(SYSTEM).filter(pk=endpoint.pk).update(watermarks=endpoint.watermarks)
    return len(made)


def _delivery(
    endpoint: Endpoint, table: tables.Table, row: Any, around: tables.Around, is_gone: bool
) -> Delivery:
    values = table.payload(row, around)
    values["deleted"] = "1" if is_gone else "0"
    wrong = [] if is_gone else rules.wrong_in(table.name, values)
    payload = DIALECTS[endpoint.adapter].row(values, endpoint.prefix)
    return Delivery(
        endpoint=endpoint,
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        table=table.name,
        record_id=row.pk,
        label=str(row)[:200],
        payload=payload,
        payload_hash=rules.fingerprint(payload),
        needs=[] if is_gone else table.needs(row, around),
        is_deleted=is_gone,
        record_updated_at=row.updated_at,
        state=State.INCOMPLETE if wrong else State.PENDING,
        code=wrong[0].code if wrong else "",
        field=wrong[0].field if wrong else "",
        problem="；".join(one.field for one in wrong[1:])[:500],
    )
