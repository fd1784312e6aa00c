"""`anlan manage demo_feed`: let the simulated plant send its values to the door."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.scope import EVERYTHING
from anlan.base.live.bridge import bridge
from anlan.demo.simulation.feed import VARIABLE
from anlan.modules.monitoring.choices import SourceKind
from anlan.modules.monitoring.models import Source
from anlan.modules.monitoring.services.sources import token_issue

_TOLD_WITHIN_S = 3.0


class Command(BaseCommand):
    """Issue a key for the simulator of the demonstration's main plant and become its feeder."""

    help = "Send the values of the simulated plant to the door, until stopped."

    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the door's address; what is behind it goes to the feeder."""
        parser.add_argument("url", help="the door's address, ending in /ingest/")
        parser.add_argument("feeder", nargs="*", help="after --: arguments of the feeder")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key and replace this process: the feeder needs no Django."""
        with wall.acting_as(EVERYTHING):
            source = (
                Source.objects.unscoped("the simulator's own source")
                .filter(kind=SourceKind.SIMULATOR, enterprise__is_demo=True, removed_at=None)
                .order_by("number")
                .first()
            )
            if source is None:
                raise CommandError("There is no simulator: load the demonstration first.")
            _token, secret = token_issue(SYSTEM, source.pk, replaces=True)
        # What the door is told of the new key must leave before this process is another.
        bridge().drain(_TOLD_WITHIN_S)
        # By the environment, as a command line can be read by others of the machine.
        environment = {**os.environ, VARIABLE: secret}
        command = [sys.executable, "-P", "-m", "anlan.demo.simulation.feed", options["url"]]
        os.execve(sys.executable, [*command, *options["feeder"]], environment)  # noqa: S606
