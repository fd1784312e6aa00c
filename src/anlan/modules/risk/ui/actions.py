"""Pages beside the tree: templates, copies, editions, shutdowns, matrix."""

from collections.abc import Sequence
from datetime import datetime
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
from anlan.base.clock import SHANGHAI
from anlan.base.duties.ui.words import often
from anlan.base.errors import BadInput, Forbidden, NotYours, Problem, Refused
from anlan.base.states.services import offers
from anlan.modules.registry import queries as registry
from anlan.modules.risk import queries, rules
from anlan.modules.risk.choices import (
    MeasureClass,
    MeasureSubclass,
    Method,
    RiskLevel,
    UnitType,
)
from anlan.modules.risk.methods import packaged
from anlan.modules.risk.models import RiskEdition
from anlan.modules.risk.policy import RISK_APPROVE, RISK_EDIT, SHUTDOWN_EDIT
from anlan.modules.risk.services import branches, editions, methods, shutdowns
from anlan.modules.risk.states import EditionState
from anlan.modules.risk.ui import diff
from anlan.modules.risk.ui.forms import valued
from anlan.modules.risk.ui.tree import address

Failure = (BadInput, Refused, Forbidden)


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def enterprise_of(request: HttpRequest) -> Any:
    """Return the enterprise that the address names, or one's own. Raises NotYours."""
    wanted = request.GET.get("enterprise") or _actor(request).own_enterprise_id or ""
    return registry.enterprises(_actor(request)).one(wanted)


def say(request: HttpRequest, error: Any) -> None:
    if isinstance(error, BadInput):
        for problem in error.problems:
            messages.error(request, f"{problem.text} {problem.remedy}".strip())
        return
    messages.error(request, f"{error.message()} {error.remedy_text()}".strip())


@login_required
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a template would enter below a unit; enter what was ticked."""
    actor = _actor(request)
    unit = queries.units(actor).one(pk)
    policy.require(actor, RISK_EDIT, unit)
    unit_type = request.GET.get("type") or unit.unit_type
    if request.method == "POST":
        try:
            made = branches.apply_template(
                actor,
                unit.pk,
                unit_type,
                set(request.POST.getlist("events")),
                _left_out(request, unit_type),
            )
        except Failure as error:
            say(request, error)
        else:
            messages.success(
                request, _("%(n)s events entered with their measures.") % {"n": len(made)}
            )
            return HttpResponseRedirect(address("unit", unit.pk))
    types = [
        (code, label, code == unit_type, f"?type={code}")
        for code, label in UnitType.choices
        if branches.templates(code)
    ]
    shown = _shown_template(unit_type)
    context = {
        "unit": unit,
        "types": types,
        "shown": shown,
        "taken": set(queries.events(actor).filter(unit=unit.pk).values_list("name", flat=True)),
    }
    return render(request, "risk/template.html", context)


def _left_out(request: HttpRequest, unit_type: str) -> set[str]:
    """Return the measures that were unticked, where the form offered to."""
    if "picked" not in request.POST:
        return set()
    kept = set(request.POST.getlist("measures"))
    offered = {
        f"{one.code}:{n}" for one in branches.templates(unit_type) for n in range(len(one.measures))
    }
    return offered - kept


def _shown_template(unit_type: str) -> list[dict[str, Any]]:
    """Return the events of a template with what they come to and the classes they cover."""
    method = packaged("zh")["ls"]
    shown = []
    for one in branches.templates(unit_type):
        marks = []
        for side in ("inherent", "residual"):
            found = valued(method, one.values[side])
            marks.append((found.level + 1, found.formula) if found else (0, ""))
        classes = [
            (label, sum(row["class1"] == code for row in one.measures))
            for code, label in MeasureClass.choices
        ]
        measures = [
            {
                **measure,
                "key": f"{one.code}:{n}",
                "cycle": often(measure["cycle_n"], measure["cycle_unit"])
                if measure["cycle_n"]
                else "",
                "class_word": MeasureSubclass(measure["class2"]).label,
            }
            for n, measure in enumerate(one.measures)
        ]
        shown.append({"template": one, "measures": measures, "marks": marks, "classes": classes})
    return shown


@login_required
@require_http_methods(["GET", "POST"])
def many_units(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter many units of an object at once, each with the events of its template."""
    actor = _actor(request)
    thing = queries.objects(actor).one(pk)
    policy.require(actor, RISK_EDIT, thing)
    usual = thing.kind if thing.kind in UnitType.values else UnitType.TANK_FARM
    unit_type = request.POST.get("type") or request.GET.get("type") or usual
    status = 200
    if request.method == "POST":
        try:
            made = branches.add_units(
                actor,
                thing.pk,
                request.POST.get("names", "").splitlines(),
                unit_type,
                set(request.POST.getlist("events")),
            )
        except Failure as error:
            say(request, error)
            status = 422
        else:
            messages.success(
                request, _("%(n)s units entered with their events.") % {"n": len(made)}
            )
            return HttpResponseRedirect(address("object", thing.pk))
    context = {
        "thing": thing,
        "types": [
            (code, label, code == unit_type, f"?type={code}") for code, label in UnitType.choices
        ],
        "unit_type": unit_type,
        "shown": _shown_template(unit_type),
        "names": request.POST.get("names", ""),
    }
    return render(request, "risk/many_units.html", context, status=status)


