"""Sending what was written down: parents first, in batches, until all is answered."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.audit.services import record
from anlan.base.clock import now as clock_now
from anlan.base.errors import Unavailable
from anlan.base.inbox.channels import http
from anlan.exchange import client, events, rules, tables
from anlan.exchange.choices import State
from anlan.exchange.ciphers import WrongKey
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.policy import SEND


@dataclass(slots=True)
class Run:
    """What one run came to. `problem` says why it ended early."""

    accepted: int = 0
    rejected: int = 0
    problem: str = ""
    was_busy: bool = False


@contextmanager
def _alone(endpoint_id: UUID) -> Iterator[bool]:
    """Hold the endpoint against other workers, without a transaction open over the network."""
    key = endpoint_id.int % 2**63
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def push(
    endpoint_id: UUID,
    transport: client.Transport = http.post,
    now: dt.datetime | None = None,
) -> Run:
    """Send everything that may go, table by table; return what it came to.

    A row is marked only once it was answered: whatever breaks in between, it goes out again, and
    the receiving side tells that it has it. A row whose parent is not there yet waits.
    """
    moment = now or clock_now()
    run = Run()
    endpoint = Endpoint.objects.for_actor(SYSTEM).select_related("enterprise").one(endpoint_id)
    if not endpoint.is_active or endpoint.problem:
        run.problem = endpoint.problem
        return run
    if endpoint.next_try_at is not None and endpoint.next_try_at > moment:
        return run
    with _alone(endpoint.pk) as is_mine:
        if not is_mine:
            run.was_busy = True
            return run
        try:
            for table in tables.TABLES:
                _push_table(endpoint, table.name, transport, run, moment)
        except WrongKey:
            _fail(endpoint, moment, run, _("The key does not fit the encryption."), for_good=True)
        except Unavailable as error:
            _fail(endpoint, moment, run, error.message(), for_good=error.permanent)
        else:
            _ended(endpoint, moment, run)
        _mark_waiting(endpoint)
    return run


# What may go: not answered yet, and everything it needs has been taken at some time.
_READY = """
    SELECT d.id FROM exchange_delivery d
     WHERE d.endpoint_id = %(endpoint)s AND d.table = %(table)s
       AND d.state IN ('pending', 'waiting') AND d.id <> ALL(%(tried)s)
       AND NOT EXISTS (
        SELECT 1 FROM unnest(d.needs) AS n (id)
          LEFT JOIN exchange_delivery p
            ON p.endpoint_id = d.endpoint_id AND p.record_id = n.id
         WHERE p.accepted_at IS NULL)
     ORDER BY d.record_updated_at, d.id
     LIMIT %(limit)s
"""
_WAITING = """
    UPDATE exchange_delivery SET state = 'waiting'
     WHERE endpoint_id = %(endpoint)s AND state = 'pending'
       AND EXISTS (
        SELECT 1 FROM unnest(needs) AS n (id)
          LEFT JOIN exchange_delivery p
            ON p.endpoint_id = exchange_delivery.endpoint_id AND p.record_id = n.id
         WHERE p.accepted_at IS NULL)
