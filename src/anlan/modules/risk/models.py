"""Rows of the risk register: object → unit → event → control measure.

Every level carries a UUID made here, which is also its key on the national interface; parents
exist before their children. `removed_at` takes a row out of the register while findings and
records that name it stay readable.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.models import Organisation
from anlan.base.actors.scoped import ScopedModel
from anlan.base.duties.models.plan import CycleUnit
from anlan.modules.registry.models import Facility, MhiUnit
from anlan.modules.registry.models.base import Positioned, RegisterModel, position_checks
from anlan.modules.risk.choices import (
    ControlLevel,
    MeasureClass,
    MeasureSubclass,
    Method,
    ObjectKind,
    PhotoDuty,
    RiskLevel,
    UnitType,
    Verification,
)
from anlan.modules.risk.states import EDITION, EditionState


class RiskObject(Positioned, RegisterModel):
    """A risk analysis object (风险分析对象): a major hazard installation or another facility.

    `code` is the code of the registration system when it is a major hazard installation. Its
    `scope_path` is that of the department that owns it. `shape` is where it is drawn on the site
    plan (see `SitePlan`).
    """

    code = models.CharField(_("object code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        pgettext_lazy("risk", "type"), max_length=16, choices=ObjectKind.choices
    )
    mhi_unit = models.ForeignKey(
        MhiUnit,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="risk_objects",
        verbose_name=pgettext_lazy("risk", "MHI unit"),
    )
    facility = models.ForeignKey(
        Facility,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="risk_objects",
        verbose_name=_("facility"),
    )
    head = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("head of the department"),
    )
    hazards = models.TextField(_("hazards"), blank=True, max_length=2000)
    position = models.PositiveIntegerField(default=0, editable=False)
    shape = models.JSONField(null=True, blank=True, editable=False)
    # The worst residual level below, kept by the services for lists and the map.
    level = models.PositiveSmallIntegerField(
        _("risk level"), choices=RiskLevel.choices, null=True, editable=False
    )

    class Meta:
        verbose_name = _("risk analysis object")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                condition=Q(removed_at__isnull=True),
                name="risk_object_one_per_code",
            ),
            *position_checks("risk_object"),
        ]
        indexes = [models.Index(fields=["scope_path", "position"], name="risk_object_list")]

    def __str__(self) -> str:
        return self.name


class RiskUnit(Positioned, RegisterModel):
    """A risk analysis unit (风险分析单元): a part of an object, and a place that people check.

    `code` is printed on the point's QR label; `nfc_id` is the serial number of its tag. `route`
    orders the places of a round.
    """

    object = models.ForeignKey(
        RiskObject, models.PROTECT, related_name="units", verbose_name=_("risk analysis object")
    )
    code = models.CharField(_("unit code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    unit_type = models.CharField(
        _("unit type"), max_length=16, choices=UnitType.choices, default=UnitType.OTHER
    )
    head = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("head"),
    )
    nfc_id = models.CharField(_("NFC tag"), max_length=40, blank=True)
    route = models.PositiveIntegerField(_("place in the round"), default=0)
    shape = models.JSONField(null=True, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(
        _("risk level"), choices=RiskLevel.choices, null=True, editable=False
    )

    class Meta:
        verbose_name = _("risk analysis unit")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                condition=Q(removed_at__isnull=True),
                name="risk_unit_one_per_code",
            ),
            *position_checks("risk_unit"),
        ]
        indexes = [
            models.Index(fields=["scope_path", "route"], name="risk_unit_list"),
            models.Index(fields=["enterprise", "updated_at"], name="risk_unit_since"),
        ]

    def __str__(self) -> str:
        return self.name


class RiskEvent(RegisterModel):
    """A credible loss event of a unit (安全风险事件), valued before and after its measures.

    `inherent` and `residual` hold the factors by letter (`{"L": 4, "S": 5}`) as decimal strings
    or integers; the levels are computed from them by the enterprise's method.
    """

    unit = models.ForeignKey(
        RiskUnit, models.PROTECT, related_name="events", verbose_name=_("risk analysis unit")
    )
    code = models.CharField(_("event code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    causes = models.TextField(_("causes"), blank=True, max_length=2000)
    consequences = models.TextField(_("consequences"), blank=True, max_length=2000)
    method = models.CharField(_("method"), max_length=4, choices=Method.choices, default=Method.LS)
    inherent = models.JSONField(_("inherent risk"), default=dict, blank=True)
    residual = models.JSONField(_("residual risk"), default=dict, blank=True)
    inherent_level = models.PositiveSmallIntegerField(
        _("inherent level"), choices=RiskLevel.choices, null=True, editable=False
    )
    level = models.PositiveSmallIntegerField(
        _("risk level"), choices=RiskLevel.choices, null=True, editable=False
    )
    control_level = models.CharField(
        _("control level"), max_length=10, choices=ControlLevel.choices, blank=True
    )

    class Meta:
        verbose_name = _("risk event")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                condition=Q(removed_at__isnull=True),
                name="risk_event_one_per_code",
            ),
        ]
        indexes = [
            models.Index(fields=["scope_path", "level", "code"], name="risk_event_list"),
            models.Index(fields=["enterprise", "updated_at"], name="risk_event_since"),
        ]

    def __str__(self) -> str:
        return self.name


class ControlMeasure(RegisterModel):
    """One barrier (管控措施) with exactly one way of knowing that it works.

    `tag` names the monitored point of measures verified by monitoring; `low` and `high` bound
    the reading of measures that are read on the spot, in `reading_unit`.
    """

    event = models.ForeignKey(
        RiskEvent, models.PROTECT, related_name="measures", verbose_name=_("risk event")
    )
    code = models.CharField(_("measure code"), max_length=40)
    text = models.CharField(_("control measure"), max_length=500)
    verification = models.PositiveSmallIntegerField(_("verified by"), choices=Verification.choices)
    class1 = models.PositiveSmallIntegerField(_("class"), choices=MeasureClass.choices)
    class2 = models.CharField(_("subclass"), max_length=3, choices=MeasureSubclass.choices)
    class3 = models.CharField(_("company's class"), max_length=60, blank=True)
    inspection_content = models.CharField(
        pgettext_lazy("risk", "what to inspect"), max_length=500, blank=True
    )
    # Who sees it follows the unit; who has to keep it up may be another department.
    responsible_department = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible department"),
    )
    post = models.CharField(_("responsible post"), max_length=60, blank=True)
    tag = models.CharField(_("monitoring point"), max_length=60, blank=True)
    quantity = models.CharField(_("quantity read"), max_length=60, blank=True)
    reading_unit = models.CharField(_("unit of measurement"), max_length=20, blank=True)
    low = models.DecimalField(
        pgettext_lazy("risk", "not below"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    high = models.DecimalField(
        pgettext_lazy("risk", "not above"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    # What a template or the engineer suggests; the task made for the measure decides.
    cycle_n = models.PositiveSmallIntegerField(_("suggested cycle"), null=True, blank=True)
    cycle_unit = models.CharField(
        _("suggested cycle, unit"), max_length=10, choices=CycleUnit.choices, blank=True
    )
    photo = models.CharField(
        _("photo"), max_length=10, choices=PhotoDuty.choices, default=PhotoDuty.OPTIONAL
    )

    class Meta:
        verbose_name = _("control measure")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                condition=Q(removed_at__isnull=True),
                name="control_measure_one_per_code",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=models.F("high")),
                name="control_measure_low_below_high",
            ),
        ]
        indexes = [
            models.Index(fields=["scope_path", "code"], name="control_measure_list"),
            models.Index(fields=["enterprise", "updated_at"], name="control_measure_since"),
        ]

    def __str__(self) -> str:
        return self.text


class RiskEdition(ScopedModel):
    """An edition of an object's whole analysis; `snapshot` is the chain as it was submitted."""

    machine = EDITION

    object = models.ForeignKey(RiskObject, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(pgettext_lazy("risk", "edition"))
    state = models.CharField(
        _("state"), max_length=12, choices=EditionState.choices, default=EditionState.DRAFT
    )
    summary = models.CharField(_("what changed"), max_length=500, blank=True)
    snapshot = models.JSONField(default=dict)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    review_due = models.DateField(_("review due"), null=True)

    class Meta:
        verbose_name = _("edition of a risk analysis")
        constraints = [
            models.UniqueConstraint(fields=["object", "number"], name="risk_edition_once"),
            models.UniqueConstraint(
                fields=["object"],
                condition=Q(state__in=["draft", "in_review"]),
                name="risk_edition_one_open",
            ),
        ]
        indexes = [models.Index(fields=["object", "-number"], name="risk_edition_list")]

    def __str__(self) -> str:
        return str(self.number)


class ShutdownRecord(ScopedModel):
    """A unit out of service or in overhaul (停用/检修记录): its inspection tasks are not due."""

    unit = models.ForeignKey(RiskUnit, models.PROTECT, related_name="shutdowns")
    started_at = models.DateTimeField(_("out of service from"))
    ended_at = models.DateTimeField(pgettext_lazy("risk", "until"), null=True, blank=True)
    reason = models.CharField(pgettext_lazy("risk", "reason"), max_length=300)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("shutdown record")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=models.F("started_at")),
                name="shutdown_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ended_at__isnull=True), name="shutdown_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class RiskMethod(ScopedModel):
    """The enterprise's own way of valuing: factors, their words and the bands of the levels."""

    method = models.CharField(_("method"), max_length=4, choices=Method.choices)
    table = models.JSONField(_("table"), default=dict)
    is_default = models.BooleanField(_("used for new events"), default=False)

    class Meta:
        verbose_name = _("risk matrix")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "method"], name="risk_method_once"),
        ]

    def __str__(self) -> str:
        return str(self.get_method_display())


class SitePlan(ScopedModel):
    """A picture of the plant for the four-colour map; the picture is its attached file.

    `width` and `height` are pixels of the picture. Objects and units drawn on it keep their
    corners in these pixels, as `{"plan": id, "points": [[x, y], …]}` in their `shape`; one point
    alone is a mark. `reference` ties two or three pixels to the ground, as `[[x, y, longitude,
    latitude], …]` in CGCS2000 degrees; empty while the plan is not tied.
    """

    name = models.CharField(_("name"), max_length=80)
    attachment_id = models.UUIDField(null=True, editable=False)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    reference = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("site plan")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="risk_site_plan_once")
        ]

    def __str__(self) -> str:
        return self.name
