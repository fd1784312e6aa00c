"""Background work of indicators."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import day_of, now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.indicators.rules import last_week
from anlan.modules.indicators.services.rating import note_completion, rate_week


@job("indicators.rate", title=_("Rate the operating effect"), every="10 1 * * *", resumes=True)
def rate(context: JobContext) -> JobResult:
    """Rate last week anew each night: records that arrive late move it."""
    week_on = last_week(day_of(context.due_at or now()))
    found = rate_week(week_on)
    note_completion(week_on)
    return JobResult(
        _("%(n)s scores new or changed, %(raised)s warnings raised, %(cleared)s cleared"),
        {"n": found.n_changed, "raised": found.n_raised, "cleared": found.n_cleared},
    )
