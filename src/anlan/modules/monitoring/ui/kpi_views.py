"""The page of alarm load, and the acts that follow from it."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.clock import SHANGHAI, now, start_of, today
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.base.files.responses import download
from anlan.base.papers.rendering import MIME
from anlan.base.papers.rendering import render as render_paper
from anlan.engines.alarms.kpi import BIN
from anlan.modules.monitoring import papers
from anlan.modules.monitoring.policy import FLOOD_NAME, LIMIT_REQUEST
from anlan.modules.monitoring.queries import alarm_floods, alarm_improvement, alarm_kpi, alarms
from anlan.modules.monitoring.services import alarms_tasks
from anlan.modules.monitoring.services import floods as flood_services
from anlan.modules.monitoring.ui import alarms_showing, kpi_showing
from anlan.modules.registry.queries import enterprises

SPANS = (7, 30, 90)
MOST_KNOWN = 100


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _plant(request: HttpRequest) -> Any:
    """The enterprise asked for, one's own, or the first with alarms. Raises NotYours."""
    actor = _actor(request)
    asked = alarms_showing.unit_of(request.GET.get("enterprise", ""))
    pk = asked or actor.own_enterprise_id or _newest(actor)
    if pk is None:
        return None
    found = organisation_one(actor, pk)
    if found.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    return found


def _newest(actor: Any) -> UUID | None:
    """The enterprise whose journal has the newest line."""
    row = alarms.journal(actor).values_list("enterprise_id", flat=True).first()
    return row


def _date(text: str) -> dt.date | None:
    """Read a day from the address; None for what is none."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _moment(text: str) -> dt.datetime | None:
    try:
        return parse_datetime(text[:40])
    except ValueError:
        return None


def period_of(request: HttpRequest, enterprise: UUID) -> alarm_kpi.Period:
    """Read the period from the address: `days` up to the end of `until`, a `unit`, `positions`."""
    given = request.GET
    days = int(given["days"]) if given.get("days") in {str(n) for n in SPANS} else 30
    asked = _date(given.get("until", ""))
    end = now()
    if asked and asked < today():
        end = dt.datetime.combine(asked + dt.timedelta(days=1), dt.time(0), SHANGHAI)
    positions = given.get("positions", "")
    # Tens of minutes by the clock, as the plot has them: else the peak moves with every look.
    start = dt.datetime.fromtimestamp(
        (end - dt.timedelta(days=days)).timestamp() // BIN * BIN, dt.UTC
    )
    return alarm_kpi.Period(
        enterprise,
        start,
        end,
        alarms_showing.unit_of(given.get("unit", "")),
        int(positions) if positions in {"1", "2", "3", "4", "5", "6"} else 1,
    )


def _months() -> list[dt.date]:
    """Return the first days of this month and the two before it."""
    found = [today().replace(day=1)]
    for _back in range(2):
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the load of alarms on an operator against the targets, what makes it, what helps."""
    actor = _actor(request)
    plant = _plant(request)
    if plant is None:
        return render(request, "monitoring/kpi.html", {"plant": None})
    period = period_of(request, plant.pk)
    rows = alarm_kpi.announced(actor, period)
    rules = alarm_kpi.rules_of(actor, rows)
    found = alarm_kpi.load(rows, period)
    worst = alarm_kpi.worst(rows, rules)
    day = _date(request.GET.get("day", ""))
    address = kpi_showing.Address(plant.pk, request.GET)
    plot = kpi_showing.plot(rows, rules, kpi_showing.busiest_day(rows, day))
    units = alarms.units_with_points(actor).filter(enterprise=plant)
    total = ngettext("%(n)s alarm announced", "%(n)s alarms announced", found["activations"])
    context = {
        "plant": plant,
        "span": kpi_showing.span(period),
        "total": total % {"n": f"{found['activations']:,}"},
        "period": period,
        "days": round((period.end - period.start).total_seconds() / 86_400),
        "figures": kpi_showing.cards(found, rows, period),
        "found": found,
        "definitions": kpi_showing.definitions(found["definitions"]),
        "plot": plot,
        "day_before": address.of_day(plot.before) if plot else "",
        "day_after": address.of_day(plot.after) if plot else "",
        "bars": kpi_showing.bars(worst, found["activations"]),
        "gain": kpi_showing.gain(worst, found, period),
        "improve_url": reverse("monitoring:kpi_improve") + f"?{request.GET.urlencode()}",
        "floods_url": reverse("monitoring:kpi_floods") + f"?{request.GET.urlencode()}",
        "reports": [
            *((f"{month:%Y-%m}", address(month=f"{month:%Y-%m}")) for month in _months()),
            (_("The period shown"), address()),
        ],
        "units": [(unit, address(unit=unit.pk)) for unit in units],
        "address": address,
        "spans": SPANS,
        "state": "asking",
        "may_request": actor.may(LIMIT_REQUEST, plant.path, plant.pk),
        "may_task": alarms_tasks.may_set(actor, plant),
        "query": request.GET.urlencode(),
    }
    return render(request, "monitoring/kpi.html", context)


