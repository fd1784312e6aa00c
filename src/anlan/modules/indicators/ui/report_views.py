"""Pages of the monthly analysis, the self-evaluation, advice and parameters."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actors import policy as actors_policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import path_end
from anlan.base.clock import today
from anlan.base.errors import AnlanError
from anlan.modules.indicators import elements, policy, queries, queries_analysis, rules
from anlan.modules.indicators.choices import Half
from anlan.modules.indicators.models import MonthlyAnalysis, SelfEvaluation
from anlan.modules.indicators.services import parameters, reports
from anlan.modules.indicators.ui import charts, score_view
from anlan.modules.indicators.ui.addresses import enterprise_url, finding_url
from anlan.modules.indicators.ui.forms import AnalysisForm, EvaluationForm, ParametersForm

TITLES = {
    "discipline": gettext_lazy("By discipline"),
    "unit": gettext_lazy("By place"),
    "clause": gettext_lazy("By clause or criterion"),
    "root_cause": gettext_lazy("By root cause"),
}
ADVISED = 500


@login_required
@require_http_methods(["GET", "POST"])
def analysis(request: ActorRequest) -> HttpResponse:
    """Show a month's findings by discipline, place, clause and root cause; the enterprise writes
    what it concludes."""
    actor, own = request.actor, request.actor.own_enterprise_id
    month = _month(request.GET.get("month", ""))
    row: MonthlyAnalysis | None = None
    form: AnalysisForm | None = None
    if own is not None:
        row = queries.analyses(actor).filter(enterprise=own, month_on=month).first()
        if actor.may(policy.ANALYSE) and (row is None or row.finished_at is None):
            kept = {"conclusion": row.conclusion, "measures": row.measures} if row else {}
            form = AnalysisForm(request.POST or None, initial=kept)
    if request.method == "POST" and form is not None and own is not None and form.is_valid():
        finish = "finish" in request.POST
        try:
            reports.analysis_save(actor, own, month, finish=finish, **form.cleaned_data)
        except AnlanError as error:
            form.take(error)
        else:
            messages.success(request, _("Finished.") if finish else _("Saved."))
            return HttpResponseRedirect(f"{reverse('indicators:analysis')}?month={month:%Y-%m}")
    found = (
        queries_analysis.from_json(row.figures)
        if row is not None and row.finished_at is not None
        else queries_analysis.figures(actor, month, own)
    )
    after = (month + dt.timedelta(days=32)).replace(day=1)
    context = {
        "month": month,
        "row": row,
        "form": form,
        "found": found,
        "more": found.total - found.before,
        "fewer": found.before - found.total,
        "pareto_columns": [
            {"label": _("What")},
            {"label": _("Share")},
            {"label": pgettext("indicators", "Number"), "align": "num"},
            {"label": _("Running total"), "align": "num"},
        ],
        "paretos": [
            (TITLES[key], charts.pareto([(label, n, "") for label, n in found.named(key)]))
            for key in queries_analysis.GROUPS
        ],
        "repeated": [
            (finding_url(UUID(pk)), number, title) for pk, number, title in found.repeated
        ],
        "before_url": f"?month={month - dt.timedelta(days=1):%Y-%m}",
        "after_url": f"?month={after:%Y-%m}" if after <= today() else "",
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "indicators/analysis.html", context, status=status)


def _month(text: str) -> dt.date:
    last = today().replace(day=1) - dt.timedelta(days=1)
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return last.replace(day=1)


@login_required
@require_http_methods(["GET", "POST"])
def evaluation(request: ActorRequest) -> HttpResponse:
    """Write the self-evaluation of a half-year, or list those of the enterprises one sees."""
    actor, own = request.actor, request.actor.own_enterprise_id
    if own is None:
        rows = list(queries.evaluations(actor)[:ADVISED])
        return render(request, "indicators/evaluations.html", {"rows": rows})
    year, half = _half(request.GET.get("half", ""))
    row: SelfEvaluation | None = (
        queries.evaluations(actor).filter(enterprise=own, year=year, half=half).first()
    )
    facts = queries_analysis.facts_of_half(actor, own, year, half)
    is_open = row is None or row.finished_at is None
    initial = {"summary": row.summary} if row else {}
    form = EvaluationForm(row.answers if row else {}, facts, request.POST or None, initial=initial)
    may = actor.may(policy.EVALUATE) and is_open
    if request.method == "POST" and may and form.is_valid():
        finish = "finish" in request.POST
        try:
            reports.evaluation_save(
                actor, own, year, half,
                answers=form.answers(), summary=form.cleaned_data["summary"], finish=finish,
            )  # fmt: skip
        except AnlanError as error:
            form.take(error)
        else:
            messages.success(request, _("Finished.") if finish else _("Saved."))
            return HttpResponseRedirect(f"{reverse('indicators:evaluation')}?half={year}-{half}")
    earlier = (year, 1) if half == 2 else (year - 1, 2)
    later = (year, 2) if half == 1 else (year + 1, 1)
    context = {
        "year": year,
        "half": half,
        "row": row,
        "form": form if may else None,
        "answers": [
            (one, (row.answers if row else {}).get(one.code, {})) for one in elements.elements()
        ],
        "half_label": _("%(half)s of %(year)s") % {"half": Half(half).label, "year": year},
        "before_url": f"?half={earlier[0]}-{earlier[1]}",
        "after_url": f"?half={later[0]}-{later[1]}" if later <= _half("") else "",
    }
    return render(
        request, "indicators/evaluation.html", context, status=422 if form.errors else 200
    )


def _half(text: str) -> tuple[int, int]:
    year, _dash, half = text.partition("-")
    if year.isdigit() and 2000 <= int(year) <= 2999 and half in ("1", "2"):
        return int(year), int(half)
    return today().year, 1 if today().month <= 6 else 2


@login_required
@require_GET
def advice(request: ActorRequest) -> HttpResponse:
    """Say how often to check each enterprise, from its rating and uncleared warnings."""
    actor = request.actor
    actors_policy.require(actor, policy.ADVICE)
    week_on = rules.last_week(today())
    scores = list(
        queries.scores(actor)
        .filter(week_on=week_on, score__isnull=False)
        .order_by("score", "pk")[:ADVISED]
    )
    colours = queries.open_colours(actor, [row.enterprise_id for row in scores])
    rows: list[dict[str, Any]] = []
    for row in scores:
        open_ = colours.get(row.enterprise_id, {})
        found = rules.advice(row.band, open_.get(3, 0), open_.get(4, 0))
        if found is not None:
            rows.append(
                {
                    "row": row,
                    "url": enterprise_url(row.enterprise_id, week_on),
                    "mark": score_view.band_mark(row.band),
                    "advice": found,
                    "yellow": open_.get(2, 0),
                    "orange": open_.get(3, 0),
                    "red": open_.get(4, 0),
                }
            )
    rows.sort(key=lambda one: (-one["advice"].step, one["row"].score))
    context = {"rows": rows, "week_on": week_on, "is_cut": len(scores) == ADVISED}
    return render(request, "indicators/advice.html", context)


def _places(actor: Actor) -> list[Organisation]:
    """Return where the actor may set parameters: the own area first, then its parks."""
    home = actor.home
    if home is None or home.kind != OrganisationKind.AREA:
        return []
    if not actor.may(policy.PARAMETERS, home.path):
        return []
    parks = Organisation.objects.filter(
        kind=OrganisationKind.PARK, is_active=True, path__gt=home.path, path__lt=path_end(home.path)
    )
    return [organisation_one(actor, home.organisation_id), *parks.order_by("name", "pk")[:50]]


@login_required
@require_http_methods(["GET", "POST"])
def parameter_page(request: ActorRequest) -> HttpResponse:
    """Show the parameters in force where the actor is; an authority changes those of its area."""
    actor = request.actor
    home = actor.home
    places = _places(actor)
    wanted = request.GET.get("place", "")
    place = next((one for one in places if str(one.pk) == wanted), places[0] if places else None)
    rows = score_view.parameter_rows(place.path if place else home.path if home else "")
    form: ParametersForm | None = None
    if place is not None:
        form = ParametersForm(rows, request.POST or None)
        if request.method == "POST" and form.is_valid():
            values = dict(form.cleaned_data)
            reason = values.pop("reason")
            try:
                parameters.parameters_save(actor, place.pk, values, reason)
            except AnlanError as error:
                form.take(error)
            else:
                messages.success(request, _("Saved. The next rating uses them."))
                page = reverse("indicators:parameters")
                return HttpResponseRedirect(f"{page}?place={place.pk}")
    area = place or (organisation_one(actor, home.organisation_id) if home else None)
    tabs = [
        {"label": one.name, "url": f"?place={one.pk}", "current": one == place, "n": ""}
        for one in places
    ]
    context = {"rows": rows, "form": form, "area": area, "tabs": tabs if len(tabs) > 1 else []}
    status = 422 if form is not None and form.errors else 200
    return render(request, "indicators/parameters.html", context, status=status)
