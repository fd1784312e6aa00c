"""Work of Pocket on a clock; the services do it."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.base.pocket.services import blobs, watching


@job("pocket.watch", title=_("Look after phones"), every="*/10 * * * *", resumes=True)
def watch(context: JobContext) -> JobResult:
    """Tell of gaps older than a day, apply what waited, forget old partial files."""
    return JobResult(
        data={
            "gaps": watching.tell_gaps(now()),
            "applied": watching.try_waiting(),
            "partials": blobs.forget_old_partials(),
        }
    )
