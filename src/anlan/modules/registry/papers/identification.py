"""What the report of GB 18218 says: all of it as text, for both templates."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.engines.gb18218 import Result
from anlan.facts import Provenance, load_packaged
from anlan.modules.registry import queries_identification as queries
from anlan.modules.registry.models import Enterprise, Identification, MhiUnit, Scenario
from anlan.modules.registry.rules_grading import judge
from anlan.modules.registry.texts_identification import DASH, cause_words, engine_language
from anlan.modules.registry.ui.identification import showing

Json = dict[str, Any]


def of_identification(actor: Actor, row: Identification) -> Json:
    """Return one kept identification, with the edition and settings of its day."""
    kept = queries.identification(actor, row.pk)
    enterprise = queries.enterprise_to_grade(actor, kept.enterprise_id)
    found = queries.stored_result(kept)
    return _report(enterprise, [_unit(kept.unit, kept.inputs, found, kept)])


def of_enterprise(actor: Actor, row: Enterprise) -> Json:
    """Return all units of an enterprise, the most severe first."""
    units = queries.enterprise_units(actor, row.pk)
    graded = queries.graded_units(actor, units)
    return _report(row, [_unit(one.unit, one.inputs, one.result, one.kept) for one in graded])


def of_plan(actor: Actor, row: Scenario) -> Json:
    """Return a plan with today's result beside it; it is no identification and says so."""
    plan = queries.scenario(actor, row.pk)
    enterprise = queries.enterprise_to_grade(actor, plan.enterprise_id)
    unit = queries.unit_to_grade(actor, plan.unit_id)
    (today,) = queries.graded_units(actor, [unit])
    inputs = {**plan.inputs, "settings": today.inputs["settings"]}
    told = _unit(unit, inputs, judge(inputs), None, before=today.inputs)
    now = showing.verdict(today.result)
    told["facts"] += [
        [gettext("Plan"), plan.name],
        [gettext("As it is"), f"{now.words}  R {now.R}  S {now.S}"],
    ]
    return _report(enterprise, [told])


def _report(enterprise: Enterprise, units: list[Json]) -> Json:
    return {
        "is_demo": enterprise.is_demo,
        "demo_text": gettext("Demonstration, not for use"),
        "enterprise": [
            [gettext("Enterprise"), enterprise.name],
            [gettext("Unified social credit code"), enterprise.unified_social_credit_code],
            [gettext("Address"), enterprise.address or DASH],
            [gettext("Standard"), "GB 18218-2018"],
        ],
        "summary_head": [gettext("Unit"), gettext("Type"), "S", "R", gettext("Result")],
        "summary": [[one["name"], one["kind"], one["S"], one["R"], one["verdict"]] for one in units]
        if len(units) != 1
        else [],
        "words": _words(),
        "units": units,
        "signatures": [gettext("Prepared by"), gettext("Reviewed by"), gettext("Approved by")],
    }


def _words() -> dict[str, str]:
    return {
        "summary": gettext("Overview"),
        "rows": gettext("Chemicals"),
        "steps": gettext("How it follows"),
        "result": gettext("Result"),
        "settings": gettext("Open points of the standard"),
        "tables": gettext("Figures used and how far they can be trusted"),
        "missing": gettext("Missing data: the level cannot be said yet"),
        "warnings": gettext("To be read with the result"),
        "sum": gettext("Sum"),
        "rounding": gettext("Shown to two places, decided on unrounded figures"),
        "date": gettext("Date"),
        "none": gettext("No unit yet."),
    }


def _unit(
    unit: MhiUnit,
    inputs: Mapping[str, Any],
    found: Result,
    kept: Identification | None,
    before: Mapping[str, Any] | None = None,
) -> Json:
    verdict = showing.verdict(found)
    rows = showing.rows_of(inputs, found, before)
    totals = showing.totals(found)
    return {
        "name": unit.name,
        "kind": unit.get_kind_display(),
        "S": verdict.S,
        "R": verdict.R,
        "level": verdict.level,
        "verdict": verdict.words,
        "facts": _facts(unit, inputs, found, kept),
        "head": [
            gettext("Chemical"), "CAS", gettext("Place"), "m³", gettext("Fill"), "t/m³",
            "q, t", "Q, t", "q / Q", "β", "β·q / Q",
        ],
        "rows": [
            [
                _named(row), row.cas, row.place,
                row.volume_m3 if row.is_computed else DASH,
                row.fill_factor if row.is_computed else DASH,
                row.density_t_m3 if row.is_computed else DASH,
                row.q, row.critical, row.ratio, row.beta, row.weighted,
            ]
            for row in rows
        ],
        "sums": [gettext("Sum"), "", "", "", "", "", "", "", totals["S"], "", totals["weighted"]],
        "steps": [
            {
                "n": step.number,
                "rule": step.rule,
                "items": list(step.items),
                "clause": step.clause,
                "mark": step.mark,
            }
            for step in showing.steps_of(found)
        ],
        "missing": [f"{p.text} {p.remedy}" for p in showing.problems_of(found.errors, inputs)],
        "warnings": [f"{p.text} {p.remedy}" for p in showing.problems_of(found.warnings, inputs)],
        "settings": [
            [
                one.label,
                one.answer,
                gettext("Set by the enterprise") if one.is_own else gettext("Product default"),
            ]
            for one in showing.settings_view(inputs.get("settings") or {})
        ],
        "tables": _tables(found),
    }  # fmt: skip


def _named(row: showing.RowView) -> str:
    """Return a chemical's name; a mixture says what it is judged by."""
    name = row.name or row.categories
    return f"{name} ({row.mixture})" if row.mixture else name


def _facts(
    unit: MhiUnit, inputs: Mapping[str, Any], found: Result, kept: Identification | None
) -> list[list[str]]:
    facts = [
        [gettext("Unit"), f"{unit.name} ({unit.code})"],
        [gettext("Type"), unit.get_kind_display()],
        [gettext("Bounded by"), unit.boundary or DASH],
        [gettext("Site"), unit.site.name if unit.site else DASH],
        [gettext("Residents within 500 m"), inputs.get("off_site_population") or DASH],
        [gettext("Basis of the count"), inputs.get("population_basis") or DASH],
        [gettext("Edition"), found.edition],
    ]
    if kept is not None:
        at = kept.created_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        facts.append([gettext("Identified at"), f"{at}  {cause_words(kept.cause)}"])
    return facts


def _tables(found: Result) -> list[list[str]]:
    """Return each table of the standard that was used, and the weakest mark of its figures."""
    used: dict[int, list[Provenance]] = {}
    for step in found.steps:
        for one in (step, *step.items):
            if one.table is not None:
                used.setdefault(one.table, [])
                if one.provenance is not None:
                    used[one.table].append(one.provenance)
    order = list(Provenance)
    zh = engine_language() == "zh"
    rows = []
    for number in sorted(used):
        about = load_packaged(f"gb18218/table{number}.csv").dataset
        mark = max(used[number], key=order.index, default=Provenance.CROSS_CHECKED)
        title = about.title_zh if zh else about.title_en
        rows.append([f"{about.citation}  {title}", str(showing.MARKS[mark])])
    return rows
