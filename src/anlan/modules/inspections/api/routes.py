"""Inspection tasks and records for other systems: read both, enter records."""

import datetime as dt
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.inspections.services import records

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
router = Router(tags=["Inspections"])
Outcome = Literal["normal", "abnormal", "not_inspected"]
Why = Literal["", "out_of_service", "no_access", "weather", "danger", "no_tool", "other"]


class TaskOut(Schema):
    """What is inspected again and again; `plan` is its duty plan."""

    id: UUID
    version: int
    enterprise: UUID
    plan: UUID
    title: str
    content: str
    source: int
    measure: UUID | None
    unit: UUID | None
    object: UUID | None
    work_type: int
    role_item: int | None
    route: int
    is_active: bool


class RecordOut(Schema):
    """What somebody saw. Times are UTC with offset; `duty` is the instance it answers."""

    id: UUID
    version: int
    enterprise: UUID
    task: UUID
    duty: UUID | None
    unit: UUID | None
    place: str
    result: str
    reading: Decimal | None
    reading_unit: str
    note: str
    reason: str
    by: UUID | None
    occurred_at: dt.datetime
    received_at: dt.datetime
    arrived_by: str
    device: UUID | None
    is_late: bool
    is_repeat: bool
    stands: bool


class RecordIn(Schema):
    """A check. `id` is a UUIDv7 of the sender: the same again is the same record."""

    id: UUID
    task: UUID
    duty: UUID | None = None
    result: Outcome
    reading: Decimal | None = None
    note: str = ""
    reason: Why = ""
    occurred_at: dt.datetime | None = None


class TasksQuery(PageQuery):
    """`enterprise` narrows to one."""

    enterprise: UUID | None = None
    active: bool | None = None


class RecordsQuery(PageQuery):
    """Those made in [`since`, `until`), where given."""

    enterprise: UUID | None = None
    task: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@router.get(
    "/inspections/tasks",
    response={200: Page[TaskOut], **ERRORS},
    operation_id="inspection_task_list",
    summary="List inspection tasks of your scope",
)
def task_list(request: HttpRequest, query: Query[TasksQuery]) -> Any:
    rows = queries.tasks(_actor(request))
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    if query.active is not None:
        rows = rows.filter(is_active=query.active)
    return page(rows, ("id",), query, task_out)


@router.get(
    "/inspections/records",
    response={200: Page[RecordOut], **ERRORS},
    operation_id="inspection_record_list",
    summary="List inspection records of your scope in the order in which they were made",
)
def record_list(request: HttpRequest, query: Query[RecordsQuery]) -> Any:
    wanted = {
        "enterprise": query.enterprise,
        "task": query.task,
        "occurred_at__gte": query.since,
        "occurred_at__lt": query.until,
    }
    rows = queries.records(_actor(request))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page(rows, ("id",), query, record_out)


@router.post(
    "/inspections/records",
    response={200: RecordOut, **ERRORS},
    operation_id="inspection_record_make",
    summary="Enter a check; it fulfils its duty, and what is abnormal becomes a finding",
)
def record_make(request: HttpRequest, given: RecordIn) -> Any:
    check = records.Check(
        id=given.id,
        task_id=given.task,
        instance_id=given.duty,
        result=given.result,
        reading=given.reading,
        note=given.note,
        reason=given.reason,
        occurred_at=given.occurred_at,
    )
    return record_out(records.record(_actor(request), check).row)


def task_out(row: InspectionTask) -> dict[str, Any]:
    """Return a task as the API names it."""
    links = ("enterprise", "plan", "measure", "unit", "object")
    return {
        name: getattr(row, f"{name}_id" if name in links else name) for name in TaskOut.model_fields
    }


def record_out(row: InspectionRecord) -> dict[str, Any]:
    """Return a record as the API names it."""
    names = {"duty": "instance_id", "device": "device_id"}
    links = ("enterprise", "task", "unit", "by")
    return {
        name: getattr(row, names.get(name) or (f"{name}_id" if name in links else name))
        for name in RecordOut.model_fields
    }
