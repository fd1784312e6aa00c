"""Commitments on a clock: the steps kept as duties, officers told who is missing."""

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import day_of, now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.commitment.services import steps


@job(
    "commitment.steps",
    title=_("Keep the steps of the commitment as duties"),
    every="2 0 * * *",
    resumes=True,
)
def keep_steps(context: JobContext) -> JobResult:
    """Make the duties of enterprises that commit; stop those of whoever is not in operation."""
    return JobResult(_("%(made)s plans made, %(stopped)s stopped"), steps.ensure_all())


@job(
    "commitment.missing",
    title=_("Tell officers whose commitment is missing"),
    every="5 10 * * *",
    resumes=True,
)
def tell_missing(context: JobContext) -> JobResult:
    """Tell park and county who has not published by ten, and whose commitment contradicts."""
    day = day_of(context.due_at or now())
    told = steps.tell_missing(day) + steps.tell_doubtful(day)
    return JobResult(_("%(people)s people told"), {"people": told})
