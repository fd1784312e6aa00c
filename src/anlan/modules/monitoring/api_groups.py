"""Groups of tags watched together for other systems: read, written, fitted."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import Field

from anlan.base.api.etags import expected_version, set_etag
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.services import idempotent
from anlan.base.clock import now
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import WatchFit, WatchGroup, WatchVerdict
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.monitoring.services import groups, groups_fitting
from anlan.modules.monitoring.texts_groups import worded
from anlan.modules.registry.api.registers import ERRORS, WRITE_ERRORS
from anlan.modules.registry.api.schemas import Strict

router = Router(tags=["Monitoring"])


class PartOut(Schema):
    """What a tag has in the statistic that is beyond, 0 to 1; it points where to look."""

    tag: str
    share: float


class GroupOut(Schema):
    """A group of tags and its newest verdict: `t2` and `q` are shares of their limits.

    Times in seconds unless the name says otherwise; `false_alarms` in percent; `fit` tells the
    period and the quality of the fit that judges, empty while there is none.
    """

    id: UUID
    version: int
    enterprise: UUID
    installation: UUID
    name: str
    tags: list[str]
    interval_s: int
    train_hours: int
    train_to: dt.datetime | None
    false_alarms: float
    margin: float
    hold_s: int
    refit_days: int
    in_use: bool
    note: str
    state: str
    judged_at: dt.datetime | None
    above_since: dt.datetime | None
    t2: float | None
    q: float | None
    parts: list[PartOut]
    missing: list[str]
    fitted_at: dt.datetime | None
    fit: dict[str, Any]


class GroupIn(Strict):
    """A group to enter; what is left out gets the defaults of the form."""

    enterprise: UUID | None = None
    installation: UUID
    name: str = Field(max_length=80)
    tags: list[str]
    interval_s: int | None = None
    train_hours: int | None = None
    train_to: dt.datetime | None = None
    false_alarms: float | None = None
    margin: float | None = None
    hold_s: int | None = None
    refit_days: int | None = None
    in_use: bool | None = None
    note: str | None = None


class GroupPatch(Strict):
    """What changes. Other tags or another interval take the fit away."""

    installation: UUID | None = None
    name: str | None = Field(None, max_length=80)
    tags: list[str] | None = None
    interval_s: int | None = None
    train_hours: int | None = None
    train_to: dt.datetime | None = None
    false_alarms: float | None = None
    margin: float | None = None
    hold_s: int | None = None
    refit_days: int | None = None
    in_use: bool | None = None
    note: str | None = None


class ReasonIn(Strict):
    """Why; needed for a group that is fitted already."""

    reason: str = Field("", max_length=500)


class FitStarted(Schema):
    """The job that fits; the group's `fitted_at` tells when it is done."""

    job: UUID


class FormerOut(Schema):
    """A former fit: when it was made, until when it judged, how good it is."""

    id: UUID
    fitted_at: dt.datetime
    judged_until: dt.datetime
    tags: list[str]
    fit: dict[str, Any]


class FormersOut(Schema):
    """The former fits that are kept, the newest first."""

    items: list[FormerOut]


class VerdictOut(Schema):
    """How the group was judged at a moment."""

    at: dt.datetime
    state: str
    t2: float | None
    q: float | None
    parts: list[PartOut]


class VerdictsOut(Schema):
    """Verdicts, the oldest first."""

    items: list[VerdictOut]


class GroupsQuery(PageQuery):
    """Which groups."""

    enterprise: UUID | None = None
    installation: UUID | None = None
    state: GroupState | None = None
    in_use: bool | None = None


class VerdictsQuery(Schema):
    """How far back, in hours; verdicts are kept for two days."""

    hours: int = Field(24, ge=1, le=48)


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


_PLAIN = (
    "id", "version", "name", "tags", "interval_s", "train_hours", "train_to", "false_alarms",
    "margin", "hold_s", "refit_days", "in_use", "note", "state", "judged_at", "above_since", "t2",
    "q", "missing", "fitted_at", "fit",
)  # fmt: skip


def _parts(parts: list[Any]) -> list[dict[str, Any]]:
    return [{"tag": tag, "share": share} for tag, share in parts]


def _group(row: WatchGroup) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        "fit": worded(row.fit),
        "enterprise": row.enterprise_id,
        "installation": row.installation_id,
        "parts": _parts(row.parts),
    }


def _former(row: WatchFit) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in FormerOut.model_fields}
    return {**told, "fit": worded(row.fit)}


def _verdict(row: WatchVerdict) -> dict[str, Any]:
    return {
        "at": row.at, "state": row.state, "t2": row.t2, "q": row.q, "parts": _parts(row.parts)
    }  # fmt: skip


