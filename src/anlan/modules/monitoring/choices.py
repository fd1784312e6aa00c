"""The words of monitoring: kinds of points, of sources and of alarms, priorities, events."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PointKind(models.TextChoices):
    """What a point measures."""

    LEVEL = "level", pgettext_lazy("point", "Level")
    TEMPERATURE = "temperature", _("Temperature")
    PRESSURE = "pressure", _("Pressure")
    FLOW = "flow", pgettext_lazy("point", "Flow")
    GAS_FLAMMABLE = "gas_flammable", _("Flammable gas")
    GAS_TOXIC = "gas_toxic", _("Toxic gas")
    OXYGEN = "oxygen", _("Oxygen")
    VALVE = "valve_state", _("Valve state")
    RUNNING = "running_state", _("Running state")
    COMPOSITION = "composition", pgettext_lazy("point", "Composition")
    OTHER = "other", pgettext_lazy("point", "Other")


GAS_KINDS = frozenset({PointKind.GAS_FLAMMABLE, PointKind.GAS_TOXIC, PointKind.OXYGEN})


class SourceKind(models.TextChoices):
    """By which way values arrive."""

    HTTP = "http", _("HTTP push")
    MQTT = "mqtt", "MQTT"
    OPC_UA = "opc_ua", "OPC UA"
    MODBUS = "modbus", "Modbus TCP"
    FILE = "file", pgettext_lazy("source", "File")
    SIMULATOR = "simulator", _("Simulator")
    VIDEO = "video", _("Video platform")


class RuleKind(models.TextChoices):
    """What an alarm watches, by the codes that operators know."""

    HH = "HH", _("High-high")
    H = "H", pgettext_lazy("limit", "High")
    L = "L", pgettext_lazy("limit", "Low")
    LL = "LL", _("Low-low")
    RATE = "ROC", _("Rate of change")
    DEVIATION = "DEV", pgettext_lazy("alarm", "Deviation")
    STATE = "STATE", _("Abnormal state")
    STALE = "STALE", _("No new value")
    FROZEN = "FROZEN", _("Frozen value")
    BAD = "BAD", _("Bad quality")


# From the upper end of a scale to the lower, then the rest: the order of forms and tables.
LIMIT_KINDS = (RuleKind.HH, RuleKind.H, RuleKind.L, RuleKind.LL)
# Their limit is a time in seconds, not a value of the point.
TIMED_KINDS = frozenset({RuleKind.STALE, RuleKind.FROZEN})


class Priority(models.IntegerChoices):
    """How soon the operator must act; the same four colours as the levels of risk."""

    CRITICAL = 1, pgettext_lazy("alarm priority", "Critical")
    HIGH = 2, pgettext_lazy("alarm priority", "High")
    MEDIUM = 3, pgettext_lazy("alarm priority", "Medium")
    LOW = 4, pgettext_lazy("alarm priority", "Low")


class Severity(models.IntegerChoices):
    """How bad it gets when nobody acts."""

    CATASTROPHIC = 1, _("Catastrophic")
    SEVERE = 2, _("Severe")
    MODERATE = 3, _("Moderate")
    MINOR = 4, _("Minor")


class Shown(models.TextChoices):
    """The state of an alarm by the letters of IEC 62682, as `engines.alarms.states` derives it."""

    NORMAL = "A", pgettext_lazy("alarm", "Normal")
    UNACKNOWLEDGED = "B", pgettext_lazy("alarm", "Unacknowledged")
    ACKNOWLEDGED = "C", pgettext_lazy("alarm", "Acknowledged")
    RETURNED_UNACKNOWLEDGED = "D", _("Returned, unacknowledged")
    LATCHED_UNACKNOWLEDGED = "E", _("Latched, unacknowledged")
    LATCHED_ACKNOWLEDGED = "F", _("Latched, acknowledged")
    SHELVED = "G", pgettext_lazy("alarm", "Shelved")
    SUPPRESSED = "H", _("Suppressed by design")
    OUT_OF_SERVICE = "I", pgettext_lazy("alarm", "Out of service")


class Happening(models.TextChoices):
    """What an alarm's journal says."""

    RAISED = "raised", pgettext_lazy("alarm event", "Raised")
    CLEARED = "cleared", pgettext_lazy("alarm event", "Cleared")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("alarm event", "Acknowledged")
    RESET = "reset", pgettext_lazy("alarm event", "Reset")
    SHELVED = "shelved", pgettext_lazy("alarm event", "Shelved")
    UNSHELVED = "unshelved", _("Taken off the shelf")
    SHELF_OVER = "shelf_over", _("Shelf time over")
    SUPPRESSED = "suppressed", _("Suppression began")
    UNSUPPRESSED = "unsuppressed", _("Suppression ended")
    OUT_OF_SERVICE = "out_of_service", pgettext_lazy("alarm event", "Taken out of service")
    RETURNED = "returned", _("Returned to service")
    ANNOUNCED_AGAIN = "announced_again", _("Announced again")
    SHELF_ASKED = "shelf_asked", _("Shelving asked for")
    NOTED = "noted", pgettext_lazy("alarm event", "Noted")


