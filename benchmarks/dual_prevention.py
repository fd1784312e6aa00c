"""Is dual prevention quick enough at the size of a province? One command, one table.

    python benchmarks/dual_prevention.py [--enterprises N] [--plans N] [--findings N]
                                         [--texts N] [--data DIR]

Works in the database that `ANLAN_DATABASE_URL` and `ANLAN_DATABASE_OWNER_URL` name, which must be
prepared and hold the demonstration (any size); use a throw-away one: what is made stays. The
province asked for is 10,000 enterprises, 100 daily tasks each (1 M instances a day), 10 M
findings and 1 M texts; smaller figures are printed as what they are, never scaled up. With
`--data` (a folder with `findings_public.csv`) the reading of texts is measured as well.
"""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

MARK = "bench-findings"
WEEK = dt.date(2026, 6, 1)
P95_PAGE_MS, SECONDS = 150, 60

FINDINGS = """
    WITH plants AS (
        SELECT id, path, row_number() OVER (ORDER BY path) - 1 AS place, count(*) OVER () AS of
          FROM actors_organisation WHERE kind = 'enterprise'
    ), made AS (
        SELECT n, p.id AS enterprise, p.path, n %% 100 AS kind,
               %(until)s::timestamptz - make_interval(mins => (n %% 500000)::int) AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
          JOIN plants p ON p.place = n %% p.of
    )
    INSERT INTO findings_finding (
        id, enterprise_id, scope_path, version, created_at, updated_at, number, title,
        description, state, level, source, channel, discipline, role_category, treatment, basis,
        place, origin_kind, found_at, registered_at, inspection_ref, measures, interim,
        funds_note, plan, cause, root_cause, result, acceptance, overdue_days, warning,
        criterion, criteria_edition, judgement, listing_number, penalty, is_anonymous,
        search_key, deadline, accepted_at
    )
    SELECT gen_random_uuid(), enterprise, path, 1, at, at, 'B-' || n,
           (ARRAY['法兰渗漏','安全阀校验过期','可燃气体探测器故障','接地线脱落','消防通道被占用',
                  '操作记录缺项','呼吸阀堵塞','保温破损'])[1 + n %% 8] || ' ' || n, '',
           CASE WHEN kind < 88 THEN 'accepted' WHEN kind < 94 THEN 'rectifying'
                WHEN kind < 97 THEN 'confirmed' WHEN kind < 99 THEN 'reported'
                ELSE 'awaiting_acceptance' END,
           CASE WHEN n %% 400 = 0 THEN 1 ELSE 0 END, 1 + n %% 10, 'self', 1 + n %% 8, 0, 1, '',
           'T-' || n %% 900, '', at, at, '', '', '', '', '', '', '', '', '', 0, 0, '', '2017',
           '{}', '', '', false, 'b-' || n || ' ' || 'faxie', at::date + 7,
           CASE WHEN kind < 88 THEN at + interval '3 days' END
      FROM made
"""


def main() -> int:
    """Fill, measure, print; returns 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--enterprises", type=int, default=10_000)
    parser.add_argument("--plans", type=int, default=100, help="daily tasks of each enterprise")
    parser.add_argument("--findings", type=int, default=10_000_000)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="folder with findings_public.csv")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    if not os.environ.get("ANLAN_DATABASE_URL"):
        parser.error("name a throw-away database in ANLAN_DATABASE_URL and _OWNER_URL")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    os.environ |= {"ANLAN_OPEN_WALL": "1", "ANLAN_DB_AS_OWNER": "1", "ANLAN_DEBUG": "0"}
    import django

    django.setup()
    print(f"{os.cpu_count()} cores, {os.getloadavg()[1]:.1f} wanting them", flush=True)
    missed = 0
    for line, good in (*tasks(given), *findings(given), *texts(given)):
        print(line, flush=True)
        missed += not good
    return int(missed > 0)


def tasks(given: argparse.Namespace) -> Any:
    """Make a day's instances, ask for one person's, mark them overdue, rate the week."""
    import duties as part
    from django.db import connection

    part.empty()
    part.fill(given.enterprises, given.plans)
    connection.close()
    part._as_application(connection)
    for measured in (part.make_a_day, part.my_tasks):
        found = measured()
        yield found.row(), found.holds
        _analyse()
    marked = part.mark_overdue()
    yield marked.row(), marked.holds
    began = time.perf_counter()
    from anlan.modules.indicators.services.rating import rate_week

    rated = rate_week(WEEK, tell=False)
    seconds = time.perf_counter() - began
    both = seconds + marked.seconds
    yield (
        f"rate the week: {rated.n_changed:,} enterprises in {seconds:.1f} s; with marking"
        f" {both:.1f} s, target ≤ {SECONDS} s for both: {_verdict(both <= SECONDS)}",
        both <= SECONDS,
    )


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE; ANALYZE duties_instance; ANALYZE findings_finding")
    connection.close()


def findings(given: argparse.Namespace) -> Any:
    """Fill in findings, then ask for list, search and filter pages as leader and inspector."""
    from django.db import connection

    connection.close()
    connection.settings_dict["OPTIONS"].pop("options", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM findings_finding WHERE number LIKE 'B-%'")
        there = cursor.fetchone()[0]
        began = time.perf_counter()
        step = 250_000
        for first in range(there + 1, given.findings + 1, step):
            cursor.execute(
                FINDINGS,
                {
                    "first": first,
                    "last": min(first + step - 1, given.findings),
                    "until": dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
                },
            )
        cursor.execute("ANALYZE findings_finding")
        seconds = time.perf_counter() - began
    yield f"{max(there, given.findings):,} findings there ({seconds:.0f} s to fill)", True
    connection.close()
    os.environ.pop("ANLAN_OPEN_WALL")
    import parts
    from parts import sign_in

    people = parts.people()
    part_role(connection)
    for who, username in people.items():
        client = sign_in(username)
        for what, url in (
            ("findings", "/findings/?view=all"),
            ("open findings", "/findings/?view=open"),
            ("search by number", "/findings/?view=all&q=B-123456"),
            ("major findings", "/findings/?view=major"),
        ):
            spent = []
            for _ in range(given.rounds):
                began = time.perf_counter()
                answer = client.get(url)
                b"".join(answer.streaming_content) if answer.streaming else answer.content
                spent.append((time.perf_counter() - began) * 1000)
            spent.sort()
            p95 = spent[int(len(spent) * 0.95) - 1]
            good = p95 <= P95_PAGE_MS and answer.status_code == 200
            yield (
                f"{who}, {what}: {statistics.median(spent):.0f}/{p95:.0f} ms, target p95 ≤"
                f" {P95_PAGE_MS} ms: {_verdict(good)} ({answer.status_code})",
                good,
            )


def part_role(connection: Any) -> None:
    """From here on as the application's role, behind the wall."""
    import duties as part

    connection.close()
    part._as_application(connection)


def texts(given: argparse.Namespace) -> Any:
    """Read texts and find near duplicates; rows of the benchmark of finding texts."""
    import findings_text

    rows = list(findings_text.speed(given.texts)) if given.texts else []
    if given.data:
        rows += findings_text.quality(given.data)
    else:
        yield "no --data: the reading of finding texts is NOT measured", True
    for row in rows:
        yield " · ".join(cell for cell in row if cell), "MISSED" not in row


def _verdict(good: bool) -> str:
    return "holds" if good else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
