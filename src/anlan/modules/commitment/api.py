"""Judgements and commitments for other systems: read only."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status

from anlan.base.api.etags import not_modified, set_etag
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.clock import today
from anlan.modules.commitment import queries
from anlan.modules.commitment.models import Commitment, Judgement
from anlan.modules.registry.models import Enterprise

ERRORS = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)
router = Router(tags=["Safety-risk commitment"])


class FlagOut(Schema):
    """What contradicts the facts or came late; `name` is the figure concerned."""

    code: Literal["late", "grade_too_low", "count_differs", "not_signed", "missing"]
    name: str
    stated: int | None
    actual: int | None


class JudgementOut(Schema):
    """One level's judgement: a shift's, a workshop's, a plant's."""

    id: UUID
    organisation: UUID
    place: str
    level: str
    state: str
    grade: int | None
    text: str
    signed_at: dt.datetime | None
    signed_by: UUID | None


class CommitmentOut(Schema):
    """An enterprise's commitment of a day. `counts` are stated, `facts` what was known when it was
    published (null: nothing is connected that knows it). `grade` 0 major to 3 low."""

    id: UUID
    version: int
    enterprise: UUID
    day: dt.date
    state: str
    grade: int | None
    text: str
    committer: str
    counts: dict[str, int]
    facts: dict[str, int | None]
    flags: list[FlagOut]
    has_trial: bool
    has_pilot: bool
    published_at: dt.datetime | None
    published_by: UUID | None


class DayOut(CommitmentOut):
    """One day with the judgements of the levels below."""

    judgements: list[JudgementOut]


class MissingOut(Schema):
    """An enterprise that must publish every day and has not on this one."""

    enterprise: UUID
    name: str
    principal: str
    principal_phone: str


class RateOut(Schema):
    """Published ÷ obliged over what you see; `doubtful` contradict the facts or came late."""

    day: dt.date
    obliged: int
    published: int
    doubtful: int
    rate: float | None


class DaysQuery(PageQuery):
    """Those of days in [`since`, `until`]; `doubtful` those that contradict the facts."""

    enterprise: UUID | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    state: Literal["draft", "published"] | None = None
    doubtful: bool | None = None


class DayQuery(PageQuery):
    """The day, today if left out."""

    day: dt.date | None = None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@router.get(
    "/commitments",
    response={200: Page[CommitmentOut], **ERRORS},
    operation_id="commitment_list",
    summary="List the commitments of your scope, by day",
)
def listing(request: HttpRequest, query: Query[DaysQuery]) -> Any:
    wanted = {
        "enterprise": query.enterprise,
        "day__gte": query.since,
        "day__lte": query.until,
        "state": query.state,
    }
    rows = queries.commitments(_actor(request)).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    if query.doubtful is not None:
        rows = rows.exclude(flags=[]) if query.doubtful else rows.filter(flags=[])
    return page(rows, ("day", "id"), query, commitment_out)


@router.get(
    "/commitments/missing",
    response={200: Page[MissingOut], **ERRORS},
    operation_id="commitment_missing",
    summary="List the enterprises that have not published on a day",
)
def missing(request: HttpRequest, query: Query[DayQuery]) -> Any:
    rows = queries.missing(_actor(request), query.day or today())
    return page(rows, ("id",), query, _missing_out)


@router.get(
    "/commitments/rate",
    response={200: RateOut, **ERRORS},
    operation_id="commitment_rate",
    summary="Read how many of the obliged have published on a day",
)
def rate(request: HttpRequest, day: dt.date | None = None) -> Any:
    which = day or today()
    found = queries.rate(_actor(request), which)
    return {
        "day": which,
        "obliged": found.obliged,
        "published": found.published,
        "doubtful": found.doubtful,
        "rate": found.rate,
    }


@router.get(
    "/commitments/{commitment_id}",
    response={200: DayOut, 304: None, **ERRORS},
    operation_id="commitment_read",
    summary="Read one day with the judgements of its levels; the ETag names its version",
)
def reading(request: HttpRequest, commitment_id: UUID, response: HttpResponse) -> Any:
    actor = _actor(request)
    row = queries.commitment_one(actor, commitment_id)
    set_etag(response, row)
    if not_modified(request, row):
        return Status(304, None)
    judgements = [_judgement_out(one) for one in queries.judgements(actor, row.pk)]
    return {**commitment_out(row), "judgements": judgements}


def commitment_out(row: Commitment) -> dict[str, Any]:
    """Return a commitment as the API names it."""
    links = {"enterprise": row.enterprise_id, "published_by": row.published_by_id}
    made = {
        name: links[name] if name in links else getattr(row, name)
        for name in CommitmentOut.model_fields
    }
    made["flags"] = [
        {
            "code": one["code"],
            "name": one.get("name") or "",
            "stated": one.get("stated"),
            "actual": one.get("actual"),
        }
        for one in row.flags
    ]
    return made


def _judgement_out(row: Judgement) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation": row.node.organisation_id,
        "place": row.node.organisation.name,
        "level": row.node.level,
        "state": row.state,
        "grade": row.grade,
        "text": row.text,
        "signed_at": row.signed_at,
        "signed_by": row.signed_by_id,
    }


def _missing_out(row: Enterprise) -> dict[str, Any]:
    return {
        "enterprise": row.pk,
        "name": row.name,
        "principal": row.principal,
        "principal_phone": row.principal_phone,
    }
