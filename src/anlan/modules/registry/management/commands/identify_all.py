"""Identify every unit under GB 18218, as after a bulk load."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.wall import acting_as
from anlan.modules.registry.queries_identification import live_units, stale_units
from anlan.modules.registry.services.identification import unit_identify


class Command(BaseCommand):
    """`anlan manage identify_all [--stale] [--tell]`."""

    help = "Identify and grade every unit; units whose figures did not move are left as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the switches."""
        parser.add_argument("--stale", action="store_true", help="only units whose figures moved")
        parser.add_argument("--tell", action="store_true", help="notify people of changed levels")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it in batches, each its own transaction."""
        with acting_as(EVERYTHING):
            units = stale_units(SYSTEM) if options["stale"] else live_units(SYSTEM)
            done = unit_identify(
                SYSTEM, list(units), "all", tell=options["tell"], progress=self._progress
            )
        self.stdout.write(f"{done.n_stored} identified, {done.n_unchanged} unchanged")

    def _progress(self, done: int, total: int) -> None:
        if done % 10_000 < 500 or done == total:
            self.stdout.write(f"{done} of {total}")
