"""Alarms for other systems: read them, acknowledge them, shelve them."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import Field

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.modules.monitoring.choices import Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmState
from anlan.modules.monitoring.queries import alarms as queries
from anlan.modules.monitoring.services import alarms_acts, alarms_findings

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
router = Router(tags=["Alarms"])


class AlarmOut(Schema):
    """An alarm as it stands. `state` is the letter of IEC 62682, `priority` 1 (critical) to 4."""

    rule: UUID
    enterprise: UUID
    tag: str
    kind: str
    state: str
    priority: int
    value: float | None
    limit: float | None
    unit: str
    since: dt.datetime | None
    raised_at: dt.datetime | None
    announced_at: dt.datetime | None
    shelved_until: dt.datetime | None


class EventOut(Schema):
    """A line of the journal. `at` and `since` are the source's time."""

    id: UUID
    rule: UUID
    enterprise: UUID
    what: str
    at: dt.datetime
    since: dt.datetime | None
    announced_at: dt.datetime | None
    value: float | None
    limit: float | None
    priority: int
    by: str
    comment: str


class AlarmsQuery(PageQuery):
    """`state` is one letter; without it all that are not at rest."""

    enterprise: UUID | None = None
    state: Shown | None = None


class EventsQuery(PageQuery):
    """Those at the source in [`since`, `until`), where given."""

    enterprise: UUID | None = None
    rule: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


class AcknowledgeIn(Schema):
    """Which alarms, and a comment for all."""

    rules: list[UUID] = Field(min_length=1, max_length=alarms_acts.AT_ONCE)
    comment: str = Field("", max_length=500)


class ShelveIn(Schema):
    """Which alarms, for how long and why; `once` ends the shelf when the alarm clears."""

    rules: list[UUID] = Field(min_length=1, max_length=alarms_acts.AT_ONCE)
    seconds: int = Field(gt=0, le=86_400)
    reason: str = Field(min_length=1, max_length=500)
    once: bool = False


class FindingIn(Schema):
    """What is wrong, in a line, and more of it."""

    title: str = Field("", max_length=200)
    description: str = Field("", max_length=2000)


class FindingMadeOut(Schema):
    """The finding that was made; `/findings/{id}` reads it."""

    id: UUID
    number: str


class DoneOut(Schema):
    """How many alarms moved, and how many had moved already."""

    moved: int
    skipped: int


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _alarm(row: AlarmState) -> dict[str, Any]:
    names = ("priority", "value", "since", "raised_at", "announced_at", "shelved_until")
    return {
        **{name: getattr(row, name) for name in names},
        "rule": row.rule_id,
        "enterprise": row.enterprise_id,
        "tag": row.rule.point.tag,
        "unit": row.rule.point.unit,
        "kind": row.rule.kind,
        "limit": row.rule.limit,
        "state": row.shown,
    }


def _event(row: AlarmEvent) -> dict[str, Any]:
    names = ("id", "what", "at", "since", "announced_at", "value", "limit", "priority", "comment")
    return {
        **{name: getattr(row, name) for name in names},
        "rule": row.rule_id,
        "enterprise": row.enterprise_id,
        "by": row.by_name,
    }


@router.get(
    "/alarms",
    response={200: Page[AlarmOut], **ERRORS},
    operation_id="alarm_list",
    summary="List the alarms of your scope that are not at rest",
)
def alarm_list(request: HttpRequest, query: Query[AlarmsQuery]) -> Any:
    rows = queries.alarms(_actor(request)).exclude(shown=Shown.NORMAL)
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    if query.state:
        rows = rows.filter(shown=query.state)
    return page(rows, ("id",), query, _alarm)


@router.get(
    "/alarms/events",
    response={200: Page[EventOut], **ERRORS},
    operation_id="alarm_event_list",
    summary="List the alarm journal in the order in which it was written",
)
def event_list(request: HttpRequest, query: Query[EventsQuery]) -> Any:
    wanted = {
        "enterprise": query.enterprise,
        "rule": query.rule,
        "at__gte": query.since,
        "at__lt": query.until,
    }
    rows = queries.journal(_actor(request)).select_related(None)
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page(rows, ("id",), query, _event)


@router.post(
    "/alarms/acknowledge",
    response={200: DoneOut, **ERRORS},
    operation_id="alarm_acknowledge",
    summary="Acknowledge alarms; those acknowledged already are passed over",
)
@decorate_view(idempotent)
def acknowledge(request: HttpRequest, given: AcknowledgeIn) -> Any:
    done = alarms_acts.acknowledge(_actor(request), given.rules, given.comment)
    return {"moved": done.moved, "skipped": done.skipped}


@router.post(
    "/alarms/shelve",
    response={200: DoneOut, **ERRORS},
    operation_id="alarm_shelve",
    summary="Shelve alarms for a time; a highly managed one waits for a second person",
)
@decorate_view(idempotent)
def shelve(request: HttpRequest, given: ShelveIn) -> Any:
    done = alarms_acts.shelve(
        _actor(request), given.rules, seconds=given.seconds, reason=given.reason, once=given.once
    )
    return {"moved": done.moved, "skipped": done.skipped}


@router.post(
    "/alarms/{uuid:rule_id}/finding",
    response={201: FindingMadeOut, **ERRORS},
    operation_id="alarm_finding",
    summary="Make a finding of an alarm",
)
@decorate_view(idempotent)
def make_finding(request: HttpRequest, rule_id: UUID, given: FindingIn) -> Any:
    actor = _actor(request)
    rule = queries.rule_one(actor, rule_id)
    row = alarms_findings.report_alarm(
        actor, rule, title=given.title, description=given.description
    )
    return Status(201, {"id": row.pk, "number": row.number})
