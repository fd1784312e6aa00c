"""Starting and cancelling jobs."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.errors import NotYours, Refused
from anlan.base.jobs import queue
from anlan.base.jobs.models import Job
from anlan.base.jobs.registry import kind_of
from anlan.base.jobs.states import JOB, OPEN, JobState


class NothingToCancel(Refused):
    """The job has ended."""

    code = "jobs.nothing_to_cancel"
    text = _("This job has already ended.")


def enqueue(
    actor: Actor,
    name: str,
    *,
    key: str = "",
    lock: str = "",
    title: str = "",
    enterprise_id: UUID | None = None,
    due_at: datetime | None = None,
    not_before: datetime | None = None,
    **payload: Any,
) -> Job:
    """Start a job for this person and return it; it runs after the transaction commits, and not
    before `not_before`.

    `payload` reaches the job as keyword arguments (JSON: ids as text). With a `key` the job is
    started once: a second call returns the first job, unless that failed or was cancelled. Jobs
    with the same `lock` run one after another. Raises KeyError for an undeclared name.
    """
    kind = kind_of(name)
    if kind is None:
        raise KeyError(f"no job is called {name!r}; is it declared in a jobs.py?")
    job = Job(
        kind=name,
        owner_id=actor.user_id,
        enterprise_id=enterprise_id,
        title=title[:200],
        payload=plain(payload),
        key=key,
        due_at=due_at,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            job.queue_id = queue.defer(job.pk, queue=kind.queue, lock=lock, at=not_before)
            job.save(update_fields=["queue_id"])
    except IntegrityError:
        if not key:
            raise
        return Job.objects.exclude(state__in=[JobState.FAILED, JobState.CANCELLED]).get(
            kind=name, key=key
        )
    return job


def cancel(actor: Actor, job_id: UUID | str) -> Job:
    """Ask a job of this person to end. One that waits ends now, one that runs at its next report.

    Raises NotYours, NothingToCancel.
    """
    with transaction.atomic():
        job = (
            Job.objects.select_for_update()
            .filter(pk=job_id, owner_id=actor.user_id, owner_id__isnull=False)
            .first()
        )
        if job is None:
            raise NotYours()
        if job.state not in OPEN:
            raise NothingToCancel()
        job.cancel_requested_at = now()
        if job.state == JobState.QUEUED:
            JOB.step(job, "cancel")
            job.finished_at = job.cancel_requested_at
            if job.queue_id is not None:
                queue.give_up(job.queue_id)
        job.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    return job


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON holds them; ids, dates and exact numbers become text."""
    found: dict[str, Any] = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    return found
