"""History's own work by night."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit import anchors
from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job


@job("audit.anchor", title=_("Anchor the history"), every="5 0 * * *", resumes=True)
def anchor(context: JobContext) -> JobResult:
    """Note the ends of the chains outside the database."""
    return JobResult(data={"chains": anchors.append(now())})
