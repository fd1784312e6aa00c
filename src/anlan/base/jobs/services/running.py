"""The life of one run: started, worked, ended; every way it can end is told."""

import logging
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.loading import load_actor
from anlan.base.clock import now
from anlan.base.errors import AnlanError, Refused, Unavailable
from anlan.base.jobs import queue
from anlan.base.jobs.models import Job
from anlan.base.jobs.news import JobNews, tell
from anlan.base.jobs.registry import JobContext, JobKind, JobResult, Stopped, kind_of
from anlan.base.jobs.services import plain
from anlan.base.jobs.services.pulse import Pulse, msgid
from anlan.base.jobs.states import JOB, REFUSED, JobState

log = logging.getLogger(__name__)


class OwnerGone(Refused):
    """The account that started the job may no longer act."""

    code = "jobs.owner_gone"
    text = _("The account that started this is no longer active.")


class Undeclared(Refused):
    """The job's kind is not part of this version."""

    code = "jobs.undeclared"
    text = _("This version does not know this kind of job.")


def run_job(job_id: UUID | str, *, apart: bool = True) -> None:
    """Run a queued job to its end, as the person who started it.

    Does nothing if the job does not wait (any more): the queue may deliver twice. Whatever the
    work raises ends as the job's state; only a lost database flies on, and the sweep sees to it.
    """
    job = _start(job_id)
    if job is None:
        log.info("job %s does not wait; nothing to run", job_id)
        return
    kind = kind_of(job.kind)
    try:
        if kind is None:
            raise Undeclared()
        actor = _actor_of(job)
    except Refused as error:
        _end(job, "fail", error=error)
        return
    with translation.override(actor.language), wall.acting_as(actor.scope):
        _work(job, kind, actor, apart)


def _start(job_id: UUID | str) -> Job | None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=JobState.QUEUED).first()
        if job is None:
            return None
        JOB.step(job, "start")
        job.attempt += 1
        job.heartbeat_at = now()
        job.started_at = job.started_at or job.heartbeat_at
        job.save(update_fields=["state", "attempt", "started_at", "heartbeat_at"])
    tell(JobNews(job.pk, job.owner_id, job.state, job.done, job.total))
    return job


def _actor_of(job: Job) -> Actor:
    if job.owner is None:
        return SYSTEM
    actor = load_actor(job.owner)
    if actor.user_id is None:
        raise OwnerGone()
    return actor


def _work(job: Job, kind: JobKind, actor: Actor, apart: bool) -> None:
    try:
        with Pulse(job.pk, job.owner_id, job.attempt, apart=apart) as pulse:
            context = JobContext(job.pk, actor, job.attempt, pulse, job.due_at)
            # Inside a test's transaction a failed statement must not spoil the rest.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                result = kind.run(context, **job.payload) or JobResult()
    except Stopped:
        _end(job, "cancel")
    except Unavailable as error:
        if error.permanent or job.attempt > kind.retries:
            _end(job, "fail", error=error)
        else:
            _try_again(job, kind, error)
    except AnlanError as error:
        _end(job, "fail", error=error)
    except (OperationalError, InterfaceError):
        # Connection lost, deadlock, disk full: nobody's fault. The job stays "running" without a
        # heartbeat, so that the sweep repeats it where that is safe and tells where it is not.
        log.exception("job %s (%s) lost the database", job.pk, job.kind)
        raise
    except Exception:
        # The one place that must survive whatever a job throws; the log keeps the trace.
        log.exception("job %s (%s) failed", job.pk, job.kind)
        _end(job, "fail", error=None)
    else:
        _end(job, "fail" if result.refused else "finish", result=result)


def _mine(job: Job) -> Job | None:
    """Lock the row if this run still owns it; a run that was given up must not write."""
    return (
        Job.objects.select_for_update()
        .filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)
        .first()
    )


def _end(
    job: Job,
    move: str,
    *,
    result: JobResult | None = None,
    error: AnlanError | None = None,
) -> None:
    with transaction.atomic():
        row = _mine(job)
        if row is None:
            log.warning("job %s: attempt %s ended after it was given up", job.pk, job.attempt)
            return
        JOB.step(row, move)
        row.finished_at = now()
        if result is not None:
            row.message = msgid(result.message)[:300]
            row.params = plain(result.params)
            row.result = plain(result.data) | ({"faulty": True} if result.faulty else {})
            row.result_url = result.url
            row.result_file = result.file
            row.result_file_name = result.file_name
        if result is not None and result.refused:
            row.error_code, row.error_text = REFUSED, result.refused
        elif row.state == JobState.FAILED:
            row.error_code = error.code if error else "jobs.failed"
            row.error_text = _told(error, row)
        row.save()
    tell(JobNews(row.pk, row.owner_id, row.state, row.done, row.total))


def _told(error: AnlanError | None, job: Job) -> str:
    """Return what went wrong, in the owner's language."""
    if error is None:
        return gettext(
            "Something went wrong in the product itself. Tell your administrator this number, "
            "it leads to the log entry: %(trace)s"
        ) % {"trace": job.pk}
    return " ".join(text for text in (error.message(), error.remedy_text()) if text)


def _try_again(job: Job, kind: JobKind, error: Unavailable) -> None:
    with transaction.atomic():
        row = _mine(job)
        if row is None:
            return
        JOB.step(row, "repeat")
        row.heartbeat_at = now()
        row.error_code, row.error_text = error.code, _told(error, row)
        at = row.heartbeat_at + timedelta(seconds=error.retry_after)
        row.queue_id = queue.defer(row.pk, queue=kind.queue, at=at)
        row.save()
    tell(JobNews(row.pk, row.owner_id, row.state, row.done, row.total))
