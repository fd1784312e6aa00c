"""Code lists of findings, as the national interface has them where it has them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.IntegerChoices):
    """How grave a finding is (`dangerLevel`)."""

    GENERAL = 0, pgettext_lazy("finding", "General")
    MAJOR = 1, pgettext_lazy("finding", "Major")


class Source(models.IntegerChoices):
    """How it came to light (`dangerSrc`)."""

    DAILY = 1, _("Daily inspection")
    COMPREHENSIVE = 2, _("Comprehensive inspection")
    SPECIALISED = 3, _("Specialised inspection")
    SEASONAL = 4, _("Seasonal inspection")
    HOLIDAY = 5, _("Key period or holiday inspection")
    ANALOGY = 6, _("Accident analogy inspection")
    RESUMPTION = 7, _("Inspection before resumption")
    EXPERT = 8, _("External expert diagnosis")
    MEASURE_FAILURE = 9, _("Control measure failure")
    OTHER = 10, pgettext_lazy("source", "Other")


class Channel(models.TextChoices):
    """Through whom it came: finer than the interface's source."""

    SELF = "self", _("Enterprise itself")
    EMPLOYEE = "employee", _("Employee report")
    PUBLIC = "public", _("Public report")
    EXPERT = "expert", _("Expert guidance service")
    COUNTY = "county", _("County inspection")
    CITY = "city", _("City inspection")
    PROVINCE = "province", _("Province inspection")
    MINISTRY = "ministry", _("Ministry inspection")
    PARK = "park", _("Park inspection")
    GROUP = "group", _("Group inspection")
    ALARM = "alarm", _("Alarm follow-up")
    PERMIT = "permit", _("Permit follow-up")
    LOCATION = "location", _("Location follow-up")


# Found by somebody outside: must be entered within a month after the inspection ended.
OUTSIDE = frozenset(
    {
        Channel.EXPERT,
        Channel.COUNTY,
        Channel.CITY,
        Channel.PROVINCE,
        Channel.MINISTRY,
        Channel.PARK,
        Channel.GROUP,
    }
)


class Discipline(models.IntegerChoices):
    """Which trade it concerns (`hazardDangerType`)."""

    SAFETY = 1, _("Safety management")
    PROCESS = 2, pgettext_lazy("discipline", "Process")
    ELECTRICAL = 3, _("Electrical")
    INSTRUMENT = 4, _("Instruments")
    FIRE = 5, pgettext_lazy("discipline", "Fire protection")
    LAYOUT = 6, _("General layout")
    EQUIPMENT = 7, pgettext_lazy("discipline", "Equipment")
    OTHER = 8, pgettext_lazy("discipline", "Other")


class RoleCategory(models.IntegerChoices):
    """Registered by which responsible person (`hazardCategory`)."""

    OTHER = 0, pgettext_lazy("role category", "Other")
    PRINCIPAL = 1, pgettext_lazy("finding", "Principal responsible person")
    TECHNICAL = 2, pgettext_lazy("finding", "Technical responsible person")
    OPERATIONAL = 3, pgettext_lazy("finding", "Operational responsible person")


class Treatment(models.IntegerChoices):
    """How it is put right (`dangerManageType`)."""

    IMMEDIATE = 0, _("Corrected on the spot")
    DEADLINE = 1, _("Within a deadline")


class UnsafeFactor(models.IntegerChoices):
    """Kind of unsafe factor (`managementClassification`)."""

    ACT = 1, _("Unsafe act")
    CONDITION = 2, _("Unsafe condition")
    MANAGEMENT = 3, _("Management defect")


class Link(models.IntegerChoices):
    """Where in the life cycle it arose (`occurrenceLink`)."""

    DESIGN = 1, pgettext_lazy("life cycle", "Design")
    PRODUCT = 2, _("Product defect")
    STORAGE = 3, pgettext_lazy("life cycle", "Storage")
    CONSTRUCTION = 4, pgettext_lazy("life cycle", "Construction")
    START_STOP = 5, _("Start-up or shutdown")
    OPERATION = 6, pgettext_lazy("life cycle", "Operation")
    UPKEEP = 7, pgettext_lazy("life cycle", "Upkeep")
    REPAIR = 8, _("Repair")
    CHANGE = 9, pgettext_lazy("life cycle", "Change")
    TRANSPORT = 10, _("Transport and others")


class RootCause(models.TextChoices):
    """Root cause, for the monthly analysis; the product's own list."""

    PROCEDURE = "procedure", _("No procedure, or a wrong one")
    NOT_FOLLOWED = "not_followed", _("Procedure not followed")
    TRAINING = "training", _("Training or competence")
    MAINTENANCE = "maintenance", _("Upkeep not done or late")
    DESIGN = "design", _("Design or selection")
    AGEING = "ageing", _("Ageing, corrosion, wear")
    CONTRACTOR = "contractor", _("Contractor management")
    CHANGE = "change", _("Change not managed")
    SUPERVISION = "supervision", _("Supervision or inspection")
    RESOURCES = "resources", _("Money, people or parts")
    OTHER = "other", pgettext_lazy("root cause", "Other")


class PhotoRole(models.TextChoices):
    """What a photo or file of a finding shows; the kind of its attachment."""

    BEFORE = "before", _("Before rectification")
    INTERIM = "interim", _("Interim control")
    AFTER = "after", _("After rectification")
    SCENE = "scene", pgettext_lazy("photo", "Scene")
    VOICE = "voice", _("Voice note")
    EVIDENCE = "evidence", pgettext_lazy("photo", "Evidence")
    PLAN = "plan", pgettext_lazy("photo", "Emergency plan")
