"""The queue below: procrastinate, always through Django's own connection.

Deferring over that connection puts the queue's row into the caller's transaction: a job exists
exactly when the change that asked for it was committed, inside a worker too.
"""

from datetime import datetime
from uuid import UUID

from procrastinate import manager, tasks
from procrastinate.contrib.django.django_connector import DjangoConnector

RUN = "anlan.run"
TICK = "anlan.tick"

_manager = manager.JobManager(DjangoConnector())


def defer(job_id: UUID, *, queue: str, lock: str = "", at: datetime | None = None) -> int:
    """Put a job into the queue; return the queue's id. Runs not before `at`, if given."""
    deferrer = tasks.configure_task(
        name=RUN,
        job_manager=_manager,
        queue=queue,
        lock=lock or None,
        schedule_at=at,
    )
    return deferrer.defer(job_id=str(job_id))


def give_up(queue_id: int) -> None:
    """Take a queue row that no worker holds any more out of the queue."""
    _manager.connector.get_sync_connector().execute_query(
        "UPDATE procrastinate_jobs SET status = 'failed'"
        " WHERE id = %(id)s AND status IN ('todo', 'doing')",
        id=queue_id,
    )


def is_waiting_or_held(queue_id: int) -> bool:
    """Tell whether the queue still means to run this row."""
    row = _manager.connector.get_sync_connector().execute_query_one(
        "SELECT count(*) AS n FROM procrastinate_jobs"
        " WHERE id = %(id)s AND status IN ('todo', 'doing')",
        id=queue_id,
    )
    return bool(row["n"])


def forget_finished(hours: int) -> None:
    """Delete queue rows that ended more than `hours` ago; the jobs' own rows stay."""
    _manager.connector.get_sync_connector().execute_query(
        "DELETE FROM procrastinate_jobs j WHERE j.status NOT IN ('todo', 'doing') AND"
        " (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)"
        " < now() - make_interval(hours => %(hours)s)",
        hours=hours,
    )
