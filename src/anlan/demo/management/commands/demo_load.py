"""`anlan manage demo_load`: load the demonstration city; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anlan.base.clock import today
from anlan.demo.plan import SIZES
from anlan.demo.services import demo_load


class Command(BaseCommand):
    """Load the demonstration."""

    help = "Load the demonstration city; does nothing where it is loaded already."

    # They read every page of the product; the city is made without any.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--seed` and `--size`."""
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--size", choices=sorted(SIZES), default="small")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how many enterprises came."""
        loaded = demo_load(options["seed"], options["size"], today(), self._progress)
        self.stdout.write(f"{loaded} enterprises loaded")

    def _progress(self, done: int, total: int) -> None:
        if done % 1000 == 0 or done == total:
            self.stdout.write(f"{done} of {total} enterprises")
            self.stdout.flush()
