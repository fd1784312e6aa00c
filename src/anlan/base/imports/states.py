"""Where an import is, and which moves there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.states import Transition, machine


class RunState(models.TextChoices):
    """States of an import, in order."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being written")
    APPLIED = "applied", _("Written")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


IMPORT = machine(
    "imports.run",
    # From checking again: a worker died and another took over.
    Transition("check", (RunState.UPLOADED, RunState.CHECKING), RunState.CHECKING),
    Transition("preview", RunState.CHECKING, RunState.CHECKED),
    Transition("apply", RunState.CHECKED, RunState.APPLYING, label=_("Write")),
    Transition("finish", RunState.APPLYING, RunState.APPLIED),
    Transition("fail", (RunState.UPLOADED, RunState.CHECKING, RunState.APPLYING), RunState.FAILED),
    # A file that failed may be checked anew: what stood in its way may be gone.
    Transition(
        "again", (RunState.CHECKED, RunState.FAILED), RunState.UPLOADED, label=_("Check again")
    ),
    Transition(
        "cancel",
        (RunState.UPLOADED, RunState.CHECKED, RunState.FAILED),
        RunState.CANCELLED,
        label=_("Cancel"),
    ),
)

BUSY = frozenset({RunState.UPLOADED, RunState.CHECKING, RunState.APPLYING})
