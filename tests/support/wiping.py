"""Emptying the tables after a test that committed."""

import pytest

FILLED = pytest.StashKey[set[str]]()


def filled_tables() -> set[str]:
    """Return the tables that the migrations fill: a wipe keeps them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        filled = set()
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                filled.add(table)
    connection.close()
    return filled


def wipe(kept: set[str]) -> None:
    """Empty all tables but these."""
    from django.db import connection

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        made = [name for name in connection.introspection.table_names(cursor) if name not in kept]
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_refuse")
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in made))
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_refuse")
    # The next test connects anew, as the application's role.
    connection.close()
