"""Making instances from plans: one statement for all plans of a run.

A million plans share a few hundred cadences. Their windows are computed once a cadence in Python
(`rules.windows`), sent as arrays, and joined with the plans in the database.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import SHANGHAI
from anlan.base.duties import calendar, events, ladder, rules
from anlan.base.duties.partitions import make_months

# Plans that have windows to make: new ones, and those of enterprises whose horizon is behind.
_DUE = """
           p.is_active
       AND (p.made_until IS NULL OR h.made_until IS NULL OR h.made_until < %(until)s)
       AND (%(enterprise)s::uuid IS NULL OR p.enterprise_id = %(enterprise)s::uuid)
       AND (%(share)s::int IS NULL OR uuid_hash(p.enterprise_id) & 1 = %(share)s::int)
"""
_CADENCES = f"""
    SELECT p.cycle_n, p.cycle_unit, p.calendar, p.starts_on, p.ends_on, p.time_from, p.time_to,
           p.grace_minutes, p.shift_pattern_id, s.starts, s.rotation, s.anchor_on,
           min(CASE WHEN p.made_until IS NULL OR h.made_until IS NULL THEN p.make_from
                    ELSE h.made_until END),
           max(greatest(h.made_until, %(until)s))
      FROM duties_plan p
      LEFT JOIN duties_horizon h ON h.enterprise_id = p.enterprise_id
      LEFT JOIN duties_shiftpattern s ON s.id = p.shift_pattern_id
     WHERE {_DUE}
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
"""  # noqa: S608 - made of constants
# `rules.instance_id` in SQL. The reminder is due when `soon` of the window is left.
_INSERT = f"""
    WITH cadence AS MATERIALIZED (
        SELECT * FROM unnest(
            %(key)s::int[], %(n)s::int[], %(unit)s::text[], %(calendar)s::text[],
            %(starts_on)s::date[], %(ends_on)s::date[], %(time_from)s::time[],
            %(time_to)s::time[], %(grace)s::int[], %(pattern)s::uuid[]
        ) AS c (key, n, unit, calendar, starts_on, ends_on, time_from, time_to, grace, pattern)
    ), win AS MATERIALIZED (
        SELECT *, lpad(to_hex((extract(epoch FROM opens_at) * 1000)::bigint), 12, '0') AS stamp
          FROM unnest(
            %(w_key)s::int[], %(w_opens)s::timestamptz[], %(w_due)s::timestamptz[],
            %(w_grace)s::timestamptz[], %(w_crew)s::uuid[]
        ) AS w (key, opens_at, due_at, grace_until, crew)
    ), crew AS MATERIALIZED (
        SELECT id, path FROM actors_organisation WHERE id IN (SELECT crew FROM win)
    ), own AS MATERIALIZED (
        SELECT enterprise_id, threshold FROM duties_ladderrung
         WHERE trigger = 'duty' AND condition = '{ladder.SOON}'
    ), made AS (
        INSERT INTO duties_instance (
            id, enterprise_id, scope_path, version, created_at, updated_at, plan_id,
            organisation_id, assignee_id, role, work_type, opens_at, due_at, grace_until, state,
            warning, next_turn_at, exempt_reason
        )
        SELECT (w.stamp || '8' || substr(k.hash, 1, 3) || '8' || substr(k.hash, 4, 15))::uuid,
               p.enterprise_id, coalesce(crew.path, p.scope_path), 1, %(now)s, %(now)s, p.id,
               coalesce(crew.id, p.organisation_id), p.assignee_id, p.role, p.work_type,
               w.opens_at, w.due_at, w.grace_until, 'pending', 0,
               w.due_at - (w.due_at - w.opens_at) * coalesce(own.threshold, %(soon)s)::float8, ''
          FROM duties_plan p
          JOIN cadence c ON (c.n, c.unit, c.calendar, c.starts_on, c.ends_on, c.time_from,
                             c.time_to, c.grace, c.pattern)
               = (p.cycle_n, p.cycle_unit, p.calendar, p.starts_on,
                  coalesce(p.ends_on, 'infinity'::date), p.time_from, p.time_to, p.grace_minutes,
                  coalesce(p.shift_pattern_id, '00000000-0000-0000-0000-000000000000'::uuid))
          JOIN win w ON w.key = c.key
          LEFT JOIN duties_horizon h ON h.enterprise_id = p.enterprise_id
          LEFT JOIN own ON own.enterprise_id = p.enterprise_id
          LEFT JOIN crew ON crew.id = w.crew
         CROSS JOIN LATERAL (SELECT md5(p.id::text) AS hash) k
         WHERE {_DUE}
           AND w.due_at > p.make_from
           AND (p.made_until IS NULL OR h.made_until IS NULL OR w.opens_at >= h.made_until)
           AND w.opens_at < greatest(h.made_until, %(until)s)
        ON CONFLICT (id) DO NOTHING
        RETURNING enterprise_id
    )
    SELECT enterprise_id, count(*) FROM made GROUP BY enterprise_id
