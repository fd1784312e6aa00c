"""Weekly scores, rewards and penalties for other systems, to be read."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.modules.indicators import queries
from anlan.modules.indicators.models import WeeklyScore

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
