"""What time alone changes: due soon, overdue, and the colours of warnings, set-based."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import Entry, record_many
from anlan.base.duties import events, kinds, ladder, queries

BATCH = 50_000
"""Rows a transaction. A province's day turns in waves; each wave is taken in such bites."""
# A million rows are so much work for one processor that a second one is worth a connection. Each
# has its own enterprises, as both write into the history of each.
_SHARES = (0, 1)

# Every moment at which a row turns follows from its window and its ladder. The row keeps the next
# one, so that a run touches nothing but what turns. Whoever is being changed by a person is left
# for the next run.
_MARK = """
    WITH rungs AS MATERIALIZED (
        SELECT * FROM unnest(
            %(enterprise)s::uuid[], %(soon)s::float8[], %(yellow)s::float8[],
            %(orange)s::float8[], %(red)s::float8[], %(to2)s::text[], %(to3)s::text[],
            %(to4)s::text[]
        ) AS r (enterprise_id, soon, yellow, orange, red, to2, to3, to4)
    ), due AS MATERIALIZED (
        SELECT i.id, i.enterprise_id, i.scope_path, i.plan_id, i.organisation_id, i.assignee_id,
               i.role, i.state, i.warning, i.due_at, i.grace_until, i.work_type,
               i.due_at - i.opens_at AS period
          FROM duties_instance i
         WHERE i.next_turn_at <= %(now)s AND i.state IN ('pending', 'due_soon', 'overdue')
           AND (%(share)s::int IS NULL OR uuid_hash(i.enterprise_id) & 1 = %(share)s::int)
         LIMIT %(batch)s
           FOR UPDATE SKIP LOCKED
    ), at AS (
        SELECT d.*, r.to2, r.to3, r.to4,
               d.due_at - d.period * r.soon AS soon_at,
               d.grace_until + d.period * r.yellow AS yellow_at,
               d.grace_until + d.period * r.orange AS orange_at,
               CASE WHEN d.work_type <> 0 THEN d.grace_until + d.period * r.red END AS red_at
          FROM due d
          JOIN rungs r ON r.enterprise_id = CASE
               WHEN d.enterprise_id = ANY (%(enterprise)s::uuid[]) THEN d.enterprise_id
               ELSE '00000000-0000-0000-0000-000000000000'::uuid END
    ), turned AS MATERIALIZED (
        SELECT at.*,
               CASE WHEN grace_until <= %(now)s THEN 'overdue'
                    WHEN soon_at <= %(now)s THEN 'due_soon' ELSE state END AS new_state,
               CASE WHEN red_at <= %(now)s THEN 4 WHEN orange_at <= %(now)s THEN 3
                    WHEN yellow_at <= %(now)s THEN 2 WHEN soon_at <= %(now)s THEN 1
                    ELSE 0 END AS new_warning,
               (SELECT min(t) FROM unnest(ARRAY[soon_at, grace_until, yellow_at, orange_at, red_at])
                    AS t WHERE t > %(now)s) AS next_at
          FROM at
    ), changed AS (
        UPDATE duties_instance i
           SET state = t.new_state, warning = t.new_warning, next_turn_at = t.next_at,
               version = i.version + 1, updated_at = %(now)s
          FROM turned t
         WHERE i.id = t.id AND i.next_turn_at <= %(now)s
    ), raised AS (
        INSERT INTO duties_warning (
            id, enterprise_id, scope_path, version, created_at, updated_at, trigger, subject_kind,
            subject_id, organisation_id, assignee_id, role, title, url, colour, cause, due_at,
            raised_at, recipients, told_colour, clear_reason
        )
        SELECT (lpad(to_hex((extract(epoch FROM %(now)s::timestamptz) * 1000)::bigint), 12, '0')
                || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
               t.enterprise_id, t.scope_path, 1, %(now)s, %(now)s, 'duty', 'duty', t.id,
               t.organisation_id, t.assignee_id, t.role, to_jsonb(p.title), '',
               t.new_warning, '""'::jsonb, t.due_at,
               %(now)s,
               CASE t.new_warning WHEN 4 THEN t.to4 WHEN 3 THEN t.to3 ELSE t.to2 END::jsonb,
               0, '""'::jsonb
          FROM turned t JOIN duties_plan p ON p.id = t.plan_id
         WHERE t.new_warning >= 2 AND t.new_warning > t.warning
        ON CONFLICT (subject_kind, subject_id) WHERE cleared_at IS NULL DO UPDATE
           SET colour = greatest(duties_warning.colour, excluded.colour),
               recipients = excluded.recipients, version = duties_warning.version + 1,
               updated_at = excluded.updated_at
    )
    SELECT enterprise_id,
           count(*) FILTER (WHERE new_state = 'due_soon' AND state <> 'due_soon'),
           count(*) FILTER (WHERE new_state = 'overdue' AND state <> 'overdue'),
           count(*) FILTER (WHERE new_warning = 2 AND warning < 2),
           count(*) FILTER (WHERE new_warning = 3 AND warning < 3),
           count(*) FILTER (WHERE new_warning = 4 AND warning < 4),
           count(*),
           CASE WHEN %(want_ids)s THEN
               array_agg(id) FILTER (WHERE new_state = 'overdue' AND state <> 'overdue') END
      FROM turned GROUP BY enterprise_id
"""
FIGURES = ("due_soon", "overdue", "yellow", "orange", "red")


