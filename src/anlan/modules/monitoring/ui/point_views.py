"""Pages of points: plumbing between forms, queries and services."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.modules.monitoring import policy, rules
from anlan.modules.monitoring.choices import GAS_KINDS
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services import settings
from anlan.modules.monitoring.ui import history, words
from anlan.modules.monitoring.ui.addresses import list_url, point_url, setting_url
from anlan.modules.monitoring.ui.forms import RECORD, setting_form, unit_of, without
from anlan.modules.monitoring.ui.kinds import ICONS, POINT
from anlan.modules.monitoring.ui.record_pages import (
    actor_of,
    form_page,
    owner_of,
    removed,
    saved,
)
from anlan.modules.registry.ui.addresses import enterprise_address
from anlan.modules.registry.ui.forms import kind_form
from anlan.modules.registry.ui.record import facts_of


def crumbs_of(row: Any, *more: tuple[str, str]) -> list[tuple[Any, str]]:
    """Return the way to a point: enterprise, list, point."""
    return [
        (row.enterprise.name, enterprise_address(row.enterprise_id)),
        (_("Monitoring points"), list_url("points", enterprise=row.enterprise_id)),
        *more,
    ]


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a point: its value on its scale, its alarms, facts, history."""
    actor, moment = actor_of(request), now()
    row = queries.point_one(actor, pk)
    own = queries.rules_of(actor, [row.pk])
    latest = history.newest([row], moment)
    current = (latest or {}).get(row.number)
    day = history.last_day(row, moment) if latest is not None else None
    open_ = queries.open_changes_of(actor, [one.pk for one in own])
    context = {
        "row": row,
        "icon": ICONS[row.kind],
        "current": current,
        "answers": latest is not None,
        "day": day,
        "scale": history.scale_of(row, own, current.value if current else None),
        "rules": [(one, open_.get(one.pk)) for one in own],
        "remarks": remarks_of(row, own),
        "groups": facts_of(row, POINT.groups),
        "history": history_of(actor, row),
        "may_edit": actor.may(policy.POINT_EDIT, row.scope_path, row.enterprise_id),
        "crumbs": crumbs_of(row, (str(row), "")),
    }
    return render(request, "monitoring/point.html", context)


def remarks_of(row: Any, own: list[Any]) -> list[words.Said]:
    """Return what the gas standard says of a detector's set points, in words."""
    if row.kind not in GAS_KINDS:
        return []
    limits = {one.kind: one.limit for one in own if one.in_use}
    found = rules.gas_remarks(row.kind, row.gas, row.unit, limits, row.range_high)
    return [words.said(one) for one in found]


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Enter a point; `?enterprise=` says whose."""
    actor, enterprise = actor_of(request), owner_of(request, policy.POINT_EDIT)
    form = kind_form(POINT, actor, enterprise.pk, request.POST or None)
    given = {name: request.GET[name] for name in POINT.register.fields if name in request.GET}
    form.initial.update({"in_service": True, **given})
    row = saved(
        request, form, lambda: POINT.create(actor, {**form.values(), "enterprise": enterprise.pk})
    )
    if row is not None:
        return HttpResponseRedirect(point_url(row))
    crumbs = [
        (enterprise.name, enterprise_address(enterprise.pk)),
        (_("Monitoring points"), list_url("points")),
        (POINT.new_title, ""),
    ]
    return form_page(request, form, POINT.new_title, crumbs, list_url("points"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a point; a newer version of it is shown as a refusal, never overwritten."""
    actor = actor_of(request)
    row = queries.point_one(actor, pk)
    rights.require(actor, policy.POINT_EDIT, row)
    form = kind_form(POINT, actor, row.enterprise_id, request.POST or None, row)
    if saved(request, form, lambda: POINT.update(actor, pk, form.values(), form.seen)):
        return HttpResponseRedirect(point_url(row))
    title = _("Edit %(name)s") % {"name": row}
    return form_page(
        request, form, title, crumbs_of(row, (str(row), point_url(row))), point_url(row)
    )


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a point out of the lists."""
    row = queries.point_one(actor_of(request), pk)
    return removed(request, POINT.remove, row, list_url("points"), point_url(row))


# ---- alarm settings --------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def setting_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set up an alarm of a point."""
    actor = actor_of(request)
    point = queries.point_one(actor, pk)
    rights.require(actor, policy.POINT_EDIT, point)
    settings.classes_ensure(actor, point.enterprise_id, point.enterprise.path)
    form = setting_form(actor, point, request.POST or None, part="new")
    rule = saved(request, form, lambda: settings.setting_create(actor, pk, form.values()))
    if rule is not None:
        return HttpResponseRedirect(setting_url(rule))
    title = _("Set up an alarm of %(tag)s") % {"tag": point.tag}
    crumbs = crumbs_of(point, (str(point), point_url(point)), (_("New alarm"), ""))
    return form_page(request, form, title, crumbs, point_url(point))


@login_required
@require_GET
def setting_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an alarm's whole record: what decides it, why it is there, what was changed."""
    actor = actor_of(request)
    rule = queries.rules(actor).one(pk)
    changes = list(queries.changes(actor).filter(rule=rule.pk).order_by("-created_at")[:20])
    harms = (rule.harm_people, rule.harm_environment, rule.harm_money)
    proposal = rules.proposed_priority(harms, rule.response_seconds)
    own = queries.rules_of(actor, [rule.point_id])
    context = {
        "rule": rule,
        "point": rule.point,
        "groups": facts_of(rule, RECORD),
        "limit_unit": unit_of(rule, "limit"),
        "deadband_unit": None if "deadband" in without(rule.kind) else unit_of(rule, "deadband"),
        "proposal": proposal,
        "proposed": words.proposal_words(proposal),
        "remarks": [one for one in remarks_of(rule.point, own) if one.text.startswith(rule.kind)],
        "changes": changes,
        "waits": next((one for one in changes if one.state in ("requested", "approved")), None),
        "history": history_of(actor, rule),
        "may_edit": actor.may(policy.POINT_EDIT, rule.scope_path, rule.enterprise_id),
        "may_request": actor.may(policy.LIMIT_REQUEST, rule.scope_path, rule.enterprise_id),
        "crumbs": crumbs_of(rule, (str(rule.point), point_url(rule.point)),
                            (rule.get_kind_display(), "")),
    }  # fmt: skip
    return render(request, "monitoring/setting.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def setting_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what describes an alarm."""
    actor = actor_of(request)
    rule = queries.rules(actor).one(pk)
    rights.require(actor, policy.POINT_EDIT, rule)
    form = setting_form(actor, rule.point, request.POST or None, rule, part="record")
    if saved(request, form, lambda: settings.setting_describe(actor, pk, form.values(), form.seen)):
        return HttpResponseRedirect(setting_url(rule))
    title = _("Record of %(name)s") % {"name": rule}
    crumbs = crumbs_of(rule, (str(rule), setting_url(rule)))
    return form_page(request, form, title, crumbs, setting_url(rule))
