"""Notes the ends of the chains now; `anlan audit anchor` runs it, a job does so daily."""

from typing import Any

from django.core.management.base import BaseCommand

from anlan.base.audit import anchors
from anlan.base.clock import now


class Command(BaseCommand):
    """Append to the file of anchors."""

    help = "Note the ends of the history chains in the file of anchors."

    def handle(self, *args: Any, **options: Any) -> None:
        """Append one line."""
        count = anchors.append(now())
        self.stdout.write(f"{count} chains noted in {anchors.path()}")
