"""Telling open pages that something changed."""

from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors.policy import Placed
from anlan.base.jobs.news import JobNews
from anlan.base.live.bridge import bridge
from anlan.base.live.message import RIGHTS, make


def publish(
    topic: str,
    event: str,
    data: Any = None,
    *,
    row: Placed | None = None,
    scope_path: str = "",
    enterprise_id: UUID | None = None,
    user_id: UUID | None = None,
) -> None:
    """Send an event to the pages that may see it, after the current transaction commits.

    `row` (or `scope_path` with `enterprise_id`) addresses everybody in whose scope it lies,
    `user_id` one account. `data` is what JSON can hold, small: pages fetch the rest through
    their own rights. Never waits for the message server and never fails because of it.
    Raises ValueError for an event without address.
    """
    if row is not None:
        scope_path, enterprise_id = row.scope_path, row.enterprise_id
    message = make(topic, event, data, user=user_id, path=scope_path, enterprise=enterprise_id)
    transaction.on_commit(lambda: bridge().offer(message))


def signal(subject: str) -> None:
    """Tell other processes by an empty message, after the current transaction commits.

    Never waits for the message server and never fails because of it.
    """
    transaction.on_commit(lambda: bridge().signal(subject))


def job_changed(job: JobNews) -> None:
    """Tell the pages of the person who started a background job how far it is."""
    if job.owner_id is not None:
        data = {"id": job.job_id, "state": job.state, "done": job.done, "total": job.total}
        publish("jobs", "job", data, user_id=job.owner_id)


def rights_changed(user_id: UUID) -> None:
    """End the account's open streams after the commit; its pages come back with new rights."""
    publish(RIGHTS, "rights.changed", None, user_id=user_id)
