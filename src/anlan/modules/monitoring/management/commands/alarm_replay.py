"""`manage alarm_replay`: judges the whole log anew and compares the alarm journal with it."""

import json
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from anlan.base.actors import wall
from anlan.base.actors.scope import EVERYTHING
from anlan.modules.monitoring import alarms_replay
from anlan.modules.monitoring.alarms_worker import IDLE_BEHIND_S
from anlan.modules.monitoring.choices import Happening
from anlan.modules.monitoring.models import AlarmEvent, AlarmState, WorkerPosition
from anlan.modules.monitoring.services.alarms_journal import check

SHOWN = 5


class Command(BaseCommand):
    """Print one line of JSON."""

    help = "Compare the alarm journal with an undisturbed replay of the log."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print figures; `missing` and `extra` are empty where the journal is right."""
        wall.bind(EVERYTHING)
        found = alarms_replay.replayed(settings.NATS_URL, now=time.time() - IDLE_BEHIND_S)
        position = WorkerPosition.objects.filter(partition=0).first()
        states = AlarmState.objects.unscoped("compares the whole journal")
        events = AlarmEvent.objects.unscoped("compares the whole journal")
        told = {
            "messages": found.messages,
            "lines": found.wanted,
            "missing": len(found.missing),
            "extra": len(found.extra),
            "examples": [list(map(str, one)) for one in [*found.missing, *found.extra][:SHOWN]],
            "sequence": position.sequence if position else 0,
            "doubts": len(check()),
            "shelved": events.filter(what=Happening.SHELVED).count(),
            "shelves_over": events.filter(what=Happening.SHELF_OVER).count(),
            "on_the_shelf": states.filter(shelved_until__isnull=False).count(),
        }
        self.stdout.write(json.dumps(told))
