"""What-if: plans for a unit, or a trial without one. Computed by the server while typing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import BadInput
from anlan.engines import gb18218
from anlan.engines.gb18218.lookup import normalise
from anlan.modules.registry import policy
from anlan.modules.registry import queries_identification as queries
from anlan.modules.registry.models import MhiUnit, Scenario
from anlan.modules.registry.models.grading import SETTINGS_FIELDS
from anlan.modules.registry.rules_grading import Json, judge
from anlan.modules.registry.rules_whatif import what_if
from anlan.modules.registry.services.scenario import scenario_remove, scenario_save
from anlan.modules.registry.texts_identification import column_figure, engine_language, figure
from anlan.modules.registry.ui.identification import showing
from anlan.modules.registry.ui.identification.forms import edited, is_empty, read_plan


@dataclass(frozen=True, slots=True)
class Subject:
    """What a plan is about: a unit with today's figures, or nothing at all."""

    unit: MhiUnit | None
    now: Json | None
    settings: dict[str, str]

    def address(self, action: str) -> str:
        """Return the address of `what_if`, `compute` or `edit` for this subject."""
        if self.unit is None:
            return reverse({"what_if": "grading:trial"}.get(action, f"grading:trial_{action}"))
        return reverse(f"grading:{action}", args=[self.unit.pk])


def _unit_subject(request: ActorRequest, pk: UUID) -> Subject:
    unit = queries.unit_to_grade(request.actor, pk)
    now = queries.inputs_by_unit(request.actor, [unit])[unit.pk]
    return Subject(unit, now, now["settings"])


def _trial_subject(request: ActorRequest) -> Subject:
    chosen = queries.default_settings()
    known = {view.name: view for view in showing.settings_view(chosen)}
    for name in SETTINGS_FIELDS:
        value = request.POST.get(f"set-{name}", "")
        if value in dict(showing.answers(name)) and name in known:
            chosen[name] = value
    return Subject(None, None, chosen)


@require_http_methods(["GET", "POST"])
@login_required
def what_if_unit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Try changes on a unit; starts from today or from a plan that was kept."""
    subject = _unit_subject(request, pk)
    chosen = None
    if request.GET.get("plan"):
        chosen = queries.scenarios_of(request.actor, _some(subject)).one(request.GET["plan"])
    plan = _start(request, subject, chosen)
    return _page(request, subject, plan, chosen)


@require_http_methods(["GET", "POST"])
@login_required
def trial(request: ActorRequest) -> HttpResponse:
    """Identify and grade something that is in no register."""
    subject = _trial_subject(request)
    return _page(request, subject, _start(request, subject, None), None)


def _start(request: ActorRequest, subject: Subject, chosen: Scenario | None) -> Json:
    if request.method == "POST":
        return read_plan(request.POST, subject.settings)
    if chosen is not None:
        return {**chosen.inputs, "settings": subject.settings}
    empty: Json = {"chemicals": [], "off_site_population": None, "settings": subject.settings}
    return subject.now or empty


def _page(
    request: ActorRequest,
    subject: Subject,
    plan: Json,
    chosen: Scenario | None,
    *,
    problem: str = "",
) -> HttpResponse:
    unit = subject.unit
    context = {
        **_context(subject, plan, chosen.name if chosen else ""),
        "chosen": chosen,
        "plans": queries.scenarios_of(request.actor, unit) if unit else (),
        "may_save": unit is not None
        and request.actor.may(policy.SCENARIO_EDIT, unit.scope_path, unit.enterprise_id),
        "problem": problem,
    }
    status = 422 if problem else 200
    return render(request, "registry/identification/what_if.html", context, status=status)


def _context(subject: Subject, plan: Json, name: str) -> dict[str, Any]:
    found = what_if(subject.now, plan)
    is_moved = subject.now is not None and _core(plan) != _core(subject.now)
    title = name or (gettext("Plan") if is_moved or subject.now is None else gettext("As it is"))
    return {
        "unit": subject.unit,
        "plan": plan,
        "is_empty": is_empty(plan),
        "is_moved": is_moved or subject.now is None,
        "rows": showing.rows_of(plan, found.then, subject.now),
        "totals": showing.totals(found.then),
        "steps": showing.steps_of(found.then),
        "now": showing.verdict(found.now) if found.now is not None else None,
        "then": showing.verdict(found.then),
        "then_name": title,
        "plan_name": name,
        "scale": showing.scale(found.now if is_moved else None, found.then, title),
        "errors": showing.problems_of(found.then.errors, plan),
        "warnings": showing.problems_of(found.then.warnings, plan),
        "bars": showing.bars_of(found, title),
        "threshold": figure(found.threshold, 0) if found.threshold is not None else "",
        "stay": showing.stay_of(found.stay),
        "duties": showing.duties_of(found.duties),
        "mark": showing.mark_word(found.then.provenance),
        "settings": showing.settings_view(subject.settings),
        "choices": {name: showing.answers(name) for name in SETTINGS_FIELDS},
        "edition": found.then.edition,
        "compute_url": subject.address("compute"),
        "edit_url": subject.address("edit"),
        "what_if_url": subject.address("what_if"),
    }


def _chosen_name(request: ActorRequest) -> str:
    return request.POST.get("plan_name", "")[:60]


def _core(plan: Json) -> object:
    return plan["chemicals"], plan.get("off_site_population")


@require_POST
@login_required
def compute_unit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Return the figures of what is being typed; nothing is written."""
    return _computed(request, _unit_subject(request, pk))