"""  # noqa: S608 - made of constants
_SEEN = """
    UPDATE duties_plan SET made_until = %(until)s
     WHERE is_active AND made_until IS NULL
       AND (%(enterprise)s::uuid IS NULL OR enterprise_id = %(enterprise)s::uuid)
       AND (%(share)s::int IS NULL OR uuid_hash(enterprise_id) & 1 = %(share)s::int)
"""
_HORIZON = """
    INSERT INTO duties_horizon (id, enterprise_id, scope_path, version, created_at, updated_at,
                                made_until)
    SELECT gen_random_uuid(), o.id, o.path, 1, %(now)s, %(now)s, %(until)s
      FROM actors_organisation o
     WHERE o.kind = 'enterprise'
       AND (%(enterprise)s::uuid IS NULL OR o.id = %(enterprise)s::uuid)
       AND (%(share)s::int IS NULL OR uuid_hash(o.id) & 1 = %(share)s::int)
       AND EXISTS (SELECT 1 FROM duties_plan p WHERE p.enterprise_id = o.id)
    ON CONFLICT (enterprise_id) DO UPDATE
        SET made_until = excluded.made_until, updated_at = excluded.updated_at
      WHERE duties_horizon.made_until < excluded.made_until
"""
# `rules.falls_out` in SQL, over what is not finished.
EXEMPT = """
    UPDATE duties_instance i
       SET state = 'exempt', warning = 0, next_turn_at = NULL, version = i.version + 1,
           updated_at = %(now)s, exempt_reason = e.reason
      FROM duties_exemption e, duties_plan p
     WHERE p.place_id = e.place_id AND p.enterprise_id = e.enterprise_id
       AND i.enterprise_id = e.enterprise_id AND i.plan_id = p.id
       AND i.state IN ('pending', 'due_soon', 'overdue')
       AND i.due_at > e.starts_at AND (e.ends_at IS NULL OR i.due_at <= e.ends_at)
       AND (i.due_at - greatest(i.opens_at, e.starts_at)) * 2 >= i.due_at - i.opens_at
       AND (%(enterprise)s::uuid IS NULL OR e.enterprise_id = %(enterprise)s::uuid)
       AND (%(share)s::int IS NULL OR uuid_hash(e.enterprise_id) & 1 = %(share)s::int)
       AND (%(exemption)s::uuid IS NULL OR e.id = %(exemption)s::uuid)
       AND (e.ends_at IS NULL OR e.ends_at > %(since)s)
       AND i.due_at > %(since)s
    RETURNING i.id
