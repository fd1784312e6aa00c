"""Where an import is, and which moves there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """States of an import, in order."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being written")
    APPLIED = "applied", _("Written")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.UPLOADED: frozenset({RunState.CHECKING, RunState.CANCELLED, RunState.FAILED}),
    # Back to checking: a worker died and another took over.
    RunState.CHECKING: frozenset({RunState.CHECKED, RunState.FAILED, RunState.CHECKING}),
    RunState.CHECKED: frozenset({RunState.APPLYING, RunState.CANCELLED, RunState.UPLOADED}),
    RunState.APPLYING: frozenset({RunState.APPLIED, RunState.FAILED}),
    RunState.APPLIED: frozenset(),
    # A file that failed may be checked anew: what stood in its way may be gone.
    RunState.FAILED: frozenset({RunState.UPLOADED, RunState.CANCELLED}),
    RunState.CANCELLED: frozenset(),
}

BUSY = frozenset({RunState.UPLOADED, RunState.CHECKING, RunState.APPLYING})
