"""The addresses of a list: the page, its export, its bulk actions, its saved views; choosers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actors import policy
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.lists import services
from anlan.base.lists.choosers import chooser_for
from anlan.base.lists.export import export_response
from anlan.base.lists.page import BulkResult, ListPage
from anlan.base.lists.showing import count_text, show
from anlan.base.lists.state import ListState

MOST_AT_ONCE = 10_000

View = Callable[..., HttpResponseBase]


def patterns(page: ListPage, prefix: str, name: str) -> list[URLPattern]:
    """Return the URL patterns of one list (see `ListPage.urls`)."""
    found = [
        path(prefix, list_view(page, name), name=name),
        path(f"{prefix}export.xlsx", export_view(page), name=f"{name}_export"),
        path(f"{prefix}views/", save_view(page, name), name=f"{name}_views"),
        path(
            f"{prefix}views/<uuid:view_id>/delete/", delete_view(name), name=f"{name}_view_delete"
        ),
    ]
    if page.bulk:
        found.append(path(f"{prefix}bulk/", bulk_view(page, name), name=f"{name}_bulk"))
    return found


def _open(page: ListPage, view: View) -> View:
    """Ask for sign-in, and for the page's permission where it has one."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if page.permission:
            policy.require(request.actor, page.permission)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return login_required(guarded)


def list_view(page: ListPage, name: str) -> View:
    """Return the view of the page; htmx gets the list alone, with its canonical address."""

    def view(request: HttpRequest) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if page.lands is not None and not request.GET and (address := page.lands(actor)):
            return HttpResponseRedirect(address)
        shown = show(actor, page, request.GET)
        context = {
            "list": shown,
            "names": _names(page, _full(request, name)),
            "count_text": count_text(shown),
            "create_url": _create_url(page, actor),
            "sheet": _sheet(page, shown.state, actor),
            **(page.context(request) if page.context else {}),
        }
        if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
            response = render(request, "lists/_rows.html", {**context, "partial": True})
            response["HX-Push-Url"] = request.path + shown.state.address(
                page=str(shown.state.number) if shown.state.number > 1 else None
            )
        else:
            response = render(request, page.template, context)
        response["Vary"] = "HX-Request"
        return response

    return _open(page, require_GET(view))


def export_view(page: ListPage) -> View:
    """Return the view that answers with the rows of the address as xlsx."""

    def view(request: HttpRequest) -> HttpResponseBase:
        return export_response(request, page)

    return _open(page, require_GET(view))


def bulk_view(page: ListPage, name: str) -> View:
    """Return the view that runs a bulk action on the rows ticked, or on all that are found."""

    def view(request: HttpRequest) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        action = next((b for b in page.bulk if b.key == request.POST.get("action")), None)
        if action is None:
            raise NotYours()
        if action.permission:
            policy.require(actor, action.permission)
        ids = _chosen_ids(request, page)
        result = action.run(actor, ids, request)
        if not isinstance(result, BulkResult):
            return result
        text = result.text or ngettext("%(n)s row changed.", "%(n)s rows changed.", result.done) % {
            "n": result.done
        }
        messages.success(request, str(text))
        return _back(request, name)

    return _open(page, require_POST(view))


def save_view(page: ListPage, name: str) -> View:
    """Return the view that keeps the present state under a name."""

    def view(request: HttpRequest) -> HttpResponse:
        state = ListState.read(page, QueryDict(request.POST.get("query", "").lstrip("?")))
        try:
            kept = services.view_save(
                request.actor,  # type: ignore[attr-defined]
                page.key,
                label=request.POST.get("label", ""),
                params=state.without("view").lstrip("?"),
                shared=request.POST.get("shared") == "1",
            )
        except BadInput as error:
            messages.error(request, "; ".join(str(p.text) for p in error.problems))
            return _back(request, name)
        return HttpResponseRedirect(
            reverse(_full(request, name)) + state.address(view=f"s-{kept.pk.hex}")
        )

    return _open(page, require_POST(view))


def delete_view(name: str) -> View:
    """Return the view that deletes one's own saved view."""

    def view(request: HttpRequest, view_id: UUID) -> HttpResponse:
        services.view_delete(request.actor, view_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse(_full(request, name)))

    return login_required(require_POST(view))


@login_required
@require_GET
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Answer what a select box offers: JSON, or options as HTML for htmx."""
    chooser = chooser_for(key)
    actor = request.actor  # type: ignore[attr-defined]
    if ids := request.GET.getlist("id"):
        options, more = chooser.labels(actor, ids), False
    else:
        text, inside = request.GET.get("q", ""), request.GET.get("in", "")
        options, more = chooser.offer(actor, text, inside)
    if getattr(request, "htmx", False):
        name = request.GET.get("name", "")
        context = {"options": options, "more": more, "name": name}
        return render(request, "lists/_options.html", context)
    items = [{"id": o.id, "label": o.label, "note": o.note} for o in options]
    return JsonResponse({"items": items, "more": more})


def _chosen_ids(request: HttpRequest, page: ListPage) -> list[UUID]:
    """Return the ids ticked that the actor sees; all that are found when `all` is asked."""
    actor = request.actor  # type: ignore[attr-defined]
    base = page.query(actor)
    if request.POST.get("all") == "1":
        state = ListState.read(page, QueryDict(request.POST.get("query", "").lstrip("?")))
        if state.problems:
            raise BadInput(Problem("query", state.problems[0]))
        rows = state.rows(base)
    else:
        try:
            wanted = [UUID(text) for text in request.POST.getlist("id")]
        except ValueError as error:
            raise NotYours() from error
        rows = base.filter(pk__in=wanted[: MOST_AT_ONCE + 1])
    ids = list(rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if not ids:
        raise BadInput(Problem("id", _("Select at least one row.")))
    if len(ids) > MOST_AT_ONCE:
        raise BadInput(
            Problem("id", _("More than 10,000 rows are selected."), _("Narrow the list first."))
        )
    return ids


def _names(page: ListPage, name: str) -> dict[str, str]:
    return {
        "list": name,
        "export": f"{name}_export",
        "views": f"{name}_views",
        "view_delete": f"{name}_view_delete",
        "bulk": f"{name}_bulk" if page.bulk else "",
    }


def _create_url(page: ListPage, actor: Any) -> str:
    if not page.create_url or (page.create_permission and not actor.may(page.create_permission)):
        return ""
    return page.create_url(actor) if callable(page.create_url) else page.create_url


def _sheet(page: ListPage, state: ListState, actor: Any) -> Any:
    """Return the sheet that fits what is shown, for those who may import it."""
    sheet = page.sheet_for(state.chosen)
    return sheet if sheet is not None and actor.may(sheet.permission) else None


def _full(request: HttpRequest, name: str) -> str:
    """Return the name with the namespace the list was mounted in."""
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    return f"{namespace}:{name}" if namespace else name


def _back(request: HttpRequest, name: str) -> HttpResponse:
    query = request.POST.get("query", "").lstrip("?")
    return HttpResponseRedirect(reverse(_full(request, name)) + (f"?{query}" if query else ""))
