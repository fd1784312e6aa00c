"""Read an object with everything below it, and its editions."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import create_model

from anlan.modules.registry.api.registers import ERRORS
from anlan.modules.registry.api.schemas import out_schema, row_out
from anlan.modules.risk import queries, queries_verified
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit

router = Router(tags=["Risk register"])

# A row as its register shows it, with what hangs below it. `verified_at` is null for never.
MeasureInChain: Any = create_model(
    "RiskMeasureInChain",
    __base__=out_schema(ControlMeasure),
    n_tasks=(int, ...),
    verified_at=(dt.datetime | None, ...),
    verified_by=(str, ...),
    verified_good=(bool | None, ...),
)
EventInChain: Any = create_model(
    "RiskEventInChain", __base__=out_schema(RiskEvent), measures=(list[MeasureInChain], ...)
)
UnitInChain: Any = create_model(
    "RiskUnitInChain", __base__=out_schema(RiskUnit), events=(list[EventInChain], ...)
)
Chain: Any = create_model(
    "RiskChain",
    __base__=out_schema(RiskObject),
    edition=(int | None, ...),
    units=(list[UnitInChain], ...),
)


class RiskEditionOut(Schema):
    """An edition of an object's analysis; who submitted and approved it by name."""

    id: UUID
    number: int
    state: str
    summary: str
    submitted_by: str
    submitted_at: dt.datetime | None
    approved_by: str
    approved_at: dt.datetime | None
    review_due: dt.date | None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@router.get(
    "/risk_objects/{row_id}/chain",
    response={200: Chain, **ERRORS},
    operation_id="risk_chain_read",
    summary="Read an object with its units, events and measures and when each was verified",
)
def chain(request: HttpRequest, row_id: UUID) -> Any:
    """Return the whole chain in a fixed number of queries."""
    actor = _actor(request)
    thing = queries.objects(actor).one(row_id)
    rows = queries.measures(actor).filter(event__unit__object=thing.pk).select_related(None)
    measures = list(rows)
    tasks = queries.task_counts(actor, thing.enterprise_id)
    verified = queries_verified.last_verified(
        actor, thing.enterprise_id, [row.pk for row in measures]
    )
    of_event: dict[UUID, list[Any]] = {}
    for measure in measures:
        last = verified.get(measure.pk)
        told = {
            **row_out(measure),
            "n_tasks": tasks.get(measure.pk, 0),
            "verified_at": last.at if last else None,
            "verified_by": last.by if last else "",
            "verified_good": last.is_good if last and last.at else None,
        }
        of_event.setdefault(measure.event_id, []).append(told)
    of_unit: dict[UUID, list[Any]] = {}
    for event in queries.events(actor).filter(unit__object=thing.pk).select_related(None):
        told = {**row_out(event), "measures": of_event.get(event.pk, [])}
        of_unit.setdefault(event.unit_id, []).append(told)
    units = queries.units(actor).filter(object=thing.pk).select_related(None)
    in_force = queries.editions(actor, thing.pk).filter(state="approved").first()
    return {
        **row_out(thing),
        "edition": in_force.number if in_force else None,
        "units": [{**row_out(unit), "events": of_unit.get(unit.pk, [])} for unit in units],
    }


@router.get(
    "/risk_objects/{row_id}/editions",
    response={200: list[RiskEditionOut], **ERRORS},
    operation_id="risk_editions_list",
    summary="List the editions of an object's analysis, the newest first",
)
def editions(request: HttpRequest, row_id: UUID) -> Any:
    """Return the editions with their states."""
    actor = _actor(request)
    thing = queries.objects(actor).one(row_id)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "state": row.state,
            "summary": row.summary,
            "submitted_by": row.submitted_by.display_name if row.submitted_by else "",
            "submitted_at": row.submitted_at,
            "approved_by": row.approved_by.display_name if row.approved_by else "",
            "approved_at": row.approved_at,
            "review_due": row.review_due,
        }
        for row in queries.editions(actor, thing.pk)
    ]
