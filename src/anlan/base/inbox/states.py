"""Where a run is that the circuit breaker held back."""

from django.db import models
from django.utils.translation import pgettext_lazy

from anlan.base.inbox.policy import DECIDE_RUNS
from anlan.base.states import Transition, machine


class RunState(models.TextChoices):
    """What became of a run that was held back."""

    HELD = "held", pgettext_lazy("run", "Held back")
    RESUMED = "resumed", pgettext_lazy("run", "Let go")
    DROPPED = "dropped", pgettext_lazy("run", "Dropped")


HELD_RUN = machine(
    "inbox.held_run",
    Transition("resume", RunState.HELD, RunState.RESUMED, by=DECIDE_RUNS),
    Transition("drop", RunState.HELD, RunState.DROPPED, by=DECIDE_RUNS),
)
