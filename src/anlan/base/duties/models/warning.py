"""Warnings, and the ladder by which they rise."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.base.phrases import PhraseField


class Colour(models.IntegerChoices):
    """The four colours of a warning; the higher, the worse."""

    NONE = 0, pgettext_lazy("warning", "None")
    BLUE = 1, pgettext_lazy("warning", "Blue")
    YELLOW = 2, pgettext_lazy("warning", "Yellow")
    ORANGE = 3, pgettext_lazy("warning", "Orange")
    RED = 4, pgettext_lazy("warning", "Red")


class Trigger(models.TextChoices):
    """What a warning is about."""

    DUTY = "duty", pgettext_lazy("warning", "Duty")
    FINDING = "finding", pgettext_lazy("warning", "Finding")
    SCORE = "score", pgettext_lazy("warning", "Operating effect")


class RaisedWarning(ScopedModel):
    """Something is wrong long enough that others must know (预警), until it is cleared (消警).

    `subject_kind` and `subject_id` name what it is about; one warning is open for it at a time and
    changes its colour. `recipients` are the levels of the ladder that have been told. `title`,
    `cause` and `clear_reason` are phrases: worded when read.

    As with instances, the database does not look its parents up: a province's wave raises a
    million at a time out of rows that have the same parents. None of them is ever deleted.
    """

    enterprise = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        related_name="+",
        editable=False,
        db_constraint=False,
        verbose_name=_("enterprise"),
    )
    trigger = models.CharField(_("about"), max_length=10, choices=Trigger.choices)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    organisation = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("department"),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=32, blank=True)
    title = PhraseField(_("title"))
    url = models.CharField(max_length=200, blank=True)
    colour = models.SmallIntegerField(_("colour"), choices=Colour.choices)
    cause = PhraseField(_("cause"), blank=True)
    due_at = models.DateTimeField(_("was due at"), null=True)
    raised_at = models.DateTimeField(_("raised at"))
    recipients = models.JSONField(default=list)
    told_colour = models.SmallIntegerField(default=Colour.NONE)
    cleared_at = models.DateTimeField(_("cleared at"), null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("cleared by"),
    )
    clear_reason = PhraseField(_("how it was cleared"), blank=True)

    class Meta:
        db_table = "duties_warning"
        verbose_name = _("warning")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(cleared_at__isnull=True),
                name="warning_one_open_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | ~Q(clear_reason=""),
                name="warning_cleared_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope_path", "-colour", "raised_at"],
                condition=Q(cleared_at__isnull=True),
                name="warning_open",
            ),
            models.Index(fields=["scope_path", "-raised_at"], name="warning_list"),
            # Colours that people have not been told of yet.
            models.Index(
                fields=["enterprise"],
                condition=Q(cleared_at__isnull=True, told_colour__lt=models.F("colour")),
                name="warning_untold",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)


class LadderRung(ScopedModel):
    """An enterprise's own rung in place of the product's (see `ladder`)."""

    trigger = models.CharField(_("about"), max_length=10, choices=Trigger.choices)
    condition = models.CharField(_("condition"), max_length=30)
    colour = models.SmallIntegerField(_("colour"), choices=Colour.choices)
    threshold = models.DecimalField(_("limit"), max_digits=8, decimal_places=2)
    recipients = ArrayField(models.CharField(max_length=40), verbose_name=_("told besides"))
    told = models.CharField(max_length=10, default="digest")

    class Meta:
        verbose_name = _("rung of the ladder")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "trigger", "condition", "colour"],
                name="ladder_rung_said_once",
            ),
            models.CheckConstraint(
                condition=Q(colour__gte=1, colour__lte=4), name="ladder_rung_has_colour"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} · {self.get_colour_display()}"