def _given(body: Schema) -> dict[str, Any]:
    return body.model_dump(exclude_unset=True)


def _whole(request: HttpRequest, pk: UUID) -> WatchGroup:
    return queries.group_one(_actor(request), pk)


@router.get(
    "/watch_groups",
    response={200: Page[GroupOut], **ERRORS},
    operation_id="watch_group_list",
    summary="List the groups of tags of your scope and how they were judged",
)
def group_list(request: HttpRequest, query: Query[GroupsQuery]) -> Any:
    rows = queries.groups(_actor(request))
    wanted = query.model_dump(
        include={"enterprise", "installation", "state", "in_use"}, exclude_none=True
    )
    return page(rows.filter(**wanted), ("name", "id"), query, _group)


@router.get(
    "/watch_groups/{uuid:group_id}",
    response={200: GroupOut, **ERRORS},
    operation_id="watch_group_one",
    summary="Read a group of tags; the ETag names its version",
)
def group_one(request: HttpRequest, group_id: UUID, response: HttpResponse) -> Any:
    row = _whole(request, group_id)
    # A verdict changes no version: only what somebody entered is told by the ETag.
    set_etag(response, row)
    return _group(row)


@router.post(
    "/watch_groups",
    response={201: GroupOut, **WRITE_ERRORS},
    operation_id="watch_group_create",
    summary="Enter a group of tags; send an Idempotency-Key to be safe against doubles",
)
@decorate_view(idempotent)
def group_create(request: HttpRequest, body: GroupIn, response: HttpResponse) -> Any:
    row = groups.group_create(_actor(request), _given(body))
    set_etag(response, row)
    return Status(201, _group(row))


@router.patch(
    "/watch_groups/{uuid:group_id}",
    response={200: GroupOut, **WRITE_ERRORS},
    operation_id="watch_group_change",
    summary="Change a group of tags; needs If-Match",
)
@decorate_view(idempotent)
def group_change(
    request: HttpRequest, group_id: UUID, body: GroupPatch, response: HttpResponse
) -> Any:
    version = expected_version(request, _whole(request, group_id))
    groups.group_update(_actor(request), group_id, _given(body), version)
    row = _whole(request, group_id)
    set_etag(response, row)
    return _group(row)


@router.delete(
    "/watch_groups/{uuid:group_id}",
    response={204: None, **WRITE_ERRORS},
    operation_id="watch_group_remove",
    summary="Take a group of tags out of the lists; needs If-Match",
)
@decorate_view(idempotent)
def group_remove(request: HttpRequest, group_id: UUID) -> Any:
    version = expected_version(request, _whole(request, group_id))
    groups.group_remove(_actor(request), group_id, "", version)
    return Status(204, None)


@router.post(
    "/watch_groups/{uuid:group_id}/fit",
    response={202: FitStarted, **WRITE_ERRORS},
    operation_id="watch_group_fit",
    summary="Fit a group on its training period, in the background; anew with a reason",
)
@decorate_view(idempotent)
def group_fit(request: HttpRequest, group_id: UUID, body: ReasonIn) -> Any:
    job = groups_fitting.fit_start(_actor(request), group_id, body.reason)
    return Status(202, {"job": job.pk})


@router.get(
    "/watch_groups/{uuid:group_id}/fits",
    response={200: FormersOut, **ERRORS},
    operation_id="watch_group_fits",
    summary="Read the former fits of a group",
)
def group_fits(request: HttpRequest, group_id: UUID) -> Any:
    row = _whole(request, group_id)
    return {"items": [_former(one) for one in queries.former_fits(_actor(request), row.pk)]}


@router.post(
    "/watch_groups/fits/{uuid:fit_id}/restore",
    response={200: GroupOut, **WRITE_ERRORS},
    operation_id="watch_group_restore",
    summary="Let a former fit judge again; needs a reason",
)
@decorate_view(idempotent)
def group_restore(request: HttpRequest, fit_id: UUID, body: ReasonIn) -> Any:
    row = groups_fitting.fit_restore(_actor(request), fit_id, body.reason)
    return _group(row)


@router.get(
    "/watch_groups/{uuid:group_id}/verdicts",
    response={200: VerdictsOut, **ERRORS},
    operation_id="watch_group_verdicts",
    summary="Read how a group was judged in the last hours",
)
def group_verdicts(request: HttpRequest, group_id: UUID, query: Query[VerdictsQuery]) -> Any:
    row = _whole(request, group_id)
    since = now() - dt.timedelta(hours=query.hours)
    return {"items": [_verdict(one) for one in queries.verdicts(_actor(request), row.pk, since)]}
