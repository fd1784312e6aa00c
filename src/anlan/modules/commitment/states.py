"""The states of a level's judgement and of the day's commitment."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.states import Transition, machine


class JudgementState(models.TextChoices):
    """Where a level's judgement of the day stands."""

    OPEN = "open", pgettext_lazy("judgement", "Not signed")
    SIGNED = "signed", pgettext_lazy("judgement", "Signed")


JUDGEMENT = machine(
    "commitment.judgement",
    Transition(
        "sign", JudgementState.OPEN, JudgementState.SIGNED, by="commitment.judge", label=_("Sign")
    ),
    Transition(
        "withdraw",
        JudgementState.SIGNED,
        JudgementState.OPEN,
        by="commitment.judge",
        label=_("Withdraw"),
        needs_reason=True,
    ),
)


class CommitmentState(models.TextChoices):
    """Where the enterprise's commitment of the day stands."""

    DRAFT = "draft", pgettext_lazy("commitment", "Not published")
    PUBLISHED = "published", _("Published")


COMMITMENT = machine(
    "commitment.commitment",
    Transition(
        "publish",
        CommitmentState.DRAFT,
        CommitmentState.PUBLISHED,
        by="commitment.publish",
        label=_("Publish"),
        clause="应急〔2018〕74号",
    ),
    Transition(
        "correct",
        CommitmentState.PUBLISHED,
        CommitmentState.DRAFT,
        by="commitment.publish",
        label=_("Correct"),
        needs_reason=True,
    ),
)
