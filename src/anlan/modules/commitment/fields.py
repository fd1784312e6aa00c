"""What a commitment states: the counts of the national interface, in its order.

`source` names who would know the figure; a figure nobody provides (`facts.provide`) is entered by
hand and shown as not connected.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.errors import Text


@dataclass(frozen=True, slots=True)
class Count:
    """One count: our name, the interface's name, its words, the group it is shown in and the
    source that knows it (`SOURCES`).

    `moves`: the figure changes by the minute, so that only stating less than there is contradicts.
    """

    name: str
    interface: str
    label: Text
    group: str
    source: str = "permits"
    moves: bool = False


GROUPS = {
    "units": _("Production units"),
    "work": _("Special work"),
    "tanks": _("Tank operations"),
    "other": _("Other risks"),
}
SOURCES = {
    "registry": pgettext_lazy("source of figures", "the enterprise's file"),
    "findings": pgettext_lazy("source of figures", "findings"),
    "permits": pgettext_lazy("source of figures", "special work permits"),
    "operations": pgettext_lazy("source of figures", "records of operation"),
    "alarms": pgettext_lazy("source of figures", "monitoring and alarms"),
    "warnings": pgettext_lazy("source of figures", "early warning"),
}
COUNTS = (
    Count("n_units", "unitsNumber", _("Units in total"), "units", "registry"),
    Count("n_running", "runNumber", pgettext_lazy("commitment", "Running"), "units", "registry"),
    Count("n_stopped", "parkNumber", pgettext_lazy("commitment", "Stopped"), "units", "registry"),
    Count("n_overhaul", "overhaulWorkNumber", _("Under overhaul"), "units", "registry"),
    Count("n_starting", "workNumber", _("Starting up"), "units", "operations"),
    Count("n_stopping", "notWorkNumber", _("Shutting down"), "units", "operations"),
    Count("n_trial", "testNumber", _("In trial production"), "units", "operations"),
    Count(
        "n_key_process", "dangerProcessNumber", _("Key processes in operation"), "units", "registry"
    ),
    Count("n_hot_special", "firesNumber", _("Hot work, special grade"), "work"),
    Count("n_hot_1", "fire1Number", _("Hot work, grade 1"), "work"),
    Count("n_hot_2", "fire2Number", _("Hot work, grade 2"), "work"),
    Count("n_confined", "spaceworkNumber", _("Confined space entry"), "work"),
    Count("n_blinding", "blindplateNumber", _("Line blinding"), "work"),
    Count("n_height", "highworkNumber", _("Work at height"), "work"),
    Count("n_lifting", "liftingworkNumber", pgettext_lazy("commitment", "Lifting"), "work"),
    Count("n_electric", "electricityworkNumber", _("Temporary electricity"), "work"),
    Count("n_excavation", "soilworkNumber", pgettext_lazy("commitment", "Excavation"), "work"),
    Count("n_road", "roadworkNumber", _("Road closure"), "work"),
    Count("n_maintenance", "inspectionNumber", pgettext_lazy("commitment", "Maintenance"), "work"),
    Count("n_contractor", "contractorNumber", _("Contractor work"), "work"),
    Count(
        "n_change",
        "changedTaskNumber",
        pgettext_lazy("commitment", "Changes"),
        "work",
        "operations",
    ),
    Count("n_transfer", "pourOutNumber", _("Tank transfer"), "tanks", "operations"),
    Count("n_cleaning", "cleanTankNumber", _("Tank cleaning"), "tanks", "operations"),
    Count("n_draining", "drainingNumber", _("Water draining"), "tanks", "operations"),
    Count("n_findings_open", "", _("Findings not closed"), "other", "findings"),
    Count("n_findings_overdue", "", _("Findings overdue"), "other", "findings"),
    Count("n_major", "", _("Major accident hazards open"), "other", "findings"),
    Count("n_alarms", "", _("Alarms not handled"), "other", "alarms", moves=True),
    Count("n_warnings", "", _("Early warnings not cleared"), "other", "warnings", moves=True),
)
NAMES = tuple(count.name for count in COUNTS)
MOVING = frozenset(count.name for count in COUNTS if count.moves)
WORK = tuple(count.name for count in COUNTS if count.group == "work")
