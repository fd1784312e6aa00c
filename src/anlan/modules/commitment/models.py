"""Rows of judgements and commitments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.commitment.states import (
    COMMITMENT,
    JUDGEMENT,
    CommitmentState,
    JudgementState,
)


class ChainLevel(models.TextChoices):
    """The four levels of the chain, from the shift upward."""

    SHIFT = "shift", _("Shift")
    WORKSHOP = "workshop", pgettext_lazy("commitment level", "Workshop")
    PLANT = "plant", pgettext_lazy("commitment level", "Plant")
    COMPANY = "company", pgettext_lazy("commitment level", "Company")


class Grade(models.IntegerChoices):
    """Risk grade of the day."""

    MAJOR = 0, pgettext_lazy("risk level", "Major")
    LARGER = 1, pgettext_lazy("risk level", "Considerable")
    GENERAL = 2, pgettext_lazy("risk level", "General")
    LOW = 3, pgettext_lazy("risk level", "Low")


class ChainNode(ScopedModel):
    """A shift, workshop or plant that judges every day; `organisation` is its node of the tree."""

    organisation = models.ForeignKey("actors.Organisation", models.PROTECT, related_name="+")
    level = models.CharField(
        pgettext_lazy("commitment", "level"), max_length=10, choices=ChainLevel.choices
    )
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("level of the commitment chain")
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="chain_node_once"),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class Commitment(ScopedModel):
    """The commitment of an enterprise for one day in Asia/Shanghai.

    `counts` are what it states, `facts` what the product knew when it was published, `flags` how
    the two differ. Figures nobody provides are null in `facts`.
    """

    machine = COMMITMENT

    day = models.DateField(_("day"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=CommitmentState.choices,
        default=CommitmentState.DRAFT,
    )
    grade = models.PositiveSmallIntegerField(_("risk grade"), choices=Grade.choices, null=True)
    counts = models.JSONField(_("figures"), default=dict)
    facts = models.JSONField(default=dict)
    flags = models.JSONField(default=list)
    has_trial = models.BooleanField(_("trial production"), default=False)
    has_pilot = models.BooleanField(_("pilot test"), default=False)
    text = models.TextField(_("commitment"), max_length=1000, blank=True)
    committer = models.CharField(_("committed by"), max_length=40, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("safety-risk commitment")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "day"], name="commitment_once_a_day"),
            models.CheckConstraint(
                condition=~Q(state=CommitmentState.PUBLISHED) | Q(published_at__isnull=False),
                name="commitment_published_has_time",
            ),
        ]
        indexes = [
            # Who has published today, over an area; the history of one enterprise.
            models.Index(fields=["day", "scope_path"], name="commitment_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Judgement(ScopedModel):
    """One level's judgement of one day, with the facts as they stood when it was signed."""

    machine = JUDGEMENT

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="judgements")
    node = models.ForeignKey(ChainNode, models.PROTECT, related_name="judgements")
    state = models.CharField(
        max_length=10, choices=JudgementState.choices, default=JudgementState.OPEN
    )
    grade = models.PositiveSmallIntegerField(_("risk grade"), choices=Grade.choices, null=True)
    text = models.TextField(pgettext_lazy("commitment", "judgement"), max_length=1000, blank=True)
    facts = models.JSONField(default=dict)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("risk judgement")
        constraints = [
            models.UniqueConstraint(fields=["commitment", "node"], name="judgement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.node}"
