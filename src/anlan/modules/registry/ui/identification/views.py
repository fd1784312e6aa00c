"""A unit's identification, older results, and the settings of an enterprise."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import BadInput
from anlan.engines.gb18218 import Result
from anlan.modules.registry import policy
from anlan.modules.registry import queries_identification as queries
from anlan.modules.registry.models import GradingSettings, Identification, MhiUnit
from anlan.modules.registry.rules_grading import Json
from anlan.modules.registry.services.grading import grading_update
from anlan.modules.registry.texts_identification import cause_words, change_words
from anlan.modules.registry.ui.identification import showing
from anlan.modules.registry.ui.identification.forms import SettingsForm

HISTORY = 20


@require_GET
@login_required
def unit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What a unit holds, what follows from it step by step, and how it came to this."""
    row = queries.unit_to_grade(request.actor, pk)
    (graded,) = queries.graded_units(request.actor, [row])
    history = Paginator(queries.identifications_of(request.actor, row), HISTORY)
    page = history.get_page(request.GET.get("page"))
    may_edit = request.actor.may(policy.INVENTORY_EDIT, row.scope_path, row.enterprise_id)
    context = {
        **result_context(row, graded.inputs, graded.result),
        "kept": graded.kept,
        "is_newest": True,
        "may_edit": may_edit,
        "may_set": request.actor.may(policy.GRADING_EDIT, row.scope_path, row.enterprise_id),
        "history": [_event(one) for one in page],
        "page": page,
        "n_plans": queries.scenarios_of(request.actor, row).count(),
    }
    return render(request, "registry/identification/unit.html", context)


@require_GET
@login_required
def result(request: ActorRequest, pk: UUID) -> HttpResponse:
    """An identification as it was kept, with the edition and settings of its day."""
    kept = queries.identification(request.actor, pk)
    context = {
        **result_context(kept.unit, kept.inputs, queries.stored_result(kept)),
        "kept": kept,
        "change": change_words(kept.change) if kept.change else [],
        "cause": cause_words(kept.cause),
    }
    return render(request, "registry/identification/unit.html", context)


def result_context(unit: MhiUnit, inputs: Json, found: Result) -> dict[str, Any]:
    """Return what every page about one result shows."""
    return {
        "unit": unit,
        "unit_url": showing.link("registry:units_show", unit.pk),
        "enterprise_url": showing.link("registry:enterprises_show", unit.enterprise_id),
        "site_url": showing.link("registry:sites_edit", unit.site_id) if unit.site_id else "",
        "inventory_url": showing.link_to(
            "registry:inventories_new", enterprise=unit.enterprise_id, unit=unit.pk
        ),
        "inputs": inputs,
        "rows": showing.rows_of(inputs, found),
        "totals": showing.totals(found),
        "steps": showing.steps_of(found),
        "verdict": showing.verdict(found),
        "scale": showing.scale(None, found, "R" if found.is_major_hazard else "S"),
        "errors": showing.problems_of(found.errors, inputs),
        "warnings": showing.problems_of(found.warnings, inputs),
        "mark": showing.mark_word(found.provenance),
        "settings": showing.settings_view(inputs.get("settings") or {}),
        "edition": found.edition,
    }


def _event(row: Identification) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "at": row.created_at,
        "is_mhi": row.is_mhi,
        "level": row.level or 0,
        "r": row.r_value,
        "cause": cause_words(row.cause),
        "words": change_words(row.change) if row.change else [],
    }


@require_http_methods(["GET", "POST"])
@login_required
def settings(request: ActorRequest, pk: UUID) -> HttpResponse:
    """How an enterprise answers what the standard leaves open."""
    enterprise = queries.enterprise_to_grade(request.actor, pk)
    current = queries.grading_settings(request.actor, [enterprise.pk])[enterprise.pk]
    form = SettingsForm(request.POST or None, instance=GradingSettings(**current))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.pop("reason")
        try:
            grading_update(request.actor, enterprise.pk, form.cleaned_data, reason)
            return redirect((request.GET.get("next_unit") and _unit_url(request)) or request.path)
        except BadInput as error:
            for name, texts in error.by_field().items():
                form.add_error(name if name in form.fields else None, texts)
    context = {
        "enterprise": enterprise,
        "enterprise_url": showing.link("registry:enterprises_show", enterprise.pk),
        "form": form,
        "settings": showing.settings_view(current),
        "may_set": request.actor.may(
            policy.GRADING_EDIT, enterprise.scope_path, enterprise.enterprise_id
        ),
        "units": queries.enterprise_units(request.actor, enterprise.pk),
        "title": gettext("Open points of GB 18218"),
    }
    status = 422 if form.errors else 200
    return render(request, "registry/identification/settings.html", context, status=status)


def _unit_url(request: ActorRequest) -> str:
    """Return the page of the unit that led here, if the actor sees it."""
    if not request.GET.get("next_unit"):
        return ""
    row = queries.unit_to_grade(request.actor, request.GET["next_unit"])
    return showing.link("grading:unit", row.pk)
