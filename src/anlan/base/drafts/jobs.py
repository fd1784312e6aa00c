"""Housekeeping of drafts."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.drafts.services import drafts_forget
from anlan.base.jobs.registry import JobContext, JobResult, job

KEEP = timedelta(days=90)


@job("drafts.tidy", title=_("Forget old drafts"), every="30 3 * * *", resumes=True)
def tidy(context: JobContext) -> JobResult:
    """Forget drafts that nobody touched for 90 days."""
    return JobResult(data={"deleted": drafts_forget(now() - KEEP)})
