"""A province's dual prevention made up, set-based, in a throw-away database.

Enterprises are of three sizes: one in fifty has twelve times the average, one in ten three times,
the others half of it. Findings lie over three years, nearly all of them closed. Everything hangs
on the demonstration's places, its county of the inspector and its flagship among them.
"""

import datetime as dt
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

MARK = "bench-dual"
CHUNKS = 156  # weeks of findings
POOL = 40_000  # texts of findings; each is met many times, at other places and tags


@dataclass(frozen=True, slots=True)
class Province:
    """How much there is: `measures`, `tasks` and `findings` are an enterprise's on average."""

    enterprises: int
    measures: int
    tasks: int
    findings: int


# A finished row keeps its hash whatever is asked, so that a run can be taken up again.
_PLANTS = """
    CREATE TEMP TABLE county AS
        SELECT id, path, code, row_number() OVER (ORDER BY code) - 1 AS place,
               count(*) OVER () AS of
          FROM actors_organisation
         WHERE kind = 'area' AND path ^@ 'cn/990000/' AND right(code, 2) <> '00';
    CREATE TEMP TABLE fresh AS
        SELECT uuidv7() AS id, n, c.id AS county, c.path, c.code
          FROM generate_series(1, {missing}::int) n
          JOIN county c ON c.place = (hashint4(n::int) & 2147483647) % c.of;
    INSERT INTO actors_organisation (id, kind, code, name, short_name, parent_id, path, search_key,
                                     is_active, is_demo, version, created_at, updated_at)
    SELECT id, 'enterprise', '9199' || lpad(n::text, 13, '0') || 'X', '样例' || n || '化工有限公司',
           '样例' || n, county, path || 'e' || replace(id::text, '-', '') || '/', {mark}, true,
           true, 1, now(), now()
      FROM fresh;
    INSERT INTO registry_enterprise
    SELECT row.*
      FROM (SELECT r, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS of
              FROM registry_enterprise r WHERE search_key <> {mark}) t
      JOIN fresh f ON f.n % t.of = t.place
     CROSS JOIN LATERAL jsonb_populate_record(t.r, jsonb_build_object(
           'id', f.id, 'enterprise_id', f.id, 'name', '样例' || n || '化工有限公司',
           'short_name', '样例' || n, 'company_code', '98' || lpad(n::text, 7, '0'),
           'unified_social_credit_code', '9199' || lpad(n::text, 13, '0') || 'X',
           'area_code', f.code, 'search_key', {mark}, 'n_mhi', 0,
           'scope_path', f.path || 'e' || replace(f.id::text, '-', '') || '/')) row;
"""
_SIZES = """
    CREATE TEMP TABLE plant AS
        SELECT id, path, n, greatest(1, (share * {measures})::int) AS measures,
               greatest(1, (share * {tasks})::int) AS tasks,
               greatest(1, (share * {findings})::int) AS findings,
               CASE WHEN share > 10 THEN 40 WHEN share > 2 THEN 15 ELSE 6 END AS departments
          FROM (
            SELECT id, scope_path AS path, n,
                   CASE WHEN n % 50 = 0 THEN 12 WHEN n % 10 = 1 THEN 3 ELSE 0.522 END AS share
              FROM (SELECT id, scope_path,
                           row_number() OVER (ORDER BY name <> {flagship}, id) - 1 AS n
                      FROM registry_enterprise WHERE removed_at IS NULL) e
          ) s;
    ALTER TABLE plant ADD PRIMARY KEY (id);
    CREATE TEMP TABLE team AS
        SELECT uuidv7() AS id, uuidv7() AS person, p.id AS plant, p.n, d - 1 AS place, p.path
          FROM plant p CROSS JOIN LATERAL generate_series(1, p.departments) d;
    UPDATE team SET path = path || 'd' || replace(id::text, '-', '') || '/';
    INSERT INTO actors_organisation (id, kind, code, name, short_name, parent_id, path, search_key,
                                     is_active, is_demo, version, created_at, updated_at)
    SELECT id, 'department', '', (1 + place) || '号工段', '', plant, path, {mark}, true, true, 1,
           now(), now() FROM team;
    INSERT INTO actors_user (id, password, username, display_name, email, phone, language,
                             search_key, is_active, is_demo, created_at)
    SELECT person, '!', {mark} || '-' || n || '-' || place, {mark}, '', '',
           'zh-hans', '', true, true, now() FROM team;
    INSERT INTO actors_membership (id, user_id, organisation_id, role, is_home, created_at)
    SELECT uuidv7(), person, id, 'operator', true, now() FROM team;
    CREATE INDEX ON team (plant, place);
    ANALYZE plant; ANALYZE team;
"""
# Three units an object, three events a unit, some seven measures an event; every second measure
# is inspected, the others are monitored.
_REGISTER = """
    CREATE TEMP TABLE unit AS
        SELECT uuidv7() AS id, p.id AS plant, u - 1 AS place, t.id AS team, t.person, t.path,
               NULL::uuid AS object
          FROM plant p
         CROSS JOIN LATERAL generate_series(1, greatest(1, p.measures / 20)) u
          JOIN team t ON t.plant = p.id AND t.place = (u - 1) % p.departments;
    CREATE TEMP TABLE object AS
        SELECT uuidv7() AS id, plant, place / 3 AS place, min(path) AS path
          FROM unit GROUP BY plant, place / 3;
    UPDATE unit SET object = o.id FROM object o
     WHERE o.plant = unit.plant AND o.place = unit.place / 3;
    ANALYZE unit; ANALYZE object;
    INSERT INTO risk_riskobject (id, enterprise_id, scope_path, version, created_at, updated_at,
        search_key, note, code, name, kind, hazards, position, level)
    SELECT id, plant, path, 1, now(), now(), {mark}, '', 'B' || place, (1 + place) || '号装置',
           'installation', '', place, place % 4 FROM object;
    INSERT INTO risk_riskunit (id, enterprise_id, scope_path, version, created_at, updated_at,
        search_key, note, code, name, unit_type, nfc_id, route, level, object_id)
    SELECT id, plant, path, 1, now(), now(), {mark}, '', 'B' || place, (1 + place) || '号反应单元',
           'reactor', '', place, place % 4, object FROM unit;
    CREATE TEMP TABLE event AS
        SELECT uuidv7() AS id, u.plant, u.place * 3 + e AS place, u.id AS unit, u.path
          FROM unit u CROSS JOIN generate_series(0, 2) e;
    ANALYZE event;
    INSERT INTO risk_riskevent (id, enterprise_id, scope_path, version, created_at, updated_at,
        search_key, note, code, name, causes, consequences, method, inherent, residual,
        inherent_level, level, control_level, unit_id)
    SELECT id, plant, path, 1, now(), now(), {mark}, '', 'B' || place,
           (ARRAY['反应失控超温超压', '搅拌轴封、人孔泄漏', '机泵密封泄漏着火'])[1 + place % 3],
           '冷却中断；投料失调；搅拌停转', '反应器爆炸，有毒物料外泄', 'ls',
           '{{"L": 4, "S": 5}}', '{{"L": 2, "S": 4}}', 1, 2, 'workshop', unit FROM event;
    CREATE TEMP TABLE measure AS
        SELECT uuidv7() AS id, uuidv7() AS plan, uuidv7() AS task, p.id AS plant, m - 1 AS place,
               e.id AS event, e.unit, u.object, u.team, u.person, u.path, m <= p.tasks AS inspected
          FROM plant p
         CROSS JOIN LATERAL generate_series(1, p.measures) m
          JOIN event e ON e.plant = p.id AND e.place = (m - 1) % (3 * greatest(1, p.measures / 20))
          JOIN unit u ON u.id = e.unit;
    ANALYZE measure;
    INSERT INTO risk_controlmeasure (id, enterprise_id, scope_path, version, created_at,
        updated_at, search_key, note, code, text, verification, class1, class2, class3,
        inspection_content, post, tag, quantity, reading_unit, cycle_unit, photo, event_id)
    SELECT id, plant, path, 1, now(), now(), 'b' || place, '', 'B' || place,
           (ARRAY['循环冷却水压力正常', '安全阀、爆破片正常投用', '机械密封完好、密封液位正常',
                  '空气呼吸器完好备用', '交接班记录完整'])[1 + place % 5],
           CASE WHEN inspected THEN 2 ELSE 1 END, 1, '1-1', '',
           CASE WHEN inspected THEN '查看压力和温度，备用泵处于自启位' ELSE '' END, '外操',
           CASE WHEN inspected THEN '' ELSE 'PI-' || place END, '', '', 'day', 'optional', event
      FROM measure;
"""
# Of twenty tasks fourteen are daily, three twice a day, three weekly: one a day on average, and
# on Mondays three twentieths more. The plans count as made until the measured day.
_TASKS = """
    INSERT INTO duties_plan (id, enterprise_id, scope_path, version, created_at, updated_at, kind,
        title, subject_id, place_id, place_text, organisation_id, assignee_id, role, work_type,
        role_item, cycle_n, cycle_unit, calendar, starts_on, time_from, time_to, grace_minutes,
        is_active, make_from, made_until)
    SELECT plan, plant, path, 1, now(), now(), 'inspection', '查看循环水压力和回水温度', task, unit,
           (1 + place % 30) || '号反应单元', team, CASE WHEN place % 10 < 3 THEN person END,
           CASE WHEN place % 10 < 3 THEN '' ELSE 'operator' END,
           CASE WHEN place % 40 = 0 THEN 1 + place % 3 ELSE 0 END,
           CASE WHEN place % 40 = 0 THEN 1 END,
           CASE WHEN place % 20 BETWEEN 14 AND 16 THEN 12 ELSE 1 END,
           CASE WHEN place % 20 < 14 THEN 'day' WHEN place % 20 < 17 THEN 'hour' ELSE 'week' END,
           'every_day', {monday}::date - (place % 30)::int,
           CASE WHEN place % 20 < 14 THEN make_time((place % 8)::int, 0, 0) ELSE '0:00' END,
           CASE WHEN place % 20 < 14 THEN make_time((8 + place % 12)::int, 0, 0) ELSE '0:00' END,
           0, true, {until}, {until}
      FROM measure WHERE inspected;
    INSERT INTO inspections_inspectiontask (id, enterprise_id, scope_path, version, created_at,
        updated_at, code, title, content, source, work_type, role_item, route, is_active,
        search_key, measure_id, object_id, unit_id, plan_id)
    SELECT task, plant, path, 1, now(), now(), 'B' || place, '查看循环水压力和回水温度', '', 1,
           CASE WHEN place % 40 = 0 THEN 1 + place % 3 ELSE 0 END,
           CASE WHEN place % 40 = 0 THEN 1 END, place, true, 'b' || place, id, object, unit, plan
      FROM measure WHERE inspected;
    INSERT INTO duties_horizon (id, enterprise_id, scope_path, version, created_at, updated_at,
                                made_until)
    SELECT uuidv7(), id, path, 1, now(), now(), {until} FROM plant
    ON CONFLICT (enterprise_id) DO UPDATE SET made_until = excluded.made_until;
    UPDATE duties_plan SET made_until = {until}, make_from = {until}
     WHERE made_until IS NULL OR made_until > {until};
"""
# How many of a thousand duties an enterprise misses: most do their work, some hardly.
MISSED = """
    CASE WHEN (uuid_hash({enterprise}) & 2147483647) % 100 < 70 THEN 15
         WHEN (uuid_hash({enterprise}) & 2147483647) % 100 < 90 THEN 60
         WHEN (uuid_hash({enterprise}) & 2147483647) % 100 < 97 THEN 200 ELSE 500 END
"""
_DAY = f"""
    INSERT INTO duties_instance (id, enterprise_id, scope_path, version, created_at, updated_at,
        plan_id, organisation_id, assignee_id, role, work_type, opens_at, due_at, grace_until,
        state, warning, done_at, done_by_id, exempt_reason)
    SELECT (lpad(to_hex((extract(epoch FROM opens_at) * 1000)::bigint), 12, '0') || '8'
            || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid,
           plant, path, 2, opens_at, due_at, plan, team, CASE WHEN place % 10 < 3 THEN person END,
           CASE WHEN place % 10 < 3 THEN '' ELSE 'operator' END,
           CASE WHEN place % 40 = 0 THEN 1 + place % 3 ELSE 0 END, opens_at, due_at, due_at, state,
           CASE state WHEN 'overdue' THEN 3 ELSE 0 END,
           CASE WHEN state = 'done' THEN due_at - interval '20 minutes'
                WHEN state = 'done_late' THEN due_at + interval '3 hours' END,
           CASE WHEN state IN ('done', 'done_late') THEN person END,
           CASE WHEN state = 'exempt' THEN '停用' ELSE '' END
      FROM (
        SELECT m.*, w.opens_at, w.due_at, md5(m.plan::text) AS hash,
               CASE WHEN dice < missed THEN 'overdue' WHEN dice < missed + 30 THEN 'done_late'
                    WHEN dice < missed + 40 THEN 'exempt' ELSE 'done' END AS state
          FROM (SELECT *, (uuid_hash_extended(plan, {{seed}}) & 2147483647) % 1000 AS dice,
                       {MISSED.format(enterprise="plant")} AS missed
                  FROM measure WHERE inspected) m
         CROSS JOIN LATERAL (
            SELECT {{day}} + make_interval(hours => (m.place % 8)::int) AS opens_at,
                   {{day}} + make_interval(hours => (8 + m.place % 12)::int) AS due_at
             WHERE m.place % 20 < 14
            UNION ALL
            SELECT {{day}} + half, {{day}} + half + interval '12 hours'
              FROM unnest(ARRAY[interval '0', interval '12 hours']) half
             WHERE m.place % 20 BETWEEN 14 AND 16
            UNION ALL
            SELECT {{day}}, {{day}} + interval '6 days 23:59'
             WHERE m.place % 20 > 16 AND {{is_monday}}
         ) w
      ) s
"""
_FINDINGS = """
    INSERT INTO findings_finding (
        id, enterprise_id, scope_path, version, created_at, updated_at, number, title,
        description, state, level, source, channel, discipline, role_category, treatment, basis,
        object_id, unit_id, place, department_id, origin_kind, found_at, registered_at,
        registered_by_id, inspected_on, inspection_ref, owner_id, acceptor_id, deadline,
        first_deadline, measures, interim, funds_note, plan, cause, root_cause, result,
        confirmed_at, confirmed_by_id, submitted_at, submitted_by_id, accepted_at, accepted_by_id,
        acceptance, overdue_days, warning, criterion, criteria_edition, judgement, listing_number,
        penalty, is_anonymous, search_key
    )
    SELECT uuidv7(at - clock_timestamp()), plant, path, 3, at, coalesce(accepted_at, at), number,
           title, '', state, CASE WHEN dice % 400 = 7 THEN 1 ELSE 0 END, 1 + dice % 10,
           CASE WHEN dice % 20 = 3 THEN 'county' WHEN dice % 50 = 4 THEN 'city' ELSE 'self' END,
           1 + dice % 8, 0, 1, '', object, unit, place, team, '', at, at, person,
           CASE WHEN dice % 20 = 3 OR dice % 50 = 4 THEN at::date END, '', person, person,
           at::date + 7, at::date + 7, '更换损坏部件并复核', '', '', '', '', '',
           CASE WHEN accepted_at IS NULL THEN '' ELSE '已更换，现场复核合格' END,
           CASE WHEN state <> 'reported' THEN at END,
           CASE WHEN state <> 'reported' THEN person END,
           coalesce(accepted_at, CASE WHEN state = 'awaiting_acceptance' THEN at END),
           CASE WHEN state IN ('accepted', 'awaiting_acceptance') THEN person END,
           accepted_at, CASE WHEN accepted_at IS NOT NULL THEN person END, '', 0, 0, '', '2017',
           '{{}}', '', '', false, lower(number) || ' ' || key || ' ' || lower(place)
      FROM (
        SELECT f.*, s.state,
               CASE WHEN s.state = 'accepted' THEN least(at + make_interval(
                    days => (1 + dice % 9)::int), {until}) END AS accepted_at
          FROM (
            SELECT p.id AS plant, u.path, u.id AS unit, u.object, u.team, u.person, x.title, x.key,
                   {begin} + {week} * ((k - first + 0.5) / (last - first + 1)) AS at,
                   'YH-' || extract(year FROM {begin}::timestamptz) || '-' || lpad(k::text, 6, '0')
                       AS number,
                   (hashint8extended(k, p.n) & 2147483647) AS dice,
                   'T-' || (k * 7 + p.n) % 900 AS place
              FROM (SELECT *, findings::bigint * ({chunk} - 1) / {chunks} AS first,
                           findings::bigint * {chunk} / {chunks} - 1 AS last FROM plant) p
             CROSS JOIN LATERAL generate_series(first, last) k
              JOIN unit u ON u.plant = p.id AND u.place = k % greatest(1, p.measures / 20)
              JOIN phrase x ON x.n = (hashint8extended(k, p.n + 1) & 2147483647) % {pool}
          ) f
         CROSS JOIN LATERAL (
            SELECT CASE
                WHEN {age} > 8 THEN CASE WHEN dice % 1000 < 985 THEN 'accepted'
                    WHEN dice % 1000 < 990 THEN 'dismissed' ELSE 'rectifying' END
                ELSE CASE WHEN dice % 100 < 60 THEN 'accepted' WHEN dice % 100 < 80
                    THEN 'rectifying' WHEN dice % 100 < 88 THEN 'confirmed' WHEN dice % 100 < 94
                    THEN 'reported' ELSE 'awaiting_acceptance' END END AS state
         ) s
      ) rows
     ORDER BY at
"""


