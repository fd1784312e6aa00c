"""Pages of groups of tags: plumbing between forms, queries and services."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.jobs.queries import jobs_of
from anlan.engines.anomaly.watch import SETTLED
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import WatchGroup
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.monitoring.services import groups
from anlan.modules.monitoring.services import groups_fitting as fitting
from anlan.modules.monitoring.texts_groups import worded
from anlan.modules.monitoring.ui.forms import group_form
from anlan.modules.monitoring.ui.group_drawing import chart
from anlan.modules.monitoring.ui.group_lists import GROUP, ICONS, TONES, figure, group_url
from anlan.modules.monitoring.ui.record_pages import (
    actor_of,
    done,
    form_page,
    owner_of,
    removed,
    saved,
)
from anlan.modules.monitoring.ui.trend_views import viewer_url
from anlan.modules.registry.ui.addresses import enterprise_address
from anlan.modules.registry.ui.record import facts_of

DAY = dt.timedelta(days=1)
MOST_MISSING = 6
MOST_SHOWN = 12
"""As many tags as the trend viewer takes."""


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
    job = jobs_of(actor).filter(kind=fitting.FIT_JOB, payload__group_id=str(row.pk)).first()
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
        "fit": row.fit and told_of(row.fit),
        "next_fit": _next_fit(row),
        "former": [
            (one, told_of(one.fit), one.tags == row.tags)
            for one in queries.former_fits(actor, row.pk)
        ],
        "job": job,
        "groups": facts_of(row, tuple(_facts())),
        "history": history_of(actor, row),
        "may_edit": actor.may(policy.GROUP_EDIT, row.scope_path, row.enterprise_id),
        "crumbs": _crumbs(row, (str(row), "")),
    }
    return render(request, "monitoring/group.html", context)


def told_of(fit: dict[str, Any]) -> dict[str, Any]:
    """Return what a fit tells of itself, as its page writes it."""
    return {
        **worded(fit),
        "from": dt.datetime.fromisoformat(fit["from"]),
        "to": dt.datetime.fromisoformat(fit["to"]),
        "explained": f"{fit['explained']:.0%}",
        "later": f"{fit['later']:.1%}",
        "is_narrow": fit["later"] > fitting.NARROW,
        "still": ", ".join(fit["still"]),
    }


def _next_fit(row: WatchGroup) -> dt.datetime | None:
    if not row.fitted_at or not row.refit_days or not row.in_use:
        return None
    return row.fitted_at + row.refit_days * DAY


def _facts() -> list[Any]:
    # The tags have a card of their own.
    return [group for group in GROUP.groups if "tags" not in group.fields]


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Enter a group; `?enterprise=` says whose."""
    actor, enterprise = actor_of(request), owner_of(request, policy.GROUP_EDIT)
    blank = WatchGroup()
    start = {
        name: getattr(blank, name)
        for name in (
            "interval_s",
            "train_hours",
            "false_alarms",
            "margin",
            "hold_s",
            "refit_days",
            "in_use",
        )
    }
    form = group_form(actor, enterprise.pk, request.POST or None, **start)
    row = saved(
        request,
        form,
        lambda: groups.group_create(actor, {**form.values(), "enterprise": enterprise.pk}),
        _("Saved. Now fit the group on ordinary operation."),
    )
    if row is not None:
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
    form = group_form(actor, row.enterprise_id, request.POST or None, row)
    if saved(request, form, lambda: groups.group_update(actor, pk, form.values(), form.seen)):
        return HttpResponseRedirect(group_url(row))
    title = _("Edit %(name)s") % {"name": row}
    return form_page(request, form, title, _crumbs(row, (str(row), group_url(row))), group_url(row))


@login_required
@require_POST
def fit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start fitting a group in the background; its page shows how far it is."""
    actor = actor_of(request)
    row = queries.group_one(actor, pk)
    reason = request.POST.get("reason", "")
    return done(request, lambda: fitting.fit_start(actor, pk, reason), "", group_url(row))


@login_required
@require_POST
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a former fit judge again."""
    actor = actor_of(request)
    former = queries.former_fit_one(actor, pk)
    return done(
        request,
        lambda: fitting.fit_restore(actor, pk, request.POST.get("reason", "")),
        _("The former fit judges again; the newer one is kept."),
        reverse("monitoring:groups_show", args=[former.group_id]),
    )


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a group out of the lists."""
    row = queries.group_one(actor_of(request), pk)
    return removed(request, groups.group_remove, row, reverse("monitoring:groups"), group_url(row))