"""


def _push_table(
    endpoint: Endpoint, table: str, transport: client.Transport, run: Run, moment: dt.datetime
) -> None:
    unanswered: list[UUID] = []
    while batch := _batch(endpoint, table, unanswered):
        said = _send(endpoint, table, batch, transport)
        unanswered += [one.pk for one in batch if str(one.record_id) not in said]
        _keep(batch, said, run, moment)


def _batch(endpoint: Endpoint, table: str, tried: Sequence[UUID]) -> list[Delivery]:
    with connection.cursor() as cursor:
        cursor.execute(
            _READY,
            {
                "endpoint": endpoint.pk, "table": table, "tried": list(tried),
                "limit": endpoint.batch_size,
            },
        )  # fmt: skip
        ids = [row[0] for row in cursor.fetchall()]
    rows = Delivery.objects.for_actor(SYSTEM).filter(pk__in=ids)
    return list(rows.order_by("record_updated_at", "pk"))


def _send(
    endpoint: Endpoint, table: str, batch: list[Delivery], transport: client.Transport
) -> dict[str, client.Said]:
    """Send a batch; one refused as a whole is halved until the row that spoils it is alone."""
    ids = [str(one.record_id) for one in batch]
    try:
        return client.send(endpoint, table, [one.payload for one in batch], ids, transport)
    except client.BatchRefused as refused:
        if len(batch) == 1:
            return {ids[0]: refused.said}
    half = len(batch) // 2
    first = _send(endpoint, table, batch[:half], transport)
    return first | _send(endpoint, table, batch[half:], transport)


@transaction.atomic
def _keep(
    batch: list[Delivery], said: dict[str, client.Said], run: Run, moment: dt.datetime
) -> None:
    # A record that changed while it was on its way keeps its newer version to be sent.
    fresh = dict(
        Delivery.objects.for_actor(SYSTEM)
        .select_for_update()
        .filter(pk__in=[one.pk for one in batch])
        .values_list("pk", "payload_hash")
    )
    changed = []
    for one in batch:
        one.attempts += 1
        answer = said.get(str(one.record_id))
        if answer is not None:
            one.answered_at, one.updated_at = moment, moment
            taken = not answer.code
            one.code, one.field, one.problem = answer.code, answer.field, answer.text
            one.state = State.ACCEPTED if taken else State.REJECTED
            if taken:
                one.accepted_at = one.accepted_at or moment
            run.accepted += taken
            run.rejected += not taken
        if fresh.get(one.pk) != one.payload_hash:
            one.state, one.code, one.field, one.problem = State.PENDING, "", "", ""
        if one.pk in fresh:
            changed.append(one)
    names = ["attempts", "answered_at", "updated_at", "code", "field", "problem", "state",
             "accepted_at"]  # fmt: skip
    Delivery.objects.for_actor(SYSTEM).bulk_update(changed, names)


def _mark_waiting(endpoint: Endpoint) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"endpoint": endpoint.pk})


def _fail(endpoint: Endpoint, moment: dt.datetime, run: Run, text: str, *, for_good: bool) -> None:
    run.problem = text
    endpoint.failures += 1
    endpoint.next_try_at = moment + rules.pause_after(endpoint.failures)
    endpoint.problem = text[:300] if for_good else ""
    _save(endpoint, moment, run)


def _ended(endpoint: Endpoint, moment: dt.datetime, run: Run) -> None:
    endpoint.failures, endpoint.next_try_at, endpoint.problem = 0, None, ""
    _save(endpoint, moment, run)


@transaction.atomic
def _save(endpoint: Endpoint, moment: dt.datetime, run: Run) -> None:
    endpoint.tried_at = moment
    endpoint.save(update_fields=["tried_at", "failures", "next_try_at", "problem", "updated_at"])
    if run.accepted or run.rejected or endpoint.problem:
        after = {"accepted": run.accepted, "rejected": run.rejected, "problem": run.problem}
        record(SYSTEM, events.UPLOADED, endpoint, after=after)


@transaction.atomic
def send_again(actor: Actor, delivery_ids: Sequence[UUID]) -> int:
    """Queue rejected rows as they are; return how many. Raises Forbidden, NotYours.

    A record that was put right goes out by itself; this is for what the other side has mended.
    """
    rows = list(
        Delivery.objects.for_actor(actor)
        .select_for_update(of=("self",))
        .select_related("endpoint")
        .filter(pk__in=list(delivery_ids), state=State.REJECTED)
    )
    for endpoint in {row.endpoint_id: row.endpoint for row in rows}.values():
        policy.require(actor, SEND, endpoint)
    for row in rows:
        row.state, row.code, row.field, row.problem = State.PENDING, "", "", ""
    Delivery.objects.for_actor(actor).bulk_update(rows, ["state", "code", "field", "problem"])
    for endpoint in {row.endpoint_id: row.endpoint for row in rows}.values():
        n = sum(row.endpoint_id == endpoint.pk for row in rows)
        record(actor, events.SENT_AGAIN, endpoint, after={"rows": n})
    return len(rows)
