"""Are the special ledgers quick enough at the size of a province? One command, one table.

    python benchmarks/ledgers.py [--enterprises 10000] [--findings 300000] [--facilities 60000]

Fills the throw-away database that `ANLAN_DATABASE_URL` and `ANLAN_DATABASE_OWNER_URL` name (with
the small demonstration loaded) and leaves it filled: open findings and facilities copied over
enterprises that exist for this alone, every tenth of them on a ledger. Then asks as a leader of
the province for the counts by county and for a first page.
"""

import argparse
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
N_COUNTIES = 100

# A copy of one row with some columns changed: whatever columns the table has.
_COPIES = """
    INSERT INTO {table}
    SELECT made.* FROM (SELECT x FROM {table} x WHERE {which} LIMIT 1) t (template)
     CROSS JOIN generate_series(1, %s) n
     JOIN bench_plant p ON p.place = n %% %s
     CROSS JOIN LATERAL jsonb_populate_record(t.template, jsonb_build_object({columns})) made
"""
_FINDING = """
    'id', gen_random_uuid(), 'number', 'B' || n, 'enterprise_id', p.id, 'scope_path', p.path,
    'state', 'rectifying', 'discipline', CASE WHEN n %% 5 = 0 THEN 7 ELSE 1 + n %% 6 END,
    'deadline', current_date - 30 + n %% 60, 'object_id', NULL, 'unit_id', NULL,
    'measure_id', NULL, 'equipment_id', NULL, 'department_id', NULL, 'repeat_of_id', NULL,
    'origin_id', NULL
"""
_FACILITY = """
    'id', gen_random_uuid(), 'code', 'B' || n, 'enterprise_id', p.id, 'scope_path', p.path,
    'kind', (ARRAY['installation', 'tank_farm', 'pipeline'])[1 + n %% 3], 'unit_id', NULL,
    'medium', CASE WHEN n %% 7 = 0 THEN '液化石油气' ELSE '苯' END,
    'commissioned_on', current_date - (n %% 40) * 365, 'removed_at', NULL
"""
_ENTRIES = """
    INSERT INTO ledgers_ledgerentry (id, enterprise_id, scope_path, version, created_at, updated_at,
        ledger, finding_id, facility_id, township, situation, segment, enterprise_kind, risk,
        assessment, decision, interim, measures, responsible, authority, note, left_reason)
    SELECT gen_random_uuid(), enterprise_id, scope_path, 1, now(), now(), {ledger},
        {finding}, {facility}, '', '', '', '', 'high', '', '', '', '', '', '', '', ''
      FROM {table} WHERE {number} LIKE 'B%%0' AND {which}
        ON CONFLICT DO NOTHING
"""


def fill(cursor: Any, n_enterprises: int, n_findings: int, n_facilities: int) -> None:
    """Make enterprises of the bench and copy findings, facilities and entries over them."""
    from anlan.base.actors.models import Organisation

    province = Organisation.objects.filter(kind="area", parent=None).first()
    assert province is not None
    counties, plants = [], []
    for n in range(N_COUNTIES):
        pk = uuid.uuid4()
        path = f"{province.path}{pk.hex}/"
        counties.append(
            Organisation(
                id=pk, kind="area", code=f"B{n}", name=f"bench {n}", parent=province, path=path
            )
        )
    for n in range(n_enterprises):
        pk, above = uuid.uuid4(), counties[n % N_COUNTIES]
        plants.append(
            Organisation(
                id=pk, kind="enterprise", code=f"BP{n}", name=f"bench plant {n}", parent=above,
                path=f"{above.path}e{pk.hex}/",
            )
        )  # fmt: skip
    Organisation.objects.bulk_create(counties)
    Organisation.objects.bulk_create(plants, batch_size=2000)
    cursor.execute("CREATE TEMP TABLE bench_plant (place int PRIMARY KEY, id uuid, path text)")
    cursor.executemany(
        "INSERT INTO bench_plant VALUES (%s, %s, %s)",
        [(n, one.pk, one.path) for n, one in enumerate(plants)],
    )
    for table, columns, n in (
        ("findings_finding", _FINDING, n_findings),
        ("registry_facility", _FACILITY, n_facilities),
    ):
        sql = _COPIES.format(table=table, which="true", columns=columns)
        cursor.execute(sql, [n, n_enterprises])
    cursor.execute(
        _ENTRIES.format(
            ledger="'defects'", finding="id", facility="NULL", table="findings_finding",
            number="number", which="discipline = 7",
        ),
        [],
    )  # fmt: skip
    ledger = "CASE kind WHEN 'pipeline' THEN 'pipelines' ELSE kind || 's' END"
    cursor.execute(
        _ENTRIES.format(
            ledger=f"replace({ledger}, '_', '-')", finding="NULL", facility="id",
            table="registry_facility", number="code",
            which="kind IN ('installation', 'tank_farm', 'pipeline')",
        ),
        [],
    )  # fmt: skip
    cursor.execute("ANALYZE")


def measure(rounds: int) -> None:
    """Ask each ledger for its counts and its first page; print median milliseconds."""
    from django.db import connection

    from anlan.base.actors.actor import SYSTEM
    from anlan.modules.ledgers import queries
    from anlan.modules.ledgers.definitions import LEDGERS

    def timed(ask: Any) -> tuple[float, Any]:
        spent, found = [], None
        for _n in range(rounds):
            begun = time.perf_counter()
            found = ask()
            spent.append((time.perf_counter() - begun) * 1000)
        return sorted(spent)[len(spent) // 2], found

    print("| ledger | rows | counts by county | first page |\n|---|---|---|---|")
    for ledger in LEDGERS:
        ms, sums = timed(lambda ledger=ledger: queries.sums(SYSTEM, ledger))
        rows = queries.rows(SYSTEM, ledger).filter(queries.KEPT | queries.FOUND)
        page, _rows = timed(lambda rows=rows: list(rows.order_by("enterprise_id", "pk")[:50]))
        n = queries.total(sums).rows
        print(f"| {ledger.code} | {n:,} | {ms:,.0f} ms | {page:,.0f} ms |", flush=True)
    connection.close()


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--enterprises", type=int, default=10_000)
    parser.add_argument("--findings", type=int, default=300_000)
    parser.add_argument("--facilities", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--filled", action="store_true", help="the database is filled already")
    given = parser.parse_args()
    import django

    django.setup()
    from django.db import connection, transaction

    from anlan.base.actors.scope import EVERYTHING
    from anlan.base.actors.wall import acting_as

    with acting_as(EVERYTHING):
        if not given.filled:
            begun = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                fill(cursor, given.enterprises, given.findings, given.facilities)
            print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)
        measure(given.rounds)


if __name__ == "__main__":
    main()