@login_required
@require_GET
def report(request: HttpRequest) -> HttpResponseBase:
    """Hand out the report of a calendar month (`month=2026-11`), or of the period of the page."""
    actor, plant = _actor(request), _plant(request)
    if plant is None:
        raise NotYours()
    row = enterprises(actor).one(plant.pk)
    period = period_of(request, plant.pk)
    month = _date(f"{request.GET.get('month', '')[:7]}-01")
    if month is not None:
        after = (month + dt.timedelta(days=31)).replace(day=1)
        first, last = start_of(month), min(start_of(after), now())
        if first >= last:
            raise NotYours()
        period = replace(period, start=first, end=last)
    paper = papers.of_period(period, is_month=month is not None)
    days = f"{month:%Y-%m}" if month else kpi_showing.span(period)
    name = f"{paper.title}-{row.name}-{days}.docx"
    return download(render_paper(paper, "docx", actor, row), MIME["docx"], name)


@login_required
@require_GET
def improve(request: HttpRequest) -> HttpResponse:
    """The bad actors again, with what would help measured on their stored values.

    Reading and replaying a week of values of ten points takes seconds, so the page comes first,
    and what was measured is kept for a day; `?anew` measures once more.
    """
    actor, plant = _actor(request), _plant(request)
    if plant is None:
        raise NotYours()
    period = period_of(request, plant.pk)
    rows = alarm_kpi.announced(actor, period)
    worst, is_told = alarm_improvement.with_values(
        alarm_kpi.worst(rows, alarm_kpi.rules_of(actor, rows)),
        period.end,
        anew="anew" in request.GET,
    )
    found = alarm_kpi.load(rows, period)
    given = request.GET.copy()
    given["anew"] = "1"
    context = {
        "measured": alarm_improvement.measured_at(worst),
        "anew_url": f"{request.path}?{given.urlencode()}",
        "bars": kpi_showing.bars(worst, found["activations"]),
        "gain": kpi_showing.gain(worst, found, period),
        "state": "told" if is_told else "away",
        "may_request": actor.may(LIMIT_REQUEST, plant.path, plant.pk),
        "may_task": alarms_tasks.may_set(actor, plant),
        "query": request.GET.urlencode(),
    }
    return render(request, "monitoring/_bad_actors.html", context)


@login_required
@require_GET
def floods(request: HttpRequest) -> HttpResponse:
    """The floods of the period by name, and what they are like: it takes longer than the rest."""
    actor, plant = _actor(request), _plant(request)
    if plant is None:
        raise NotYours()
    period = period_of(request, plant.pk)
    rows = alarm_kpi.announced(actor, period)
    rules = alarm_kpi.rules_of(actor, rows)
    seen = alarm_floods.floods_seen(actor, period, rows, rules)
    context = {
        "floods": seen[:12],
        # What is one alarm again and again is a flood to the operator and no pattern to compare.
        "n_chatter": max(0, len(alarm_kpi.load(rows, period)["floods"]) - len(seen)),
        "known": list(alarm_floods.known_floods(actor, plant.pk)[:MOST_KNOWN]),
        "plant": plant,
        "unit": period.unit,
        "may_name": actor.may(FLOOD_NAME, plant.path, plant.pk),
        "query": request.GET.urlencode(),
    }
    return render(request, "monitoring/_floods.html", context)


@login_required
@require_POST
def name_flood(request: HttpRequest) -> HttpResponse:
    """Name the flood that began at a moment."""
    given = request.POST
    enterprise = alarms_showing.unit_of(given.get("enterprise", ""))
    at = _moment(given.get("at", ""))
    if enterprise is None or at is None or at.tzinfo is None:
        raise NotYours()
    unit = alarms_showing.unit_of(given.get("unit", ""))
    try:
        row = flood_services.flood_name(
            _actor(request), enterprise, at, given.get("name", ""), given.get("note", ""), unit
        )
    except (Forbidden, BadInput) as error:
        texts = [str(one.text) for one in getattr(error, "problems", ())]
        messages.error(request, " ".join(texts) or error.message())
    else:
        messages.success(request, _("Later floods like it are called “%(name)s”.") % {"name": row})
    return _back(request)


@login_required
@require_POST
def forget_flood(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the name of a flood back."""
    try:
        flood_services.flood_forget(_actor(request), pk)
    except Forbidden as error:
        messages.error(request, error.message())
    return _back(request)


@login_required
@require_POST
def task(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set the improvement of one alarm as a duty."""
    rule = alarms.rule_one(_actor(request), pk)
    try:
        alarms_tasks.improvement_set(_actor(request), rule)
    except (Refused, Forbidden, BadInput) as error:
        messages.error(request, error.message())
    else:
        messages.success(request, _("The improvement stands among the duties of the engineers."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    back = reverse("monitoring:kpi")
    query = request.POST.get("query", "")
    return HttpResponseRedirect(f"{back}?{query}" if query else back)
