"""The enterprise file (一企一档) and its form."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as actors_policy
from anlan.base.audit.queries import history_of
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, Refused
from anlan.base.files.panel import panel_for
from anlan.modules.registry import choices, policy, queries, services
from anlan.modules.registry.ui.addresses import enterprise_address, list_url
from anlan.modules.registry.ui.forms import enterprise_form
from anlan.modules.registry.ui.kinds import ENTERPRISE_GROUPS, KINDS, Group
from anlan.modules.registry.ui.lists import BY_KEY
from anlan.modules.registry.ui.lists.enterprises import STATE_ICONS, STATE_TONES
from anlan.modules.registry.ui.record import facts_of, table_of

TAB_ROWS = 50
REGISTERS = (
    "units",
    "facilities",
    "equipment",
    "chemicals",
    "inventories",
    "licences",
    "people",
    "qualifications",
    "sites",
)
_COUNTS = {key: f"n_{key}" for key in REGISTERS}


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an enterprise's file; `?tab=` names the register shown."""
    actor = _actor(request)
    row, figures = queries.enterprise_file(actor, pk, today())
    tab = request.GET.get("tab", "")
    tab = tab if tab in (*REGISTERS, "files", "history") else "overview"
    context = {
        "row": row,
        "state": {"icon": STATE_ICONS[row.state], "tone": STATE_TONES.get(row.state, "idle")},
        "figures": _figures(row, figures),
        "tabs": _tabs(row, figures, tab),
        "tab": tab,
        "may_edit": actor.may(policy.ENTERPRISE_EDIT, row.scope_path, row.pk),
        "processes": [choices.process_label(code) for code in row.key_processes],
        "processes_recalled": choices.processes_provenance() == "recalled",
        "crumbs": [*_list_crumb(actor), (row.name, "")],
        **_tab(actor, row, tab),
    }
    return render(request, "registry/enterprise.html", context)


def _list_crumb(actor: Any) -> list[tuple[Any, str]]:
    """Return the way back to the list; people of one plant have none."""
    if actor.only_enterprise_id is not None:
        return []
    return [(BY_KEY["enterprises"].title, list_url("enterprises"))]


def _tab(actor: Any, row: Any, tab: str) -> dict[str, Any]:
    """Return what the chosen tab needs, and nothing of the others."""
    if tab == "overview":
        return {"groups": facts_of(row, _shown_groups()), "history": history_of(actor, row, 6)}
    if tab == "files":
        return {"panel": panel_for(actor, row)}
    if tab == "history":
        return {"history": history_of(actor, row, 200)}
    page, kind = BY_KEY[tab], KINDS[tab]
    rows = list(page.query(actor).filter(enterprise=row.pk).order_by(*page.order)[: TAB_ROWS + 1])
    may_add = actor.may(kind.permission, row.scope_path, row.pk)
    return {
        "page": page,
        "table": table_of(page, rows[:TAB_ROWS], ("enterprise",)),
        "more": len(rows) > TAB_ROWS,
        "list_url": list_url(tab, enterprise=row.pk),
        "add_url": f"{reverse(f'registry:{tab}_new')}?enterprise={row.pk}" if may_add else "",
    }


def _shown_groups() -> tuple[Group, ...]:
    """Return the form's groups without what the head and the tree show."""
    left_out = {"name", "park", "group", "key_processes", "state"}
    return tuple(
        Group(group.title, tuple(name for name in group.fields if name not in left_out))
        for group in ENTERPRISE_GROUPS
    )


def _figures(row: Any, found: queries.Figures) -> list[dict[str, Any]]:
    def link(key: str, **params: Any) -> str:
        return list_url(key, enterprise=row.pk, view="all", **params)

    return [
        {
            "label": _("Major hazard installations"),
            "value": row.n_mhi,
            "note": ngettext("%(n)s unit", "%(n)s units", found.n_units) % {"n": found.n_units},
            "href": link("units", is_mhi="yes"),
        },
        {
            "label": _("Units with data missing"),
            "value": found.n_units_missing,
            "href": link("units", missing="yes"),
            "over": found.n_units_missing > 0,
        },
        {
            "label": _("Licences expired"),
            "value": found.n_licences_expired,
            "note": _("%(n)s due for renewal") % {"n": found.n_licences_due},
            "href": link("licences", validity=["expired", "due"]),
            "over": found.n_licences_expired > 0,
        },
        {
            "label": _("Inspections overdue"),
            "value": found.n_inspections_overdue,
            "note": _("%(n)s within 30 days") % {"n": found.n_inspections_due},
            "href": link("equipment", overdue="yes"),
            "over": found.n_inspections_overdue > 0,
        },
        {
            "label": _("Certificates of people expired"),
            "value": found.n_qualifications_expired,
            "note": _("%(n)s within 30 days") % {"n": found.n_qualifications_due},
            "href": link("qualifications", validity=["expired", "due"]),
            "over": found.n_qualifications_expired > 0,
        },
    ]


def _tabs(row: Any, found: queries.Figures, tab: str) -> list[dict[str, Any]]:
    address = enterprise_address(row.pk)
    tabs = [{"label": _("Overview"), "url": address, "current": tab == "overview", "n": ""}]
    tabs += [
        {
            "label": BY_KEY[key].title,
            "url": f"{address}?tab={key}",
            "current": tab == key,
            "n": getattr(found, _COUNTS[key]),
        }
        for key in REGISTERS
    ]
    for key, label in (("files", _("Documents")), ("history", _("History"))):
        tabs.append({"label": label, "url": f"{address}?tab={key}", "current": tab == key, "n": ""})
    return tabs


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Enter an enterprise."""
    actor = _actor(request)
    actors_policy.require(actor, policy.ENTERPRISE_CREATE)
    form = enterprise_form(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.enterprise_create(actor, form.values())
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            # The sight of a park's officer is read anew by the next request.
            return HttpResponseRedirect(enterprise_address(row.pk))
    crumbs = [(BY_KEY["enterprises"].title, list_url("enterprises")), (_("Enter"), "")]
    return _form_page(request, form, _("Enter an enterprise"), crumbs, list_url("enterprises"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an enterprise."""
    actor = _actor(request)
    row = queries.enterprises(actor).one(pk)
    actors_policy.require(actor, policy.ENTERPRISE_EDIT, row)
    form = enterprise_form(actor, request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            services.enterprise_update(actor, pk, form.values(), expected_version=version)
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(enterprise_address(pk))
    crumbs = [
        *_list_crumb(actor),
        (row.name, enterprise_address(pk)),
        (_("Edit"), ""),
    ]
    title = _("Edit %(name)s") % {"name": row.name}
    return _form_page(request, form, title, crumbs, enterprise_address(pk))


def _form_page(
    request: HttpRequest, form: Any, title: str, crumbs: list[Any], back: str
) -> HttpResponse:
    context = {"form": form, "title": title, "crumbs": crumbs, "back": back}
    status = 422 if form.errors else 200
    return render(request, "registry/form.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an enterprise entered by mistake out of the lists."""
    actor = _actor(request)
    row = queries.enterprises(actor).one(pk)
    try:
        services.enterprise_remove(actor, pk, reason=request.POST.get("reason", "")[:500])
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
        return HttpResponseRedirect(enterprise_address(pk))
    messages.success(request, _("“%(name)s” was removed; its history stays.") % {"name": row})
    return HttpResponseRedirect(list_url("enterprises"))
