"""Measured and calculated points."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.modules.monitoring.choices import PointKind
from anlan.modules.monitoring.models.sources import Source, next_number
from anlan.modules.registry.models import Equipment, MhiUnit
from anlan.modules.registry.models.base import LIVE, RegisterModel


class Point(RegisterModel):
    """A tag (监测点位号): one measured or calculated variable.

    `number` names it in messages and in the historian, for good: a tag that is removed never
    passes its number on. `unit` is the unit of measure, `installation` the MHI unit it belongs
    to. `plan_x` and `plan_y` are shares (0 to 1) of the site plan's width and height.
    """

    tag = models.CharField(_("tag"), max_length=60)
    number = models.IntegerField(
        _("point number"),
        unique=True,
        editable=False,
        db_default=next_number("monitoring_point_number"),
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("type"), max_length=16, choices=PointKind.choices)
    unit = models.CharField(_("unit of measure"), max_length=20, blank=True)
    range_low = models.FloatField(_("range from"), null=True, blank=True)
    range_high = models.FloatField(_("range to"), null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    gas = models.CharField(_("gas"), max_length=40, blank=True)
    installation = models.ForeignKey(
        MhiUnit,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="points",
        verbose_name=_("MHI unit"),
    )
    equipment = models.ForeignKey(
        Equipment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="points",
        verbose_name=_("equipment"),
    )
    source = models.ForeignKey(
        Source,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="points",
        verbose_name=_("data source"),
    )
    address = models.CharField(_("address in the source"), max_length=200, blank=True)
    sampling_seconds = models.FloatField(_("sampling interval, s"), default=5)
    expression = models.CharField(_("expression"), max_length=500, blank=True)
    plan_x = models.FloatField(_("place on the plan, across"), null=True, blank=True)
    plan_y = models.FloatField(_("place on the plan, down"), null=True, blank=True)
    in_service = models.BooleanField(_("in service"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("monitoring", "point")
        constraints = [
            # A removed tag that is entered again comes back with its number and its history.
            models.UniqueConstraint(fields=["enterprise", "tag"], name="point_one_per_tag"),
            models.CheckConstraint(
                condition=Q(range_low__isnull=True)
                | Q(range_high__isnull=True)
                | Q(range_low__lt=F("range_high")),
                name="point_range_upward",
            ),
            models.CheckConstraint(
                condition=Q(sampling_seconds__gt=0), name="point_sampling_positive"
            ),
        ]
        indexes = [
            # The list of a scope by tag, and its counts by kind.
            models.Index(
                fields=["scope_path", "tag", "id"],
                include=["enterprise", "kind", "in_service"],
                condition=LIVE,
                name="point_list",
            ),
            # A province's list by tag, and search by tag.
            models.Index(fields=["tag", "id"], condition=LIVE, name="point_by_tag"),
            # What a source sends: its page, and the directory of the door.
            models.Index(fields=["source", "address"], condition=LIVE, name="point_of_source"),
            # What is measured at an installation or a piece of equipment.
            models.Index(fields=["installation", "tag"], condition=LIVE, name="point_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.short_name}".rstrip()

    @property
    def short_name(self) -> str:
        """Return the name to stand beside the tag: without the tag, where it begins with it."""
        name = str(self.name)
        return name[len(self.tag) :].lstrip(" -_") if name.startswith(self.tag) else name
