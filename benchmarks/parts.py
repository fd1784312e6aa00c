"""The parts of the benchmark, each run by `registry.py` in a process of its own.

The product's own way is measured through its real doors: the whole Django stack with a signed-in
session, the import pipeline's jobs, the verification that `anlan audit verify` calls.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PROVINCE = "990000"
IMPORT_PREFIX = "97"  # company codes of imported rows, by which they are taken out again


@dataclass(frozen=True, slots=True)
class Page:
    """A page to ask for; `few` is the same page with few rows, `plain` the rival's address."""

    what: str
    url: str
    few: str = ""
    plain: str = ""


def sign_in(username: str) -> Any:
    """Return a client with a session from the sign-in page."""
    from django.test import Client

    from anlan.demo.accounts import PASSWORD

    client = Client(headers={"host": "localhost", "accept-language": "zh-hans"})
    answer = client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    assert answer.status_code == 302, f"{username} cannot sign in: {answer.status_code}"
    return client


def people() -> dict[str, str]:
    """Return user names by title; the province's leader and data officer are made if need be."""
    from anlan.base.actors.models import Membership, Organisation, User
    from anlan.base.actors.roles import Role

    # The smaller demonstrations have a province too, with one city in it.
    province = Organisation.objects.get(code=PROVINCE)
    password = User.objects.get(username="leader").password
    for name, role in (("bench", Role.BUREAU_LEADER), ("bench-data", Role.BUREAU_DATA_OFFICER)):
        user, made = User.objects.get_or_create(
            username=name, defaults={"display_name": name, "password": password, "is_demo": True}
        )
        if made:
            Membership.objects.create(user=user, organisation=province, role=role, is_home=True)
    return {
        "province leader": "bench",
        "county inspector": "inspector",
        "safety manager": "safety",
    }


