"""Duties for other systems: read only; they are done through what they are about."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.clock import today
from anlan.base.duties import queries, rules
from anlan.base.duties.models import Instance, Plan, RaisedWarning

ERRORS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut, 429: ProblemOut}
DAYS = 31
router = Router(tags=["Duties"])


class PlanOut(Schema):
    """A recurring duty. Hours are those of Asia/Shanghai."""

    id: UUID
    version: int
    enterprise: UUID
    kind: str
    title: str
    subject: UUID | None
    place: UUID | None
    place_text: str
    organisation: UUID
    assignee: UUID | None
    role: str
    work_type: int
    role_item: int | None
    cycle_n: int
    cycle_unit: str
    calendar: str
    starts_on: dt.date
    ends_on: dt.date | None
    time_from: str
    time_to: str
    grace_minutes: int
    is_active: bool


class InstanceOut(Schema):
    """One time to do a duty. Times are UTC with offset."""

    id: UUID
    version: int
    enterprise: UUID
    plan: UUID
    title: str
    organisation: UUID
    assignee: UUID | None
    role: str
    work_type: int
    opens_at: dt.datetime
    due_at: dt.datetime
    grace_until: dt.datetime
    state: str
    warning: int
    done_at: dt.datetime | None
    done_by: UUID | None
    record: UUID | None
    exempt_reason: str


class WarningOut(Schema):
    """A warning; `colour` 1 blue, 2 yellow, 3 orange, 4 red."""

    id: UUID
    version: int
    enterprise: UUID
    trigger: str
    subject_kind: str
    subject: UUID
    organisation: UUID | None
    title: str
    colour: int
    cause: str
    due_at: dt.datetime | None
    raised_at: dt.datetime
    recipients: list[str]
    cleared_at: dt.datetime | None
    cleared_by: UUID | None
    clear_reason: str


class PlansQuery(PageQuery):
    """`enterprise` narrows to one."""

    enterprise: UUID | None = None
    active: bool | None = None


# Days whose windows an id can name, which is made of the moment they open.
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2200, 1, 1)


class InstancesQuery(PageQuery):
    """Those that open from `since` on for `days` days (today if left out)."""

    enterprise: UUID | None = None
    plan: UUID | None = None
    state: Literal["pending", "due_soon", "done", "done_late", "overdue", "exempt"] | None = None
    since: Annotated[dt.date | None, Field(ge=EARLIEST, le=LATEST)] = None
    days: Annotated[int, Field(ge=1, le=DAYS)] = 1


class WarningsQuery(PageQuery):
    """`open` leaves the cleared ones out."""

    enterprise: UUID | None = None
    open: bool = False
    colour: Annotated[int, Field(ge=1, le=4)] | None = None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@router.get(
    "/duties/plans",
    response={200: Page[PlanOut], **ERRORS},
    operation_id="duty_plan_list",
    summary="List duty plans of your scope",
)
def plan_list(request: HttpRequest, query: Query[PlansQuery]) -> Any:
    rows = queries.plans(_actor(request))
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    if query.active is not None:
        rows = rows.filter(is_active=query.active)
    return page(rows, ("id",), query, plan_out)


@router.get(
    "/duties/plans/{plan_id}",
    response={200: PlanOut, **ERRORS},
    operation_id="duty_plan_read",
    summary="Read one duty plan",
)
def plan_read(request: HttpRequest, plan_id: UUID) -> Any:
    return plan_out(queries.plan_one(_actor(request), plan_id))


@router.get(
    "/duties/instances",
    response={200: Page[InstanceOut], **ERRORS},
    operation_id="duty_list",
    summary="List duties of your scope in the order in which they open",
)
def instance_list(request: HttpRequest, query: Query[InstancesQuery]) -> Any:
    first = query.since or today()
    begins = dt.datetime.combine(first, dt.time(0), rules.CHINA)
    rows = queries.instances(_actor(request)).filter(
        id__gte=rules.id_bound(begins), id__lt=rules.id_bound(begins + dt.timedelta(query.days))
    )
    wanted = {"enterprise": query.enterprise, "plan": query.plan, "state": query.state}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page(rows, ("id",), query, instance_out)


@router.get(
    "/duties/mine",
    response={200: list[InstanceOut], **ERRORS},
    operation_id="duty_mine",
    summary="My open duties, the soonest due first; at most 500",
)
def mine(request: HttpRequest) -> Any:
    return [instance_out(row) for row in queries.mine(_actor(request), today())[:500]]


@router.get(
    "/duties/instances/{instance_id}",
    response={200: InstanceOut, **ERRORS},
    operation_id="duty_read",
    summary="Read one duty",
)
def instance_read(request: HttpRequest, instance_id: UUID) -> Any:
    return instance_out(queries.instance_one(_actor(request), instance_id))


@router.get(
    "/duties/warnings",
    response={200: Page[WarningOut], **ERRORS},
    operation_id="warning_list",
    summary="List warnings of your scope in the order in which they were raised",
)
def warning_list(request: HttpRequest, query: Query[WarningsQuery]) -> Any:
    rows = queries.warnings(_actor(request))
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    if query.open:
        rows = rows.filter(cleared_at__isnull=True)
    if query.colour:
        rows = rows.filter(colour=query.colour)
    return page(rows, ("id",), query, warning_out)


@router.get(
    "/duties/warnings/{warning_id}",
    response={200: WarningOut, **ERRORS},
    operation_id="warning_read",
    summary="Read one warning",
)
def warning_read(request: HttpRequest, warning_id: UUID) -> Any:
    return warning_out(queries.warning_one(_actor(request), warning_id))


def plan_out(row: Plan) -> dict[str, Any]:
    """Return a plan as the API names it."""
    return {
        **_same(row, PlanOut),
        "subject": row.subject_id,
        "place": row.place_id,
        "time_from": row.time_from.strftime("%H:%M"),
        "time_to": row.time_to.strftime("%H:%M"),
    }


def instance_out(row: Instance) -> dict[str, Any]:
    """Return an instance as the API names it."""
    return {**_same(row, InstanceOut), "title": row.plan.title, "record": row.record_id}


def warning_out(row: RaisedWarning) -> dict[str, Any]:
    """Return a warning as the API names it."""
    words = {name: str(getattr(row, name)) for name in ("title", "cause", "clear_reason")}
    return {**_same(row, WarningOut), **words, "subject": row.subject_id}


def _same(row: Any, schema: type[Schema]) -> dict[str, Any]:
    """Return the fields that row and schema share; references as ids."""
    names = {field.name for field in row._meta.fields}
    return {
        name: getattr(row, f"{name}_id" if row._meta.get_field(name).is_relation else name)
        for name in schema.model_fields
        if name in names
    }