def fill(address: str, province: Province, until: dt.datetime) -> dict[str, float]:
    """Fill the database at `address` (its owner's) up to `until`, the beginning of the day to be
    measured; return the seconds of each step. One that is filled already is left alone."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT set_config('anlan.everything', 'on', false)")
        cursor.execute(
            "SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off"
        )
        cursor.execute("SELECT EXISTS (SELECT FROM actors_user WHERE display_name = %s)", [MARK])
        if cursor.fetchone()[0]:  # type: ignore[index]
            if cursor.execute("SELECT to_regclass('finding_list')").fetchone()[0] is None:  # type: ignore[index]
                sys.exit("A filling broke off here: take a fresh folder or database.")
            return {}
        took = fill_with(cursor, province, until)
        with _step(took, "vacuum and analyse"):
            cursor.execute("VACUUM ANALYZE")
    return took


def fill_with(cursor: Any, province: Province, until: dt.datetime) -> dict[str, float]:
    """Fill through a cursor of the tables' owner who sees everything."""
    took: dict[str, float] = {}
    monday = until.date() - dt.timedelta(days=until.weekday() + 7)
    there = cursor.execute("SELECT count(*) FROM registry_enterprise").fetchone()[0]
    given = {
        "mark": MARK,
        "flagship": _flagship(),
        "measures": province.measures,
        "tasks": province.tasks,
        "findings": province.findings,
        "until": until,
        "monday": monday,
        "missing": max(0, province.enterprises - there),
    }
    with _step(took, f"{province.enterprises:,} enterprises with their people"):
        _run(cursor, _PLANTS, given)
        _run(cursor, _SIZES, given)
    register = ("risk_riskobject", "risk_riskunit", "risk_riskevent", "risk_controlmeasure")
    with _step(took, "measures"), _bare(cursor, *register):
        _run(cursor, _REGISTER, given)
    with _step(took, "tasks"), _bare(cursor, "duties_plan", "inspections_inspectiontask"):
        _run(cursor, _TASKS, given)
    with _step(took, "instances of last week"):
        _week(cursor, dt.datetime.combine(monday, dt.time(0), until.tzinfo))
    with _step(took, "findings"), _bare(cursor, "findings_finding", "findings_piece"):
        _findings(cursor, given)
    return took


