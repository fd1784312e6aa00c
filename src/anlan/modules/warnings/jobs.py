"""Early warning on a clock, and at once when a grave alarm came."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import now
from anlan.base.jobs import JobContext, JobResult, job
from anlan.base.jobs.queries import newest_of_system
from anlan.base.jobs.services import enqueue
from anlan.base.jobs.states import JobState
from anlan.modules.monitoring.services.groups_judging import judge_all
from anlan.modules.warnings import queries
from anlan.modules.warnings.services.assessing import Done, assess_all

AT_ONCE = "warnings.assess_at_once"
APART = dt.timedelta(seconds=3)
"""Between two runs at once: a flood of alarms must not become a flood of assessments."""
TRUSTED = dt.timedelta(minutes=1)
"""A run that waits longer than this may be lost; another is asked for."""


@job("warnings.assess", title=_("Compute the early-warning index"), every="* * * * *", resumes=True)
def assess(context: JobContext) -> JobResult:
    """Judge the groups of tags, compute the index of every installation; safe to repeat."""
    moment = now()
    # First the groups: the index asks how they stand.
    judge_all(moment)
    return _told(assess_all(moment))


@job(AT_ONCE, title=_("Compute the index of installations in alarm"), resumes=True)
def assess_at_once(context: JobContext) -> JobResult:
    """Compute the index of the installations in which a grave alarm came since they were judged."""
    moment = now()
    units = queries.units_in_alarm()
    return _told(assess_all(moment, units) if units else Done())


def ask_at_once() -> None:
    """Have the installations with a new grave alarm judged within seconds.

    One run waits at a time and serves all that came before it begins; two begin `APART`. What is
    lost here (a kill between commit and this) the run of the next minute makes good.
    """
    moment = now()
    last = newest_of_system(AT_ONCE)
    if last is None:
        enqueue(SYSTEM, AT_ONCE)
        return
    if last.state == JobState.QUEUED and moment - last.created_at < TRUSTED:
        return
    free_at = (last.started_at or last.created_at) + APART
    enqueue(SYSTEM, AT_ONCE, not_before=free_at if free_at > moment else None)


def _told(done: Done) -> JobResult:
    return JobResult(
        _("%(units)s installations: %(opened)s warnings opened, %(raised)s raised"),
        {"units": done.units, "opened": done.opened, "raised": done.raised},
    )
