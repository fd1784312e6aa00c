"""How a change of an alarm's settings comes into effect."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.states import Transition, machine


class ChangeState(models.TextChoices):
    """Where a change stands."""

    REQUESTED = "requested", pgettext_lazy("limit change", "Requested")
    APPROVED = "approved", pgettext_lazy("limit change", "Approved")
    APPLIED = "applied", pgettext_lazy("limit change", "In effect")
    REFUSED = "refused", pgettext_lazy("limit change", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("limit change", "Withdrawn")


OPEN_CHANGES = frozenset({ChangeState.REQUESTED, ChangeState.APPROVED})

LIMIT_CHANGE = machine(
    "monitoring.limit_change",
    Transition(
        "approve",
        ChangeState.REQUESTED,
        ChangeState.APPROVED,
        by="monitoring.limits.approve",
        label=_("Approve the change"),
        four_eyes=True,
        clause="IEC 62682: management of change",
    ),
    Transition(
        "refuse",
        ChangeState.REQUESTED,
        ChangeState.REFUSED,
        by="monitoring.limits.approve",
        label=_("Refuse the change"),
        needs_reason=True,
    ),
    Transition(
        "withdraw",
        (ChangeState.REQUESTED, ChangeState.APPROVED),
        ChangeState.WITHDRAWN,
        by="monitoring.limits.request",
        label=_("Withdraw the request"),
        needs_reason=True,
    ),
    Transition(
        "apply",
        ChangeState.APPROVED,
        ChangeState.APPLIED,
        by="monitoring.limits.apply",
        label=_("Put into effect"),
    ),
)
