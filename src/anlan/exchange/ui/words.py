"""Answers and places of uploads in words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.exchange import fields, tables
from anlan.exchange.models import Delivery

CODES = {
    "missing": gettext_lazy("is not filled in"),
    "code": gettext_lazy("is no code the interface knows"),
    "too_long": gettext_lazy("is too long"),
    "format": gettext_lazy("is not written as the interface wants it"),
    "item": gettext_lazy("is no item of the responsible person's list"),
    "orphan": gettext_lazy("names a record that is not there"),
    "outdated": gettext_lazy("is older than what is there"),
    "unknown_company": gettext_lazy("is an enterprise code unknown there"),
    "unknown_field": gettext_lazy("is a field unknown there"),
}
# The pages of the records, by the names their modules give them.
_PAGES = {
    fields.UNIT: "risk:units_show",
    fields.EVENT: "risk:events_show",
    fields.MEASURE: "risk:measures_show",
    fields.TASK: "inspections:tasks_show",
    fields.RECORD: "inspections:records_show",
    fields.FINDING: "findings:show",
}


def said(row: Delivery) -> str:
    """Return why a row did not go through, in words; empty for nothing."""
    if not row.code:
        return ""
    meaning = field_meaning(row.table, row.field)
    words = CODES.get(row.code)
    text = f"{meaning} {words}" if meaning and words else row.problem or row.code
    also = row.problem if row.problem and row.problem not in text else ""
    return _("%(text)s (%(also)s)") % {"text": text, "also": also} if also else text


def field_meaning(table: str, name: str) -> str:
    """Return an interface field with its name, as people of the plant know it."""
    return f"{NAMES[name]} ({name})" if name in NAMES else name


NAMES = {
    "hazardLiablePerson": gettext_lazy("Head of the department"),
    "hazardDep": gettext_lazy("Department"),
    "hazardCode": gettext_lazy("Risk analysis object"),
    "companyCode": gettext_lazy("Enterprise code"),
    "riskUnitName": gettext_lazy("Name of the unit"),
    "riskEventName": gettext_lazy("Name of the event"),
    "riskMeasureDesc": gettext_lazy("Control measure"),
    "troubleshootContent": gettext_lazy("What to inspect"),
    "taskNum": gettext_lazy("Item of the responsible person"),
    "riskMeasureId": gettext_lazy("Control measure"),
    "checkTaskId": gettext_lazy("Inspection task"),
    "checkRecordId": gettext_lazy("Inspection record"),
    "riskUnitId": gettext_lazy("Risk analysis unit"),
    "riskEventId": gettext_lazy("Risk event"),
    "liablePerson": gettext_lazy("Rectification owner"),
    "dangerManageDeadline": gettext_lazy("Deadline"),
    "dangerName": gettext_lazy("Finding"),
    "checkAcceptPerson": gettext_lazy("Acceptor"),
}


def table_label(name: str) -> Any:
    """Return what a table is called."""
    return tables.BY_NAME[name].label if name in tables.BY_NAME else name


def record_url(row: Delivery) -> str:
    """Return the page where the record is put right; empty where it has none."""
    name = _PAGES.get(row.table)
    return reverse(name, args=[row.record_id]) if name else ""
