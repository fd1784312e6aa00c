"""Brings a database up to date: migrations, the application's role, the second wall.

Runs as the owner of the tables, never as the application.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from anlan.base.actors.services.areas import areas_load
from anlan.base.actors.wall import history_wall_sql, scoped_tables, wall_sql

# Rows that must never change once written, whoever asks.
APPEND_ONLY = ("audit_event",)
READ_ONLY = ("audit_head",)


class Command(BaseCommand):
    """Migrate, load areas, grant, wall. Safe to repeat."""

    help = "Migrate the database and (re)build the application's rights and row-level security."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every step; each is idempotent."""
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        # Counters of failed sign-ins are shared by all web processes through this table.
        call_command("createcachetable", verbosity=options["verbosity"])
        areas_load()
        protect_database()


@transaction.atomic
def protect_database() -> None:
    """Grant the application's role what it needs and no more; raise the second wall."""
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {role} NOLOGIN")
            cursor.execute(f"GRANT {role} TO CURRENT_USER")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in APPEND_ONLY:
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
        for table in READ_ONLY:
            cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
        for table in scoped_tables():
            for statement in wall_sql(table):
                cursor.execute(statement)
        for statement in history_wall_sql():
            cursor.execute(statement)
