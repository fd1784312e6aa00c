"""The test database of each worker: the first makes it by migrations, the others copy that one.

Migrations take a worker a quarter of a minute of a core; a copy takes a second.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anlan.base.actors.protection import protect_database
from anlan.base.quick_states import quick_states

_USERS = "database-user-"


@contextmanager
def only_database(*, keepdb: bool, anew: bool) -> Iterator[None]:
    """Make the database of a run of one process, or take the one that was kept."""
    from django.test.utils import setup_databases, teardown_databases

    with quick_states():
        before = setup_databases(verbosity=0, interactive=False, keepdb=keepdb and not anew)
    protect_database()
    yield
    if not keepdb:
        teardown_databases(before, verbosity=0)


@contextmanager
def own_database(shared: Path, worker: str) -> Iterator[None]:
    """Make this worker's database and connect to it as its owner; it is dropped at the end.

    `shared` is a folder that all workers of the run see.
    """
    from django.db import connection
    from django.test.utils import teardown_databases

    user = shared / f"{_USERS}{worker}"
    with _alone(shared):
        before = _copied() if any(shared.glob(f"{_USERS}*")) else _migrated()
        user.touch()
    yield
    teardown_databases(before, verbosity=0)
    with _alone(shared):
        user.unlink()
        if not any(shared.glob(f"{_USERS}*")):
            with connection.creation._nodb_cursor() as cursor:
                _drop(cursor, _original())


@contextmanager
def _alone(shared: Path) -> Iterator[None]:
    with open(shared / "database.lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _original() -> str:
    """The database that is copied. Nobody works in it: one in use cannot be copied."""
    from django.db import connection

    return connection.creation._get_test_db_name().rpartition("_")[0] + "_original"


def _migrated() -> list[tuple[Any, str, bool]]:
    """Make the database by migrations, and the original as its copy."""
    from django.db import connection
    from django.test.utils import setup_databases

    with quick_states():
        before: list[tuple[Any, str, bool]] = setup_databases(verbosity=0, interactive=False)
    protect_database()
    _copy(connection.settings_dict["NAME"], _original())
    return before


def _copied() -> list[tuple[Any, str, bool]]:
    """Copy the original, and go on as `setup_databases` would."""
    from django.conf import settings
    from django.db import connection

    before, name = connection.settings_dict["NAME"], connection.creation._get_test_db_name()
    _copy(_original(), name)
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    return [(connection, before, True)]


def _copy(source: str, target: str) -> None:
    from django.db import connection

    connection.close()
    quote = connection.ops.quote_name
    with connection.creation._nodb_cursor() as cursor:
        _drop(cursor, target)
        cursor.execute(f"CREATE DATABASE {quote(target)} TEMPLATE {quote(source)}")


def _drop(cursor: Any, name: str) -> None:
    from django.db import connection

    cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")
