"""Periodic jobs: cron lines in Asia/Shanghai, each due moment started once."""

from datetime import datetime

from croniter import croniter

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import SHANGHAI
from anlan.base.jobs.models import Job
from anlan.base.jobs.registry import all_kinds
from anlan.base.jobs.services import enqueue


def last_due(every: str, at: int) -> datetime:
    """Return the latest moment a cron line was due, at or before Unix time `at`."""
    moment = datetime.fromtimestamp(at + 1, SHANGHAI)
    due: datetime = croniter(every, moment).get_prev(datetime)
    return due


def start_due(at: int) -> list[Job]:
    """Start every periodic job whose last due moment has not been started; return them.

    After an outage a job runs once for the last moment it missed, not once for each. A new
    installation does not catch up on moments before its first minute.
    """
    started = []
    for kind in all_kinds().values():
        if not kind.every:
            continue
        due = last_due(kind.every, at)
        key = due.isoformat()
        seen = Job.objects.filter(kind=kind.name)
        if seen.filter(key=key).exists():
            continue
        if at - due.timestamp() > 60 and not seen.exists():
            continue
        started.append(enqueue(SYSTEM, kind.name, key=key, due_at=due))
    return started
