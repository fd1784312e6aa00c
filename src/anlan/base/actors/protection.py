"""The application's rights in the database and the second wall, brought up to date.

Made to run beside a live product: a table whose wall already stands is only looked at, one that
needs it is locked alone, and a lock that does not come soon is given up and asked for again, so
that nobody queues behind it for long.
"""

import time

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from anlan.base.actors.wall import history_wall_sql, place_wall_sql, scoped_tables, wall_sql

# Rows that must never change once written, whoever asks.
APPEND_ONLY = {"audit_event"}
READ_ONLY = ("audit_head",)
# Tables without a wall that hold something of every place: only functions of the owner read them.
HIDDEN: set[str] = set()
# Tables of what is said of a place and holds for all below it (`wall.place_wall_sql`).
OF_PLACES: set[str] = set()

LOCK_TIMEOUT = "2s"
PAUSE_SECONDS = 1.0
ATTEMPTS = 30

_SAMPLE = "anlan_wall_sample"


def hide_table(table: str) -> None:
    """Keep a table from the application's role altogether; apps say so when they start."""
    HIDDEN.add(table)


def wall_by_place(table: str) -> None:
    """Let a table be read by all below its rows' places; apps say so when they start."""
    OF_PLACES.add(table)


def append_only(table: str) -> None:
    """Keep the application's role from changing a table's rows; apps say so when they start.

    Only where they are may change, when a place moves. A trigger of the table's own migration
    refuses the rest to the owner too.
    """
    APPEND_ONLY.add(table)


def protect_database() -> None:
    """Raise the second wall, then grant the application's role what it needs and no more.

    Walls come first: a new table is open to nobody until it has one. Raises CommandError when a
    table stays locked by somebody else.
    """
    _create_role()
    for table in scoped_tables():
        _raise_wall(table, wall_sql(table), wall_sql(_SAMPLE))
    for table in sorted(OF_PLACES):
        _raise_wall(table, place_wall_sql(table), place_wall_sql(_SAMPLE))
    _raise_wall("audit_event", history_wall_sql(), history_wall_sql(_SAMPLE))
    _grant()


def _raise_wall(table: str, statements: list[str], as_sample: list[str]) -> None:
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if _stands(table, as_sample):
                    return
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                for statement in statements:
                    cursor.execute(statement)
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                raise
        time.sleep(PAUSE_SECONDS)
    raise CommandError(
        f"The table {table} is in use all the time: end the long transaction and repeat."
    )


def _stands(table: str, as_sample: list[str]) -> bool:
    """Tell whether the wall of a table is as it should be.

    PostgreSQL keeps policies as parsed trees, so a like table gets the wall and both are compared.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE {_SAMPLE} (LIKE "{table}") ON COMMIT DROP')
        for statement in as_sample:
            cursor.execute(statement)
        found, wanted = _wall_of(table), _wall_of(_SAMPLE)
        cursor.execute(f"DROP TABLE {_SAMPLE}")
    return found == wanted


def _wall_of(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.relrowsecurity, t.relforcerowsecurity, p.polname, p.polcmd, p.polpermissive,"
            "       p.polroles, pg_get_expr(p.polqual, t.oid), pg_get_expr(p.polwithcheck, t.oid)"
            "  FROM pg_class t LEFT JOIN pg_policy p ON p.polrelid = t.oid"
            " WHERE t.oid = to_regclass(%s) ORDER BY p.polname",
            [f'"{table}"'],
        )
        # A condition that looks into another table names its own columns with their table.
        return [
            tuple(one.replace(f"{table}.", "") if isinstance(one, str) else one for one in row)
            for row in cursor.fetchall()
        ]


def _role() -> str:
    return connection.ops.quote_name(settings.DATABASE_APP_ROLE)


@transaction.atomic
def _create_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {_role()} NOLOGIN")
            cursor.execute(f"GRANT {_role()} TO CURRENT_USER")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {_role()}")


@transaction.atomic
def _grant() -> None:
    role = _role()
    with connection.cursor() as cursor:
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in sorted(APPEND_ONLY):
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
        # A place that moves takes its rows along; where they are is all that changes of them.
        for table in sorted(APPEND_ONLY & set(scoped_tables())):
            cursor.execute(f'GRANT UPDATE (scope_path) ON "{table}" TO {role}')
        for table in READ_ONLY:
            cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
        for table in sorted(HIDDEN):
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {role}')
        # A partition is reached through its table alone, where the wall stands.
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relispartition"
            " AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        )
        for (partition,) in cursor.fetchall():
            cursor.execute(f"REVOKE ALL ON {partition} FROM {role}")