def _week(cursor: Any, monday: dt.datetime) -> None:
    """Put in the instances of a week as people have left them."""
    day = dt.timedelta(days=1)
    cursor.execute("SELECT duties_make_months(%s, %s)", [monday, monday + 21 * day])
    for n in range(7):
        _run(cursor, _DAY, {"day": monday + n * day, "seed": n, "is_monday": n == 0})


def _findings(cursor: Any, given: dict[str, Any]) -> None:
    from findings_text_corpus import findings

    from anlan.base.search_key import search_key

    cursor.execute("CREATE TEMP TABLE phrase (n int PRIMARY KEY, title text, key text)")
    titles = [title[:200] for title in findings(POOL, seed=5)]
    with cursor.copy("COPY phrase FROM STDIN") as copy:
        for n, title in enumerate(titles):
            copy.write_row((n, title, search_key(title)[:540]))
    cursor.execute("CREATE INDEX ON unit (plant, place); ANALYZE unit; ANALYZE phrase")
    # What is searched by is made once a text instead of once a finding.
    cursor.execute("ALTER TABLE findings_finding DISABLE TRIGGER USER")
    week = dt.timedelta(days=7)
    for chunk in range(1, CHUNKS + 1):
        begin = given["until"] - (CHUNKS - chunk + 1) * week
        values = {"chunk": chunk, "chunks": CHUNKS, "age": CHUNKS - chunk, "begin": begin}
        _run(cursor, _FINDINGS, {**given, **values, "week": week, "pool": POOL})
    cursor.execute("ALTER TABLE findings_finding ENABLE TRIGGER USER")
    fill_pieces(cursor, titles)


