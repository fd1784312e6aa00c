"""The systems that oil storage must have: their devices, tests, and what the enterprise states."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.monitoring.choices import DeviceKind, DeviceTestKind, Probe, System
from anlan.modules.monitoring.models.points import Point
from anlan.modules.registry.models import Equipment, MhiUnit
from anlan.modules.registry.models.base import LIVE, RegisterModel


class SafetyDevice(RegisterModel):
    """A gas detector, emergency shut-off valve, camera or lightning warning device (安全设备).

    `test_due_on` follows from the last test and `test_days`; the services keep it. `voting` is
    the logic a detector takes part in (1oo1, 2oo3). What follows `is_online` is of cameras and
    written by `services.probes` alone: when it was last asked and last seen, since when it is off
    line and why, what it says it is, how far its clock is ahead of ours (s).
    """

    kind = models.CharField(_("type"), max_length=12, choices=DeviceKind.choices)
    tag = models.CharField(_("tag"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    installation = models.ForeignKey(
        MhiUnit,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="safety_devices",
        verbose_name=_("MHI unit"),
    )
    equipment = models.ForeignKey(
        Equipment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="safety_devices",
        verbose_name=_("equipment"),
    )
    point = models.ForeignKey(
        Point,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="devices",
        verbose_name=pgettext_lazy("monitoring", "point"),
    )
    place = models.CharField(pgettext_lazy("device", "place"), max_length=120, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    voting = models.CharField(_("voting"), max_length=20, blank=True)
    stroke_limit_s = models.FloatField(_("longest stroke, s"), null=True, blank=True)
    address = models.CharField(_("stream address"), max_length=300, blank=True)
    in_service = models.BooleanField(_("in service"), default=True)
    test_days = models.PositiveIntegerField(_("test every, days"), null=True, blank=True)
    tested_on = models.DateField(_("last tested on"), null=True, blank=True)
    test_passed = models.BooleanField(_("last test passed"), null=True, editable=False)
    test_due_on = models.DateField(_("next test by"), null=True, editable=False)
    is_online = models.BooleanField(_("on line"), null=True, editable=False)
    seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)
    probed_at = models.DateTimeField(_("last asked"), null=True, editable=False)
    offline_since = models.DateTimeField(_("off line since"), null=True, editable=False)
    probe_why = models.CharField(
        _("what came of asking"), max_length=12, choices=Probe.choices, blank=True, editable=False
    )
    probe_told = models.CharField(
        _("what it says it is"), max_length=120, blank=True, editable=False
    )
    clock_off_s = models.FloatField(_("clock ahead, s"), null=True, editable=False)

    class Meta:
        verbose_name = _("safety device")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "tag"], name="safety_device_one_per_tag"
            ),
        ]
        indexes = [
            # The list of a scope by kind and tag.
            models.Index(
                fields=["scope_path", "kind", "tag"], condition=LIVE, name="safety_device_list"
            ),
            # Tests due.
            models.Index(
                fields=["test_due_on"],
                include=["scope_path", "enterprise"],
                condition=LIVE & Q(test_due_on__isnull=False),
                name="safety_device_due",
            ),
            # Cameras to ask, and how many of an enterprise are on line.
            models.Index(
                fields=["enterprise"],
                include=["is_online", "scope_path"],
                condition=LIVE & Q(kind=DeviceKind.CAMERA),
                name="safety_device_cameras",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.name}"


class DeviceTest(ScopedModel):
    """A test of a safety device: when, what, whether it passed."""

    device = models.ForeignKey(SafetyDevice, models.PROTECT, related_name="tests")
    kind = models.CharField(_("test"), max_length=12, choices=DeviceTestKind.choices)
    done_on = models.DateField(_("done on"))
    passed = models.BooleanField(_("passed"))
    measured = models.FloatField(_("measured"), null=True, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    note = models.CharField(_("remarks"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("device test")
        indexes = [
            # The tests of one device, the newest first.
            models.Index(fields=["device", "-done_on"], name="device_test_list"),
        ]

    def __str__(self) -> str:
        return f"{self.device.tag} {self.done_on}"


class SystemStatement(ScopedModel):
    """What an enterprise states of one system: present, working, in service (四个系统台账)."""

    system = models.CharField(_("system"), max_length=12, choices=System.choices)
    present = models.BooleanField(_("present"), default=False)
    working = models.BooleanField(_("working"), default=False)
    in_service = models.BooleanField(_("in service"), default=False)
    why_not = models.CharField(_("why not"), max_length=500, blank=True)
    put_right_by = models.DateField(_("put right by"), null=True, blank=True)
    stated_on = models.DateField(_("stated on"))
    stated_by = models.CharField(_("stated by"), max_length=60)

    class Meta:
        verbose_name = _("statement on a safety system")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "system"], name="system_statement_once"),
            # What is not there cannot work, what does not work is not in service.
            models.CheckConstraint(
                condition=(Q(present=True) | Q(working=False))
                & (Q(working=True) | Q(in_service=False)),
                name="system_statement_in_steps",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_system_display())
