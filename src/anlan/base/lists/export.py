"""The list as a spreadsheet: exactly the rows, columns and order of the address."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI, now
from anlan.base.imports.sheet import Sheet, SheetColumn, read_only_suffix
from anlan.base.imports.workbook import cell_value, write_rows
from anlan.base.jobs.services import enqueue
from anlan.base.lists.columns import Column
from anlan.base.lists.page import ListPage
from anlan.base.lists.state import ListState

AT_ONCE = 5_000
MOST_ROWS = 1_000_000
CHUNK = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column that leaves: its head, and the value of a row. `sheet_column` can be imported."""

    head: str
    value: Callable[[Any], Any]
    sheet_column: SheetColumn | None = None


def export_columns(sheet: Sheet | None, columns: Sequence[Column]) -> list[ExportColumn]:
    """Return what leaves for the columns shown.

    Where the rows have a sheet, columns it knows leave under the sheet's heads and in its way of
    writing, and its key columns always leave, so that the file can be imported as it is. Others
    say in their head that no import reads them.
    """
    if sheet is None:
        return [ExportColumn(c.heading(), _plain(c)) for c in columns]
    known = {c.name: c for c in sheet.columns}
    shown = {c.key for c in columns}
    found = [_of_sheet(known[name]) for name in sheet.key if name not in shown]
    for column in columns:
        if column.key in known:
            found.append(_of_sheet(known[column.key]))
        else:
            found.append(ExportColumn(column.heading() + read_only_suffix(), _plain(column)))
    return found


def _of_sheet(column: SheetColumn) -> ExportColumn:
    return ExportColumn(
        column.heading(), lambda row: cell_value(column, column.from_row(row)), column
    )


def _plain(column: Column) -> Callable[[Any], Any]:
    def value(row: Any) -> Any:
        found = column.raw(row)
        if column.choices is not None or isinstance(found, list | tuple | bool):
            return column.text(found)
        if hasattr(found, "astimezone"):
            return found.astimezone(SHANGHAI)
        return found

    return value


def write_export(
    path: Path,
    actor: Actor,
    page: ListPage,
    state: ListState,
    *,
    all_columns: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the rows of `state` to `path`; return how many. Memory does not grow with the rows."""
    sheet = page.sheet_for(state.chosen)
    columns = export_columns(sheet, page.columns if all_columns else state.columns)
    if all_columns and sheet is not None:
        columns = _whole_sheet(sheet, columns)
    rows = state.rows((page.export_query or page.query)(actor))

    def cells() -> Iterator[list[Any]]:
        for done, row in enumerate(_stream(actor, page, rows)):
            if progress is not None and done % CHUNK == 0:
                progress(done)
            yield [column.value(row) for column in columns]

    heads = [(c.sheet_column, c.head) for c in columns]
    return write_rows(path, str(page.title), heads, cells(), sheet=sheet)


def _whole_sheet(sheet: Sheet, columns: list[ExportColumn]) -> list[ExportColumn]:
    there = {c.sheet_column.name for c in columns if c.sheet_column}
    first = [_of_sheet(c) for c in sheet.columns]
    return first + [c for c in columns if not (c.sheet_column and c.sheet_column.name in there)]


def _stream(actor: Actor, page: ListPage, rows: QuerySet[Any]) -> Iterator[Any]:
    read = rows[:MOST_ROWS].iterator(chunk_size=CHUNK)
    if page.complete is None:
        yield from read
        return
    while batch := list(islice(read, CHUNK)):
        page.complete(actor, batch)
        yield from batch


def export_name(page: ListPage) -> str:
    """Return the name of the file, with the moment it was made."""
    return f"{page.title}-{now().astimezone(SHANGHAI):%Y%m%d-%H%M}.xlsx"


def export_response(request: HttpRequest, page: ListPage) -> HttpResponseBase:
    """Answer with the file; a large one is made in the background."""
    actor = request.actor  # type: ignore[attr-defined]
    state = ListState.read(page, request.GET)
    if state.rows(page.query(actor))[: AT_ONCE + 1].count() > AT_ONCE:
        query = request.GET.urlencode()
        job = enqueue(actor, "lists.export", page=page.key, query=query)
        return HttpResponseRedirect(reverse("jobs:show", args=[job.pk]))
    # The file is written to disk first: a spreadsheet is a zip, its end is known last.
    keep = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    write_export(Path(keep.name), actor, page, state, all_columns=request.GET.get("all") == "1")
    return FileResponse(
        open(keep.name, "rb"),
        as_attachment=True,
        filename=export_name(page),
        content_type=XLSX,
    )
