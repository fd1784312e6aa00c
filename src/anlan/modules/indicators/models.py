"""Rows of indicators."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.base.duties.models import Colour
from anlan.base.ids import uuid7
from anlan.modules.indicators.choices import Band, Frequency, Half, IncentiveKind


class WeeklyScore(ScopedModel):
    """How dual prevention ran in an enterprise in a week (运行成效), with all that was counted.

    `week_on` is the Monday (Asia/Shanghai). `score` is empty for who is not rated. `role_planned`
    and `role_done` count the duties of principal, technical and operational responsible persons.
    `parameters` are those of the score that differ from the product's. Ranks are among the rated
    of the county and of the city.
    """

    week_on = models.DateField(_("week"))
    planned = models.PositiveIntegerField(_("duties due"), default=0)
    done = models.PositiveIntegerField(_("done in time"), default=0)
    late = models.PositiveIntegerField(_("done late"), default=0)
    exempt = models.PositiveIntegerField(_("exempt"), default=0)
    role_planned = ArrayField(models.IntegerField(), default=list, size=3)
    role_done = ArrayField(models.IntegerField(), default=list, size=3)
    findings_due = models.PositiveIntegerField(_("findings to be rectified"), default=0)
    findings_accepted = models.PositiveIntegerField(_("findings accepted"), default=0)
    findings_new = models.PositiveIntegerField(_("findings registered"), default=0)
    few_findings = models.PositiveIntegerField(default=0)
    few_done = models.PositiveIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0)
    entries_in_time = models.PositiveIntegerField(default=0)
    major_overdue = models.PositiveIntegerField(_("major hazards overdue"), default=0)
    doubtful = models.PositiveIntegerField(_("doubtful records"), default=0)
    objects_total = models.PositiveIntegerField(_("analysis objects"), default=0)
    objects_complete = models.PositiveIntegerField(_("complete analyses"), default=0)
    inspection_points = models.DecimalField(
        _("points for inspection"), max_digits=6, decimal_places=2, default=0
    )
    coverage_deduction = models.DecimalField(
        _("deduction for responsible persons"), max_digits=6, decimal_places=2, default=0
    )
    rectification_points = models.DecimalField(
        _("points for rectification"), max_digits=6, decimal_places=2, default=0
    )
    few_deduction = models.DecimalField(
        _("deduction for too few findings"), max_digits=6, decimal_places=2, default=0
    )
    vetoes = ArrayField(models.CharField(max_length=20), verbose_name=_("veto"), default=list)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    band = models.CharField(_("band"), max_length=10, choices=Band.choices, blank=True)
    fell = models.DecimalField(_("fell by"), max_digits=6, decimal_places=2, null=True)
    colour = models.PositiveSmallIntegerField(
        _("warning"), choices=Colour.choices, default=Colour.NONE
    )
    rank_county = models.PositiveIntegerField(_("rank in the county"), null=True)
    rated_county = models.PositiveIntegerField(default=0)
    rank_city = models.PositiveIntegerField(_("rank in the city"), null=True)
    rated_city = models.PositiveIntegerField(default=0)
    parameters = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("weekly score")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "week_on"], name="score_once_a_week"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="score_within_100",
            ),
        ]
        indexes = [
            models.Index(fields=["week_on", "scope_path"], name="score_of_week"),
            models.Index(fields=["week_on", "score", "id"], name="score_ranking"),
        ]

    def __str__(self) -> str:
        return f"{self.week_on} {self.score if self.score is not None else '—'}"

    @property
    def rise(self) -> Decimal | None:
        """Return by how much it rose against the week before."""
        return None if self.fell is None else -self.fell

    @property
    def shows_rank(self) -> bool:
        """Tell whether the authority lets enterprises see their rank."""
        return str(self.parameters.get("ranking_shown", "1")) != "0"


class AreaParameters(models.Model):
    """What an authority sets instead of the product's parameters, for all enterprises of its area.

    No secret of anybody: whoever is scored may know by what. Of several areas the nearest wins,
    parameter by parameter.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.OneToOneField("actors.Organisation", models.PROTECT, related_name="+")
    values = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=300)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("scoring parameters of an area")

    def __str__(self) -> str:
        return str(self.area)

    @property
    def scope_path(self) -> str:
        """Return the place they hold for."""
        return self.area.path

    @property
    def enterprise_id(self) -> None:
        """Belongs to no enterprise."""
        return None


class MonthlyAnalysis(ScopedModel):
    """An enterprise's monthly statistics and root-cause analysis of its findings (月度分析).

    `month_on` is the first day. Figures are counted when they are shown and kept in `figures`
    once it is finished.
    """

    month_on = models.DateField(_("month"))
    conclusion = models.TextField(_("what the figures say"), blank=True, max_length=4000)
    measures = models.TextField(_("what is done about it"), blank=True, max_length=4000)
    figures = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("monthly analysis")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "month_on"], name="analysis_once_a_month")
        ]
        indexes = [models.Index(fields=["scope_path", "-month_on"], name="analysis_list")]

    def __str__(self) -> str:
        return f"{self.month_on:%Y-%m}"


class SelfEvaluation(ScopedModel):
    """An enterprise's half-yearly evaluation of its own dual prevention (半年自评).

    `answers` holds `{"points": "4", "text": …}` by element.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    half = models.PositiveSmallIntegerField(_("half"), choices=Half.choices)
    answers = models.JSONField(default=dict)
    summary = models.TextField(_("summary"), blank=True, max_length=4000)
    total = models.DecimalField(_("points"), max_digits=5, decimal_places=1, null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("self-evaluation")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "year", "half"], name="evaluation_once")
        ]
        indexes = [models.Index(fields=["scope_path", "-year", "-half"], name="evaluation_list")]

    def __str__(self) -> str:
        return f"{self.year} {self.get_half_display()}"


class IncentiveRule(ScopedModel):
    """A rule by which an enterprise rewards or punishes: standard, how often, how (激励约束)."""

    code = models.CharField(_("code"), max_length=12)
    kind = models.CharField(_("type"), max_length=8, choices=IncentiveKind.choices)
    title = models.CharField(_("standard"), max_length=200)
    amount = models.DecimalField(_("amount, CNY"), max_digits=10, decimal_places=2, default=0)
    frequency = models.CharField(
        _("frequency"), max_length=8, choices=Frequency.choices, default=Frequency.EVENT
    )
    method = models.CharField(_("method"), max_length=200, blank=True)
    stopped_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("rule of rewards and penalties")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                condition=Q(stopped_at__isnull=True),
                name="incentive_rule_one_per_code",
            )
        ]
        indexes = [models.Index(fields=["scope_path", "code"], name="incentive_rule_list")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Incentive(ScopedModel):
    """One reward or penalty (奖惩台账). A wrong one is revoked with a reason, never deleted."""

    rule = models.ForeignKey(
        IncentiveRule, models.PROTECT, related_name="incentives", verbose_name=_("rule")
    )
    kind = models.CharField(_("type"), max_length=8, choices=IncentiveKind.choices)
    happened_on = models.DateField(_("on"))
    person_name = models.CharField(_("person or team"), max_length=60)
    reason = models.CharField(_("for what"), max_length=300)
    amount = models.DecimalField(_("amount, CNY"), max_digits=10, decimal_places=2)
    finding = models.ForeignKey(
        "findings.Finding",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("finding"),
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(_("why revoked"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("reward or penalty")
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason=""),
                name="incentive_revoked_says_why",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="incentive_not_negative"),
        ]
        indexes = [models.Index(fields=["scope_path", "-happened_on"], name="incentive_list")]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.person_name}"
