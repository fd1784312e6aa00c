"""Background work of the honest-work analysis."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.honesty.services.analysis import look_at_all


@job("honesty.look", title=_("Look for doubtful entries"), every="40 2 * * *", resumes=True)
def look(context: JobContext) -> JobResult:
    """Look through what came in; safe to repeat, what is flagged is not flagged again."""
    found = look_at_all(context.due_at or now(), progress=context.progress)
    return JobResult(
        _("%(n)s new doubts in %(plants)s enterprises"),
        {"n": found.n_flags, "plants": found.n_enterprises},
    )
