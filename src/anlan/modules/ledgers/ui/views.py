"""Pages of the special ledgers."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.audit.queries import history_of
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden
from anlan.base.lists.export import XLSX
from anlan.modules.ledgers import cells, official, queries, services
from anlan.modules.ledgers.definitions import LEDGERS, Ledger, ledger_for
from anlan.modules.ledgers.models import entry_of
from anlan.modules.ledgers.policy import LEDGER_AUTHORITY, LEDGER_EDIT
from anlan.modules.ledgers.ui.forms import EntryForm
from anlan.modules.ledgers.ui.lists import ICONS, STANDINGS, TONES, standing
from anlan.modules.registry.ui.addresses import enterprise_address, url_of


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _counts() -> list[dict[str, str]]:
    labels = (
        pgettext("ledger", "Enterprises"), pgettext("ledger", "Rows"), _("Not assessed"),
        _("Major or high"), pgettext("ledger", "Overdue"), pgettext("ledger", "Done"),
    )  # fmt: skip
    return [{"label": label, "align": "num"} for label in labels]


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All ledgers with their counts."""
    actor = _actor(request)
    rows = [{"ledger": one, "sum": queries.total(queries.sums(actor, one))} for one in LEDGERS]
    columns = [{"label": _("Ledger"), "fill": True}, *_counts()]
    return render(request, "ledgers/overview.html", {"rows": rows, "columns": columns})


@login_required
@require_GET
def areas(request: HttpRequest, code: str) -> HttpResponse:
    """One ledger by county, for whoever looks over several."""
    ledger = ledger_for(code)
    rows = queries.sums(_actor(request), ledger)
    columns = [{"label": _("County"), "fill": True}, *_counts()]
    context = {
        "ledger": ledger, "rows": rows, "total": queries.total(rows), "columns": columns,
    }  # fmt: skip
    return render(request, "ledgers/areas.html", context)


def _printed(value: Any) -> Any:
    """Return a cell of the official table, days alike in every language of the page."""
    return value.isoformat() if isinstance(value, dt.date) else value


@login_required
@require_GET
def table(request: HttpRequest, code: str) -> HttpResponse:
    """The official table on paper: the browser prints it without the frame."""
    ledger = ledger_for(code)
    heads = [column.zh for column in ledger.columns]
    rows = official.rows_of(_actor(request), ledger)[:2000]
    context = {
        "ledger": ledger,
        "rows": [list(zip(heads, map(_printed, row), strict=True)) for row in rows],
        "columns": [{"label": head} for head in heads],
        "day": today(),
    }
    return render(request, "ledgers/print.html", context)


@login_required
@require_GET
def workbook(request: HttpRequest, code: str) -> HttpResponseBase:
    """The official table as a spreadsheet, which can be imported again."""
    ledger = ledger_for(code)
    keep = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    official.write(Path(keep.name), _actor(request), ledger, today())
    return FileResponse(
        open(keep.name, "rb"),
        as_attachment=True,
        filename=f"{ledger.official}-{today():%Y%m%d}.xlsx",
        content_type=XLSX,
    )


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, code: str, subject_id: UUID) -> HttpResponse:
    """One row of a ledger: what finding or facility say, and the ledger's own columns."""
    actor, ledger = _actor(request), ledger_for(code)
    row = queries.row_one(actor, ledger, subject_id)
    may_edit = actor.may(LEDGER_EDIT, row.scope_path, row.enterprise_id)
    may_say = actor.may(LEDGER_AUTHORITY, row.scope_path, row.enterprise_id)
    if request.method == "POST" and not (may_edit or may_say):
        raise Forbidden(permission=LEDGER_EDIT)
    suggested = entry_of(row) or services.suggested(actor, ledger, row)
    form = EntryForm(
        request.POST or None, instance=suggested, ledger=ledger, row=row, may_edit=may_edit,
        may_say=may_say,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.save(actor, ledger, row.pk, form.cleaned_data)
        except BadInput as problem:
            for name, texts in problem.by_field().items():
                form.add_error(name if name in form.fields else None, texts)
        else:
            messages.success(request, _("Saved."))
            return redirect("ledgers:entry", code, row.pk)
    context = _context(actor, ledger, row) | {
        "form": form if may_edit or may_say else None, "may_edit": may_edit,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "ledgers/entry.html", context, status=status)


def _short(heading: str) -> str:
    """Return a heading without the choices that official forms put into brackets."""
    return heading.partition("（")[0] if len(heading) > 12 else heading


def _context(actor: Any, ledger: Ledger, row: Any) -> dict[str, Any]:
    where, entry = standing(ledger, row), entry_of(row)
    facts = [
        (_short(column.heading()), cells.value(ledger, row, column.key))
        for column in ledger.columns
        if column.key not in ("no", "note")
    ]
    return {
        "ledger": ledger,
        "row": row,
        "facts": facts,
        "state": {"word": dict(STANDINGS)[where], "icon": ICONS[where], "tone": TONES[where]},
        "where": where,
        "left_reason": entry.left_reason if entry else "",
        "why": ledger.why(row, today()) if entry is None else "",
        "record_url": _record_url(ledger, row),
        "history": history_of(actor, entry) if entry else [],
        "crumbs": [
            (row.enterprise.name, enterprise_address(row.enterprise_id)),
            (ledger.label, reverse(f"ledgers:{ledger.code}")),
            (str(row), ""),
        ],
    }


def _record_url(ledger: Ledger, row: Any) -> str:
    if ledger.subject == "facility":
        return url_of(row)
    return reverse("findings:show", args=[row.pk])


@login_required
@require_POST
def take_off(request: HttpRequest, code: str, subject_id: UUID) -> HttpResponse:
    """Take a row off a ledger, with a reason."""
    ledger = ledger_for(code)
    try:
        services.take_off(_actor(request), ledger, subject_id, request.POST.get("reason", ""))
    except BadInput as problem:
        messages.error(request, str(problem.problems[0].text))
    else:
        messages.success(request, _("Taken off the ledger; the finding or facility stays."))
    return redirect("ledgers:entry", code, subject_id)