def fill_pieces(cursor: Any, titles: list[str]) -> None:
    """Put in what findings are searched by, which their triggers would have made row by row."""
    from anlan.base.search_key import search_key
    from anlan.modules.findings.words import pieces

    cursor.execute("CREATE TEMP TABLE said (text text, pieces int[])")
    with cursor.copy("COPY said FROM STDIN") as copy:
        for title in dict.fromkeys(titles):
            copy.write_row((title, list(pieces(search_key(title)[:540].split()))))
    cursor.execute(
        "INSERT INTO said SELECT code, findings_pieces(lower(code)) FROM ("
        " SELECT DISTINCT number AS code FROM findings_finding"
        " UNION SELECT DISTINCT place FROM findings_finding) c"
    )
    cursor.execute("ANALYZE said")
    cursor.execute(
        "INSERT INTO findings_piece"
        " SELECT f.id, t.pieces || n.pieces || p.pieces"
        " || findings_marks(f.scope_path, f.registered_at, f.state, f.level)"
        " FROM findings_finding f"
        " JOIN said t ON t.text = f.title JOIN said n ON n.text = f.number"
        " JOIN said p ON p.text = f.place ON CONFLICT (finding_id) DO NOTHING"
    )


def _run(cursor: Any, statements: str, given: dict[str, Any]) -> None:
    """Run statements with values written into them (several at once take no parameters)."""
    values = {name: sql.Literal(value) for name, value in given.items()}
    cursor.execute(sql.SQL(statements).format(**values))  # type: ignore[arg-type]


