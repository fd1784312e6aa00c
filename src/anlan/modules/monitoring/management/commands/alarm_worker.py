"""`manage alarm_worker`: judges samples until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from anlan.modules.monitoring.alarms_worker import SNAPSHOT_S, Worker, work


class Command(BaseCommand):
    """Judge the samples of one partition."""

    help = "Judge samples by the alarm settings and keep the alarm journal."

    # They read every page of the product; this one shows none.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the partition and the time between snapshots."""
        parser.add_argument("--partition", type=int, default=0)
        parser.add_argument("--snapshot-seconds", type=float, default=SNAPSHOT_S)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C."""
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self._run(options["partition"], options["snapshot_seconds"]))

    async def _run(self, partition: int, snapshot_s: float) -> None:
        loop = asyncio.get_running_loop()

        def on_start(worker: Worker) -> None:
            loop.add_signal_handler(signal.SIGTERM, worker.stop)
            loop.add_signal_handler(signal.SIGINT, worker.stop)

        await work(settings.NATS_URL, partition, snapshot_s, on_start)