def mark(now: dt.datetime) -> dict[str, int]:
    """Mark what time has changed; return how many turned `due_soon`, `overdue`, `yellow`,
    `orange`, `red`.

    Runs under the system's scope, in bites of `BATCH` rows; where one does not do, the halves of
    the enterprises go on at the same time, unless the caller has a transaction open. Safe to
    repeat. Warnings from yellow on are raised or change their colour; nobody is told here (see
    `telling.tell`).
    """
    given = {**_rungs(), "now": now, "batch": BATCH, "want_ids": kinds.has_overdue_subscribers()}
    total, n = _bite(now, {**given, "share": None})
    if n == BATCH and connection.in_atomic_block:
        total.update(_bites(now, {**given, "share": None}))
    elif n == BATCH:
        with ThreadPoolExecutor(len(_SHARES)) as pool:
            # Each thread has a connection of its own, bound to the same scope.
            halves = [
                pool.submit(copy_context().run, _apart, now, {**given, "share": share})
                for share in _SHARES
            ]
            for half in halves:
                total.update(half.result())
    return {figure: total[figure] for figure in FIGURES}


def _apart(now: dt.datetime, given: Mapping[str, Any]) -> Counter[str]:
    try:
        return _bites(now, given)
    finally:
        connection.close()


def _bites(now: dt.datetime, given: Mapping[str, Any]) -> Counter[str]:
    total: Counter[str] = Counter()
    n = BATCH
    while n == BATCH:
        counted, n = _bite(now, given)
        total.update(counted)
    return total


@transaction.atomic
def _bite(now: dt.datetime, given: Mapping[str, Any]) -> tuple[Counter[str], int]:
    with connection.cursor() as cursor:
        cursor.execute(_MARK, given)
        rows = cursor.fetchall()
    total: Counter[str] = Counter()
    places = Organisation.objects.in_bulk([row[0] for row in rows])
    entries: list[Entry] = []
    overdue: list[UUID] = []
    for enterprise, *counts, _n, ids in rows:
        figures = {name: n for name, n in zip(FIGURES, counts, strict=True) if n}
        total.update(figures)
        overdue += ids or []
        if figures:
            entries.append(Entry(events.MARKED, places[enterprise], after=figures))
    record_many(SYSTEM, entries)
    if overdue:
        kinds.tell_overdue(now, overdue)
    return total, sum(row[6] for row in rows)


def _rungs() -> dict[str, list[Any]]:
    """Return the ladders for duties as arrays: the product's under the nil id, then own ones."""
    ladders: dict[UUID, tuple[ladder.Rung, ...]] = {UUID(int=0): ladder.product_default()}
    ladders |= queries.own_ladders("duty")
    limits = {
        "soon": (ladder.SOON, 1),
        "yellow": (ladder.OVERDUE, 2),
        "orange": (ladder.OVERDUE, 3),
        "red": (ladder.RESPONSIBLE_OVERDUE, 4),
    }
    arrays: dict[str, list[Any]] = {"enterprise": list(ladders)}
    for name, (condition, colour) in limits.items():
        arrays[name] = [
            float(ladder.rung_of(rungs, "duty", condition, colour).threshold)
            for rungs in ladders.values()
        ]
    for colour in (2, 3, 4):
        arrays[f"to{colour}"] = [
            json.dumps(ladder.recipients_up_to(rungs, "duty", colour)) for rungs in ladders.values()
        ]
    return arrays