@login_required
@require_POST
def copy(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Copy a unit or an event with everything below it."""
    actor = _actor(request)
    if kind not in ("unit", "event"):
        raise NotYours()
    made = branches.copy_unit(actor, pk) if kind == "unit" else branches.copy_event(actor, pk)
    messages.success(request, _("Copied under new codes."))
    return HttpResponseRedirect(address(kind, made.pk))


@login_required
@require_GET
def edition_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the editions of an object, what may be done, and what changed between two."""
    actor = _actor(request)
    thing = queries.objects(actor).one(pk)
    found = list(queries.editions(actor, thing.pk))
    base, newer = _compared(request, found)
    open_one = next((one for one in found if one.state in ("draft", "in_review")), None)
    newest = newer.snapshot if newer else editions.snapshot_of(actor, thing)
    changes = diff.between(actor, base.snapshot, newest) if base else None
    context = {
        "thing": thing,
        "rows": found,
        "compared": [one for one in found if one.snapshot],
        "open_one": open_one,
        "offers": offers(actor, open_one) if open_one else [],
        "may_begin": open_one is None
        and actor.may(RISK_EDIT, thing.scope_path, thing.enterprise_id),
        "base": base,
        "newer": newer,
        "changes": changes,
        "counted": diff.counted(changes) if changes else None,
        "crumbs": [(thing.name, address("object", thing.pk)), (_("Editions"), "")],
    }
    return render(request, "risk/editions.html", context)


def _compared(
    request: HttpRequest, found: Sequence[RiskEdition]
) -> tuple[RiskEdition | None, RiskEdition | None]:
    """Return the two editions to compare; None for the second means the register as it stands."""
    kept = {str(one.number): one for one in found if one.snapshot}
    in_force = next((one for one in found if one.state == EditionState.APPROVED), None)
    base = kept.get(request.GET.get("since", "")) or in_force
    if "until" in request.GET:
        return base, kept.get(request.GET["until"])
    waiting = next((one for one in found if one.state == EditionState.IN_REVIEW), None)
    return base, waiting


@login_required
@require_POST
def edition_begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the next edition of an object."""
    try:
        editions.begin(_actor(request), pk, request.POST.get("summary", ""))
    except Refused as error:
        say(request, error)
    return HttpResponseRedirect(reverse("risk:editions", args=[pk]))


@login_required
@require_POST
def edition_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Submit, send back or approve an edition."""
    actor = _actor(request)
    edition = queries.edition_one(actor, pk)
    try:
        if move == "submit":
            editions.submit(actor, pk, request.POST.get("reason", ""))
        elif move == "return":
            editions.send_back(actor, pk, request.POST.get("reason", ""))
        elif move == "approve":
            editions.approve(actor, pk)
        else:
            raise NotYours()
    except (Refused, BadInput) as error:
        say(request, error)
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("risk:editions", args=[edition.object_id]))


