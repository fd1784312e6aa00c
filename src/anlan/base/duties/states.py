"""The states of one time to do a duty.

What was done decides by when it was done: a record that arrives late but was made in time turns
`overdue` into `done`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.duties.policy import EXEMPT, FULFIL
from anlan.base.states.machine import Transition, machine


class State(models.TextChoices):
    """Where one time to do a duty stands."""

    PENDING = "pending", pgettext_lazy("duty", "To do")
    DUE_SOON = "due_soon", pgettext_lazy("duty", "Due soon")
    DONE = "done", pgettext_lazy("duty", "Done")
    DONE_LATE = "done_late", pgettext_lazy("duty", "Done late")
    OVERDUE = "overdue", pgettext_lazy("duty", "Overdue")
    EXEMPT = "exempt", pgettext_lazy("duty", "Exempt")


OPEN = (State.PENDING, State.DUE_SOON, State.OVERDUE)
WAITING = (State.PENDING, State.DUE_SOON)
FINISHED = (State.DONE, State.DONE_LATE)

INSTANCE = machine(
    "duties.instance",
    Transition("remind", State.PENDING, State.DUE_SOON),
    Transition("lapse", WAITING, State.OVERDUE),
    Transition("fulfil", (*OPEN, State.EXEMPT), State.DONE, by=FULFIL, label=_("Done")),
    Transition("fulfil_late", OPEN, State.DONE_LATE, by=FULFIL, label=_("Done late")),
    # A phone that comes later may bring the earlier record.
    Transition("prove_earlier", FINISHED, State.DONE, by=FULFIL, label=_("Done earlier")),
    Transition(
        "prove_earlier_late",
        State.DONE_LATE,
        State.DONE_LATE,
        by=FULFIL,
        label=_("Done earlier, but late"),
    ),
    Transition("exempt", OPEN, State.EXEMPT, by=EXEMPT, label=_("Exempt"), needs_reason=True),
    Transition("resume", State.EXEMPT, State.PENDING, by=EXEMPT, label=_("Count again")),
)
