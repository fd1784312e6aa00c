"""What recurs: plans, and the shifts they may follow."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.roles import Role
from anlan.base.actors.scoped import ScopedModel
from anlan.base.duties.rules import Cadence, DayKind, Unit


class CycleUnit(models.TextChoices):
    """Units of a cycle, as people choose them."""

    HOUR = Unit.HOUR.value, pgettext_lazy("cycle", "Hour")
    SHIFT = Unit.SHIFT.value, pgettext_lazy("cycle", "Shift")
    DAY = Unit.DAY.value, pgettext_lazy("cycle", "Day")
    WEEK = Unit.WEEK.value, pgettext_lazy("cycle", "Week")
    MONTH = Unit.MONTH.value, pgettext_lazy("cycle", "Month")
    QUARTER = Unit.QUARTER.value, pgettext_lazy("cycle", "Quarter")
    HALF_YEAR = Unit.HALF_YEAR.value, pgettext_lazy("cycle", "Half-year")
    YEAR = Unit.YEAR.value, pgettext_lazy("cycle", "Year")


class Days(models.TextChoices):
    """The days on which a duty falls, as people choose them."""

    EVERY_DAY = DayKind.EVERY_DAY.value, _("Every day")
    WORKDAYS = DayKind.WORKDAYS.value, _("Statutory working days")
    NON_WORKDAYS = DayKind.NON_WORKDAYS.value, _("Non-working days")


class WorkType(models.IntegerChoices):
    """Whose duty it is in the sense of the responsibility system (workType)."""

    DAILY = 0, _("Daily task")
    PRINCIPAL = 1, _("Principal responsible person")
    TECHNICAL = 2, _("Technical responsible person")
    OPERATIONAL = 3, _("Operational responsible person")


class ShiftPattern(ScopedModel):
    """The shifts of a day, and which crew has which (班次).

    `starts` are the beginnings of the shifts of a day, ascending. `rotation` names the crews of
    successive shifts, beginning with the first shift of `anchor_on`, over and over; empty when
    shifts are not followed by crews.
    """

    name = models.CharField(_("name"), max_length=60)
    starts = ArrayField(models.TimeField(), verbose_name=_("shifts begin at"))
    rotation = ArrayField(
        models.UUIDField(), default=list, blank=True, verbose_name=_("crews in turn")
    )
    anchor_on = models.DateField(_("rotation begins on"), default=dt.date(2024, 1, 1))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("shift pattern")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="shift_pattern_named_once"),
            models.CheckConstraint(condition=Q(starts__len__gt=0), name="shift_pattern_has_shifts"),
        ]

    def __str__(self) -> str:
        return self.name


class Plan(ScopedModel):
    """A recurring duty (任务计划): what, how often, whose.

    `subject_id` is what is to be done (an inspection task, say), `place_id` where: exemptions of
    that place take its windows out of the count. The duty is the `assignee`'s, or else of whoever
    holds `role` at `organisation`, above or below it, or of everybody at `organisation` and below
    when no role is named. Hours are those of Asia/Shanghai; see `rules.Cadence`.

    Windows that end after `make_from` are made. `made_until` is empty until the first have been;
    from then on `Horizon` tells how far.
    """

    kind = models.CharField(_("type"), max_length=30)
    title = models.CharField(_("title"), max_length=200)
    subject_id = models.UUIDField(null=True, blank=True, editable=False)
    place_id = models.UUIDField(null=True, blank=True, editable=False)
    place_text = models.CharField(_("place"), max_length=120, blank=True)
    organisation = models.ForeignKey(
        "actors.Organisation", models.PROTECT, related_name="+", verbose_name=_("department")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=32, choices=Role.choices, blank=True)
    work_type = models.SmallIntegerField(
        _("task type"), choices=WorkType.choices, default=WorkType.DAILY
    )
    role_item = models.SmallIntegerField(_("item of the responsible person"), null=True, blank=True)
    cycle_n = models.PositiveSmallIntegerField(_("every"), default=1)
    cycle_unit = models.CharField(
        _("cycle"), max_length=10, choices=CycleUnit.choices, default=CycleUnit.DAY
    )
    calendar = models.CharField(
        _("days"), max_length=12, choices=Days.choices, default=Days.EVERY_DAY
    )
    shift_pattern = models.ForeignKey(
        ShiftPattern,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shift pattern"),
    )
    starts_on = models.DateField(_("from day"))
    ends_on = models.DateField(_("until day"), null=True, blank=True)
    time_from = models.TimeField(_("from hour"), default=dt.time(0))
    time_to = models.TimeField(_("until hour"), default=dt.time(0))
    grace_minutes = models.PositiveIntegerField(_("grace in minutes"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    make_from = models.DateTimeField(editable=False)
    made_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("duty plan")
        constraints = [
            models.CheckConstraint(condition=Q(cycle_n__gte=1), name="duty_plan_cycle_counts"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="duty_plan_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(cycle_unit=Unit.SHIFT.value) | Q(shift_pattern__isnull=False),
                name="duty_plan_by_shift_has_pattern",
            ),
            models.CheckConstraint(
                condition=Q(work_type=0) | Q(role_item__isnull=False),
                name="duty_plan_names_its_item",
            ),
        ]
        indexes = [
            # The list of plans; the making of an enterprise's instances.
            models.Index(fields=["scope_path", "title"], name="duty_plan_list"),
            models.Index(
                fields=["enterprise", "id"], condition=Q(is_active=True), name="duty_plan_active"
            ),
            # Plans whose instances have never been made.
            models.Index(
                fields=["enterprise"],
                condition=Q(is_active=True, made_until__isnull=True),
                name="duty_plan_new",
            ),
            models.Index(
                fields=["subject_id"],
                condition=Q(subject_id__isnull=False),
                name="duty_plan_of_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def cadence(self) -> Cadence:
        """Return what decides the windows. Raises ValueError for a plan by shift without shifts."""
        shifts = tuple(self.shift_pattern.starts) if self.shift_pattern is not None else ()
        return Cadence(
            n=self.cycle_n,
            unit=Unit(self.cycle_unit),
            calendar=DayKind(self.calendar),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            time_from=self.time_from,
            time_to=self.time_to,
            grace=dt.timedelta(minutes=self.grace_minutes),
            shifts=shifts,
        )
