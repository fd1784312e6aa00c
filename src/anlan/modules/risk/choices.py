"""Code lists of the risk register: names for people, codes as the national interface has them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RiskLevel(models.IntegerChoices):
    """Risk level and colour; 0 is the worst, as the national interface codes it."""

    MAJOR = 0, pgettext_lazy("risk level", "Major")
    LARGER = 1, pgettext_lazy("risk level", "Considerable")
    GENERAL = 2, pgettext_lazy("risk level", "General")
    LOW = 3, pgettext_lazy("risk level", "Low")


class ObjectKind(models.TextChoices):
    """What is analysed."""

    TANK_FARM = "tank_farm", pgettext_lazy("unit type", "Tank farm")
    INSTALLATION = "installation", _("Production installation")
    WAREHOUSE = "warehouse", pgettext_lazy("unit type", "Warehouse")
    LOADING = "loading", pgettext_lazy("unit type", "Loading area")
    UTILITY = "utility", pgettext_lazy("unit type", "Utilities")
    OTHER = "other", pgettext_lazy("unit type", "Other")


class UnitType(models.TextChoices):
    """What kind of unit it is; decides which template is offered."""

    TANK_FARM = "tank_farm", pgettext_lazy("unit type", "Tank farm")
    LOADING = "loading", pgettext_lazy("unit type", "Loading")
    REACTOR = "reactor", pgettext_lazy("unit type", "Reactor")
    PUMP_HOUSE = "pump_house", pgettext_lazy("unit type", "Pump house")
    WAREHOUSE = "warehouse", pgettext_lazy("unit type", "Warehouse")
    UTILITY = "utility", pgettext_lazy("unit type", "Utilities")
    OTHER = "other", pgettext_lazy("unit type", "Other")


class ControlLevel(models.TextChoices):
    """Who controls a risk (管控层级); the worse the risk, the higher."""

    COMPANY = "company", _("Company")
    PLANT = "plant", pgettext_lazy("control level", "Plant")
    WORKSHOP = "workshop", _("Workshop")
    TEAM = "team", pgettext_lazy("control level", "Shift team")


class Method(models.TextChoices):
    """How a risk is valued."""

    LS = "ls", _("Likelihood × severity (LS)")
    LEC = "lec", _("Likelihood × exposure × consequence (LEC)")
    OWN = "own", _("Company's own matrix")


class Verification(models.IntegerChoices):
    """How it is known that a measure works (`dataSrc`)."""

    MONITORING = 1, _("Automatic monitoring")
    INSPECTION = 2, _("Hazard inspection")


class MeasureClass(models.IntegerChoices):
    """Level 1 class of a control measure (`classify1`)."""

    ENGINEERING = 1, _("Engineering")
    MAINTENANCE = 2, _("Maintenance")
    OPERATION = 3, _("Operation")
    EMERGENCY = 4, _("Emergency response")


class MeasureSubclass(models.TextChoices):
    """Level 2 class of a control measure (`classify2`); its first digit is the level 1 class."""

    PROCESS_CONTROL = "1-1", _("Process control")
    CRITICAL_EQUIPMENT = "1-2", _("Key equipment or part")
    SAFETY_ACCESSORY = "1-3", _("Safety accessory")
    SAFETY_INSTRUMENT = "1-4", _("Safety instrument")
    ENGINEERING_OTHER = "1-5", _("Other engineering measure")
    ROTATING = "2-1", _("Rotating equipment")
    STATIC = "2-2", _("Static equipment")
    MAINTENANCE_OTHER = "2-3", _("Other maintenance measure")
    QUALIFICATION = "3-1", _("Personnel qualification")
    OPERATING_RECORD = "3-2", _("Operating record")
    HANDOVER = "3-3", _("Shift handover")
    OPERATION_OTHER = "3-4", _("Other operator action")
    EMERGENCY_FACILITY = "4-1", _("Emergency facility")
    PPE = "4-2", _("Personal protective equipment")
    FIRE_FACILITY = "4-3", _("Fire-fighting facility")
    EMERGENCY_PLAN = "4-4", _("Emergency plan")
    EMERGENCY_OTHER = "4-5", _("Other emergency measure")


class PhotoDuty(models.TextChoices):
    """Whether a check needs a photo."""

    NONE = "none", _("No photo")
    OPTIONAL = "optional", _("Photo possible")
    REQUIRED = "required", _("Photo required")