class System(models.TextChoices):
    """The four systems that large oil storage must have."""

    GAS = "gas", _("Gas detection system")
    SHUT_OFF = "shut_off", _("Emergency shut-off system")
    VIDEO = "video", _("Video surveillance system")
    LIGHTNING = "lightning", _("Lightning warning system")


class DeviceKind(models.TextChoices):
    """A device of one of the systems."""

    DETECTOR = "detector", _("Gas detector")
    VALVE = "valve", _("Emergency shut-off valve")
    CAMERA = "camera", _("Camera")
    LIGHTNING = "lightning", _("Lightning warning device")


SYSTEM_OF = {
    DeviceKind.DETECTOR: System.GAS,
    DeviceKind.VALVE: System.SHUT_OFF,
    DeviceKind.CAMERA: System.VIDEO,
    DeviceKind.LIGHTNING: System.LIGHTNING,
}


class DeviceTestKind(models.TextChoices):
    """How a device is tested."""

    BUMP = "bump", _("Bump test")
    CALIBRATION = "calibration", _("Calibration")
    STROKE = "stroke", _("Stroke test")
    FUNCTION = "function", _("Functional test")


class Probe(models.TextChoices):
    """What came of asking a camera whether it is there, by the codes of `probing.Why`."""

    OK = "ok", _("answers")
    SILENT = "silent", _("no answer in time")
    CLOSED = "closed", _("nothing listens at the port")
    UNREACHABLE = "unreachable", _("no way to the address")
    STRANGE = "strange", _("answers, but not as a camera does")
    FAILS = "fails", _("reports a fault of its own")
    NAME = "name", _("its name cannot be resolved")
    FORBIDDEN = "forbidden", _("its address may not be asked (network or port)")
    ADDRESS = "address", _("its address cannot be asked as it is written")


class VideoEventKind(models.TextChoices):
    """What a video platform reports."""

    MOTION = "motion", pgettext_lazy("video", "Motion")
    SMOKE = "smoke", pgettext_lazy("video", "Smoke")
    FIRE = "fire", pgettext_lazy("video", "Flame")
    LEAK = "leak", pgettext_lazy("video", "Leak")
    LEFT_POST = "left_post", _("Person leaving the post")
    ASLEEP = "asleep", _("Person asleep at the post")
    INTRUSION = "intrusion", _("Intrusion")
    CROWD = "crowd", _("Too many people")
    NO_HELMET = "no_helmet", _("No helmet")
    NO_WORKWEAR = "no_workwear", _("No protective clothing")
    SMOKING = "smoking", _("Smoking")
    PHONE = "phone", _("Telephoning")
    COVERED = "covered", _("Camera covered or turned")
    SIGNAL_LOST = "signal_lost", _("Picture lost")
    OTHER = "other", pgettext_lazy("video", "Other")


# What a control room must look at, whatever else it does.
GRAVE_VIDEO = frozenset(
    {
        VideoEventKind.SMOKE,
        VideoEventKind.FIRE,
        VideoEventKind.LEAK,
        VideoEventKind.LEFT_POST,
        VideoEventKind.ASLEEP,
    }
)

# Site rules to begin with (practice; `facts` have no clause for them): days between tests.
TEST_DAYS = {
    DeviceKind.DETECTOR: 180,
    DeviceKind.VALVE: 180,
    DeviceKind.CAMERA: None,
    DeviceKind.LIGHTNING: 365,
}
FIRST_TEST_DAYS = 30
"""How long after it was entered a device may wait for the first test that is written down."""
FIRST_TEST = {
    DeviceKind.DETECTOR: DeviceTestKind.CALIBRATION,
    DeviceKind.VALVE: DeviceTestKind.STROKE,
    DeviceKind.CAMERA: DeviceTestKind.FUNCTION,
    DeviceKind.LIGHTNING: DeviceTestKind.FUNCTION,
}
"""The test that a device is due for."""


class Interval(models.IntegerChoices):
    """How far apart the rows of a group of tags lie: seconds."""

    TEN = 10, _("10 s")
    HALF = 30, _("30 s")
    MINUTE = 60, _("1 min")
    FIVE = 300, _("5 min")
    TEN_MINUTES = 600, _("10 min")


class GroupState(models.TextChoices):
    """How a group of tags stands."""

    UNFITTED = "unfitted", _("Not fitted")
    NORMAL = "normal", pgettext_lazy("group of tags", "Normal")
    ABOVE = "above", _("Beyond, not for long")
    UNUSUAL = "unusual", _("Unusual")
    UNKNOWN = "unknown", pgettext_lazy("group of tags", "Unknown")
