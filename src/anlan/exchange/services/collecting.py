"""Finding what changed and writing it down to be sent."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import now
from anlan.exchange import rules, tables
from anlan.exchange.adapters import DIALECTS
from anlan.exchange.choices import State
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.queries import company_code_of
from anlan.exchange.rows.shape import Around, Table

CHUNK = 500
# A transaction may commit after one that began later: what changed shortly before is read again.
OVERLAP = dt.timedelta(minutes=10)
# Watermarks beside those of the tables: the enterprise code of the last run, and per table (with
# this behind its name) until when the rows around its records were looked at.
CODE, AROUND = "company_code", "+"
_RENEWED = (
    "table", "label", "payload", "payload_hash", "needs", "is_deleted", "record_updated_at",
    "state", "code", "field", "problem", "updated_at",
)  # fmt: skip


def collect(endpoint_id: UUID) -> int:
    """Write down every record changed since the last time; return how many will be sent.

    A record also counts as changed when something it quotes did: its department's name, the plan
    of a task, a finding's photo. Each chunk is a transaction of its own, so that a first upload
    may be interrupted.
    """
    endpoint = Endpoint.objects.for_actor(SYSTEM).select_related("enterprise").one(endpoint_id)
    code = company_code_of(endpoint)
    if endpoint.watermarks.get(CODE, code) != code:
        # Every row carries the code: all are compared anew.
        endpoint.watermarks = {}
    endpoint.watermarks[CODE] = code
    n = 0
    for table in tables.of_endpoint(endpoint):
        n += _collect_table(endpoint, table, code)
    return n


def _collect_table(endpoint: Endpoint, table: Table, code: str) -> int:
    begun, n = now(), 0
    since = _mark(endpoint, table.name)
    around_since = _mark(endpoint, table.name + AROUND)
    rows = table.changed(SYSTEM, endpoint.enterprise_id, since)
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        n += _write(endpoint, table, chunk, code, (table.name, chunk[-1].updated_at))
    if around_since is not None:
        touched = table.touched_since(SYSTEM, endpoint.enterprise_id, around_since)
        if touched is not None:
            for chunk in _chunks(touched.iterator(chunk_size=CHUNK)):
                n += _write(endpoint, table, chunk, code)
    _keep_mark(endpoint, table.name + AROUND, begun)
    return n


def _mark(endpoint: Endpoint, name: str) -> dt.datetime | None:
    text = endpoint.watermarks.get(name)
    return dt.datetime.fromisoformat(text) - OVERLAP if text else None


def _keep_mark(endpoint: Endpoint, name: str, moment: dt.datetime) -> None:
    endpoint.watermarks[name] = moment.isoformat()
    Endpoint.objects.for_actor(SYSTEM).filter(pk=endpoint.pk).update(watermarks=endpoint.watermarks)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


@transaction.atomic
def _write(
    endpoint: Endpoint,
    table: Table,
    rows: list[Any],
    company_code: str,
    mark: tuple[str, dt.datetime] | None = None,
) -> int:
    around = tables.around(SYSTEM, endpoint, company_code, rows)
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
        if is_gone and (old is None or _never_taken(old)):
            if old is not None:
                forgotten.append(old.pk)
            continue  # never seen there: nothing to take back
        one = _delivery(endpoint, table, row, around, is_gone)
        if old is None or _differs(old, one):
            made.append(one)
    Delivery.objects.for_actor(SYSTEM).filter(pk__in=forgotten).delete()
    Delivery.objects.bulk_create(
        made,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["endpoint", "record_id"],
        update_fields=_RENEWED,
    )
    if mark is not None:
        _keep_mark(endpoint, *mark)
    return len(made)


def _differs(old: Delivery, new: Delivery) -> bool:
    is_ready_now = old.state == State.INCOMPLETE and new.state != State.INCOMPLETE
    return is_ready_now or old.payload_hash != new.payload_hash or old.needs != new.needs


def _never_taken(one: Delivery) -> bool:
    """Tell that the other side cannot have the row: never sent, or sent and refused."""
    return one.accepted_at is None and (not one.attempts or one.state == State.REJECTED)


def _delivery(
    endpoint: Endpoint, table: Table, row: Any, around: Around, is_gone: bool
) -> Delivery:
    values = table.payload(row, around)
    if "deleted" in values:
        values["deleted"] = "1" if is_gone else "0"
    wrong = [] if is_gone else rules.wrong_in(table.name, values)
    dialect = DIALECTS[endpoint.adapter]
    payload = dialect.row(table.name, values, endpoint.prefix)
    stamps = {endpoint.prefix + name for name in ("updateDate", "updateBy")}
    return Delivery(
        endpoint=endpoint,
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        table=table.name,
        record_id=row.pk,
        label=str(row)[:200],
        payload=payload,
        payload_hash=rules.fingerprint(payload, stamps),
        needs=[] if is_gone else table.needs(row, around),
        is_deleted=is_gone,
        record_updated_at=values.get("updateDate") or row.updated_at,
        state=State.INCOMPLETE if wrong else State.PENDING,
        code=wrong[0].code if wrong else "",
        field=wrong[0].field if wrong else "",
        problem="；".join(one.field for one in wrong[1:])[:500],
    )
