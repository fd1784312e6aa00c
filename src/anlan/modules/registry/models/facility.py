"""Units, facilities, equipment."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.modules.registry.models.base import (
    LIVE,
    WALL,
    Positioned,
    RegisterModel,
    position_checks,
)
from anlan.modules.registry.models.enterprise import Site


class UnitKind(models.TextChoices):
    """GB 18218-2018, 3.5 and 3.6."""

    PRODUCTION = "production", _("Production unit")
    STORAGE = "storage", _("Storage unit")


class OperatingState(models.TextChoices):
    """Whether something is in use."""

    IN_USE = "in_use", pgettext_lazy("operating state", "In use")
    STANDBY = "standby", _("Standby")
    STOPPED = "stopped", _("Out of service")
    SCRAPPED = "scrapped", _("Scrapped")


class MhiUnit(Positioned, RegisterModel):
    """A production or storage unit that is identified and graded (重大危险源单元).

    The result columns repeat the newest `Identification`: `is_mhi` is None while data are
    missing, `level` is set only for a major hazard installation.
    """

    code = models.CharField(_("unit code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("type"), max_length=12, choices=UnitKind.choices)
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="units", verbose_name=_("site"), null=True, blank=True
    )
    boundary = models.CharField(_("how the unit is bounded"), max_length=200, blank=True)
    mhi_code = models.CharField(_("MHI code"), max_length=20, blank=True)
    filing_number = models.CharField(_("filing number"), max_length=40, blank=True)
    filed_on = models.DateField(_("filed on"), null=True, blank=True)
    assessed_on = models.DateField(_("safety assessment on"), null=True, blank=True)
    commissioned_on = models.DateField(_("commissioned on"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=OperatingState.choices, default=OperatingState.IN_USE
    )
    principal = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("principal responsible person"),
    )
    technical = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("technical responsible person"),
    )
    operational = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operational responsible person"),
    )
    is_mhi = models.BooleanField(_("major hazard installation"), null=True, editable=False)
    level = models.PositiveSmallIntegerField(_("MHI level"), null=True, editable=False)
    s_value = models.DecimalField("S", max_digits=24, decimal_places=10, null=True, editable=False)
    r_value = models.DecimalField("R", max_digits=24, decimal_places=10, null=True, editable=False)
    edition = models.CharField(_("edition"), max_length=20, blank=True, editable=False)
    identified_at = models.DateTimeField(_("identified at"), null=True, editable=False)

    class Meta:
        verbose_name = _("MHI unit")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="mhi_unit_one_per_code"),
            models.CheckConstraint(
                condition=models.Q(level__isnull=True) | models.Q(level__range=(1, 4)),
                name="mhi_unit_level_1_to_4",
            ),
            *position_checks("mhi_unit"),
        ]
        indexes = [
            # The list of a scope by level, the worst first.
            models.Index(fields=["scope_path", "level", "name"], name="mhi_unit_list"),
            # The same for a whole province, and its counts by level.
            models.Index(
                fields=["level", "name", "id"],
                include=[*WALL, "kind", "state", "is_mhi"],
                condition=LIVE,
                name="mhi_unit_live",
            ),
            # Units whose data are missing: few, among all of a province.
            models.Index(
                fields=["scope_path"],
                include=["enterprise", "state"],
                condition=LIVE & models.Q(is_mhi__isnull=True),
                name="mhi_unit_missing",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FacilityKind(models.TextChoices):
    """What kind of place it is."""

    INSTALLATION = "installation", _("Production installation")
    TANK_FARM = "tank_farm", _("Tank farm")
    WAREHOUSE = "warehouse", _("Warehouse")
    PIPELINE = "pipeline", _("Pipeline")
    FILLING_STATION = "filling_station", _("Filling station")
    LOADING = "loading", _("Loading area")
    UTILITY = "utility", _("Utilities")


class Facility(Positioned, RegisterModel):
    """An installation, tank farm, warehouse, pipeline, filling station or the like."""

    code = models.CharField(_("facility code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("type"), max_length=16, choices=FacilityKind.choices)
    unit = models.ForeignKey(
        MhiUnit,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="facilities",
        verbose_name=_("MHI unit"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=OperatingState.choices, default=OperatingState.IN_USE
    )
    commissioned_on = models.DateField(_("commissioned on"), null=True, blank=True)
    fire_class = models.CharField(_("fire hazard class"), max_length=10, blank=True)
    medium = models.CharField(_("medium"), max_length=80, blank=True)
    area_m2 = models.DecimalField(
        _("area, m²"), max_digits=10, decimal_places=1, null=True, blank=True
    )
    n_tanks = models.PositiveIntegerField(_("tanks"), null=True, blank=True)
    volume_m3 = models.DecimalField(
        _("volume, m³"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    length_m = models.DecimalField(
        _("length, m"), max_digits=12, decimal_places=1, null=True, blank=True
    )
    diameter_mm = models.DecimalField(
        _("diameter, mm"), max_digits=8, decimal_places=1, null=True, blank=True
    )
    design_pressure_mpa = models.DecimalField(
        _("design pressure, MPa"), max_digits=8, decimal_places=3, null=True, blank=True
    )
    runs_from = models.CharField(pgettext_lazy("pipeline", "from"), max_length=80, blank=True)
    runs_to = models.CharField(pgettext_lazy("pipeline", "to"), max_length=80, blank=True)
    station_level = models.PositiveSmallIntegerField(_("station level"), null=True, blank=True)

    class Meta:
        verbose_name = _("facility")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="facility_one_per_code"),
            *position_checks("facility"),
        ]
        indexes = [
            # Each kind is a register of its own.
            models.Index(fields=["kind", "scope_path", "code"], name="facility_list"),
        ]

    def __str__(self) -> str:
        return self.name


class EquipmentCategory(models.TextChoices):
    """What kind of equipment it is."""

    TANK = "tank", _("Tank")
    VESSEL = "vessel", _("Pressure vessel")
    REACTOR = "reactor", _("Reactor")
    COLUMN = "column", pgettext_lazy("equipment", "Column")
    EXCHANGER = "exchanger", _("Heat exchanger")
    PUMP = "pump", _("Pump")
    COMPRESSOR = "compressor", _("Compressor")
    PIPING = "piping", _("Piping")
    VALVE = "valve", _("Valve")
    RELIEF = "relief", _("Relief device")
    INSTRUMENT = "instrument", _("Instrument")
    DETECTOR = "detector", _("Gas detector")
    LOADING_ARM = "loading_arm", _("Loading arm")
    LIFTING = "lifting", _("Lifting appliance")
    ELECTRICAL = "electrical", _("Electrical equipment")
    FIRE = "fire", _("Fire-fighting equipment")
    OTHER = "other", _("Other")


class Equipment(RegisterModel):
    """A piece of equipment with its design data, statutory inspection and life."""

    code = models.CharField(_("tag"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(_("category"), max_length=16, choices=EquipmentCategory.choices)
    facility = models.ForeignKey(
        Facility,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="equipment",
        verbose_name=_("facility"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=OperatingState.choices, default=OperatingState.IN_USE
    )
    medium = models.CharField(_("medium"), max_length=80, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=80, blank=True)
    material = models.CharField(_("material"), max_length=40, blank=True)
    volume_m3 = models.DecimalField(
        _("volume, m³"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    design_pressure_mpa = models.DecimalField(
        _("design pressure, MPa"), max_digits=8, decimal_places=3, null=True, blank=True
    )
    design_temperature_c = models.DecimalField(
        _("design temperature, °C"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    operating_pressure_mpa = models.DecimalField(
        _("operating pressure, MPa"), max_digits=8, decimal_places=3, null=True, blank=True
    )
    operating_temperature_c = models.DecimalField(
        _("operating temperature, °C"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    commissioned_on = models.DateField(_("commissioned on"), null=True, blank=True)
    design_life_years = models.PositiveSmallIntegerField(
        _("design life, years"), null=True, blank=True
    )
    is_special = models.BooleanField(_("special equipment"), default=False)
    registration_number = models.CharField(_("use registration number"), max_length=40, blank=True)
    inspected_on = models.DateField(_("last statutory inspection"), null=True, blank=True)
    inspect_by = models.DateField(_("next statutory inspection"), null=True, blank=True)

    class Meta:
        verbose_name = _("equipment")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="equipment_one_per_code"),
        ]
        indexes = [
            # The list of a scope, a million rows deep, and the counts on its tabs.
            models.Index(
                fields=["scope_path", "code", "id"],
                include=["enterprise", "category", "state", "is_special", "inspect_by"],
                condition=LIVE,
                name="equipment_live",
            ),
            # A province's list by tag, and search by tag.
            models.Index(fields=["code", "id"], name="equipment_by_tag"),
            # A kind of equipment in the order of tags, picked out of a million.
            models.Index(fields=["category", "code", "id"], name="equipment_by_category"),
            # Statutory inspections due.
            models.Index(
                fields=["inspect_by", "id"],
                include=[*WALL, "state", "code"],
                condition=LIVE & models.Q(inspect_by__isnull=False),
                name="equipment_to_inspect",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
