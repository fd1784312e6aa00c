"""Early warning on a clock."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.monitoring.services.groups_judging import judge_all
from anlan.modules.warnings.services.assessing import assess_all


@job("warnings.assess", title=_("Compute the early-warning index"), every="* * * * *", resumes=True)
def assess(context: JobContext) -> JobResult:
    """Judge the groups of tags, compute the index of every installation; safe to repeat."""
    moment = now()
    # First the groups: the index asks how they stand.
    judge_all(moment)
    done = assess_all(moment)
    return JobResult(
        _("%(units)s installations: %(opened)s warnings opened, %(raised)s raised"),
        {"units": done.units, "opened": done.opened, "raised": done.raised},
    )