def _flagship() -> str:
    from anlan.demo.plan import FLAGSHIP

    return FLAGSHIP


@contextmanager
def _step(took: dict[str, float], what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took[what] = time.perf_counter() - began
    print(f"filled: {what} in {took[what]:.0f} s", file=sys.stderr, flush=True)


# Indexes are built in one go afterwards; foreign keys hold for what comes then, what was made up
# fits together and is not checked: minutes instead of hours.
_HUNG = """
    SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
           'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname)
               || ' ' || pg_get_constraintdef(oid)
               || CASE WHEN contype = 'f' AND convalidated THEN ' NOT VALID' ELSE '' END,
           contype = 'f'
      FROM pg_constraint WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('f', 'u')
    UNION ALL
    SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid), false
      FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[]) AND NOT indisprimary
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
     ORDER BY 3
"""


# Columns that the statements above do not name, and that rows must have: new ones do no harm.
_REQUIRED = """
    SELECT 'ALTER TABLE ' || attrelid::regclass || ' ALTER ' || quote_ident(attname),
           CASE typcategory WHEN 'S' THEN $$''$$ WHEN 'N' THEN '0' WHEN 'B' THEN 'false'
                            WHEN 'A' THEN $$'{}'$$ WHEN 'U' THEN $$'{}'$$ END
      FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = ANY (%(tables)s::regclass[]) AND attnum > 0 AND NOT attisdropped
       AND attnotnull AND NOT atthasdef AND (typcategory <> 'U' OR typname = 'jsonb')
       AND typcategory IN ('S', 'N', 'B', 'A', 'U')
"""


@contextmanager
def _bare(cursor: Any, *tables: str) -> Iterator[None]:
    """Take indexes and foreign keys off tables for a while; let them fill in what is not named."""
    # Inside a transaction there may be checks put off to its end, which would hold the tables.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    hung = cursor.execute(_HUNG, {"tables": list(tables)}).fetchall()
    required = cursor.execute(_REQUIRED, {"tables": list(tables)}).fetchall()
    for drop, _add, _is_key in reversed(hung):
        cursor.execute(drop)
    for column, value in required:
        cursor.execute(f"{column} SET DEFAULT {value}")
    yield
    for column, _value in required:
        cursor.execute(f"{column} DROP DEFAULT")
    for _drop, add, _is_key in hung:
        cursor.execute(add)
