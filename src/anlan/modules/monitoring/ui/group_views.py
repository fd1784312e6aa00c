"""Pages of groups of tags: plumbing between forms, queries and services."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.errors import Forbidden, NotYours, Refused
from anlan.base.jobs.queries import jobs_of
from anlan.engines.anomaly.watch import SETTLED
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import WatchGroup
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.monitoring.services import groups
from anlan.modules.monitoring.ui.group_drawing import chart
from anlan.modules.monitoring.ui.group_lists import GROUP, ICONS, TONES, figure, group_url
from anlan.modules.monitoring.ui.point_views import SAID, actor_of, form_page
from anlan.modules.monitoring.ui.trend_views import viewer_url
from anlan.modules.registry import queries as registry
from anlan.modules.registry.ui.addresses import enterprise_address
from anlan.modules.registry.ui.forms import RecordForm, kind_form
from anlan.modules.registry.ui.record import facts_of

DAY = dt.timedelta(days=1)
MOST_MISSING = 6
MOST_SHOWN = 12
"""As many tags as the trend viewer takes."""
NARROW = 0.1
"""With more of the last third beyond, the training period does not cover ordinary operation."""


def _crumbs(row: Any, *more: tuple[str, str]) -> list[tuple[Any, str]]:
    listed = f"{reverse('monitoring:groups')}?enterprise={row.enterprise_id}"
    return [
        (row.enterprise.name, enterprise_address(row.enterprise_id)),
        (_("Unusual operation"), listed),
        *more,
    ]


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a group: how it stands and why, its last day, its fit."""
    actor, moment = actor_of(request), now()
    row = queries.group_one(actor, pk)
    points = dict(zip(row.tags, queries.points_of(actor, row.enterprise_id, row.tags), strict=True))
    shares = dict(row.parts)
    named = [point for tag in shares if (point := points.get(tag))]
    seen = queries.verdicts(actor, row.pk, moment - DAY)
    job = jobs_of(actor).filter(kind=groups.FIT_JOB, payload__group_id=str(row.pk)).first()
    fit = row.fit and {
        **row.fit,
        "from": dt.datetime.fromisoformat(row.fit["from"]),
        "to": dt.datetime.fromisoformat(row.fit["to"]),
        "explained": f"{row.fit['explained']:.0%}",
        "later": f"{row.fit['later']:.1%}",
        "is_narrow": row.fit["later"] > NARROW,
        "still": ", ".join(row.fit["still"]),
    }
    context = {
        "row": row,
        "tone": TONES[GroupState(row.state)],
        "icon": ICONS[GroupState(row.state)],
        "t2": figure(row.t2),
        "q": figure(row.q),
        "chart": chart(seen, moment - DAY, moment),
        "parts": [
            {"tag": tag, "point": points.get(tag), "share": round(share * 100)}
            for tag, share in row.parts
        ],
        "members": list(points.items()),
        "missing": ", ".join(row.missing[:MOST_MISSING]),
        "n_missing": len(row.missing),
        "minutes": SETTLED * row.interval_s // 60,
        "trend_url": viewer_url(*(point.pk for point in named)) if named else "",
        "all_url": viewer_url(*(one.pk for one in list(points.values())[:MOST_SHOWN] if one)),
        "fit": fit,
        "job": job,
        "groups": facts_of(row, tuple(_facts())),
        "history": history_of(actor, row),
        "may_edit": actor.may(policy.GROUP_EDIT, row.scope_path, row.enterprise_id),
        "crumbs": _crumbs(row, (str(row), "")),
    }
    return render(request, "monitoring/group.html", context)


def _facts() -> list[Any]:
    # The tags have a card of their own.
    return [group for group in GROUP.groups if "tags" not in group.fields]


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Enter a group; `?enterprise=` says whose."""
    actor = actor_of(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if not wanted:
        raise NotYours()
    enterprise = registry.enterprises(actor).one(wanted)
    rights.require(actor, policy.GROUP_EDIT, enterprise)
    blank = WatchGroup()
    start = {
        name: getattr(blank, name)
        for name in ("interval_s", "train_hours", "false_alarms", "margin", "hold_s", "in_use")
    }
    form = kind_form(GROUP, actor, enterprise.pk, request.POST or None, **start)
    if request.method == "POST" and form.is_valid():
        try:
            row = groups.group_create(actor, {**form.values(), "enterprise": enterprise.pk})
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Saved. Now fit the group on ordinary operation."))
            return HttpResponseRedirect(group_url(row))
    back = reverse("monitoring:groups")
    crumbs = [
        (enterprise.name, enterprise_address(enterprise.pk)),
        (_("Unusual operation"), back),
        (GROUP.new_title, ""),
    ]
    return form_page(request, form, GROUP.new_title, crumbs, back)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a group."""
    actor = actor_of(request)
    row = queries.group_one(actor, pk)
    rights.require(actor, policy.GROUP_EDIT, row)
    form: RecordForm = kind_form(GROUP, actor, row.enterprise_id, request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            groups.group_update(actor, pk, form.values(), expected_version=version)
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(group_url(row))
    title = _("Edit %(name)s") % {"name": row}
    return form_page(request, form, title, _crumbs(row, (str(row), group_url(row))), group_url(row))


@login_required
@require_POST
def fit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start fitting a group in the background; its page shows how far it is."""
    actor = actor_of(request)
    row = queries.group_one(actor, pk)
    try:
        groups.fit_start(actor, pk)
    except (Refused, Forbidden) as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
    return HttpResponseRedirect(group_url(row))


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a group out of the lists."""
    actor = actor_of(request)
    row = queries.group_one(actor, pk)
    try:
        groups.group_remove(actor, pk, reason=request.POST.get("reason", "")[:500])
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
        return HttpResponseRedirect(group_url(row))
    messages.success(request, _("“%(name)s” was removed; its history stays.") % {"name": row})
    return HttpResponseRedirect(reverse("monitoring:groups"))
