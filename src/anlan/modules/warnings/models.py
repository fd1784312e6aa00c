"""Rows of early warning."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.base.duties.models.warning import Colour
from anlan.base.ids import uuid7
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings.states import (
    FIGURES,
    STANDING,
    WARNING,
    FiguresState,
    WarningState,
)


class UnitIndex(ScopedModel):
    """The index of an installation as it was last computed; one row a unit.

    `colour` is what is shown: it rises at once and falls when the calm has lasted (`standing` is
    what that needs, in seconds since 1970). `at_rest` is the colour of the unit's level alone.
    `factors` are the contributions, the largest first, as `services.assessing` writes them.
    """

    unit = models.OneToOneField(MhiUnit, models.CASCADE, related_name="index")
    score = models.FloatField(_("index"))
    base = models.FloatField(_("at rest"))
    colour = models.PositiveSmallIntegerField(_("colour"), choices=Colour.choices)
    at_rest = models.PositiveSmallIntegerField(choices=Colour.choices)
    is_degraded = models.BooleanField(_("inputs missing"), default=False)
    factors = models.JSONField(default=list)
    overrides = models.JSONField(default=list)
    standing = models.JSONField(default=dict)
    model_version = models.CharField(_("edition of the index"), max_length=80)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("index of an installation")
        indexes = [
            models.Index(fields=["scope_path", "-score"], name="unit_index_list"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.score:.1f}"


class EarlyWarning(ScopedModel):
    """A warning of an installation (预警): from when its index rose above its rest until somebody
    cleared it (消警).

    `score`, `factors` and `model_version` are those of its worst moment. `calm_at` is since when
    the index is back; a warning is never cleared before. The three deadlines follow the matrix of
    the colour (`matrix`), from the last rise on. `told` are the levels told already.
    """

    machine = WARNING

    unit = models.ForeignKey(
        MhiUnit, models.PROTECT, related_name="warnings", verbose_name=_("MHI unit")
    )
    colour = models.PositiveSmallIntegerField(_("colour"), choices=Colour.choices)
    state = models.CharField(
        _("state"), max_length=14, choices=WarningState.choices, default=WarningState.OPEN
    )
    score = models.FloatField(_("index"))
    base = models.FloatField(_("at rest"))
    factors = models.JSONField(default=list)
    overrides = models.JSONField(default=list)
    model_version = models.CharField(_("edition of the index"), max_length=80)
    opened_at = models.DateTimeField(_("opened at"))
    raised_at = models.DateTimeField(pgettext_lazy("early warning", "raised at"))
    lowered_at = models.DateTimeField(_("lowered at"), null=True)
    calm_at = models.DateTimeField(_("index back at rest since"), null=True)
    acknowledge_by = models.DateTimeField(_("to be acknowledged by"))
    report_by = models.DateTimeField(_("to be reported by"))
    clear_by = models.DateTimeField(_("to be cleared by"))
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    cause = models.TextField(pgettext_lazy("early warning", "cause"), max_length=1000, blank=True)
    measure = models.TextField(_("measure taken"), max_length=1000, blank=True)
    reported_at = models.DateTimeField(_("reported at"), null=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    cleared_at = models.DateTimeField(_("cleared at"), null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    told = models.JSONField(default=list)

    class Meta:
        verbose_name = _("early warning")
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state__in=[str(one) for one in STANDING]),
                name="early_warning_one_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope_path", "-colour", "raised_at"],
                condition=Q(cleared_at__isnull=True),
                name="early_warning_open",
            ),
            models.Index(fields=["scope_path", "-opened_at"], name="early_warning_list"),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class FeedbackRequest(ScopedModel):
    """A level above asks an enterprise about a warning (提示函), by when, and what it answered."""

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, related_name="requests")
    text = models.TextField(_("what is asked"), max_length=1000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    place = models.CharField(pgettext_lazy("feedback", "asked by"), max_length=120, blank=True)
    due_at = models.DateTimeField(_("to be answered by"))
    answer = models.TextField(pgettext_lazy("feedback", "answer"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(pgettext_lazy("feedback", "answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("request for feedback")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""),
                name="feedback_answered_says_what",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope_path", "due_at"],
                condition=Q(answered_at__isnull=True),
                name="feedback_open",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class IndexFigures(ScopedModel):
    """An enterprise's own figures of the index, one edition after the other (预警参数).

    `values` are those that differ from the product's, by `part:code` as in
    `facts/warning/index.csv`; an empty one goes back to the product's. `effect` is what they would
    have changed when they were proposed, as `services.figures` writes it.
    """

    machine = FIGURES

    edition = models.PositiveIntegerField(pgettext_lazy("index figures", "edition"))
    values = models.JSONField(pgettext_lazy("index figures", "figures"), default=dict)
    reason = models.TextField(_("reason"), max_length=1000)
    effect = models.JSONField(default=list)
    state = models.CharField(
        _("state"), max_length=10, choices=FiguresState.choices, default=FiguresState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(pgettext_lazy("index figures", "decided at"), null=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("own figures of the index")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="index_figures_have_reason"),
            models.UniqueConstraint(fields=["enterprise", "edition"], name="index_figures_edition"),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(state="proposed"),
                name="index_figures_one_proposed",
            ),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(state="in_force"),
                name="index_figures_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Own figures of the index, edition %(n)s") % {"n": self.edition})


class WeatherKind(models.TextChoices):
    """What a weather signal is about: what the index of environment names (lightning, wind, heat,
    flood), and all else under its own words."""

    LIGHTNING = "lightning", pgettext_lazy("weather signal", "Lightning")
    WIND = "wind", pgettext_lazy("weather signal", "Wind")
    HEAT = "heat", pgettext_lazy("weather signal", "Heat")
    FLOOD = "flood", pgettext_lazy("weather signal", "Rain and flood")
    OTHER = "other", pgettext_lazy("weather signal", "Other weather")


class WeatherSignal(models.Model):
    """A meteorological warning signal (气象灾害预警信号) for an area, a park or one enterprise.

    It belongs to a place and holds for all below it, who read it too: so it is no row of an
    enterprise, and its wall is `place_wall_sql`. In force from `from_at` until `until_at`, or
    until it was ended early. `source` is who gave the warning, `entered_by` who keeps it here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("weather signal", "holds for"),
    )
    kind = models.CharField(
        pgettext_lazy("weather signal", "weather"), max_length=12, choices=WeatherKind.choices
    )
    colour = models.PositiveSmallIntegerField(_("colour"), choices=Colour.choices[1:])
    from_at = models.DateTimeField(pgettext_lazy("weather signal", "in force from"))
    until_at = models.DateTimeField(pgettext_lazy("weather signal", "in force until"))
    text = models.TextField(
        pgettext_lazy("weather signal", "words of the signal"), max_length=1000, blank=True
    )
    source = models.CharField(pgettext_lazy("weather signal", "given by"), max_length=120)
    entered_at = models.DateTimeField(
        pgettext_lazy("weather signal", "entered at"), auto_now_add=True
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(pgettext_lazy("weather signal", "ended early at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    end_reason = models.CharField(
        pgettext_lazy("weather signal", "why ended early"), max_length=300, blank=True
    )

    class Meta:
        verbose_name = _("weather signal")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=models.F("from_at")), name="weather_signal_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""),
                name="weather_signal_end_says_why",
            ),
        ]
        indexes = [
            # The signals in force: read once a minute.
            models.Index(fields=["until_at"], name="weather_signal_until"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_colour_display()} · {self.place}"

    @property
    def scope_path(self) -> str:
        """Return the place it holds for."""
        return self.place.path

    @property
    def enterprise_id(self) -> UUID | None:
        """Return the enterprise, where it holds for one alone."""
        return self.place.enterprise_id

    @property
    def over_at(self) -> dt.datetime:
        """Return when it is over."""
        return min(self.until_at, self.ended_at) if self.ended_at else self.until_at
