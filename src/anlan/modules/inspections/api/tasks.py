"""Inspection tasks for other systems: read, set up, change, stop."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import Field

from anlan.base.api.etags import expected_version, not_modified, set_etag
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.base.errors import NotYours
from anlan.base.search_key import typed
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.services import tasks

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
WRITE_ERRORS = {**ERRORS, 412: ProblemOut, 428: ProblemOut}
router = Router(tags=["Inspections"])
Cycle = Literal["hour", "shift", "day", "week", "month", "quarter", "half_year", "year"]
Calendar = Literal["every_day", "workdays", "non_workdays"]
LINKS = ("enterprise", "plan", "measure", "unit", "object", "checklist")
PLAN_LINKS = ("organisation", "assignee", "shift_pattern")


class TaskOut(Schema):
    """What is inspected again and again; `plan` is its duty plan. Hours are Asia/Shanghai."""

    id: UUID
    version: int
    enterprise: UUID
    plan: UUID
    code: str
    title: str
    content: str
    source: int
    measure: UUID | None
    unit: UUID | None
    object: UUID | None
    checklist: UUID | None
    work_type: int
    role_item: int | None
    route: int
    organisation: UUID
    assignee: UUID | None
    role: str
    cycle_n: int
    cycle_unit: str
    calendar: str
    shift_pattern: UUID | None
    starts_on: dt.date
    ends_on: dt.date | None
    time_from: str
    time_to: str
    grace_minutes: int
    is_active: bool


class TaskPatch(Schema):
    """Fields left out stay. Of `measure`, `unit`, `object` name the finest: the others follow."""

    code: str | None = None
    title: str | None = None
    content: str | None = None
    source: int | None = None
    measure: UUID | None = None
    unit: UUID | None = None
    object: UUID | None = None
    checklist: UUID | None = None
    work_type: int | None = None
    role_item: int | None = None
    route: int | None = Field(None, ge=0, le=2_147_483_647)
    organisation: UUID | None = None
    assignee: UUID | None = None
    role: str | None = None
    cycle_n: int | None = Field(None, ge=1, le=1000)
    cycle_unit: Cycle | None = None
    calendar: Calendar | None = None
    shift_pattern: UUID | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    time_from: dt.time | None = None
    time_to: dt.time | None = None
    grace_minutes: int | None = Field(None, ge=0, le=525_600)


class TaskIn(TaskPatch):
    """A new task. `enterprise` may be left out by people of one; `id` is the sender's UUIDv7."""

    id: UUID | None = None
    enterprise: UUID | None = None


class StopIn(Schema):
    """Why a task ends."""

    reason: str = Field("", max_length=500)


class TasksQuery(PageQuery):
    """`enterprise` narrows to one; `q` searches code, title, place and pinyin."""

    enterprise: UUID | None = None
    active: bool | None = None
    code: str = ""
    measure: UUID | None = None
    q: str = ""


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@router.get(
    "/inspections/tasks",
    response={200: Page[TaskOut], **ERRORS},
    operation_id="inspection_task_list",
    summary="List inspection tasks of your scope",
)
def task_list(request: HttpRequest, query: Query[TasksQuery]) -> Any:
    wanted = {
        "enterprise": query.enterprise,
        "is_active": query.active,
        "code": query.code or None,
        "measure": query.measure,
    }
    rows = queries.tasks(_actor(request)).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    for word in typed(query.q).split()[:6]:
        rows = rows.filter(search_key__contains=word)
    return page(rows, ("id",), query, task_out)


@router.get(
    "/inspections/tasks/{task_id}",
    response={200: TaskOut, 304: None, **ERRORS},
    operation_id="inspection_task_read",
    summary="Read one; the ETag names its version",
)
def task_read(request: HttpRequest, task_id: UUID, response: HttpResponse) -> Any:
    row = queries.task_one(_actor(request), task_id)
    set_etag(response, row)
    if not_modified(request, row):
        return Status(304, None)
    return task_out(row)


@router.post(
    "/inspections/tasks",
    response={201: TaskOut, **WRITE_ERRORS},
    operation_id="inspection_task_create",
    summary="Set up a task with its duties; send an Idempotency-Key to be safe against doubles",
)
@decorate_view(idempotent)
def task_create(request: HttpRequest, given: TaskIn, response: HttpResponse) -> Any:
    actor = _actor(request)
    fields = given.model_dump(exclude_unset=True)
    enterprise = fields.pop("enterprise", None) or actor.own_enterprise_id
    if enterprise is None:
        raise NotYours()
    row = tasks.save(actor, enterprise, **_fields(fields))
    set_etag(response, row)
    return Status(201, task_out(row))


@router.patch(
    "/inspections/tasks/{task_id}",
    response={200: TaskOut, **WRITE_ERRORS},
    operation_id="inspection_task_change",
    summary="Change a task; what is not due yet follows. Needs If-Match",
)
@decorate_view(idempotent)
def task_change(
    request: HttpRequest, task_id: UUID, given: TaskPatch, response: HttpResponse
) -> Any:
    actor = _actor(request)
    row = queries.task_one(actor, task_id)
    made = tasks.save(
        actor,
        row.enterprise_id,
        task_id=task_id,
        expected_version=expected_version(request, row),
        **_fields(given.model_dump(exclude_unset=True)),
    )
    set_etag(response, made)
    return task_out(made)


@router.post(
    "/inspections/tasks/{task_id}/stop",
    response={200: TaskOut, **WRITE_ERRORS},
    operation_id="inspection_task_stop",
    summary="End a task with a reason; its records stay. Needs If-Match",
)
@decorate_view(idempotent)
def task_stop(request: HttpRequest, task_id: UUID, given: StopIn, response: HttpResponse) -> Any:
    actor = _actor(request)
    version = expected_version(request, queries.task_one(actor, task_id))
    tasks.stop(actor, task_id, given.reason, expected_version=version)
    row = queries.task_one(actor, task_id)
    set_etag(response, row)
    return task_out(row)


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the service takes: references named as ids, texts never null."""
    links = {*LINKS, *PLAN_LINKS}
    return {
        f"{name}_id" if name in links else name: "" if value is None and name == "role" else value
        for name, value in given.items()
    }


def task_out(row: InspectionTask) -> dict[str, Any]:
    """Return a task as the API names it."""
    made: dict[str, Any] = {}
    for name in TaskOut.model_fields:
        if name in LINKS:
            made[name] = getattr(row, f"{name}_id")
        elif name in PLAN_LINKS:
            made[name] = getattr(row.plan, f"{name}_id")
        elif name in ("time_from", "time_to"):
            made[name] = f"{getattr(row.plan, name):%H:%M}"
        else:
            made[name] = getattr(row if hasattr(row, name) else row.plan, name)
    return made
