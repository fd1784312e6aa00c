"""Weekly scores, rewards and penalties for other systems, to be read."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.clock import today
from anlan.modules.indicators import queries, queries_analysis, rules
from anlan.modules.indicators.models import Incentive, SelfEvaluation, WeeklyScore
from anlan.modules.indicators.services.rating import parameters_at
from anlan.modules.registry import queries as registry

ERRORS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut, 429: ProblemOut}

router = Router(tags=["Operating effect"])


class ScoreOut(Schema):
    """A week of an enterprise. Rates are derived: `done` ÷ `planned`, accepted ÷ due."""

    id: UUID
    enterprise: UUID
    week_on: dt.date
    score: Decimal | None
    band: str
    planned: int
    done: int
    late: int
    exempt: int
    role_planned: list[int]
    role_done: list[int]
    findings_due: int
    findings_accepted: int
    findings_new: int
    major_overdue: int
    inspection_points: Decimal
    coverage_deduction: Decimal
    rectification_points: Decimal
    few_deduction: Decimal
    vetoes: list[str]
    colour: int
    objects_total: int
    objects_complete: int


class ScoresQuery(PageQuery):
    """`week_on` is a Monday; `enterprise` narrows to one."""

    week_on: dt.date | None = None
    enterprise: UUID | None = None


def _out(row: WeeklyScore) -> dict[str, Any]:
    names = (name for name in ScoreOut.model_fields if name != "enterprise")
    return {**{name: getattr(row, name) for name in names}, "enterprise": row.enterprise_id}


@router.get(
    "/scores",
    response={200: Page[ScoreOut], **ERRORS},
    operation_id="score_list",
    summary="List the weekly scores of your scope",
)
def listing(request: HttpRequest, query: Query[ScoresQuery]) -> Any:
    """List weekly scores."""
    rows = queries.scores(request.actor).select_related(None)  # type: ignore[attr-defined]
    if query.week_on:
        rows = rows.filter(week_on=query.week_on)
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    return page(rows, ("week_on", "id"), query, _out)


@router.get(
    "/scores/{score_id}",
    response={200: ScoreOut, **ERRORS},
    operation_id="score_read",
    summary="Read one week of an enterprise",
)
def reading(request: HttpRequest, score_id: UUID) -> Any:
    """Read one."""
    return _out(queries.score_one(request.actor, score_id))  # type: ignore[attr-defined]


class RateOut(Schema):
    """Duties due and done in time of a level of the organisation or a responsible role.

    `key` is the organisation's id, or the role: 0 daily, 1 principal, 2 technical, 3 operational.
    """

    key: str
    name: str
    planned: int
    done: int
    late: int
    exempt: int


class RatesOut(Schema):
    """How a week went in an enterprise, by level of the tree and by responsible role."""

    enterprise: UUID
    week_on: dt.date
    nodes: list[RateOut]
    roles: list[RateOut]


class CountOut(Schema):
    """A group of findings and how many there are."""

    label: str
    n: int


class MonthOut(Schema):
    """A month's findings; `before` is the number of the month before.

    `groups` are by discipline, unit, clause and root_cause, the most first.
    """

    month_on: dt.date
    enterprise: UUID | None
    total: int
    major: int
    accepted: int
    before: int
    groups: dict[str, list[CountOut]]


class ParametersOut(Schema):
    """The parameters an enterprise is scored by."""

    enterprise: UUID
    values: dict[str, Decimal]


class IncentiveOut(Schema):
    """A reward or penalty; `revoked_at` set: it was wrong."""

    id: UUID
    enterprise: UUID
    kind: str
    rule: str
    happened_on: dt.date
    person_name: str
    reason: str
    amount: Decimal
    revoked_at: dt.datetime | None


class EvaluationOut(Schema):
    """A half-yearly self-evaluation; `answers` holds points and words by element."""

    id: UUID
    enterprise: UUID
    year: int
    half: int
    total: Decimal | None
    summary: str
    answers: dict[str, dict[str, str]]
    finished_at: dt.datetime | None


class ByEnterprise(PageQuery):
    """`enterprise` narrows to one."""

    enterprise: UUID | None = None


def _rate(one: queries.Rate) -> dict[str, Any]:
    names = ("name", "planned", "done", "late", "exempt")
    return {"key": str(one.key), **{name: getattr(one, name) for name in names}}


@router.get(
    "/score-rates",
    response={200: RatesOut, **ERRORS},
    operation_id="score_rates",
    summary="Read the completion of an enterprise's week by level and role",
)
def rates(request: HttpRequest, enterprise: UUID, week_on: dt.date | None = None) -> Any:
    """Read the rates of a week; of last week unless a day says which."""
    actor = request.actor  # type: ignore[attr-defined]
    plant = registry.enterprises(actor).one(enterprise)
    week = rules.week_of(week_on) if week_on else rules.last_week(today())
    found = queries.rates(actor, plant.pk, week)
    return {
        "enterprise": plant.pk,
        "week_on": week,
        "nodes": [_rate(one) for one in found.nodes],
        "roles": [_rate(one) for one in found.roles],
    }


@router.get(
    "/finding-months",
    response={200: MonthOut, **ERRORS},
    operation_id="finding_month",
    summary="Read a month's findings by discipline, place, clause and root cause",
)
def month(request: HttpRequest, month_on: dt.date, enterprise: UUID | None = None) -> Any:
    """Read the month of any day in it, over your scope or of one enterprise."""
    actor = request.actor  # type: ignore[attr-defined]
    if enterprise is not None:
        registry.enterprises(actor).one(enterprise)
    first = month_on.replace(day=1)
    found = queries_analysis.figures(actor, first, enterprise)
    return {
        "month_on": first,
        "enterprise": enterprise,
        "total": found.total,
        "major": found.major,
        "accepted": found.accepted,
        "before": found.before,
        "groups": {
            name: [{"label": label, "n": n} for label, n in found.named(name)]
            for name in found.groups
        },
    }


@router.get(
    "/score-parameters",
    response={200: ParametersOut, **ERRORS},
    operation_id="score_parameters",
    summary="Read the parameters an enterprise is scored by",
)
def parameters(request: HttpRequest, enterprise: UUID) -> Any:
    """Read the parameters in force now."""
    plant = registry.enterprises(request.actor).one(enterprise)  # type: ignore[attr-defined]
    return {"enterprise": plant.pk, "values": parameters_at(plant.scope_path)}


def _incentive(row: Incentive) -> dict[str, Any]:
    names = ("id", "kind", "happened_on", "person_name", "reason", "amount", "revoked_at")
    own = {name: getattr(row, name) for name in names}
    return {**own, "enterprise": row.enterprise_id, "rule": row.rule.title}


@router.get(
    "/incentives",
    response={200: Page[IncentiveOut], **ERRORS},
    operation_id="incentive_list",
    summary="List rewards and penalties",
)
def incentives(request: HttpRequest, query: Query[ByEnterprise]) -> Any:
    """List rewards and penalties, revoked ones too."""
    rows = queries.incentives(request.actor)  # type: ignore[attr-defined]
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    return page(rows, ("happened_on", "id"), query, _incentive)


def _evaluation(row: SelfEvaluation) -> dict[str, Any]:
    names = ("id", "year", "half", "total", "summary", "answers", "finished_at")
    return {**{name: getattr(row, name) for name in names}, "enterprise": row.enterprise_id}


@router.get(
    "/self-evaluations",
    response={200: Page[EvaluationOut], **ERRORS},
    operation_id="self_evaluation_list",
    summary="List half-yearly self-evaluations",
)
def evaluations(request: HttpRequest, query: Query[ByEnterprise]) -> Any:
    """List self-evaluations, drafts too."""
    rows = queries.evaluations(request.actor)  # type: ignore[attr-defined]
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    return page(rows, ("year", "half", "id"), query, _evaluation)