def pages_of(username: str) -> list[Page]:
    """Return the pages to measure; what is searched for comes from the viewer's own rows."""
    from anlan.base.actors import wall
    from anlan.base.actors.loading import load_actor
    from anlan.base.actors.models import User
    from anlan.modules.registry import queries

    actor = load_actor(User.objects.get(username=username))
    with wall.acting_as(actor.scope):
        seen = queries.enterprises(actor).order_by("name", "pk")
        row = seen[seen.count() // 2]
        tag = queries.equipment(actor).filter(category="tank").order_by("code")[0].code
    initials = row.search_key.split()[2][2:6]
    detail = f"/registry/enterprises/{row.pk}/"
    lists, tags = "/registry/enterprises/", "/registry/equipment/"
    few = f"?q={row.unified_social_credit_code}"
    return [
        Page("enterprises", f"{lists}?view=all", lists + few, "enterprises/"),
        Page("enterprises, page 40", f"{lists}?page=40", lists + few, "enterprises/?page=40"),
        Page("enterprises, sorted", f"{lists}?sort=-n_mhi", f"{lists}{few}&sort=-n_mhi",
             "enterprises/?sort=-n_mhi"),
        Page("enterprises, search by name", f"{lists}?q={row.name[2:5]}", lists + few,
             f"enterprises/?q={row.name[2:5]}"),
        Page("enterprises, search by initials", f"{lists}?q={initials}", lists + few),
        Page("enterprises, filter", f"{lists}?state=running&kind=production",
             f"{lists}{few}&state=running", "enterprises/?state=running&kind=production"),
        Page("enterprise", detail, detail, f"enterprises/{row.pk}/"),
        Page("enterprise, equipment", f"{detail}?tab=equipment", f"{detail}?tab=sites"),
        Page("units, level 1 and 2", "/registry/units/?level=1&level=2", f"/registry/units/{few}"),
        Page("equipment", f"{tags}?view=all", tags + "?q=no-such", "equipment/"),
        Page("equipment, by tag downwards", f"{tags}?sort=-code", tags + "?q=no-such&sort=-code",
             "equipment/?sort=-code"),
        Page("equipment, by inspection day", f"{tags}?sort=inspect_by",
             tags + "?q=no-such&sort=inspect_by", "equipment/?sort=inspect_by"),
        Page("equipment, page 20", f"{tags}?page=20", tags + "?q=no-such", "equipment/?page=20"),
        Page("equipment, search by tag", f"{tags}?q={tag}", tags + "?q=no-such",
             f"equipment/?q={tag}"),
        Page("equipment, filter", f"{tags}?category=tank", tags + "?q=no-such&category=tank",
             "equipment/?category=tank"),
        Page("equipment, inspection overdue", f"{tags}?overdue=yes",
             tags + "?q=no-such&overdue=yes"),
        Page("home", "/", "/"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """What requests to one address took: `cpu_ms` is a request's mean, here and in PostgreSQL."""

    spent_ms: list[float]
    cpu_ms: float | None
    queries: int


def on_cpu_of(pid: int) -> float | None:
    """Return the seconds a process has been on a processor; None where that cannot be read."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return None  # PostgreSQL on another machine, or no Linux


def on_cpu() -> float | None:
    """Return the seconds that this process and its database session have been on a processor."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        there = on_cpu_of(cursor.fetchone()[0])
    return None if there is None else there + time.process_time()


def timed(client: Any, url: str, rounds: int) -> Timed:
    """Ask for an address `rounds` times, after two requests that do not count."""
    from django.db import connection

    n_queries = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal n_queries
        n_queries += 1
        return execute(*arguments)

    client.get(url)  # templates are compiled, the planner's statistics read
    with connection.execute_wrapper(count):
        answer = client.get(url)
    assert answer.status_code == 200, f"{url} answered {answer.status_code}"
    spent = []
    before = on_cpu()
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(url)
        spent.append((time.perf_counter() - began) * 1000)
    after = on_cpu()
    used = None if before is None or after is None or not rounds else after - before
    return Timed(spent, None if used is None else used * 1000 / rounds, n_queries)


def measured(who: str, page: Page, found: Timed) -> dict[str, Any]:
    """Return one page's figures."""
    spent = found.spent_ms
    return {
        "who": who,
        "what": page.what,
        "median_ms": statistics.median(spent),
        "p95_ms": sorted(spent)[max(0, -(-95 * len(spent) // 100) - 1)],
        "cpu_ms": found.cpu_ms,
        "queries": found.queries,
    }


def pages(rounds: int) -> dict[str, Any]:
    """Measure every page for every person."""
    from anlan.config.memory import settle

    settle()  # as the server does before its first page
    found = []
    for who, username in people().items():
        client = sign_in(username)
        for page in pages_of(username):
            few = timed(client, page.few, 0).queries
            full = measured(who, page, timed(client, page.url, rounds))
            found.append({**full, "queries_few": few})
    return {"pages": found}


def plain_pages(rounds: int) -> dict[str, Any]:
    """Measure the straightforward views of `plain.py` for the same people and rows."""
    from django.test import override_settings

    found = []
    with override_settings(ROOT_URLCONF="plain"):
        for who, username in people().items():
            client = sign_in(username)
            for page in pages_of(username):
                if page.plain:
                    once = timed(client, f"/plain/{page.plain}", min(rounds, 5))
                    found.append(measured(who, page, once))
    return {"pages": found}


def write_file(path: Path, n: int) -> None:
    """Write a sheet of `n` enterprises that are not there yet."""
    import xlsxwriter

    from anlan.base.actors.models import Organisation
    from anlan.base.clock import today
    from anlan.base.imports.checking import shown
    from anlan.demo.names import credit_code
    from anlan.demo.plan import enterprises
    from anlan.modules.registry.sheets import ENTERPRISES

    counties = sorted(
        Organisation.objects.filter(is_demo=True, kind="area")
        .exclude(code__endswith="00")
        .values_list("code", flat=True)
    )
    columns = [c for c in ENTERPRISES.columns if c.name not in ("park", "group")]
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [c.heading() for c in columns])
    plans = enterprises(7, "province", today())
    for i in range(n):
        values = dict(next(plans).values)
        county = counties[i % len(counties)]
        values |= {
            "area_code": county,
            "unified_social_credit_code": credit_code(county, 70_000_000 + i),
            "company_code": f"{IMPORT_PREFIX}{i:07d}",
        }
        sheet.write_row(i + 1, 0, [shown(c, values.get(c.name, "")) for c in columns])
    book.close()


@contextmanager
def given_file(n: int) -> Iterator[Path]:
    """Give a written sheet, and take its rows out again afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "enterprises.xlsx"
        write_file(path, n)
        try:
            yield path
        finally:
            take_out()


def take_out() -> None:
    """Delete imported enterprises as the owner of the tables; their history stays."""
    address = os.environ.get("ANLAN_DATABASE_OWNER_URL")
    if not address:
        return
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT set_config('anlan.everything', 'on', false)")
        connection.execute(
            "WITH gone AS (DELETE FROM registry_enterprise WHERE company_code ~ %s RETURNING id)"
            " DELETE FROM actors_organisation WHERE id IN (SELECT id FROM gone)",
            [f"^{IMPORT_PREFIX}[0-9]{{7}}$"],
        )


def imports(n: int) -> dict[str, Any]:
    """Bring a file through the whole pipeline: taken, checked, written."""
    from django.db import connection

    from anlan.base.actors import wall
    from anlan.base.actors.loading import load_actor
    from anlan.base.actors.models import User
    from anlan.base.imports import services
    from anlan.base.jobs.services.running import run_job
    from anlan.modules.registry.sheets import ENTERPRISES

    people()
    actor = load_actor(User.objects.get(username="bench-data"))
    with given_file(n) as path, wall.acting_as(actor.scope):
        began = time.perf_counter()
        with path.open("rb") as upload:
            run = services.run_start(actor, ENTERPRISES, upload, path.name)
        run_job(run.job_id, apart=not connection.in_atomic_block)
        run.refresh_from_db()
        assert run.counts.get("create") == n, (run.state, run.error, run.counts, run.notes)
        checked = time.perf_counter()
        run = services.run_apply(actor, run.pk, "all")
        run_job(run.job_id, apart=not connection.in_atomic_block)
        run.refresh_from_db()
        assert run.state == "applied", (run.state, run.error)
        done = time.perf_counter()
    return {"rows": n, "check_s": checked - began, "apply_s": done - checked}


def plain_imports(n: int) -> dict[str, Any]:
    """Import a sample row by row, as is usually done."""
    import plain

    from anlan.base.actors import wall
    from anlan.base.actors.scope import EVERYTHING

    n = min(n, 200)
    with given_file(n) as path, wall.acting_as(EVERYTHING):
        return {"rows": n, "seconds": plain.import_rows(path)}


def history() -> dict[str, Any]:
    """Verify every chain."""
    from anlan.base.audit.verifying import verify

    report = verify()
    return {"events": report.events, "seconds": report.seconds, "clean": report.is_clean}


def plain_history() -> dict[str, Any]:
    """Verify a sample of the chains in a Python loop."""
    import plain

    return plain.verify_events(50_000)


def analyse() -> dict[str, Any]:
    """Refresh the planner's statistics as the owner of the tables."""
    with psycopg.connect(os.environ["ANLAN_DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return {}


def main() -> None:
    """Run one part and print what it measured as the last line."""
    import django

    os.environ.setdefault("ANLAN_OPEN_WALL", "1")
    django.setup()
    part: Callable[..., dict[str, Any]] = globals()[sys.argv[1]]
    print(json.dumps(part(*(int(text) for text in sys.argv[2:]))))


if __name__ == "__main__":
    main()
