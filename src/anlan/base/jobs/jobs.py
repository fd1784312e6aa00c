"""The jobs' own housekeeping."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.jobs import queue
from anlan.base.jobs.models import Job
from anlan.base.jobs.registry import JobContext, JobResult, job
from anlan.base.jobs.states import OPEN

KEEP_QUEUE_HOURS = 24
KEEP_JOBS = timedelta(days=90)


@job("jobs.tidy", title=_("Tidy up old jobs"), every="20 3 * * *", resumes=True)
def tidy(context: JobContext) -> JobResult:
    """Forget queue rows after a day and finished jobs after 90 days."""
    queue.forget_finished(KEEP_QUEUE_HOURS)
    gone, _rows = (
        Job.objects.filter(finished_at__lt=now() - KEEP_JOBS).exclude(state__in=OPEN).delete()
    )
    return JobResult(data={"deleted": gone})
