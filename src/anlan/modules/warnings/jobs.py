"""Early warning on a clock."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.warnings.services.assessing import assess_all


@job("warnings.assess", title=_("Compute the early-warning index"), every="* * * * *", resumes=True)
def assess(context: JobContext) -> JobResult:
    """Compute the index of every installation anew; safe to repeat."""
    done = assess_all(now())
    return JobResult(
        _("%(units)s installations: %(opened)s warnings opened, %(raised)s raised"),
        {"units": done.units, "opened": done.opened, "raised": done.raised},
    )
