"""Prints the page of all audit events for the docs."""

from typing import Any

from django.core.management.base import BaseCommand

from anlan.base.audit.documenting import events_page


class Command(BaseCommand):
    """Print docs/audit-events.md."""

    help = "Print the page of all audit events (docs/audit-events.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(events_page(), ending="")
