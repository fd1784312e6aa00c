"""Duties on a clock: made ahead, marked, told."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.duties.services import instances, telling
from anlan.base.jobs import JobContext, JobResult, job


@job("duties.make", title=_("Make duties from their plans"), every="7 * * * *", resumes=True)
def make(context: JobContext) -> JobResult:
    """Make what opens until the end of tomorrow."""
    moment = now()
    made = instances.make(instances.default_until(moment), moment)
    return JobResult(_("%(made)s duties made"), {"made": made})


@job("duties.mark", title=_("Mark duties due soon and overdue"), every="*/5 * * * *", resumes=True)
def mark(context: JobContext) -> JobResult:
    """Mark what time has changed, and tell of red warnings."""
    moment = now()
    turned = instances.mark(moment)
    telling.tell_red(moment)
    return JobResult(_("%(overdue)s overdue, %(due_soon)s due soon"), turned)


@job("duties.digest", title=_("Tell everybody of their duties"), every="0 7 * * *", resumes=True)
def digest(context: JobContext) -> JobResult:
    """Tell everybody of the day's duties."""
    return JobResult(_("%(people)s people told"), {"people": telling.digest(now())})


@job("duties.warnings", title=_("Tell of new warnings"), every="5 7,15 * * *", resumes=True)
def warnings(context: JobContext) -> JobResult:
    """Tell of warnings below red."""
    return JobResult(_("%(count)s warnings told"), {"count": telling.tell_warnings(now())})
