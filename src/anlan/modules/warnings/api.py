"""Early warnings for other systems: read, acknowledge, report, clear, ask and answer."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import Field

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.modules.monitoring.api_alarms import FindingIn, FindingMadeOut
from anlan.modules.warnings import queries
from anlan.modules.warnings.models import EarlyWarning, FeedbackRequest
from anlan.modules.warnings.services import acts
from anlan.modules.warnings.services.findings import report_warning
from anlan.modules.warnings.states import WarningState

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
router = Router(tags=["Early warning"])


class WarningOut(Schema):
    """A warning of an installation. `colour` is 1 (red) to 4 (blue), `factors` what its index is
    made of at its worst moment, the largest first. The three deadlines follow the colour."""

    id: UUID
    version: int
    enterprise: UUID
    unit: UUID
    unit_name: str
    colour: int
    state: str
    score: float
    base: float
    factors: list[Any]
    overrides: list[Any]
    opened_at: dt.datetime
    raised_at: dt.datetime
    calm_at: dt.datetime | None
    acknowledge_by: dt.datetime
    report_by: dt.datetime
    clear_by: dt.datetime
    acknowledged_at: dt.datetime | None
    reported_at: dt.datetime | None
    cleared_at: dt.datetime | None
    cause: str
    measure: str


class QuestionOut(Schema):
    """What a level above asked about a warning, and the answer."""

    id: UUID
    text: str
    place: str
    due_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None


class WholeWarningOut(WarningOut):
    """A warning with what was asked about it, the newest first."""

    questions: list[QuestionOut]


class WarningsQuery(PageQuery):
    """Which warnings; `standing` leaves out those that were cleared."""

    enterprise: UUID | None = None
    unit: UUID | None = None
    state: WarningState | None = None
    standing: bool = False


class ReportIn(Schema):
    """Why the index rose and what is done about it."""

    cause: str = Field("", max_length=1000)
    measure: str = Field("", max_length=1000)


class ReasonIn(Schema):
    """Why the warning is over."""

    reason: str = Field("", max_length=1000)


class TextIn(Schema):
    """A question or an answer."""

    text: str = Field("", max_length=1000)


class NothingIn(Schema):
    """An empty object."""


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


_NAMES = (
    "id", "version", "state", "score", "base", "factors", "overrides", "opened_at", "raised_at",
    "calm_at", "acknowledge_by", "report_by", "clear_by", "acknowledged_at", "reported_at",
    "cleared_at", "cause", "measure",
)  # fmt: skip


def _warning(row: EarlyWarning) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _NAMES},
        "enterprise": row.enterprise_id,
        "unit": row.unit_id,
        "unit_name": row.unit.name,
        # As everywhere outside, red is 1.
        "colour": 5 - row.colour,
    }


def _question(row: FeedbackRequest) -> dict[str, Any]:
    names = ("id", "text", "place", "due_at", "answer", "answered_at")
    return {name: getattr(row, name) for name in names}


def _whole(actor: Any, pk: UUID) -> dict[str, Any]:
    found = _warning(queries.warning_one(actor, pk))
    return found | {"questions": [_question(row) for row in queries.requests(actor, pk)]}


@router.get(
    "/early_warnings",
    response={200: Page[WarningOut], **ERRORS},
    operation_id="early_warning_list",
    summary="List the early warnings of your scope in the order in which they opened",
)
def warning_list(request: HttpRequest, query: Query[WarningsQuery]) -> Any:
    wanted = {name: getattr(query, name) for name in ("enterprise", "unit", "state")}
    rows = queries.warnings(_actor(request))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if query.standing:
        rows = rows.filter(queries.standing())
    return page(rows, ("id",), query, _warning)


@router.get(
    "/early_warnings/{uuid:warning_id}",
    response={200: WholeWarningOut, **ERRORS},
    operation_id="early_warning_one",
    summary="Read an early warning factor by factor, with what was asked about it",
)
def warning_one(request: HttpRequest, warning_id: UUID) -> Any:
    return _whole(_actor(request), warning_id)


Step = Callable[[Any, UUID, Any], Any]


def _step(path: str, name: str, summary: str, given: type[Schema], step: Step) -> None:
    """Add an act on a warning: take the step, answer with the warning as it stands then."""

    def act(request: HttpRequest, warning_id: UUID, given: Any) -> Any:
        actor = _actor(request)
        step(actor, warning_id, given)
        return _whole(actor, warning_id)

    act.__name__ = name
    # The framework reads the body's schema from the signature.
    act.__annotations__["given"] = given
    router.post(
        path,
        response={200: WholeWarningOut, **ERRORS},
        operation_id=f"early_warning_{name}",
        summary=summary,
    )(decorate_view(idempotent)(act))


_ONE = "/early_warnings/{uuid:warning_id}"
_step(
    f"{_ONE}/acknowledge",
    "acknowledge",
    "Say that an early warning was seen",
    NothingIn,
    lambda actor, pk, given: acts.acknowledge(actor, pk),
)
_step(
    f"{_ONE}/report",
    "report",
    "Give feedback: why the index rose and what is done about it",
    ReportIn,
    lambda actor, pk, given: acts.report(actor, pk, cause=given.cause, measure=given.measure),
)
_step(
    f"{_ONE}/clear",
    "clear",
    "Clear a warning whose index is back; never by who reported",
    ReasonIn,
    lambda actor, pk, given: acts.clear(actor, pk, given.reason),
)
_step(f"{_ONE}/ask", "ask", "Ask the enterprise about a warning, as a level above", TextIn,
      lambda actor, pk, given: acts.ask(actor, pk, given.text))  # fmt: skip


@router.post(
    "/early_warnings/questions/{uuid:question_id}/answer",
    response={200: WholeWarningOut, **ERRORS},
    operation_id="early_warning_answer",
    summary="Answer what a level above asked about a warning",
)
@decorate_view(idempotent)
def answer(request: HttpRequest, question_id: UUID, given: TextIn) -> Any:
    row = acts.answer(_actor(request), question_id, given.text)
    return _whole(_actor(request), row.warning_id)


@router.post(
    f"{_ONE}/finding",
    response={201: FindingMadeOut, **ERRORS},
    operation_id="early_warning_finding",
    summary="Make a finding of an early warning",
)
@decorate_view(idempotent)
def make_finding(request: HttpRequest, warning_id: UUID, given: FindingIn) -> Any:
    row = report_warning(
        _actor(request), warning_id, title=given.title, description=given.description
    )
    return Status(201, {"id": row.pk, "number": row.number})
