"""What inspections put into the shell."""

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.base.files.kinds import takes_files
from anlan.base.ui import navigation
from anlan.modules.findings import flagged
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.policy import RECORD_MAKE, TASK_EDIT
from anlan.modules.risk.models import RiskUnit

_ENTRIES = (
    ("board", _("Today's inspections"), "calendar-check", ()),
    (
        "tasks",
        _("Inspection tasks"),
        "checklist",
        ("/inspections/checklists/", "/inspections/measures/"),
    ),
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
    flagged.provide(_flagged)


def _flagged(actor: Actor, ids: Collection[UUID]) -> dict[UUID, flagged.Subject]:
    found = {
        row.pk: flagged.Subject(
            f"{row.occurred_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {row} {row.by or ''}".strip(),
            _("Inspection record"),
            reverse("inspections:records_show", args=[row.pk]),
        )
        for row in queries.records(actor).filter(pk__in=ids)
    }
    return found | {
        row.pk: flagged.Subject(
            row.title, _("Inspection task"), reverse("inspections:tasks_show", args=[row.pk])
        )
        for row in queries.tasks(actor).filter(pk__in=ids)
    }
