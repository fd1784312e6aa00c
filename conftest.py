"""Test set-up: the real engines, the application's own database role, one small world."""

import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.wiping import FILLED, filled_tables

# Examples take milliseconds; on a busy machine any one of them, or its making, may take long.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest_plugins = ["tests.support.fixtures"]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Build the test database as its owner, then go on as the application's role.

    Tests that ran as the owner would never meet row-level security or the missing right to
    change history.
    """
    from django.conf import settings
    from django.db import connection

    from tests.support.databases import only_database, own_database

    worker = getattr(request.config, "workerinput", {}).get("workerid")
    database = (
        own_database(tmp_path_factory.getbasetemp().parent, worker)
        if worker and not django_db_keepdb
        else only_database(keepdb=django_db_keepdb, anew=django_db_createdb)
    )
    with django_db_blocker.unblock(), database:
        request.config.stash[FILLED] = filled_tables()
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"-c role={settings.DATABASE_APP_ROLE}"
        _flush_as_owner(connection)
        yield
        connection.close()
        options.pop("options")
        with connection.cursor() as cursor:
            # A server that a test killed may leave sessions behind, which would forbid the drop.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        connection.close()


def _flush_as_owner(connection: Any) -> None:
    """Let tests that commit be cleaned up after, history included, which no role may do."""
    flush = connection.ops.execute_sql_flush

    def as_owner(statements: list[str]) -> None:
        switch = 'ALTER TABLE "audit_event" {} TRIGGER audit_refuse'
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")
            cursor.execute(switch.format("DISABLE"))
        try:
            flush(statements)
        finally:
            with connection.cursor() as cursor:
                cursor.execute(switch.format("ENABLE"))
            connection.close()  # the next one is the application's again

    connection.ops.execute_sql_flush = as_owner


@pytest.fixture(autouse=True)
def _product_language() -> None:
    """Begin each test in the product's language: a request leaves its visitor's in the thread."""
    from django.conf import settings as django_settings
    from django.utils import translation

    translation.activate(django_settings.LANGUAGE_CODE)


# Files that share what is costly to start, by the beginnings of their names. The first that fits.
TOGETHER = {
    "pocket": ("tests/journeys/pocket/",),
    "pages": ("tests/journeys/test_every_page.py",),  # as long as all other journeys
    "journeys": ("tests/journeys/",),
    "outside": ("tests/ops/test_outside.py",),
    "ops": ("tests/ops/",),
    "demo": ("src/anlan/demo/tests/",),
}
# The longest groups, in this order before all others: one that begins late is waited for alone.
# The first three do not wait for each other: the pages make the city that the other journeys share.
LONGEST = (
    "tests/journeys/pocket/",
    "tests/journeys/test_every_page.py",
    "tests/ops/test_outside.py",
    "tests/journeys/",
    "tests/ops/",
    "tests/access/",
    "tests/benchmarks/",
    "tests/contracts/",
    "src/anlan/demo/",
)
# With browsers and whole products on a machine that others share, what failed is tried once more
# where SECOND_TRY is set, and the summary tells it.
SHAKY = ("tests/journeys/", "tests/ops/")
SECOND_TRY = "ANLAN_TEST_SECOND_TRY"


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-xdist keep our order; left alone it begins with the groups of most tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


# First, because pytest-xdist reads the marks in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what shares a costly fixture on one worker; begin with the longest.

    A file stays together, some folders do, and the access matrix, where each test stands alone
    and costs seconds, is spread over all workers.
    """
    second_try = os.environ.get(SECOND_TRY) == "1"
    for item in items:
        if second_try and item.nodeid.startswith(SHAKY):
            item.add_marker(pytest.mark.flaky(reruns=1))
        if group := _group(item.nodeid.split("::")[0]):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_rank)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays, a sixth of the time of many a test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a failure when it happens: a run that is cut off must still tell what failed."""
    failed = report.failed or str(report.outcome) == "rerun"
    if failed and "PYTEST_XDIST_WORKER" not in os.environ:
        sys.stderr.write(f"\n{report.outcome.upper()} {report.nodeid} ({report.when})\n")
        sys.stderr.write(f"{report.longreprtext[-1500:]}\n")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name what passed or failed only on its second try: it is a fault to be mended."""
    if reports := terminalreporter.stats.get("rerun", []):
        terminalreporter.section("FAILED AT FIRST, TRIED A SECOND TIME", sep="!", red=True)
        for report in reports:
            lines = report.longreprtext.splitlines()
            said = next((line[2:].strip() for line in lines if line.startswith("E ")), "")
            terminalreporter.line(f"{report.nodeid} ({report.when}): {said}", red=True)


def _rank(item: pytest.Item) -> int:
    found = (n for n, folder in enumerate(LONGEST) if item.nodeid.startswith(folder))
    return next(found, len(LONGEST))


def _group(file: str) -> str:
    """Return what shares a worker with this file: itself, unless a folder is kept together."""
    if file == "tests/access/test_matrix.py":
        return ""
    return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)
