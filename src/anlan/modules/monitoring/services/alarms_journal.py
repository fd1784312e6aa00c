"""The alarm journal: many transitions in a handful of statements.

The journal is itself the history of alarms: append-only by trigger, each row unalterable. A
batch of rows is bound to the enterprise's audit chain by one entry that carries their number and
the digest over their content, so that whoever changes, removes or slips in a row is seen
(`check`), without a chain entry for every transition.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import Entry, record_many
from anlan.base.ids import uuid7
from anlan.engines.alarms.states import Alarm, AlarmClass
from anlan.modules.monitoring import events


@dataclass(slots=True)
class Held:
    """An alarm as it was read under its lock, with what of its rule a transition needs.

    What stands here moves with the alarm until it is written.
    """

    state_id: UUID
    rule_id: UUID
    enterprise_id: UUID
    scope_path: str
    alarm: Alarm
    of: AlarmClass
    limit: float | None
    priority: int
    since: dt.datetime | None
    raised_at: dt.datetime | None
    announced_at: dt.datetime | None
    value: float | None
    opened: int


class Line(msgspec.Struct):
    """One line of the journal. `at` and `since` are the source's time, the others ours (UTC).

    `announced_at` is None where nothing was announced: the alarm was masked, or had been known.
    """

    rule_id: UUID
    enterprise_id: UUID
    scope_path: str
    what: str
    at: dt.datetime
    since: dt.datetime | None
    announced_at: dt.datetime | None
    value: float | None
    lim: float | None
    priority: int
    comment: str = ""
    permit: str = ""
    until: dt.datetime | None = None
    id: UUID | None = None


class _Row(msgspec.Struct):
    """How an alarm stands, as its row keeps it."""

    id: UUID
    condition: bool
    held: bool
    unacknowledged: bool
    acknowledged_at: dt.datetime | None
    shelved_until: dt.datetime | None
    once: bool
    suppressed: bool
    permit: str
    since: dt.datetime | None
    raised_at: dt.datetime | None
    announced_at: dt.datetime | None
    value: float | None
    opened: int
    shown: str
    priority: int


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Thousands of rows travel as one JSON document: the driver would turn each value of an array into
# text by itself, which costs several times as much as all the rest.
_MAKE = """
    INSERT INTO monitoring_alarmstate (
        id, enterprise_id, scope_path, version, created_at, updated_at, rule_id, condition, held,
        unacknowledged, once, suppressed, permit, opened, shown, priority
    )
    SELECT gen_random_uuid(), r.enterprise_id, r.scope_path, 1, %(now)s, %(now)s, r.id, false,
           false, false, false, false, '', 0, 'A', r.priority
      FROM monitoring_alarmrule r
     WHERE r.id = ANY(%(rules)s::uuid[])
       AND NOT EXISTS (SELECT 1 FROM monitoring_alarmstate s WHERE s.rule_id = r.id)
    ON CONFLICT (rule_id) DO NOTHING
"""
# In the order of the rules: two that lock many at once never wait for each other in a ring. Joined,
# not filtered, with the list: the planner counts it, also right after thousands of rules came in.
# Moments as microseconds: read as such they cost a third of what their text does.
_MOMENTS = ", ".join(
    f"(extract(epoch FROM s.{name}) * 1000000)::bigint"
    for name in ("acknowledged_at", "shelved_until", "since", "raised_at", "announced_at")
)
_LOCK = f"""
    SELECT s.id, s.rule_id, s.enterprise_id, s.scope_path, s.condition, s.held, s.unacknowledged,
           s.once, s.suppressed, s.permit, {_MOMENTS},
           s.value, s.opened, r."limit", r.priority, c.latching,
           c.acknowledges_return, c.highly_managed, c.longest_shelf, c.announce_again_after
      FROM unnest(%s::uuid[]) AS w (rule_id)
      JOIN monitoring_alarmstate s ON s.rule_id = w.rule_id
      JOIN monitoring_alarmrule r ON r.id = w.rule_id
      LEFT JOIN monitoring_alarmclass c ON c.id = r.alarm_class_id
     ORDER BY s.rule_id
       FOR UPDATE OF s
