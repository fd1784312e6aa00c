"""Pages of the registers: plumbing between forms, queries and services."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.audit.queries import history_of
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.base.files.panel import panel_for
from anlan.modules.registry import queries
from anlan.modules.registry.ui.addresses import enterprise_address, list_url, url_of
from anlan.modules.registry.ui.forms import kind_form
from anlan.modules.registry.ui.kinds import KINDS, Kind
from anlan.modules.registry.ui.lists import BY_KEY
from anlan.modules.registry.ui.record import facts_of, table_of

PANEL_ROWS = 20


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@login_required
@require_GET
def show(request: HttpRequest, key: str, pk: UUID) -> HttpResponse:
    """Show a record: facts, what refers to it, documents, history."""
    kind, actor = KINDS[key], _actor(request)
    row = kind.query(actor).one(pk)
    context = {
        "kind": kind,
        "row": row,
        "groups": facts_of(row, kind.groups),
        "department": queries.department_names([row.scope_path]).get(row.scope_path, ""),
        "panels": [_panel(actor, panel.key, panel.by, row) for panel in kind.panels],
        "panel": panel_for(actor, row),
        "history": history_of(actor, row),
        "may_edit": actor.may(kind.permission, row.scope_path, row.enterprise_id),
        "crumbs": [
            (row.enterprise.name, enterprise_address(row.enterprise_id)),
            (BY_KEY[key].title, list_url(key, enterprise=row.enterprise_id)),
            (str(row), ""),
        ],
    }
    return render(request, "registry/record.html", context)


def _panel(actor: Any, key: str, by: str, row: Any) -> dict[str, Any]:
    page = BY_KEY[key]
    rows = list(page.query(actor).filter(**{by: row.pk}).order_by(*page.order)[: PANEL_ROWS + 1])
    may_add = actor.may(KINDS[key].permission, row.scope_path, row.enterprise_id)
    return {
        "title": page.title,
        "table": table_of(page, rows[:PANEL_ROWS], ("enterprise", by)),
        "more": len(rows) > PANEL_ROWS,
        "list_url": list_url(key, enterprise=row.enterprise_id),
        "add_url": f"{reverse(f'registry:{key}_new')}?enterprise={row.enterprise_id}&{by}={row.pk}"
        if may_add
        else "",
        "add_label": page.create_label,
    }


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, key: str) -> HttpResponse:
    """Enter a row; `?enterprise=` says whose, other parameters fill references."""
    kind, actor = KINDS[key], _actor(request)
    enterprise = _enterprise(request)
    _may_enter(kind, actor, enterprise)
    initial = {name: request.GET[name] for name in kind.register.fields if name in request.GET}
    form = kind_form(kind, actor, enterprise.pk, request.POST or None, **initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = kind.create(actor, {**form.values(), "enterprise": enterprise.pk})
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(url_of(row))
    crumbs = [
        (enterprise.name, enterprise_address(enterprise.pk)),
        (BY_KEY[key].title, list_url(key, enterprise=enterprise.pk)),
        (kind.new_title, ""),
    ]
    return _form_page(request, form, kind.new_title, crumbs)


def _enterprise(request: HttpRequest) -> Any:
    """Return the enterprise that a new row is for. Raises NotYours."""
    actor = _actor(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if not wanted and "unit" in request.GET:
        wanted = queries.units(actor).one(request.GET["unit"]).enterprise_id
    if not wanted:
        raise NotYours()
    return queries.enterprises(actor).one(wanted)


def _may_enter(kind: Kind, actor: Any, enterprise: Any) -> None:
    """Raise Forbidden unless the actor may enter rows somewhere in this enterprise."""
    if actor.may(kind.permission, enterprise.scope_path, enterprise.pk):
        return
    inside = any(
        post.path.startswith(enterprise.scope_path) and actor.may(kind.permission, post.path)
        for post in actor.posts
    )
    if not (kind.register.placed and inside):
        raise Forbidden(permission=kind.permission)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: UUID) -> HttpResponse:
    """Change a row; a newer version of it is shown as a refusal, never overwritten."""
    kind, actor = KINDS[key], _actor(request)
    row = kind.query(actor).one(pk)
    policy.require(actor, kind.permission, row)
    form = kind_form(kind, actor, row.enterprise_id, request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            row = kind.update(actor, pk, form.values(), expected_version=version)
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(url_of(row))
    crumbs = [
        (row.enterprise.name, enterprise_address(row.enterprise_id)),
        (BY_KEY[key].title, list_url(key, enterprise=row.enterprise_id)),
        (str(row), url_of(row)),
    ]
    return _form_page(request, form, _("Edit %(name)s") % {"name": row}, crumbs, url_of(row))


def _form_page(
    request: HttpRequest, form: Any, title: Any, crumbs: list[Any], back: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "crumbs": crumbs,
        "back": back or crumbs[-2][1] or crumbs[0][1],
    }
    status = 422 if form.errors else 200
    return render(request, "registry/form.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, key: str, pk: UUID) -> HttpResponse:
    """Take a row out of the lists; what still refers to it is named."""
    kind, actor = KINDS[key], _actor(request)
    row = kind.query(actor).one(pk)
    try:
        kind.remove(actor, pk, reason=request.POST.get("reason", "")[:500])
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
        return HttpResponseRedirect(url_of(row))
    messages.success(request, _("“%(name)s” was removed; its history stays.") % {"name": row})
    return HttpResponseRedirect(list_url(key, enterprise=row.enterprise_id))
