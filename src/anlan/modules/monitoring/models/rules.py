"""Alarm settings, their classes, and how they are changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.monitoring.choices import Priority, RuleKind, Severity
from anlan.modules.monitoring.models.points import Point
from anlan.modules.monitoring.states import LIMIT_CHANGE, OPEN_CHANGES, ChangeState


class AlarmClass(ScopedModel):
    """How the alarms of one class behave (报警分类); seconds where a time is meant.

    The fields are those of `engines.alarms.states.AlarmClass`. A rule without a class behaves as
    that one's defaults say.
    """

    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=60)
    latching = models.BooleanField(_("stays until reset"), default=False)
    acknowledges_return = models.BooleanField(_("return acknowledges itself"), default=False)
    highly_managed = models.BooleanField(_("highly managed"), default=False)
    longest_shelf = models.PositiveIntegerField(_("longest shelf, s"), default=12 * 3600)
    announce_again_after = models.PositiveIntegerField(
        _("announce again after, s"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("alarm class")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="alarm_class_one_per_code"),
            # IEC 62682 leaves the number open; beyond a day it is "out of service".
            models.CheckConstraint(
                condition=Q(longest_shelf__gt=0, longest_shelf__lte=86_400),
                name="alarm_class_shelf_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AlarmRule(ScopedModel):
    """One alarm of a point with its whole rationalisation record (报警设定).

    `limit` is in the point's unit; for ROC in that unit a minute, for DEV the distance from
    `compared_with`, for STATE the value that is abnormal, for STALE and FROZEN a time in seconds;
    BAD has none. `response_seconds` is the time available before the consequence,
    `operator_seconds` how long the action is expected to take. `edition` counts the changes that
    came into effect.
    """

    point = models.ForeignKey(
        Point,
        models.PROTECT,
        related_name="rules",
        verbose_name=pgettext_lazy("monitoring", "point"),
    )
    kind = models.CharField(_("alarm"), max_length=6, choices=RuleKind.choices)
    limit = models.FloatField(pgettext_lazy("alarm", "limit"), null=True, blank=True)
    deadband = models.FloatField(_("deadband"), default=0)
    on_delay_s = models.FloatField(_("on-delay, s"), default=0)
    off_delay_s = models.FloatField(_("off-delay, s"), default=0)
    compared_with = models.ForeignKey(
        Point,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("compared with"),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.LOW
    )
    alarm_class = models.ForeignKey(
        AlarmClass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("alarm class"),
    )
    safety_related = models.BooleanField(_("safety-related"), default=False)
    in_use = models.BooleanField(pgettext_lazy("alarm", "in use"), default=True)
    cause = models.TextField(pgettext_lazy("alarm", "cause"), max_length=1000, blank=True)
    consequence = models.TextField(_("consequence if ignored"), max_length=1000, blank=True)
    harm_people = models.PositiveSmallIntegerField(
        _("harm to people"), choices=Severity.choices, null=True, blank=True
    )
    harm_environment = models.PositiveSmallIntegerField(
        _("harm to the environment"), choices=Severity.choices, null=True, blank=True
    )
    harm_money = models.PositiveSmallIntegerField(
        _("loss"), choices=Severity.choices, null=True, blank=True
    )
    action = models.TextField(_("operator action"), max_length=1000, blank=True)
    response_seconds = models.PositiveIntegerField(
        _("time available to respond, s"), null=True, blank=True
    )
    operator_seconds = models.PositiveIntegerField(
        _("expected time of the action, s"), null=True, blank=True
    )
    basis = models.CharField(_("basis of the limit"), max_length=300, blank=True)
    suppressed_when = models.CharField(_("suppressed when"), max_length=300, blank=True)
    group = models.CharField(pgettext_lazy("alarm", "group"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent alarm"),
    )
    message_zh = models.CharField(_("message, Chinese"), max_length=120, blank=True)
    message_en = models.CharField(_("message, English"), max_length=120, blank=True)
    study_reference = models.CharField(_("HAZOP/LOPA reference"), max_length=80, blank=True)
    owner = models.CharField(pgettext_lazy("alarm", "owner"), max_length=60, blank=True)
    tested_on = models.DateField(_("last tested on"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    edition = models.PositiveIntegerField(_("edition"), default=1, editable=False)

    class Meta:
        verbose_name = _("alarm setting")
        constraints = [
            models.UniqueConstraint(fields=["point", "kind"], name="alarm_rule_one_per_kind"),
            models.CheckConstraint(
                condition=Q(deadband__gte=0, on_delay_s__gte=0, off_delay_s__gte=0),
                name="alarm_rule_nothing_negative",
            ),
            # Only bad quality needs no number; nobody must believe in an alarm without a limit.
            models.CheckConstraint(
                condition=Q(kind="BAD") | Q(in_use=False) | Q(limit__isnull=False),
                name="alarm_rule_in_use_has_limit",
            ),
            models.CheckConstraint(
                condition=~Q(kind="DEV") | Q(in_use=False) | Q(compared_with__isnull=False),
                name="alarm_rule_deviation_has_second",
            ),
        ]
        indexes = [
            # The settings of a scope by priority: the review, and the worker's directory.
            models.Index(fields=["scope_path", "priority", "kind"], name="alarm_rule_list"),
        ]

    def __str__(self) -> str:
        return f"{self.point.tag} {self.kind}"


class LimitChange(ScopedModel):
    """A change of an alarm's settings under change control (报警设定变更).

    `old` and `new` hold the changed fields of the rule alone; `effect` what the change would have
    done to the last week (`services.effects`).
    """

    machine = LIMIT_CHANGE

    rule = models.ForeignKey(AlarmRule, models.PROTECT, related_name="changes")
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), max_length=1000)
    effect = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=ChangeState.choices, default=ChangeState.REQUESTED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of an alarm setting")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="limit_change_has_reason"),
            # Two open changes would each show an effect that the other makes untrue.
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(state__in=sorted(OPEN_CHANGES)),
                name="limit_change_one_open",
            ),
        ]
        indexes = [
            # The list of a scope, the newest first.
            models.Index(fields=["scope_path", "-created_at"], name="limit_change_list"),
        ]

    def __str__(self) -> str:
        return str(self.rule)
