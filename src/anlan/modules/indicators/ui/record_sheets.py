"""The records behind a figure as a spreadsheet: what somebody hands on who has to explain it."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.clock import SHANGHAI
from anlan.base.imports.workbook import write_rows
from anlan.base.lists.export import CHUNK, MOST_ROWS, XLSX


def sheet_of_duties(rows: QuerySet[Any], name: str) -> FileResponse:
    """Answer with all duties of a set, each with who, where, when and what came of it."""
    heads = [
        _("Duty"), _("Place"), _("Department"), _("Person"), pgettext("duties", "Opens at"),
        _("Due at"), _("Done at"), _("State"), pgettext("duties", "Why exempt"),
    ]  # fmt: skip

    def cells(one: Any) -> list[Any]:
        return [
            one.plan.title, one.plan.place_text, one.organisation.name,
            str(one.done_by or one.assignee or ""), _local(one.opens_at), _local(one.due_at),
            _local(one.done_at), str(one.get_state_display()), one.exempt_reason,
        ]  # fmt: skip

    return _answer(rows, name, heads, cells)


def sheet_of_findings(rows: QuerySet[Any], name: str) -> FileResponse:
    """Answer with all findings of a set."""
    heads = [
        _("Number"), _("Finding"), _("Level"), _("Place"), _("Department"), _("Person"),
        pgettext("finding", "Registered at"), _("Deadline"), _("Accepted at"), _("State"),
    ]  # fmt: skip

    def cells(one: Any) -> list[Any]:
        return [
            one.number, one.title, str(one.get_level_display()), one.place,
            one.department.name if one.department else "", str(one.owner or ""),
            _local(one.registered_at), one.deadline, _local(one.accepted_at),
            str(one.get_state_display()),
        ]  # fmt: skip

    return _answer(rows, name, heads, cells)


def _local(moment: Any) -> Any:
    return moment.astimezone(SHANGHAI) if moment else None


def _answer(
    rows: QuerySet[Any], name: str, heads: Sequence[str], cells: Callable[[Any], list[Any]]
) -> FileResponse:
    keep = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    found = rows[:MOST_ROWS].iterator(chunk_size=CHUNK)
    write_rows(Path(keep.name), name[:31], [(None, head) for head in heads], map(cells, found))
    return FileResponse(
        open(keep.name, "rb"), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX
    )
