"""GB 18218 for other systems: assess anything without keeping it, read what is known of units."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from anlan.engines import gb18218
from anlan.engines.gb18218.interchange import problem_to_json
from anlan.engines.gb18218.model import BetaRule, CoalGasRule, HintRule, RangeRule
from anlan.modules.registry import queries_identification as queries
from anlan.modules.registry.api.registers import ERRORS
from anlan.modules.registry.api.schemas import Strict
from anlan.modules.registry.texts_identification import engine_language

MOST_CHEMICALS = 500
_TEXT = 200


class ChemicalIn(Strict):
    """One chemical. `q_t` is the design maximum in tonnes; `Q_t` and `beta` override look-ups."""

    name_zh: str = Field("", max_length=_TEXT)
    cas: str = Field("", max_length=20)
    category: list[str] = Field([], max_length=10)
    q_t: Decimal | None = None
    Q_t: Decimal | None = None
    beta: Decimal | None = None
    mixture_of: str = Field("", max_length=_TEXT)
    same_class: bool | None = None


class SettingsIn(Strict):
    """Answers to what the standard leaves open; the product's defaults where left out."""

    several_classes: BetaRule = "larger"
    coal_gas: CoalGasRule = "carbon_monoxide"
    beta_hint: HintRule = "use"
    beta_hint_range: RangeRule = "ask"


class UnitIn(Strict):
    """A unit to assess. `off_site_population`: residents within 500 m outside the boundary."""

    id: str = Field("", max_length=_TEXT)
    chemicals: list[ChemicalIn] = Field(..., max_length=MOST_CHEMICALS)
    off_site_population: int | None = None
    alpha: Decimal | None = None
    settings: SettingsIn = SettingsIn()


class FaultOut(Schema):
    """Something that stops or qualifies the result."""

    field: str
    code: str
    problem: str
    remedy: str


class LineOut(Schema):
    """What became of one chemical; exact decimals as text, cut off after 20 digits."""

    label: str
    q_t: str | None
    Q_t: str | None
    Q_from: str
    table1_row: int | None
    category: str
    ratio: str | None
    beta: str | None
    beta_from: str
    provenance: str | None


class StepOut(Schema):
    """One step of the explanation."""

    number: int
    code: str
    clause: str
    table: int | None
    text: str
    provenance: str | None


class AssessOut(Schema):
    """Exact decimals as text. `is_major_hazard` is null while data are missing, never "no"."""

    id: str
    edition: str
    S: str | None
    R: str | None
    alpha: str | None
    level: int | None
    is_major_hazard: bool | None
    chemicals: list[LineOut]
    steps: list[StepOut]
    errors: list[FaultOut]
    warnings: list[FaultOut]


class IdentificationOut(AssessOut):
    """A unit's result. `identified_at` is null when it has not been kept yet."""

    unit: UUID
    identification: UUID | None
    identified_at: str | None
    off_site_population: int | None
    settings: dict[str, str]


router = Router(tags=["GB 18218"])


@router.post(
    "/gb18218/assess",
    response={200: AssessOut, **ERRORS},
    operation_id="gb18218_assess",
    summary="Identify and grade a unit from the figures sent; nothing is kept",
)
def assess(request: HttpRequest, body: UnitIn) -> Any:
    """Bad figures are told in `errors` with field and remedy; the rest is still computed."""
    chemicals = tuple(
        gb18218.Chemical(
            q_t=one.q_t,
            name=one.name_zh.strip(),
            cas=one.cas.strip(),
            categories=tuple(one.category),
            critical_t=one.Q_t,
            beta=one.beta,
            mixture_of=one.mixture_of.strip(),
            same_class=one.same_class,
        )
        for one in body.chemicals
    )
    unit = gb18218.Unit(chemicals, body.off_site_population, body.alpha, body.id)
    return _out(gb18218.assess(unit, gb18218.Settings(**body.settings.dict())))


@router.get(
    "/units/{row_id}/identification",
    response={200: IdentificationOut, **ERRORS},
    operation_id="mhiunit_identification",
    summary="Read how a unit is graded, step by step",
)
def identification(request: HttpRequest, row_id: UUID) -> Any:
    """The result of today's figures, with the identification that keeps it."""
    actor = request.actor  # type: ignore[attr-defined]
    unit = queries.unit_to_grade(actor, row_id)
    (graded,) = queries.graded_units(actor, [unit])
    kept, people = graded.kept, graded.inputs["off_site_population"]
    return {
        **_out(graded.result),
        "id": unit.code,
        "unit": unit.pk,
        "identification": kept.pk if kept else None,
        "identified_at": kept.created_at.isoformat() if kept else None,
        "off_site_population": int(people) if people else None,
        "settings": graded.inputs["settings"],
    }


def _out(result: gb18218.Result) -> dict[str, Any]:
    lang = engine_language()
    return {
        "id": result.unit_id,
        "edition": result.edition,
        "S": _text(result.S),
        "R": _text(result.R),
        "alpha": _text(result.alpha),
        "level": result.level,
        "is_major_hazard": result.is_major_hazard,
        "chemicals": [
            {
                "label": line.label,
                "q_t": _text(line.q),
                "Q_t": _text(line.critical),
                "Q_from": line.critical_from,
                "table1_row": line.seq,
                "category": line.category,
                "ratio": _text(line.ratio),
                "beta": _text(line.beta),
                "beta_from": line.beta_from,
                "provenance": line.provenance,
            }
            for line in result.lines
        ],
        "steps": [
            {
                "number": step.number,
                "code": step.code,
                "clause": step.clause,
                "table": step.table,
                "text": step.render(lang),
                "provenance": step.provenance,
            }
            for step in result.steps
        ],
        "errors": [problem_to_json(one, lang) for one in result.errors],
        "warnings": [problem_to_json(one, lang) for one in result.warnings],
    }


def _text(value: Any) -> str | None:
    return None if value is None else f"{gb18218.as_decimal(value):f}"
