"""Inspection records for other systems: read them, enter them."""

import datetime as dt
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import AwareDatetime, Field

from anlan.base.api.etags import not_modified, set_etag
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.base.ids import uuid7
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.services import records

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
router = Router(tags=["Inspections"])
Outcome = Literal["normal", "abnormal", "not_inspected"]
Why = Literal["", "out_of_service", "no_access", "weather", "danger", "no_tool", "other"]


class AnswerOut(Schema):
    """What was answered to one item; `finding` is what it gave rise to."""

    item: str
    text: str
    result: str
    note: str
    finding: UUID | None


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
    answers: list[AnswerOut]
    finding: UUID | None
    by: UUID | None
    occurred_at: dt.datetime
    received_at: dt.datetime
    arrived_by: str
    device: UUID | None
    is_late: bool
    is_repeat: bool
    stands: bool


class AnswerIn(Schema):
    """The answer to one item of the task's checklist; `not_inspected` is not applicable."""

    item: str = Field(max_length=10)
    result: Outcome
    note: str = Field("", max_length=500)


class RecordIn(Schema):
    """A check. `id` is a UUIDv7 of the sender: the same again is the same record."""

    id: UUID = Field(default_factory=uuid7)
    task: UUID
    duty: UUID | None = None
    result: Outcome = "normal"
    reading: Decimal | None = None
    note: str = Field("", max_length=2000)
    reason: Why = ""
    answers: list[AnswerIn] = Field(default_factory=list, max_length=200)
    occurred_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None


class RecordsQuery(PageQuery):
    """Those made in [`since`, `until`), where given."""

    enterprise: UUID | None = None
    task: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


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
    summary="Enter a check; it fulfils its duty, and what is abnormal becomes a finding."
    " Send an Idempotency-Key, or an id of your own, to be safe against doubles",
)
@decorate_view(idempotent)
def record_make(request: HttpRequest, given: RecordIn, response: HttpResponse) -> Any:
    check = records.Check(
        id=given.id,
        task_id=given.task,
        instance_id=given.duty,
        result=given.result,
        reading=given.reading,
        note=given.note,
        reason=given.reason,
        answers=tuple(records.Answer(one.item, one.result, one.note) for one in given.answers),
        occurred_at=given.occurred_at,
        started_at=given.started_at,
        finished_at=given.finished_at,
    )
    row = records.record(_actor(request), check).row
    set_etag(response, row)
    return record_out(row)


@router.get(
    "/inspections/records/{record_id}",
    response={200: RecordOut, 304: None, **ERRORS},
    operation_id="inspection_record_read",
    summary="Read one record; the ETag names its version",
)
def record_read(request: HttpRequest, record_id: UUID, response: HttpResponse) -> Any:
    row = queries.record_one(_actor(request), record_id)
    set_etag(response, row)
    if not_modified(request, row):
        return Status(304, None)
    return record_out(row)


def record_out(row: InspectionRecord) -> dict[str, Any]:
    """Return a record as the API names it."""
    names = {"duty": "instance_id"}
    links = ("enterprise", "task", "unit", "by", "device", "finding")
    made = {
        name: getattr(row, names.get(name) or (f"{name}_id" if name in links else name))
        for name in RecordOut.model_fields
    }
    made["answers"] = [
        {
            "item": one["item"],
            "text": one.get("text", ""),
            "result": one["result"],
            "note": one.get("note", ""),
            "finding": one.get("finding_id"),
        }
        for one in row.answers
    ]
    return made
