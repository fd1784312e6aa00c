"""Sending what was written down: parents first, in batches, until all is answered."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.audit.services import record
from anlan.base.clock import now as clock_now
from anlan.base.errors import Unavailable
from anlan.base.inbox.channels import http
from anlan.exchange import client, events, photos, rules, tables
from anlan.exchange.choices import State
from anlan.exchange.ciphers import WrongKey
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.policy import SEND
from anlan.exchange.rows.shape import Table

# Photos that go in one batch at most, as they are written; rows without photos weigh nothing.
MOST_PHOTO_BYTES = 8 * 1024 * 1024
# So many rows refused alike, and nothing taken, are the endpoint's fault.
MANY = 3
KEY_WORDS = ("decrypt", "key", "sign", "解密", "密钥", "验签", "签名")


@dataclass(slots=True)
class Run:
    """What one run came to. `problem` says why it ended early."""

    accepted: int = 0
    rejected: int = 0
    problem: str = ""
    was_busy: bool = False
    refused: list[tuple[Delivery, client.Said]] = field(default_factory=list)
    """Rows of batches refused as a whole, judged when the run is over."""


class EverythingRefused(Exception):
    """The other side refused whole batches and took nothing: it is not the rows."""


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
    *,
    at_once: bool = False,
) -> Run:
    """Send everything that may go, table by table; return what it came to.

    A row is marked only once it was answered: whatever breaks in between, it goes out again, and
    the receiving side tells that it has it. A row whose parent is not there yet waits. What is
    taken back goes last, children first. `at_once` does not wait for the next attempt's time.
    """
    moment = now or clock_now()
    run = Run()
    endpoint = Endpoint.objects.for_actor(SYSTEM).select_related("enterprise").one(endpoint_id)
    if not endpoint.is_active or endpoint.problem:
        run.problem = endpoint.problem
        return run
    if not at_once and endpoint.next_try_at is not None and endpoint.next_try_at > moment:
        return run
    with _alone(endpoint.pk) as is_mine:
        if not is_mine:
            run.was_busy = True
            return run
        try:
            mine = tables.of_endpoint(endpoint)
            for table in mine:
                _push_table(endpoint, table, False, transport, run, moment)
            for table in reversed(mine):
                _push_table(endpoint, table, True, transport, run, moment)
            _judge_refused(run, moment)
        except WrongKey:
            _fail(endpoint, moment, run, _("The key does not fit the encryption."), for_good=True)
        except Unavailable as error:
            _fail(
                endpoint, moment, run, error.message(), for_good=error.permanent,
                least=dt.timedelta(seconds=error.retry_after),
            )  # fmt: skip
        except EverythingRefused as refused:
            _fail(endpoint, moment, run, str(refused))
        else:
            _ended(endpoint, moment, run)
        _mark_waiting(endpoint)
    return run


# What may go: not answered yet, and everything it needs has been taken at some time.
_READY = """
    SELECT d.id FROM exchange_delivery d
     WHERE d.endpoint_id = %(endpoint)s AND d.table = %(table)s
       AND d.state IN ('pending', 'waiting') AND d.id <> ALL(%(tried)s)
       AND d.is_deleted = %(deleted)s
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
    endpoint: Endpoint,
    table: Table,
    is_deleted: bool,
    transport: client.Transport,
    run: Run,
    moment: dt.datetime,
) -> None:
    tried: list[UUID] = []
    while batch := _batch(endpoint, table.name, is_deleted, tried):
        said = _send(endpoint, table, batch, transport, run)
        tried += [one.pk for one in batch if str(one.record_id) not in said]
        _keep(batch, said, run, moment)


def _batch(
    endpoint: Endpoint, table: str, is_deleted: bool, tried: Sequence[UUID]
) -> list[Delivery]:
    with connection.cursor() as cursor:
        cursor.execute(
            _READY,
            {
                "endpoint": endpoint.pk, "table": table, "tried": list(tried),
                "limit": endpoint.batch_size, "deleted": is_deleted,
            },
        )  # fmt: skip
        ids = [row[0] for row in cursor.fetchall()]
    rows = Delivery.objects.for_actor(SYSTEM).filter(pk__in=ids)
    batch: list[Delivery] = []
    heavy = 0
    for one in rows.order_by("record_updated_at", "pk"):
        heavy += photos.weight(one.payload)
        if batch and heavy > MOST_PHOTO_BYTES:
            break
        batch.append(one)
    return batch