@require_POST
@login_required
def compute_trial(request: ActorRequest) -> HttpResponse:
    """Return the figures of a trial being typed."""
    return _computed(request, _trial_subject(request))


def _computed(request: ActorRequest, subject: Subject) -> HttpResponse:
    plan = read_plan(request.POST, subject.settings)
    context = _context(subject, plan, _chosen_name(request))
    return render(request, "registry/identification/_computed.html", context)


@require_POST
@login_required
def edit_unit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Return the editor after a row came, went or changed its basis; nothing is written."""
    return _edited(request, _unit_subject(request, pk))


@require_POST
@login_required
def edit_trial(request: ActorRequest) -> HttpResponse:
    """Return the editor of a trial after a row came, went or changed its basis."""
    return _edited(request, _trial_subject(request))


def _edited(request: ActorRequest, subject: Subject) -> HttpResponse:
    plan = edited(read_plan(request.POST, subject.settings), request.POST, subject.now)
    context = _context(subject, plan, _chosen_name(request))
    context["focus_last"] = "add" in request.POST
    return render(request, "registry/identification/_editor.html", context)


@require_POST
@login_required
def save(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Keep the plan under a name."""
    subject = _unit_subject(request, pk)
    plan = read_plan(request.POST, subject.settings)
    try:
        kept = scenario_save(request.actor, pk, request.POST.get("name", ""), plan)
    except BadInput as error:
        return _page(request, subject, plan, None, problem=error.by_field()["name"][0])
    return redirect(f"{subject.address('what_if')}?plan={kept.pk}")


@require_POST
@login_required
def remove(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Throw a plan away."""
    unit = scenario_remove(request.actor, pk)
    return redirect("grading:what_if", unit.pk)


@require_GET
@login_required
def compare(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Today and all kept plans of a unit side by side."""
    subject = _unit_subject(request, pk)
    assert subject.now is not None
    columns = [_column(gettext("As it is"), subject.now, None)]
    columns += [
        _column(kept.name, {**kept.inputs, "settings": subject.settings}, kept)
        for kept in queries.scenarios_of(request.actor, _some(subject))
    ]
    context = {"unit": subject.unit, "columns": columns, "names": _names(columns)}
    return render(request, "registry/identification/compare.html", context)


def _some(subject: Subject) -> MhiUnit:
    assert subject.unit is not None
    return subject.unit


def _column(name: str, inputs: Json, kept: Scenario | None) -> dict[str, Any]:
    found = judge(inputs)
    amounts: dict[str, Any] = {}
    unsaid: set[str] = set()
    for line in found.lines:
        amounts[line.label] = amounts.get(line.label, 0) + (line.q or 0)
        if line.q is None:
            unsaid.add(line.label)
    return {
        "name": name,
        "kept": kept,
        "verdict": showing.verdict(found),
        "population": inputs.get("off_site_population") or "—",
        "alpha": figure(found.alpha),
        "amounts": {label: _amount(value, label in unsaid) for label, value in amounts.items()},
    }


def _amount(value: Any, is_unsaid: bool) -> str:
    """Return the tonnes of a substance in words; a quantity nobody gave is told, not left out."""
    if not is_unsaid:
        return str(column_figure(value))
    if not value:
        return gettext("not given")
    return gettext("%(figure)s, others not given") % {"figure": column_figure(value)}


def _names(columns: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(label for column in columns for label in column["amounts"]))


@require_GET
@login_required
def substances(request: ActorRequest) -> HttpResponse:
    """Search table 1 and the categories of table 2 for a row to add."""
    text = request.GET.get("q", "")[:60]
    zh = engine_language() == "zh"
    found = [
        {
            "key": f"row:{row.seq}",
            "name": row.name_zh if zh else row.name_en,
            "note": ", ".join(row.cas),
            "where": gettext("Table 1, row %(row)s") % {"row": row.seq},
            "critical": figure(row.critical),
        }
        for row in gb18218.search(text, 12)
    ]
    wanted = normalise(text)
    for one in gb18218.categories():
        words = normalise(f"{one.symbol} {one.name_zh} {one.criteria_zh} {one.name_en}")
        if wanted in words:
            found.append(
                {
                    "key": f"category:{one.symbol}",
                    "name": f"{one.symbol} {one.name_zh if zh else one.name_en}",
                    "note": one.criteria_zh if zh else one.criteria_en,
                    "where": gettext("Table 2"),
                    "critical": figure(one.critical),
                }
            )
    context = {"found": found[:40], "text": text, "edit_url": _edit_url(request)}
    return render(request, "registry/identification/_substances.html", context)


def _edit_url(request: ActorRequest) -> str:
    """Return where a chosen substance is added: to the unit's plan, or to a trial."""
    if not request.GET.get("unit"):
        return reverse("grading:trial_edit")
    unit = queries.unit_to_grade(request.actor, request.GET["unit"])
    return reverse("grading:edit", args=[unit.pk])
