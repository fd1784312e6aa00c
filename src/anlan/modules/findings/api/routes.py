"""Reading and reporting findings."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.files import UploadedFile
from pydantic import Field

from anlan.base.actors.actor import Actor
from anlan.base.api.etags import not_modified, set_etag
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.base.clock import today
from anlan.base.errors import NotYours
from anlan.base.files.models import Attachment
from anlan.base.files.services import uploaded
from anlan.base.ids import uuid7
from anlan.base.states.services import offers
from anlan.modules.findings import criteria, queries, rules
from anlan.modules.findings.api import schemas
from anlan.modules.findings.choices import PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import evidence, reporting

ERRORS = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)
WRITE_ERRORS = {**ERRORS, **dict.fromkeys((409, 412, 428), ProblemOut)}
router = Router(tags=["Findings"])
Needs = Literal["open", "overdue", "due", "outside", "repeated"]
Role = Literal[tuple(str(value) for value in PhotoRole.values)]  # type: ignore[valid-type]


class FindingsQuery(PageQuery):
    """`needs` chooses what wants attention; `q` searches number, line and place. Of times and
    days the first is included, the last is not. `changed_since` finds what to fetch again."""

    enterprise: UUID | None = None
    needs: Needs | None = None
    state: schemas.State | None = None  # type: ignore[valid-type]
    level: schemas.Level | None = None
    source: schemas.Source | None = None
    channel: schemas.Through | None = None  # type: ignore[valid-type]
    discipline: schemas.Discipline | None = None
    unit: UUID | None = None
    equipment: UUID | None = None
    owner: UUID | None = None
    inspection_ref: Annotated[str, Field(max_length=80)] = ""
    registered_since: schemas.Moment | None = None
    registered_until: schemas.Moment | None = None
    deadline_until: schemas.Day | None = None
    changed_since: schemas.Moment | None = None
    q: Annotated[str, Field(max_length=200)] = ""


class MajorsQuery(PageQuery):
    """`supervision` chooses by where it stands: signed but not reviewed, not listed, listed and
    open, accepted but not cleared."""

    enterprise: UUID | None = None
    open: bool | None = None
    supervision: Literal["to_review", "to_list", "listed", "to_clear"] | None = None


class CriteriaQuery(Schema):
    """The edition in force on `day` (today if left out)."""

    edition: Literal["2017", "2026"] | None = None
    day: schemas.Day | None = None


def actor_of(request: HttpRequest) -> Any:
    """Return who asks."""
    return request.actor  # type: ignore[attr-defined]


def shown(actor: Actor, finding_id: UUID, response: HttpResponse) -> dict[str, Any]:
    """Return a finding as it stands now, and put its ETag on the response. Raises NotYours."""
    row = queries.finding_one(actor, finding_id)
    set_etag(response, row)
    return schemas.finding_out(row, _moves(actor, row))


def _moves(actor: Actor, row: Finding) -> list[str]:
    return [one.transition.name for one in offers(actor, row) if one.refusal is None]


@router.get(
    "/findings",
    response={200: Page[schemas.FindingRowOut], **ERRORS},
    operation_id="finding_list",
    summary="List findings of your scope in the order in which they came in",
)
def finding_list(request: HttpRequest, query: Query[FindingsQuery]) -> Any:
    wanted = {
        **{
            name: getattr(query, name)
            for name in (
                "enterprise", "state", "level", "source", "channel", "discipline", "unit",
                "equipment", "owner",
            )
        },
        "inspection_ref": query.inspection_ref or None,
        "registered_at__gte": query.registered_since,
        "registered_at__lt": query.registered_until,
        "deadline__lt": query.deadline_until,
        "updated_at__gte": query.changed_since,
    }  # fmt: skip
    rows = queries.findings(actor_of(request))
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.needs:
        rows = rows.filter(queries.needs(query.needs, today()))
    if query.q:
        rows = queries.search(rows, query.q)
    return page(rows, ("id",), query, schemas.row_out)


@router.get(
    "/findings/major",
    response={200: Page[schemas.MajorOut], **ERRORS},
    operation_id="finding_major_list",
    summary="List major accident hazards of your scope with the five and their supervision",
)
def major_list(request: HttpRequest, query: Query[MajorsQuery]) -> Any:
    rows = queries.majors(actor_of(request))
    if query.enterprise:
        rows = rows.filter(enterprise=query.enterprise)
    if query.open is not None:
        rows = rows.filter(queries.open_()) if query.open else rows.exclude(queries.open_())
    if query.supervision:
        rows = rows.filter(queries.needs(query.supervision, today()))
    return page(rows, ("id",), query, schemas.major_out)


@router.get(
    "/findings/criteria",
    response={200: list[schemas.CriterionOut], **ERRORS},
    operation_id="finding_criteria",
    summary="The criteria of major accident hazards in force on a day",
)
def criterion_list(request: HttpRequest, query: Query[CriteriaQuery]) -> Any:
    edition = query.edition or rules.criteria_edition(query.day or today())
    return [
        {
            "code": one.code,
            "edition": one.edition,
            "text_zh": one.text_zh,
            "text_en": one.text_en,
            "citation": one.citation,
            "provenance": str(one.provenance),
        }
        for one in criteria.criteria(edition).values()
    ]


@router.get(
    "/findings/{finding_id}",
    response={200: schemas.FindingOut, 304: None, **ERRORS},
    operation_id="finding_read",
    summary="Read one finding; the ETag names its version",
)
def finding_read(request: HttpRequest, finding_id: UUID, response: HttpResponse) -> Any:
    row = queries.finding_one(actor_of(request), finding_id)
    set_etag(response, row)
    if not_modified(request, row):
        return Status(304, None)
    return schemas.finding_out(row, _moves(actor_of(request), row))


@router.post(
    "/findings",
    response={201: schemas.FindingOut, **WRITE_ERRORS},
    operation_id="finding_report",
    summary="Report a finding; send an id of yours or an Idempotency-Key against doubles",
)
@decorate_view(idempotent)
def finding_report(request: HttpRequest, body: schemas.ReportIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    enterprise = body.enterprise or actor.own_enterprise_id
    if enterprise is None:
        raise NotYours()
    given = body.model_dump(exclude={"id", "enterprise"})
    for name in ("object", "unit", "measure", "equipment", "department"):
        given[f"{name}_id"] = given.pop(name)
    what = reporting.Report(id=body.id or uuid7(), **given)
    row = reporting.report(actor, enterprise, what)
    return Status(201, shown(actor, row.pk, response))


@router.get(
    "/findings/{finding_id}/files",
    response={200: list[schemas.FileOut], **ERRORS},
    operation_id="finding_files",
    summary="The photos and files of a finding",
)
def file_list(request: HttpRequest, finding_id: UUID) -> Any:
    actor = actor_of(request)
    row = queries.finding_one(actor, finding_id)
    return [_file_out(one) for one in queries.photos_of(actor, row)]


@router.post(
    "/findings/{finding_id}/files",
    response={201: schemas.FileOut, **WRITE_ERRORS},
    operation_id="finding_file_add",
    summary="Hang a photo or file on an open finding; the same content again is the same file",
)
def file_add(
    request: HttpRequest,
    finding_id: UUID,
    role: Form[Role] = "scene",  # type: ignore[valid-type]
    title: Annotated[str, Form(max_length=120)] = "",
    file: File[UploadedFile | None] = None,
) -> Any:
    actor = actor_of(request)
    row = queries.finding_one(actor, finding_id)
    upload: Any = uploaded(file)
    made = evidence.add(actor, row.pk, upload, upload.name or "file", role, title, once=True)
    return Status(201, _file_out(made))


def _file_out(one: Attachment) -> dict[str, Any]:
    return {
        "id": one.pk,
        "role": one.kind,
        "title": one.title,
        "file_name": one.file_name,
        "mime": one.file.mime,
        "size": one.file.size,
        "sha256": one.file.sha256,
        "url": reverse("files:download", args=[one.pk]),
        "created_at": one.created_at,
    }