"""  # noqa: S608 - made of constants
_MOVE = """
    UPDATE monitoring_alarmstate s
       SET condition = n.condition, held = n.held, unacknowledged = n.unacknowledged,
           acknowledged_at = n.acknowledged_at, shelved_until = n.shelved_until, once = n.once,
           suppressed = n.suppressed, permit = n.permit, since = n.since,
           raised_at = n.raised_at, announced_at = n.announced_at, value = n.value,
           opened = n.opened, shown = n.shown, priority = n.priority, version = s.version + 1,
           updated_at = %s
      FROM json_to_recordset(%s::json) AS n (
        id uuid, condition bool, held bool, unacknowledged bool, acknowledged_at timestamptz,
        shelved_until timestamptz, once bool, suppressed bool, permit text, since timestamptz,
        raised_at timestamptz, announced_at timestamptz, value float8, opened int, shown text,
        priority smallint
      )
     WHERE s.id = n.id
"""
# What a line says, in an order and a writing that never change: the digest is made of it.
CANONICAL = """
    convert_to(jsonb_build_array(
        e.id, e.batch, e.enterprise_id, e.scope_path, e.rule_id, e.what, extract(epoch FROM e.at),
        extract(epoch FROM e.since), extract(epoch FROM e.announced_at), e.value, e."limit",
        e.priority, e.by_id, e.by_name, e.comment, e.permit, extract(epoch FROM e.until)
    )::text, 'UTF8')
"""
DIGEST = f"encode(sha256(string_agg({CANONICAL}, '\\x0a'::bytea ORDER BY e.id)), 'hex')"
_WRITE = f"""
    WITH e AS (
        INSERT INTO monitoring_alarmevent (
            id, enterprise_id, scope_path, version, created_at, updated_at, batch, by_id, by_name,
            rule_id, what, at, since, announced_at, value, "limit", priority, comment, permit,
            until, console
        )
        SELECT id, enterprise_id, scope_path, 1, %s, %s, %s, %s, %s, rule_id, what, at, since,
               announced_at, value, lim, priority, comment, permit, until, ''
          FROM json_to_recordset(%s::json) AS n (
            id uuid, enterprise_id uuid, scope_path text, rule_id uuid, what text, at timestamptz,
            since timestamptz, announced_at timestamptz, value float8, lim float8,
            priority smallint, comment text, permit text, until timestamptz
          )
        RETURNING *
    )
    SELECT e.enterprise_id, count(*), {DIGEST} FROM e GROUP BY e.enterprise_id
"""  # noqa: S608 - made of constants


def hold(rule_ids: Iterable[UUID], now: dt.datetime) -> dict[UUID, Held]:
    """Lock the alarms of these rules, made where they are not there yet; return them by rule."""
    wanted = list(dict.fromkeys(rule_ids))
    if not wanted:
        return {}
    ids = "{" + ",".join(map(str, wanted)) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [ids])
        rows = cursor.fetchall()
        if len(rows) < len(wanted):
            cursor.execute(_MAKE, {"rules": ids, "now": now})
            cursor.execute(_LOCK, [ids])
            rows = cursor.fetchall()
        return {row[1]: _held(row) for row in rows}


def _held(row: Sequence[Any]) -> Held:
    (
        state_id, rule_id, enterprise_id, scope_path, condition, held, unacknowledged, once,
        suppressed, permit, *moments, value, opened, limit, priority, latching,
        acknowledges_return, highly_managed, longest_shelf, announce_again_after,
    ) = row  # fmt: skip
    acknowledged_at, shelved_until, since, raised_at, announced_at = map(_moment, moments)
    alarm = Alarm(
        condition, held, unacknowledged, acknowledged_at, shelved_until, once, suppressed, permit
    )
    of = _class(latching, acknowledges_return, highly_managed, longest_shelf, announce_again_after)
    return Held(
        state_id, rule_id, enterprise_id, scope_path, alarm, of, limit, priority, since,
        raised_at, announced_at, value, opened,
    )  # fmt: skip


def _moment(microseconds: int | None) -> dt.datetime | None:
    return None if microseconds is None else EPOCH + dt.timedelta(microseconds=microseconds)


@cache
def _class(
    latching: bool | None, returns: bool, managed: bool, shelf: int, again: int | None
) -> AlarmClass:
    """Return the class of these columns; a rule without one has the engine's defaults."""
    if latching is None:
        return AlarmClass()
    return AlarmClass(
        latching,
        returns,
        managed,
        dt.timedelta(seconds=shelf),
        dt.timedelta(seconds=again) if again else None,
    )


