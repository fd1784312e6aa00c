"""The states of an edition of a risk analysis."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.states import Transition, machine


class EditionState(models.TextChoices):
    """Where an edition of an object's analysis stands."""

    DRAFT = "draft", pgettext_lazy("edition", "Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", pgettext_lazy("edition", "In force")
    SUPERSEDED = "superseded", _("Superseded")


EDITION = machine(
    "risk.edition",
    Transition(
        "submit", EditionState.DRAFT, EditionState.IN_REVIEW, by="risk.edit", label=_("Submit")
    ),
    Transition(
        "return",
        EditionState.IN_REVIEW,
        EditionState.DRAFT,
        by="risk.approve",
        label=_("Send back"),
        needs_reason=True,
    ),
    Transition(
        "approve",
        EditionState.IN_REVIEW,
        EditionState.APPROVED,
        by="risk.approve",
        label=_("Approve"),
        four_eyes=True,
    ),
    Transition("supersede", EditionState.APPROVED, EditionState.SUPERSEDED),
)
