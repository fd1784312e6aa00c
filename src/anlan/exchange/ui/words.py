"""Answers and places of uploads in words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

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
    "photo": gettext_lazy("is no photo the other side can take"),
}
_REMEDIES = {
    "missing": gettext_lazy("Fill it in at the record; it goes out by itself at the next run."),
    "code": gettext_lazy("Choose another value at the record; it goes out by itself."),
    "too_long": gettext_lazy("Shorten the text at the record; it goes out by itself."),
    "format": gettext_lazy("Correct it at the record; it goes out by itself."),
    "item": gettext_lazy("Choose an item of the responsible person's list at the task."),
    "orphan": gettext_lazy(
        "Look at what stands above it in the list of uploads, put that right, then send this again."
    ),
    "outdated": gettext_lazy("Change the record once more, so that its time is newer than theirs."),
    "unknown_company": gettext_lazy(
        "Correct the enterprise code at the endpoint or in the register."
    ),
    "unknown_field": gettext_lazy(
        "Choose another dialect, prefix or photo fields at the endpoint."
    ),
    "photo": gettext_lazy("Take the photo off the record and add it anew, or choose at the endpoint"
                          " that none are sent."),
}  # fmt: skip
_OF_FIELD = {
    ("missing", "companyCode"): gettext_lazy("Enter it in the register or at the endpoint."),
    ("format", "companyCode"): gettext_lazy("Enter it in the register or at the endpoint."),
    ("missing", "hazardLiablePerson"): gettext_lazy(
        "Choose the head of the department at the risk analysis object."
    ),
    ("missing", "hazardCode"): gettext_lazy("Choose the risk analysis object it belongs to."),
    ("missing", "riskGrade"): gettext_lazy(
        "Enter the codes of the risk grade at the endpoint; they stand in the access papers."
    ),
}
# The pages of the records, by the names their modules give them.
_PAGES = {
    fields.OBJECT: "risk:objects_show",
    fields.UNIT: "risk:units_show",
    fields.EVENT: "risk:events_show",
    fields.MEASURE: "risk:measures_show",
    fields.TASK: "inspections:tasks_show",
    fields.RECORD: "inspections:records_show",
    fields.FINDING: "findings:show",
    fields.PROMISE: "commitment:show",
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


def remedy(row: Delivery) -> str:
    """Return what to do about a row that did not go through; empty for nothing."""
    if not row.code:
        return ""
    found = _OF_FIELD.get((row.code, row.field)) or _REMEDIES.get(row.code)
    return str(
        found or _("Ask the other side what is meant; once it is mended there, send it again.")
    )


def field_meaning(table: str, name: str) -> str:
    """Return what an interface field means, with its own name behind; the name where unknown."""
    known = next((one for one in fields.fields_of(table) if one.name == name), None)
    if known is None:
        return name
    is_chinese = (get_language() or "zh").startswith("zh")
    # Long meanings end with an aside after a semicolon.
    english = known.meaning.partition(";")[0]
    words = fields.chinese_names().get(name, english) if is_chinese else english
    return f"{words[:1].upper()}{words[1:]} ({name})"


def table_label(name: str) -> Any:
    """Return what a table is called."""
    return tables.BY_NAME[name].label if name in tables.BY_NAME else name


def record_url(row: Delivery) -> str:
    """Return the page where the record is put right; empty where it has none."""
    if row.table == fields.SHUTDOWN and row.needs:
        # A shutdown has no page of its own: it stands on its unit's.
        return reverse("risk:units_show", args=[row.needs[0]])
    if row.table == fields.SCORE:
        page = reverse("indicators:enterprise", args=[row.enterprise_id])
        return f"{page}?week={row.label[:10]}"
    name = _PAGES.get(row.table)
    return reverse(name, args=[row.record_id]) if name else ""