"""
_NO_PATTERN = UUID(int=0)
# A million rows are so much work for one processor that a second one is worth a connection.
_SHARES = (0, 1)


def default_until(now: dt.datetime) -> dt.datetime:
    """Return how far ahead instances are made: to the end of tomorrow (Asia/Shanghai)."""
    day = now.astimezone(SHANGHAI).date() + dt.timedelta(days=2)
    return dt.datetime.combine(day, dt.time(0), SHANGHAI)


def make(until: dt.datetime, now: dt.datetime, enterprise_id: UUID | None = None) -> int:
    """Make every instance that opens before `until`; return how many were new.

    Safe to repeat and to run twice at once: a window's id is its own. Places out of service get
    theirs as exempt. Writes one audit event an enterprise that got any. The caller's scope must
    hold the enterprises (jobs run as the system). All enterprises are made in two halves at the
    same time, a transaction each, unless the caller has one open.
    """
    if enterprise_id is not None or connection.in_atomic_block:
        return _make(until, now, enterprise_id)
    make_months(now, until)  # or the second half would wait for the first one's new month
    with ThreadPoolExecutor(len(_SHARES)) as pool:
        # Each thread has a connection of its own, bound to the same scope.
        halves = [
            pool.submit(copy_context().run, _make_apart, until, now, share) for share in _SHARES
        ]
        return sum(half.result() for half in halves)


def _make_apart(until: dt.datetime, now: dt.datetime, share: int) -> int:
    try:
        return _make(until, now, None, share)
    finally:
        connection.close()


@transaction.atomic
def _make(
    until: dt.datetime, now: dt.datetime, enterprise_id: UUID | None, share: int | None = None
) -> int:
    given: dict[str, Any] = {
        "until": until,
        "now": now,
        "enterprise": enterprise_id,
        "share": share,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CADENCES, given)
        arrays = _windows(cursor.fetchall())
        made: list[tuple[UUID, int]] = []
        if arrays["w_key"]:
            make_months(min(arrays["w_opens"]), max(arrays["w_opens"]))
            soon = ladder.rung_of(ladder.product_default(), "duty", ladder.SOON, 1).threshold
            if enterprise_id is None:
                # The planner takes the cadences' nine columns for unrelated and expects one row.
                cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
            cursor.execute(_INSERT, {**given, **arrays, "soon": soon})
            made = cursor.fetchall()
            if enterprise_id is None:
                cursor.execute("SET LOCAL enable_nestloop = DEFAULT; SET LOCAL work_mem = DEFAULT")
        cursor.execute(_SEEN, given)
        cursor.execute(_HORIZON, given)
        if made:
            since = min(arrays["w_due"]) - dt.timedelta(microseconds=1)
            cursor.execute(EXEMPT, {**given, "exemption": None, "since": since})
    _tell_history(made, until)
    return sum(count for _enterprise, count in made)


def _windows(cadences: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """Return cadences and their windows as the arrays that `_INSERT` unnests."""
    names = ("n", "unit", "calendar", "starts_on", "ends_on", "time_from", "time_to", "grace")
    arrays: dict[str, list[Any]] = {name: [] for name in (*names, "key", "pattern")}
    arrays |= {name: [] for name in ("w_key", "w_opens", "w_due", "w_grace", "w_crew")}
    is_workday = calendar.workdays().is_workday
    for key, row in enumerate(cadences):
        *columns, pattern, starts, rotation, anchor_on, since, until = row
        for name, value in zip(names, columns, strict=True):
            arrays[name].append(value)
        arrays["ends_on"][-1] = columns[4] or "infinity"
        arrays["key"].append(key)
        arrays["pattern"].append(pattern or _NO_PATTERN)
        for window in rules.windows(_cadence(columns, starts), since, until, is_workday):
            arrays["w_key"].append(key)
            arrays["w_opens"].append(window.opens_at)
            arrays["w_due"].append(window.due_at)
            arrays["w_grace"].append(window.grace_until)
            crew = rules.crew_on(rotation or (), window.shift, anchor_on, len(starts or ()) or 1)
            arrays["w_crew"].append(crew)
    arrays["ends_on"] = [str(value) for value in arrays["ends_on"]]
    return arrays


def _cadence(columns: Sequence[Any], starts: Sequence[dt.time] | None) -> rules.Cadence:
    n, unit, days, starts_on, ends_on, time_from, time_to, grace = columns
    return rules.Cadence(
        n=n,
        unit=rules.Unit(unit),
        calendar=rules.DayKind(days),
        starts_on=starts_on,
        ends_on=ends_on,
        time_from=time_from,
        time_to=time_to,
        grace=dt.timedelta(minutes=grace),
        shifts=tuple(starts or ()),
    )


def _tell_history(made: Sequence[tuple[UUID, int]], until: dt.datetime) -> None:
    rows = Organisation.objects.in_bulk([enterprise for enterprise, _count in made])
    record_many(
        SYSTEM,
        [
            Entry(events.MADE, rows[enterprise], after={"count": count, "until": until})
            for enterprise, count in made
        ],
    )