def _send(
    endpoint: Endpoint,
    table: Table,
    batch: list[Delivery],
    transport: client.Transport,
    run: Run,
) -> dict[str, client.Said]:
    """Send a batch; return what was said by record.

    One refused as a whole is halved until the row that spoils it is alone; when its first and
    last row alone are refused with the same words, so are all of them, and the run is judged when
    it is over.
    """
    try:
        return _said(endpoint, table, batch, transport)
    except client.BatchRefused as refused:
        answer = refused.said
    if len(batch) == 1:
        run.refused.append((batch[0], answer))
        return {}
    ends = [batch[0], batch[-1]]
    said: dict[str, client.Said] = {}
    alike = []
    for one in ends:
        try:
            said |= _said(endpoint, table, [one], transport)
        except client.BatchRefused as refused:
            run.refused.append((one, refused.said))
            alike.append(refused.said == answer)
    inner = batch[1:-1]
    if alike == [True, True]:
        run.refused += [(one, answer) for one in inner]
        return said
    half = len(inner) // 2
    for part in (inner[:half], inner[half:]):
        if part:
            said |= _send(endpoint, table, part, transport, run)
    return said


def _said(
    endpoint: Endpoint, table: Table, batch: list[Delivery], transport: client.Transport
) -> dict[str, client.Said]:
    payloads, ids, said = [], [], {}
    for one in batch:
        try:
            payloads.append(
                {
                    name: photos.written(value) if photos.is_reference(value) else value
                    for name, value in one.payload.items()
                }
            )
        except photos.Unreadable:
            said[str(one.record_id)] = client.Said("photo", "", _("A photo cannot be read."))
        else:
            ids.append(str(one.payload[endpoint.prefix + table.key]))
    by_key = {str(one.payload[endpoint.prefix + table.key]): str(one.record_id) for one in batch}
    if payloads:
        found = client.send(endpoint, table.name, payloads, ids, transport)
        said |= {by_key[key]: words for key, words in found.items() if key in by_key}
    return said


def _judge_refused(run: Run, moment: dt.datetime) -> None:
    """Decide about batches refused as a whole: rows' fault where others were taken, or few are.

    A wrong key looks the same for every row, and rows must not be blamed for it. Raises
    EverythingRefused.
    """
    if not run.refused:
        return
    took_any = run.accepted + run.rejected > 0
    answers = {said for _row, said in run.refused}
    speaks_of_keys = any(
        word in f"{said.code} {said.text}".lower() for said in answers for word in KEY_WORDS
    )
    is_everything = len(run.refused) >= MANY and len(answers) == 1
    if not took_any and (speaks_of_keys or is_everything):
        raise EverythingRefused(run.refused[0][1].text or run.refused[0][1].code)
    rows = [row for row, _said in run.refused]
    _keep(rows, {str(row.record_id): said for row, said in run.refused}, run, moment)


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


def _fail(
    endpoint: Endpoint,
    moment: dt.datetime,
    run: Run,
    text: str,
    *,
    for_good: bool = False,
    least: dt.timedelta = dt.timedelta(0),
) -> None:
    run.problem = text
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or moment
    endpoint.said = text[:300]
    endpoint.next_try_at = moment + max(least, rules.pause_after(endpoint.failures))
    endpoint.problem = text[:300] if for_good else ""
    _save(endpoint, moment, run)


def _ended(endpoint: Endpoint, moment: dt.datetime, run: Run) -> None:
    endpoint.failures, endpoint.next_try_at, endpoint.problem = 0, None, ""
    endpoint.failing_since, endpoint.said = None, ""
    _save(endpoint, moment, run)


@transaction.atomic
def _save(endpoint: Endpoint, moment: dt.datetime, run: Run) -> None:
    endpoint.tried_at = moment
    endpoint.save(
        update_fields=[
            "tried_at", "failures", "failing_since", "said", "next_try_at", "problem", "updated_at",
        ]
    )  # fmt: skip
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
