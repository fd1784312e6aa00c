"""Background work of findings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import day_of, now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.findings.services import reminding, warning


@job("findings.warn", title=_("Warn of findings falling due"), every="20 0 * * *", resumes=True)
def warn(context: JobContext) -> JobResult:
    """Set the colours of the new day, and raise warnings of what is overdue."""
    day = day_of(context.due_at or now())
    changed = warning.mark(day, context.actor)
    raised = warning.warn(day, changed, context.actor)
    return JobResult(data={"changed": len(changed), "warnings": raised})


@job("findings.remind", title=_("Remind of findings falling due"), every="10 6 * * *", resumes=True)
def remind(context: JobContext) -> JobResult:
    """On working days tell of deadlines and of months of outside inspections that end soon."""
    day = day_of(context.due_at or now())
    told = reminding.remind_deadlines(day, context.actor)
    entries = reminding.remind_entries(day, context.actor)
    return JobResult(
        _("%(owners)s people told of deadlines, %(entries)s of inspections to enter"),
        {"owners": told, "entries": entries},
    )
