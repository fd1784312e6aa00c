"""What inspections put into the shell."""

from django.utils.translation import gettext_lazy as _

from anlan.base.files.kinds import takes_files
from anlan.base.ui import navigation
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.policy import RECORD_MAKE, TASK_EDIT
from anlan.modules.risk.models import RiskUnit

_ENTRIES = (
    ("board", _("Inspections of today"), "calendar-check", ()),
    ("tasks", _("Inspection tasks"), "checklist", ("/inspections/checklists/",)),
    ("records", _("Inspection records"), "clipboard-check", ()),
)


def install() -> None:
    """Register everything; called once when the app starts."""
    for order, (key, label, icon, prefixes) in enumerate(_ENTRIES):
        navigation.register(
            navigation.NavItem(
                f"inspections.{key}",
                label,
                icon,
                f"inspections:{key}",
                "prevent",
                order=30 + order,
                prefixes=prefixes,
            )
        )
    takes_files(InspectionRecord, permission=RECORD_MAKE)
    # Photos of a place: phones take them along.
    takes_files(RiskUnit, permission=TASK_EDIT)
