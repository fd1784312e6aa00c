"""The database is protected anew beside a live product."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import connection

from anlan.base.actors import protection

TABLE = "registry_site"
POLICIES = "SELECT polrelid::regclass::text, oid FROM pg_policy ORDER BY oid"


@pytest.fixture
def owner(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work as the owner of the tables; leave them protected."""
    monkeypatch.setattr(protection, "LOCK_TIMEOUT", "100ms")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
    yield
    protection.protect_database()
    connection.close()


@pytest.fixture
def reader(owner: None) -> Iterator[psycopg.Connection]:
    """Somebody else's transaction, which has read the table and goes on."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}) as one:
        one.execute(f"SELECT 1 FROM {TABLE}")
        yield one
        one.rollback()


def rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_walls_that_stand_are_left_alone(reader: psycopg.Connection) -> None:
    before = rows(POLICIES)
    protection.protect_database()
    assert rows(POLICIES) == before


@pytest.mark.parametrize(
    "damage",
    [
        f"ALTER POLICY anlan_scope ON {TABLE} USING (true)",
        f"DROP POLICY anlan_scope ON {TABLE}",
        f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY anlan_append ON audit_event",
    ],
)
def test_a_damaged_wall_is_raised_again(owner: None, damage: str) -> None:
    before = protection._wall_of(TABLE) + protection._wall_of("audit_event")
    rows(damage)
    protection.protect_database()
    assert protection._wall_of(TABLE) + protection._wall_of("audit_event") == before


def test_it_waits_for_whoever_reads_without_holding_them_up(
    owner: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows(f"DROP POLICY anlan_scope ON {TABLE}")
    reader = request.getfixturevalue("reader")
    monkeypatch.setattr(protection.time, "sleep", lambda _seconds: reader.rollback())
    protection.protect_database()
    assert (TABLE,) in rows("SELECT polrelid::regclass::text FROM pg_policy")


def test_a_table_that_is_never_free_is_named(
    owner: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows(f"DROP POLICY anlan_scope ON {TABLE}")
    reader = request.getfixturevalue("reader")
    monkeypatch.setattr(protection.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(protection, "ATTEMPTS", 2)
    with pytest.raises(CommandError, match=TABLE):
        protection.protect_database()
    reader.rollback()
