"""Pages of files: plumbing only."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import BadInput
from anlan.base.files import queries, services
from anlan.base.files.panel import panel_for
from anlan.base.files.responses import serve


@require_GET
def download(request: ActorRequest, attachment_id: UUID) -> HttpResponseBase:
    """Offer a file for saving."""
    attachment = queries.attachment_for(request.actor, attachment_id)
    return serve(request, attachment.file, attachment.file_name)


@require_GET
def show(request: ActorRequest, attachment_id: UUID) -> HttpResponseBase:
    """Show an image in place; anything else is offered for saving."""
    attachment = queries.attachment_for(request.actor, attachment_id)
    return serve(request, attachment.file, attachment.file_name, inline=True)


@require_http_methods(["GET", "POST"])
def panel(request: ActorRequest, object_type: str, object_id: UUID) -> HttpResponse:
    """Show the documents of a record; take a new one."""
    row = queries.record_for(request.actor, object_type, object_id)
    problems: list[str] = []
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            services.attach(
                request.actor,
                row,
                services.uploaded(upload),
                (upload.name if upload else "") or "",
                kind=request.POST.get("kind", "document"),
                title=request.POST.get("title", ""),
            )
        except BadInput as error:
            problems = [f"{problem.text} {problem.remedy}" for problem in error.problems]
        else:
            if not request.headers.get("HX-Request"):
                return _back(request)
    context = {"panel": panel_for(request.actor, row), "problems": problems}
    return render(request, "files/_panel.html", context, status=422 if problems else 200)


@require_POST
def remove(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    """Take a file off its record."""
    gone = services.remove(request.actor, attachment_id)
    if not request.headers.get("HX-Request"):
        return _back(request)
    return redirect("files:panel", object_type=gone.object_type, object_id=gone.object_id)


def _back(request: HttpRequest) -> HttpResponse:
    """Without htmx the panel stands in a page; go back to it."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return redirect(page if is_ours else "/")
