"""How long does a sheet of 50,000 points with their four limits take, checked and written?

    python benchmarks/points_import.py [--rows 50000] [--plain 200] [--wrong 50]

Uses the database that `ANLAN_DATABASE_URL` and `ANLAN_DATABASE_OWNER_URL` name, with the small
demonstration loaded: give it one that may be thrown away. The file goes through the import's own
jobs: taken, checked, written, with every row's history. Some rows are wrong; they must stay row
errors while the rest is written. Beside it the plain Django way on a sample: `clean_fields`
and `save` for each point and each alarm, an audit event each. The rows are deleted afterwards,
their history stays. Ends with 1 when a target is missed.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
CHECK_S = WRITE_S = 60.0
PREFIX = "BENCH-"
_KINDS = (("level", "m", 12.0), ("temperature", "Cel", 120.0), ("pressure", "MPa", 2.5),
          ("flow", "m3/h", 300.0))  # fmt: skip


def rows(n: int, wrong: int, start: int = 0) -> list[dict[str, Any]]:
    """Return `n` points by column name; `wrong` of them, evenly spread, have H above HH."""
    found = []
    every = n // wrong if wrong else n + 1
    for place in range(start, start + n):
        kind, unit, span = _KINDS[place % len(_KINDS)]
        high = 0.99 if (place - start) % every == every - 1 else 0.8
        found.append(
            {
                "tag": f"{PREFIX}{place:06d}",
                "name": f"{place}#测点",
                "kind": kind,
                "unit": unit,
                "range_low": 0,
                "range_high": span,
                "decimals": 2,
                "address": f"ns=2;s=Bench.{place}",
                "sampling_seconds": 5,
                "in_service": True,
                "limit_hh": round(0.9 * span, 3),
                "limit_h": round(high * span, 3),
                "limit_l": round(0.2 * span, 3),
                "limit_ll": round(0.1 * span, 3),
            }
        )
    return found


def write_file(path: Path, given: list[dict[str, Any]]) -> None:
    """Write points as the import's workbook."""
    import xlsxwriter

    from anlan.base.imports.checking import shown
    from anlan.modules.monitoring.sheets import POINTS

    columns = [column for column in POINTS.columns if column.name in given[0]]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [column.heading() for column in columns])
    for place, row in enumerate(given, start=1):
        sheet.write_row(place, 0, [shown(column, row[column.name]) for column in columns])
    book.close()


