"""Background work of findings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import day_of
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.findings.services import warning


@job("findings.warn", title=_("Warn of findings falling due"), every="20 0 * * *", resumes=True)
def warn(context: JobContext) -> JobResult:
    """Set the colours of the new day, and raise warnings of what is overdue."""
    from anlan.base.clock import now

    day = day_of(context.due_at or now())
    changed = warning.mark(day, context.actor)
    raised = warning.warn(day, changed, context.actor)
    return JobResult(data={"changed": len(changed), "warnings": raised})
