"""The pages of imports."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.errors import BadInput, NotYours, Problem, Refused
from anlan.base.files.models import StoredFile
from anlan.base.files.queries import open_content
from anlan.base.files.services import uploaded
from anlan.base.imports import limits, queries, services
from anlan.base.imports.models import ImportRun, RowKind
from anlan.base.imports.refusals import TooLarge
from anlan.base.imports.sheet import Sheet, sheet_for
from anlan.base.imports.showing import by_module, describe, help_rows
from anlan.base.imports.uploads import LimitedUpload
from anlan.base.imports.workbook import write_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM_OVERHEAD = 100_000
ROWS_A_PAGE = 200

View = Callable[..., HttpResponse]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show what can be imported, and this person's imports."""
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(queries.runs_of(actor), 50).get_page(request.GET.get("page"))
    for run in page:
        run.shown = describe(run)  # type: ignore[attr-defined]
    context = {"groups": by_module(queries.sheets_for(actor)), "page": page}
    return render(request, "imports/index.html", context)


def _sheet(request: HttpRequest, name: str) -> Sheet:
    found = sheet_for(name)
    policy.require(request.actor, found.permission)  # type: ignore[attr-defined]
    return found


@csrf_exempt
@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, name: str) -> HttpResponse:
    """Explain a sheet; take a file.

    The upload's limit must be in place before anything reads the form, and the CSRF check reads
    it: so the check is done by the inner view.
    """
    if request.method == "POST":
        most = limits.max_bytes()
        if int(request.META.get("CONTENT_LENGTH") or 0) > most + FORM_OVERHEAD:
            return _show_sheet(request, _sheet(request, name), TooLarge(most=limits.max_mb()))
        request.upload_handlers = [LimitedUpload(request, most)]
    return _sheet_view(request, name)


@csrf_protect
def _sheet_view(request: HttpRequest, name: str) -> HttpResponse:
    found = _sheet(request, name)
    if request.method == "GET":
        return _show_sheet(request, found)
    try:
        upload = request.FILES.get("file")
        if getattr(request, "too_large", False):
            raise TooLarge(most=limits.max_mb())
        taken = uploaded(upload)
        run = services.run_start(request.actor, found, taken, upload.name)  # type: ignore
    except (Refused, BadInput) as error:
        return _show_sheet(request, found, error)
    return HttpResponseRedirect(reverse("imports:run", args=[run.pk]))


def _show_sheet(
    request: HttpRequest, found: Sheet, error: Refused | BadInput | None = None
) -> HttpResponse:
    problem: Problem | None = None
    if isinstance(error, BadInput):
        problem = error.problems[0]
    elif error is not None:
        problem = Problem("file", error.message(), error.remedy_text())
    columns = help_rows(found)
    context = {
        "sheet": found,
        "columns": columns,
        "has_examples": any(column["example"] for column in columns),
        "max_mb": limits.max_mb(),
        "problem": problem,
    }
    status = error.status if error else 200
    return render(request, "imports/sheet.html", context, status=status)


@login_required
@require_GET
def template(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with the empty template."""
    found = _sheet(request, name)
    keep = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    write_template(Path(keep.name), found)
    return FileResponse(keep, as_attachment=True, filename=f"{found}.xlsx", content_type=XLSX)


@login_required
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show an import: its progress, its preview, its result."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.run_for(actor, run_id)
    kind = request.GET.get("kind", "")
    if kind not in RowKind.values:
        kind = _first_kind(found)
    page = Paginator(queries.rows_of(found, kind), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "run": found,
        "sheet": sheet_for(found.sheet),
        "shown": describe(found, kind),
        "kind": kind,
        "page": page,
        "busy": found.is_busy,
    }
    return render(request, "imports/run.html", context)


def _first_kind(found: ImportRun) -> str:
    for kind in (RowKind.WRONG, RowKind.UPDATE, RowKind.CREATE):
        if found.counts.get(kind):
            return kind.value
    return RowKind.CREATE.value


@login_required
@require_GET
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Answer the progress for htmx; the page is loaded anew when there is something to see."""
    found = queries.run_for(request.actor, run_id)  # type: ignore[attr-defined]
    if not found.is_busy:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "imports/_progress.html", {"run": found})


def _act(call: Callable[[HttpRequest, UUID], Any]) -> View:
    @login_required
    @require_POST
    def view(request: HttpRequest, run_id: UUID) -> HttpResponse:
        call(request, run_id)
        return HttpResponseRedirect(reverse("imports:run", args=[run_id]))

    return view


apply = _act(
    lambda request, run_id: services.run_apply(
        request.actor,  # type: ignore[attr-defined]
        run_id,
        request.POST.get("mode", ""),
    )
)
cancel = _act(
    lambda request, run_id: services.run_cancel(request.actor, run_id)  # type: ignore[attr-defined]
)
again = _act(
    lambda request, run_id: services.run_again(request.actor, run_id)  # type: ignore[attr-defined]
)


@login_required
@require_GET
def file(request: HttpRequest, run_id: UUID, which: str) -> HttpResponseBase:
    """Answer with the file as it came, its marked copy, or the rows not written."""
    found = queries.run_for(request.actor, run_id)  # type: ignore[attr-defined]
    stored: StoredFile | None = {
        "source": found.source,
        "marked": found.marked,
        "rest": found.rest,
    }.get(which)
    if stored is None:
        raise NotYours()
    name = found.file_name
    if which != "source":
        name = f"{Path(name).stem}-{which}.xlsx"
    return FileResponse(
        open_content(stored),
        as_attachment=True,
        filename=name,
        content_type=XLSX if which != "source" else "application/octet-stream",
    )
