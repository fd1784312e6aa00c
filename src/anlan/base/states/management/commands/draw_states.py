"""Prints the diagram of every state machine, for the docs."""

from typing import Any

from django.core.management.base import BaseCommand

from anlan.base.states.machine import all_machines
from anlan.base.states.mermaid import mermaid


class Command(BaseCommand):
    """Draw the machines."""

    help = "Print every state machine as a Mermaid diagram."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them by name."""
        for name, machine in sorted(all_machines().items()):
            self.stdout.write(f"%% {name}\n{mermaid(machine)}\n")