@login_required
@require_GET
def shutdown_list(request: HttpRequest) -> HttpResponse:
    """List shutdown records of an enterprise."""
    enterprise = enterprise_of(request)
    rows = queries.shutdowns(_actor(request)).filter(enterprise=enterprise.pk)[:200]
    return render(request, "risk/shutdowns.html", {"enterprise": enterprise, "rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def shutdown_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a unit out of service."""
    actor = _actor(request)
    unit = queries.units(actor).one(pk)
    policy.require(actor, SHUTDOWN_EDIT, unit)
    status = 200
    if request.method == "POST":
        try:
            shutdowns.start(
                actor,
                unit.pk,
                started_at=_moment(request.POST.get("started_at", "")),
                reason=request.POST.get("reason", ""),
            )
        except Failure as error:
            say(request, error)
            status = 422
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(address("unit", unit.pk))
    return render(request, "risk/shutdown.html", {"unit": unit}, status=status)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise BadInput(Problem("started_at", _("Give day and time."))) from error


@login_required
@require_POST
def shutdown_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a unit back in service."""
    try:
        found = shutdowns.end(_actor(request), pk)
    except BadInput as error:
        say(request, error)
        return HttpResponseRedirect(reverse("risk:shutdowns"))
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(address("unit", found.unit_id))


@login_required
@require_http_methods(["GET", "POST"])
def method(request: HttpRequest) -> HttpResponse:
    """Show and change the enterprise's own matrix: words of the factors, level of each cell."""
    actor = _actor(request)
    enterprise = enterprise_of(request)
    may_edit = actor.may(RISK_APPROVE, enterprise.scope_path, enterprise.pk)
    found = queries.own_method(actor, enterprise.pk, Method.OWN)
    table = found.table if found and found.table else _start_table()
    if request.method == "POST":
        policy.require(actor, RISK_APPROVE, enterprise)
        table = _table_of(table, request)
        methods.save(
            actor, enterprise.pk, Method.OWN, table, is_default="is_default" in request.POST
        )
        messages.success(request, _("Saved; all events valued by it have been valued anew."))
        return HttpResponseRedirect(f"{reverse('risk:method')}?enterprise={enterprise.pk}")
    down, across = table["factors"][0], table["factors"][1]
    grid = []
    for row in sorted(down["values"], key=float, reverse=True):
        cells = []
        for column in sorted(across["values"], key=float):
            level = _level_of(table, row, column)
            cells.append({"name": f"cell_{row}_{column}", "level": level, "mark": level + 1})
        grid.append({"value": row, "words": down["values"][row], "cells": cells})
    context = {
        "enterprise": enterprise,
        "may_edit": may_edit,
        "is_default": found.is_default if found else False,
        "down": down,
        "across": [(key, across["values"][key]) for key in sorted(across["values"], key=float)],
        "across_letter": across["letter"],
        "grid": grid,
        "levels": RiskLevel.choices,
    }
    return render(request, "risk/method.html", context)


def _start_table() -> dict[str, Any]:
    """Return the product's LS table as the start of an own one."""
    made = packaged("zh")["ls"]
    return {
        "factors": [
            {
                "letter": factor.letter,
                "name": factor.name,
                "values": {rules.plain(value): words for value, words in factor.values.items()},
            }
            for factor in made.factors
        ],
        "bands": [{"least": rules.plain(band.least), "level": band.level} for band in made.bands],
        "cells": {},
    }


def _level_of(table: dict[str, Any], row: str, column: str) -> int:
    if f"{row},{column}" in table["cells"]:
        return int(table["cells"][f"{row},{column}"])
    score = float(row) * float(column)
    bands = sorted(table["bands"], key=lambda band: -float(band["least"]))
    return next(int(band["level"]) for band in bands if score >= float(band["least"]))


def _table_of(table: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Return the table with the words and cells of the form."""
    factors = []
    for factor in table["factors"]:
        words = {
            value: " ".join(request.POST.get(f"word_{factor['letter']}_{value}", text).split())[
                :120
            ]
            or text
            for value, text in factor["values"].items()
        }
        factors.append({**factor, "values": words})
    cells = {}
    for row in table["factors"][0]["values"]:
        for column in table["factors"][1]["values"]:
            level = request.POST.get(f"cell_{row}_{column}", "")
            if level in ("0", "1", "2", "3"):
                cells[f"{row},{column}"] = int(level)
    return {"factors": factors, "bands": table["bands"], "cells": cells}