def engineer() -> Any:
    """Return an equipment engineer of one enterprise of the demonstration."""
    from anlan.base.actors.loading import load_actor
    from anlan.base.actors.models import Membership
    from anlan.base.actors.roles import Role

    post = (
        Membership.objects.filter(role=Role.EQUIPMENT_ENGINEER, organisation__kind="enterprise")
        .select_related("user")
        .order_by("pk")
        .first()
    )
    assert post is not None, "load the demonstration first"
    return load_actor(post.user)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one step, and how many of them Python computed."""

    whole: float
    python: float


def imported(actor: Any, path: Path, n: int, wrong: int) -> tuple[Spent, Spent]:
    """Take, check and write a file; return what each step took."""
    from django.db import connection

    from anlan.base.imports import services
    from anlan.base.jobs.services.running import run_job
    from anlan.modules.monitoring.sheets import POINTS

    began, computed = time.perf_counter(), time.process_time()
    with path.open("rb") as upload:
        run = services.run_start(actor, POINTS, upload, path.name)
    run_job(run.job_id, apart=not connection.in_atomic_block)
    run.refresh_from_db()
    counts = (run.counts.get("create"), run.counts.get("wrong", 0))
    assert counts == (n - wrong, wrong), (run.state, run.error, run.counts, run.notes)
    check = Spent(time.perf_counter() - began, time.process_time() - computed)
    began, computed = time.perf_counter(), time.process_time()
    run = services.run_apply(actor, run.pk, "good" if wrong else "all")
    run_job(run.job_id, apart=not connection.in_atomic_block)
    run.refresh_from_db()
    assert run.state == "applied", (run.state, run.error)
    return check, Spent(time.perf_counter() - began, time.process_time() - computed)


def plain(actor: Any, given: list[dict[str, Any]]) -> float:
    """Write points one by one, as a first version does; return the seconds."""
    from django.db import transaction

    from anlan.base.actors.models import Organisation
    from anlan.base.audit.services import record
    from anlan.base.search_key import search_key
    from anlan.modules.monitoring import events
    from anlan.modules.monitoring.models import AlarmRule, Point

    plant = Organisation.objects.get(pk=actor.own_enterprise_id)
    place = {"enterprise_id": plant.pk, "scope_path": plant.path}
    began = time.perf_counter()
    for row in given:
        values = {name: value for name, value in row.items() if not name.startswith("limit_")}
        with transaction.atomic():
            if Point.objects.for_actor(actor).filter(tag=row["tag"], **place).exists():
                continue
            point = Point(**values, **place, search_key=search_key(row["tag"], row["name"]))
            point.clean_fields(exclude=["number"])
            point.save()
            record(actor, events.POINT_CREATED, point, after=values)
            for name, kind in (("limit_hh", "HH"), ("limit_h", "H"), ("limit_l", "L"),
                               ("limit_ll", "LL")):  # fmt: skip
                rule = AlarmRule(point=point, kind=kind, limit=row[name], **place)
                rule.clean_fields()
                rule.save()
                record(actor, events.RULE_CREATED, rule, after={"limit": row[name]})
    return time.perf_counter() - began


def take_out() -> None:
    """Delete what was imported, as the owner of the tables."""
    address = os.environ.get("ANLAN_DATABASE_OWNER_URL")
    if not address:
        return
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT set_config('anlan.everything', 'on', false)")
        connection.execute(
            "DELETE FROM monitoring_alarmrule WHERE point_id IN"
            " (SELECT id FROM monitoring_point WHERE tag LIKE %s)",
            [PREFIX + "%"],
        )
        connection.execute("DELETE FROM monitoring_point WHERE tag LIKE %s", [PREFIX + "%"])


def main() -> int:
    """Measure and print a table; 1 when a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--plain", type=int, default=200, help="rows of the plain way")
    parser.add_argument("--wrong", type=int, default=50)
    given = parser.parse_args()
    import django

    django.setup()
    from anlan.base.actors import wall

    actor = engineer()
    take_out()
    try:
        with tempfile.TemporaryDirectory() as folder, wall.acting_as(actor.scope):
            path = Path(folder) / "points.xlsx"
            write_file(path, rows(given.rows, given.wrong))
            size = path.stat().st_size / 1e6
            check, write = imported(actor, path, given.rows, given.wrong)
            seconds = plain(actor, rows(given.plain, 0, start=given.rows))
    finally:
        take_out()
    n = given.rows
    scaled = max(n / 50_000, 1e-9)
    holds = check.whole <= CHECK_S * scaled and write.whole <= WRITE_S * scaled
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rival = seconds * n / given.plain
    print(f"{n:,} points with {4 * n:,} limits, {given.wrong} wrong rows, {size:.1f} MB")
    for name, spent, most in (("check", check, CHECK_S), ("write", write, WRITE_S)):
        print(
            f"{name} {spent.whole:6.1f} s ({spent.python:.1f} s of it Python)"
            f"  {n / spent.whole:8,.0f} rows/s  target <= {most * scaled:.0f} s"
        )
    print(f"peak memory {memory:.0f} MB; {'holds' if holds else 'MISSED'}")
    print(
        f"plain way, writing alone: {given.plain / seconds:,.0f} rows/s from {given.plain} rows,"
        f" about {rival:.0f} s: {rival / write.whole:.1f} times as long"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