def write(actor: Actor, lines: Sequence[Line], moved: Iterable[Held], now: dt.datetime) -> None:
    """Write what happened and how the alarms stand after it, in the transaction that is open.

    One entry of the audit chain an enterprise binds the lines (see the top of this file).
    """
    batch = uuid7()
    # Ids that rise with the lines keep their order, also within one moment.
    for place, line in enumerate(lines, 1):
        line.id = UUID(int=batch.int + place)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [now, _json(map(_row, moved))])
        who = [batch, actor.user_id, actor.name if actor.user_id else ""]
        cursor.execute(_WRITE, [now, now, *who, _json(lines)])
        bound = cursor.fetchall()
    nodes = Organisation.objects.in_bulk([enterprise for enterprise, _n, _digest in bound])
    record_many(
        actor,
        [
            Entry(
                events.ALARMS_JOURNALLED,
                nodes[enterprise],
                after={"batch": batch, "count": n, "digest": digest},
            )
            for enterprise, n, digest in bound
        ],
    )


def _json(rows: Iterable[Any]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def _row(one: Held) -> _Row:
    alarm = one.alarm
    return _Row(
        one.state_id, alarm.condition, alarm.held, alarm.unacknowledged, alarm.acknowledged_at,
        alarm.shelved_until, alarm.once, alarm.suppressed, alarm.permit, one.since, one.raised_at,
        one.announced_at, one.value, one.opened, alarm.state.value, one.priority,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """A batch of the journal that does not fit what the audit chain says of it."""

    batch: UUID
    enterprise_id: UUID
    said: int
    found: int


_CHECK = f"""
    SELECT coalesce(j.batch, a.batch), coalesce(j.enterprise_id, a.enterprise_id),
           coalesce(a.n, 0), coalesce(j.n, 0)
      FROM (
        SELECT e.batch, e.enterprise_id, count(*) AS n, {DIGEST} AS digest
          FROM monitoring_alarmevent e GROUP BY e.batch, e.enterprise_id
      ) j
      FULL JOIN (
        SELECT (after->>'batch')::uuid AS batch, enterprise_id, (after->>'count')::int AS n,
               after->>'digest' AS digest
          FROM audit_event WHERE event = %s
      ) a ON a.batch = j.batch AND a.enterprise_id = j.enterprise_id
     WHERE a.digest IS DISTINCT FROM j.digest OR a.n IS DISTINCT FROM j.n
     ORDER BY 1
     LIMIT 100
"""  # noqa: S608 - made of constants


def check() -> list[Doubt]:
    """Hold the journal against the audit chain; return the batches that do not fit (at most 100).

    A changed, removed or slipped-in row makes its batch one of them. Whether the chain itself is
    whole is what `anlan audit verify` says. Reads all that the present scope sees: run it as the
    system.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, [events.ALARMS_JOURNALLED.code])
        return [Doubt(*row) for row in cursor.fetchall()]
