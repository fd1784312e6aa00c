"""The daily patrol: its page, workbook and Word sheet."""

import datetime as dt
import io
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from anlan.base.actors.middleware import ActorRequest
from anlan.base.clock import SHANGHAI, now, today
from anlan.base.files.responses import download
from anlan.base.papers.rendering import MIME
from anlan.base.papers.xlsx import Book, Column
from anlan.base.ui.marks import percent
from anlan.modules.monitoring.ui.trend_views import duration
from anlan.modules.warnings import queries, queries_patrol


@require_GET
@login_required
def patrol(request: ActorRequest) -> HttpResponseBase:
    """Show the patrol sheet of a day (`?day=`); `?format=xlsx` or `docx` gives it as a file."""
    day = _day(request.GET.get("day", ""))
    found = queries_patrol.patrol(request.actor, day)
    form = request.GET.get("format")
    name = f"{_('Daily patrol')} {day}"
    if form == "xlsx":
        return download(_workbook(found), MIME["xlsx"], f"{name}.xlsx")
    if form == "docx":
        return download(_word(found, request.actor.name), MIME["docx"], f"{name}.docx")
    context = {
        "day": day,
        "today": today(),
        "as_of": now() if day == today() else None,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1) if day < today() else None,
        "found": found,
        "rows": [
            {
                "row": row,
                "online": percent(row.online),
                "video": percent(row.video),
                "longest": duration(row.longest) if row.longest else "",
            }
            for row in found.rows
        ],
        "regions": [
            {"row": row, "online": percent(row.online), "committed": percent(row.committed)}
            for row in found.regions
        ],
        "online": percent(found.online),
        "video": percent(found.video),
        "committed": percent(found.committed),
        "n_uncleared": sum(row.n_uncleared for row in found.rows),
        "counters": queries.counters(request.actor),
    }
    return render(request, "warnings/patrol.html", context)


def _day(text: str) -> dt.date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return min(day or today(), today())


def _heads() -> list[str]:
    return [
        _("Enterprise"),
        _("Area"),
        _("Monitoring points"),
        _("Points on line"),
        _("Video on line"),
        _("Commitment"),
        _("Alarms standing over 24 h"),
        _("Longest"),
        _("Warnings not cleared"),
        _("Without feedback"),
        _("Questions not answered"),
        _("Beyond a limit without alarm"),
    ]


def _cells(row: queries_patrol.PatrolRow) -> list[Any]:
    committed = "–"
    if row.is_obliged:
        committed = _("Published") if row.has_committed else pgettext("commitment", "Not published")
    return [
        row.name,
        row.area,
        row.n_points,
        percent(row.online),
        percent(row.video),
        committed,
        row.n_uncleared,
        duration(row.longest) if row.longest else "",
        row.n_warnings,
        row.n_unreported,
        row.n_unanswered,
        "–" if row.n_hidden is None else row.n_hidden,
    ]


def _region_heads() -> list[str]:
    return [
        _("Rank"), _("Area"), _("Enterprises"), _("Points on line"), _("Commitment rate"),
        _("Warnings not cleared"),
    ]  # fmt: skip


def _hidden_heads() -> list[str]:
    return [_("Tag"), _("Alarm"), pgettext("alarm", "limit"), _("Value"), _("Time")]


def _hidden_cells(one: queries_patrol.Hidden) -> list[Any]:
    return [
        one.tag, one.kind, one.limit, one.value, f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
    ]  # fmt: skip


def _region_cells(row: queries_patrol.Region) -> list[Any]:
    shares = (percent(row.online), percent(row.committed))
    return [row.rank, row.name, row.n, *shares, row.n_warnings]


def _workbook(found: queries_patrol.Patrol) -> bytes:
    stream = io.BytesIO()
    with Book(stream) as book:
        sheet = book.sheet(
            _("Enterprises"),
            [Column(head, width=28 if not n else 14) for n, head in enumerate(_heads())],
        )
        for row in found.rows:
            sheet.row(_cells(row))
        regions = book.sheet(_("Ranking"), [Column(head) for head in _region_heads()])
        for region in found.regions:
            regions.row(_region_cells(region))
        hidden = book.sheet(_("Under-reporting"), [Column(head) for head in _hidden_heads()])
        for one in found.hidden or ():
            hidden.row(_hidden_cells(one))
    return stream.getvalue()


def _word(found: queries_patrol.Patrol, by: str) -> bytes:
    from docx import Document  # slow to load, and few processes make a Word file

    paper = Document()
    paper.add_heading(f"{_('Daily patrol')} {found.day}", 1)
    at = f"{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    paper.add_paragraph(
        _("Points on line %(online)s; video on line %(video)s; commitment rate %(committed)s.")
        % {
            "online": percent(found.online),
            "video": percent(found.video),
            "committed": percent(found.committed),
        }
    )
    if not found.is_told:
        paper.add_paragraph(_("The historian did not answer: what was on line cannot be told."))
    _table(paper, _heads(), [_cells(row) for row in found.rows])
    paper.add_heading(_("Ranking"), 2)
    _table(paper, _region_heads(), [_region_cells(row) for row in found.regions])
    paper.add_heading(_("Under-reporting"), 2)
    if found.hidden:
        _table(paper, _hidden_heads(), [_hidden_cells(one) for one in found.hidden])
    elif found.hidden is None:
        paper.add_paragraph(_("Unknown: the store of values did not answer."))
    else:
        paper.add_paragraph(_("None found."))
    paper.add_paragraph(_("Made by %(name)s at %(at)s") % {"name": by, "at": at})
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _table(paper: Any, heads: list[str], lines: list[list[Any]]) -> None:
    table = paper.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = str(head)
    for line in lines:
        for cell, value in zip(table.add_row().cells, line, strict=True):
            cell.text = str(value)
