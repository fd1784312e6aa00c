"""The states of a job. Only the product moves jobs; people ask for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.states import Transition, machine


class JobState(models.TextChoices):
    """Where a job is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (JobState.QUEUED, JobState.RUNNING)
REFUSED = "jobs.refused"
"""Code of a job that did its work and had to say no."""
GIVEN_UP = (JobState.FAILED, JobState.CANCELLED)

JOB = machine(
    "jobs.job",
    Transition("start", JobState.QUEUED, JobState.RUNNING),
    Transition("finish", JobState.RUNNING, JobState.DONE),
    Transition("fail", JobState.RUNNING, JobState.FAILED),
    Transition("repeat", JobState.RUNNING, JobState.QUEUED),
    Transition("cancel", OPEN, JobState.CANCELLED),
)
