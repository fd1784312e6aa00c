"""Brings a database up to date: migrations, the application's role, the second wall.

Runs as the owner of the tables, never as the application.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from anlan.base.actors.protection import protect_database
from anlan.base.actors.services.areas import areas_load
from anlan.base.quick_states import quick_states


class Command(BaseCommand):
    """Migrate, load areas, grant, wall. Safe to repeat."""

    help = "Migrate the database and bring the application's rights and row-level security up."

    # They read every page of the product, which takes longer than all tables.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every step; each is idempotent."""
        with quick_states():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
        # Counters of failed sign-ins are shared by all web processes through this table.
        call_command("createcachetable", verbosity=options["verbosity"])
        areas_load()
        protect_database()
