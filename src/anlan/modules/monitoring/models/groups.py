"""Groups of tags watched together, and how they were judged."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.monitoring.choices import GroupState, Interval
from anlan.modules.registry.models import MhiUnit
from anlan.modules.registry.models.base import LIVE, RegisterModel


class WatchGroup(RegisterModel):
    """Tags whose usual relation is learnt and watched (关联测点组).

    `fitted` is the model (`engines.anomaly.watch.Watch.to_bytes`) over the points `numbers`, in
    the order of `tags` when it was fitted; a change of tags or interval takes it away. `fit` tells
    how good it is and where its rows came from; former ones are kept as `WatchFit`. `refit_days` is
    the age at which a fit is made anew by itself after calm days, nought for never. The rest is the
    newest verdict: `t2` and `q` are shares of their limits, `known_at` is when there was last one
    that is not unknown, `above_since` since when a limit is exceeded without a break.
    """

    name = models.CharField(_("name"), max_length=80)
    installation = models.ForeignKey(
        MhiUnit,
        models.PROTECT,
        related_name="watch_groups",
        verbose_name=_("MHI unit"),
    )
    tags = ArrayField(models.CharField(max_length=60), verbose_name=_("tags"))
    interval_s = models.PositiveIntegerField(
        _("interval, s"), choices=Interval.choices, default=Interval.MINUTE
    )
    train_hours = models.PositiveIntegerField(_("training period, h"), default=24)
    train_to = models.DateTimeField(_("training period until"), null=True, blank=True)
    false_alarms = models.FloatField(_("false alarms of the limits, %"), default=1)
    margin = models.FloatField(_("margin of the limits"), default=1.5)
    hold_s = models.PositiveIntegerField(_("beyond for, s"), default=300)
    refit_days = models.PositiveIntegerField(_("fit anew after, days"), default=30)
    in_use = models.BooleanField(_("in use"), default=True)

    fitted = models.BinaryField(null=True, editable=False)
    numbers = ArrayField(models.IntegerField(), default=list, editable=False)
    fitted_at = models.DateTimeField(_("fitted at"), null=True, editable=False)
    fit = models.JSONField(default=dict, editable=False)

    state = models.CharField(
        _("state"),
        max_length=8,
        choices=GroupState.choices,
        default=GroupState.UNFITTED,
        editable=False,
    )
    judged_at = models.DateTimeField(_("judged at"), null=True, editable=False)
    known_at = models.DateTimeField(null=True, editable=False)
    above_since = models.DateTimeField(_("beyond since"), null=True, editable=False)
    t2 = models.FloatField("T²", null=True, editable=False)
    q = models.FloatField("Q", null=True, editable=False)
    parts = models.JSONField(default=list, editable=False)
    missing = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("group of tags")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="watch_group_one_per_name"),
            models.CheckConstraint(
                condition=Q(false_alarms__gt=0) & Q(margin__gt=0) & Q(train_hours__gt=0),
                name="watch_group_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["scope_path", "name"], condition=LIVE, name="watch_group_list"),
            # What the early-warning index of an installation asks once a minute.
            models.Index(
                fields=["installation"],
                condition=LIVE & Q(in_use=True),
                name="watch_group_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WatchFit(ScopedModel):
    """A fit of a group that another took the place of; the newest few are kept.

    `fitted`, `numbers`, `tags` and `fit` are as the group had them.
    """

    group = models.ForeignKey(WatchGroup, models.CASCADE, related_name="former_fits")
    fitted = models.BinaryField(editable=False)
    numbers = ArrayField(models.IntegerField(), editable=False)
    tags = ArrayField(models.CharField(max_length=60), editable=False)
    fit = models.JSONField(editable=False)
    fitted_at = models.DateTimeField(_("fitted at"), editable=False)
    judged_until = models.DateTimeField(_("judged until"), editable=False)

    class Meta:
        verbose_name = _("former fit")
        indexes = [
            # The newest of a group.
            models.Index(fields=["group", "-judged_until"], name="watch_fit_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.fitted_at:%Y-%m-%d %H:%M}"


class WatchVerdict(ScopedModel):
    """How a group was judged at a moment; kept for two days. `parts` are [tag, share] pairs."""

    group = models.ForeignKey(WatchGroup, models.CASCADE, related_name="verdicts")
    at = models.DateTimeField(_("time"))
    state = models.CharField(_("state"), max_length=8, choices=GroupState.choices)
    t2 = models.FloatField("T²", null=True)
    q = models.FloatField("Q", null=True)
    parts = models.JSONField(default=list)

    class Meta:
        verbose_name = pgettext_lazy("group of tags", "verdict")
        constraints = [
            models.UniqueConstraint(fields=["group", "at"], name="watch_verdict_once"),
        ]
        indexes = [
            # What is old enough to go.
            models.Index(fields=["at"], name="watch_verdict_age"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.at:%Y-%m-%d %H:%M}"
