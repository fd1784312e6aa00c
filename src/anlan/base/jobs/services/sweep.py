"""Jobs that lost their worker: run again where that is safe, reported where it is not."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext

from anlan.base.clock import now
from anlan.base.jobs import queue
from anlan.base.jobs.models import Job
from anlan.base.jobs.news import JobNews, tell
from anlan.base.jobs.registry import kind_of
from anlan.base.jobs.states import JOB, JobState

log = logging.getLogger(__name__)

SILENT_FOR = timedelta(seconds=30)
MOST_ATTEMPTS = 3


def sweep() -> int:
    """Take care of every job whose worker is gone; return how many.

    A running job has lost its worker when its heartbeat is old; a waiting one when the queue no
    longer knows it. Called once a minute by every worker; rows are locked, so once is enough.
    """
    before = now() - SILENT_FOR
    found = 0
    with transaction.atomic():
        for job in (
            Job.objects.select_for_update(skip_locked=True)
            .filter(
                Q(state=JobState.RUNNING, heartbeat_at__lt=before)
                | Q(state=JobState.QUEUED, created_at__lt=before)
            )
            .order_by("created_at")[:200]
        ):
            if job.state == JobState.QUEUED:
                found += _requeue_lost(job)
            else:
                _take_over(job)
                found += 1
    return found


def _requeue_lost(job: Job) -> int:
    if job.queue_id is not None and queue.is_waiting_or_held(job.queue_id):
        return 0
    kind = kind_of(job.kind)
    job.queue_id = queue.defer(job.pk, queue=kind.queue if kind else "default")
    job.save(update_fields=["queue_id"])
    return 1


def _take_over(job: Job) -> None:
    kind = kind_of(job.kind)
    if job.queue_id is not None:
        queue.give_up(job.queue_id)
    if job.cancel_requested_at is not None:
        JOB.step(job, "cancel")
        job.finished_at = now()
    elif kind is not None and kind.resumes and job.attempt < MOST_ATTEMPTS:
        JOB.step(job, "repeat")
        job.queue_id = queue.defer(job.pk, queue=kind.queue)
    else:
        JOB.step(job, "fail")
        job.finished_at = now()
        job.error_code = "jobs.interrupted"
        with translation.override(job.owner.language if job.owner else None):
            job.error_text = gettext(
                "The work was interrupted because the server stopped. "
                "Check what has been done, then start it again."
            )
    log.warning("job %s (%s) lost its worker: %s", job.pk, job.kind, job.state)
    job.save()
    tell(JobNews(job.pk, job.owner_id, job.state, job.done, job.total))
