"""Points, their values and alarm settings, and the state of data sources for other systems.

Settings are read only: they change under change control, on the pages.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from anlan.base.actors.scoped import by_key
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.clock import now
from anlan.base.errors import Unavailable
from anlan.modules.monitoring.choices import PointKind, RuleKind, SourceKind
from anlan.modules.monitoring.models import AlarmRule, Point, Source
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.rules import source_health

ERRORS = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)
AT_ONCE = 500
router = Router(tags=["Monitoring"])


class PointOut(Schema):
    """A measured or calculated variable. `number` names it in messages and in the store."""

    id: UUID
    version: int
    enterprise: UUID
    tag: str
    number: int
    name: str
    kind: str
    unit: str
    range_low: float | None
    range_high: float | None
    decimals: int
    gas: str
    installation: UUID | None
    equipment: UUID | None
    source: UUID | None
    address: str
    sampling_seconds: float
    expression: str
    in_service: bool


class ValueOut(Schema):
    """The newest value of a point; `quality` 0 good, 1 uncertain, 2 bad. `at` is the source's time.

    `value`, `quality` and `at` are null for a point that never had a value.
    """

    point: UUID
    tag: str
    unit: str
    value: float | None
    quality: int | None
    at: dt.datetime | None


class ValuesOut(Schema):
    """The newest values in the order of the points asked for that are yours."""

    items: list[ValueOut]


class SettingOut(Schema):
    """An alarm of a point with its rationalisation record; times in seconds, `limit` in `unit`.

    ROC limits are per minute, STALE and FROZEN ones seconds; `edition` counts applied changes.
    """

    id: UUID
    version: int
    enterprise: UUID
    point: UUID
    tag: str
    unit: str
    kind: str
    limit: float | None
    deadband: float
    on_delay_s: float
    off_delay_s: float
    compared_with: UUID | None
    priority: int
    alarm_class: str
    safety_related: bool
    in_use: bool
    suppressed_when: str
    cause: str
    consequence: str
    action: str
    response_seconds: int | None
    basis: str
    edition: int
    approved_at: dt.datetime | None


class SourceOut(Schema):
    """A sender of values. `health` is online, silent (nothing for two minutes), never or off.

    `counters` counts what was odd: late, repeated, not a number, bad quality, unknown, over range,
    wrong clock.
    """

    id: UUID
    enterprise: UUID
    name: str
    kind: str
    number: int
    enabled: bool
    health: str
    last_seen_at: dt.datetime | None
    last_error: str
    last_error_at: dt.datetime | None
    counters: dict[str, Any]
    points: int


class PointsQuery(PageQuery):
    """Which points; `tag` is its beginning."""

    enterprise: UUID | None = None
    installation: UUID | None = None
    source: UUID | None = None
    kind: PointKind | None = None
    in_service: bool | None = None
    tag: str | None = Field(None, max_length=60)


class ValuesQuery(Schema):
    """The points, each as `point=`, at most 500."""

    point: list[UUID] = Field(min_length=1, max_length=AT_ONCE)


class SettingsQuery(PageQuery):
    """Which alarm settings."""

    enterprise: UUID | None = None
    point: UUID | None = None
    kind: RuleKind | None = None
    in_use: bool | None = None


class SourcesQuery(PageQuery):
    """Which sources."""

    enterprise: UUID | None = None
    kind: SourceKind | None = None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _given(query: PageQuery, *names: str) -> dict[str, Any]:
    found = {name: getattr(query, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


_POINT = (
    "id", "version", "tag", "number", "name", "kind", "unit", "range_low", "range_high",
    "decimals", "gas", "address", "sampling_seconds", "expression", "in_service",
)  # fmt: skip
_SETTING = (
    "id", "version", "kind", "limit", "deadband", "on_delay_s", "off_delay_s", "priority",
    "safety_related", "in_use", "suppressed_when", "cause", "consequence", "action",
    "response_seconds", "basis", "edition", "approved_at",
)  # fmt: skip
_SOURCE = (
    "id", "name", "kind", "number", "enabled", "last_seen_at", "last_error", "last_error_at",
    "counters",
)  # fmt: skip


def _point(row: Point) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _POINT},
        "enterprise": row.enterprise_id,
        "installation": row.installation_id,
        "equipment": row.equipment_id,
        "source": row.source_id,
    }


def _setting(row: AlarmRule) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SETTING},
        "enterprise": row.enterprise_id,
        "point": row.point_id,
        "tag": row.point.tag,
        "unit": row.point.unit,
        "compared_with": row.compared_with_id,
        "alarm_class": row.alarm_class.code if row.alarm_class else "",
    }


def _source(row: Source) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SOURCE},
        "enterprise": row.enterprise_id,
        "health": source_health(row, now()),
        "points": row.n_points,  # type: ignore[attr-defined]
    }


@router.get(
    "/points",
    response={200: Page[PointOut], **ERRORS},
    operation_id="point_list",
    summary="List the monitoring points of your scope by tag",
)
def point_list(request: HttpRequest, query: Query[PointsQuery]) -> Any:
    rows = queries.points(_actor(request))
    rows = rows.filter(**_given(query, "enterprise", "installation", "source", "kind"))
    if query.in_service is not None:
        rows = rows.filter(in_service=query.in_service)
    if query.tag:
        rows = rows.filter(tag__gte=query.tag, tag__lt=query.tag + "\U0010ffff")
    return page(rows, ("tag", "id"), query, _point)


@router.get(
    "/points/values",
    response={200: ValuesOut, 503: ProblemOut, **ERRORS},
    operation_id="point_values",
    summary="Read the newest value of up to 500 points; those not yours are left out",
)
def point_values(request: HttpRequest, query: Query[ValuesQuery]) -> Any:
    # Arrow takes longer to load than all the rest of the API's process.
    from anlan.telemetry import client

    rows = by_key(queries.points(_actor(request)), query.point)
    of = {row.pk: row for row in rows}
    points = [of[pk] for pk in dict.fromkeys(query.point) if pk in of]
    if not points:
        return {"items": []}
    try:
        newest = client.latest([row.number for row in points])
    except client.NoHistorian as error:
        raise Unavailable(retry_after=10) from error
    columns = (newest.tags, newest.times_us, newest.values, newest.quality)
    found = {tag: rest for tag, *rest in zip(*(one.tolist() for one in columns), strict=True)}
    return {"items": [_value(row, found.get(row.number)) for row in points]}


def _value(row: Point, found: list[Any] | None) -> dict[str, Any]:
    at, value, quality = found or (None, None, None)
    return {
        "point": row.pk,
        "tag": row.tag,
        "unit": row.unit,
        # "Not a number" has no place in JSON.
        "value": value if value == value else None,
        "quality": quality,
        "at": None if at is None else dt.datetime.fromtimestamp(at / 1e6, dt.UTC),
    }


@router.get(
    "/points/{uuid:point_id}",
    response={200: PointOut, **ERRORS},
    operation_id="point_one",
    summary="Read a monitoring point",
)
def point_one(request: HttpRequest, point_id: UUID) -> Any:
    return _point(queries.point_one(_actor(request), point_id))


@router.get(
    "/alarm_settings",
    response={200: Page[SettingOut], **ERRORS},
    operation_id="alarm_setting_list",
    summary="List the alarm settings of your scope",
)
def setting_list(request: HttpRequest, query: Query[SettingsQuery]) -> Any:
    rows = queries.rules(_actor(request))
    rows = rows.filter(**_given(query, "enterprise", "point", "kind", "in_use"))
    return page(rows, ("id",), query, _setting)


@router.get(
    "/alarm_settings/{uuid:setting_id}",
    response={200: SettingOut, **ERRORS},
    operation_id="alarm_setting_one",
    summary="Read an alarm setting",
)
def setting_one(request: HttpRequest, setting_id: UUID) -> Any:
    return _setting(queries.rules(_actor(request)).one(setting_id))


@router.get(
    "/sources",
    response={200: Page[SourceOut], **ERRORS},
    operation_id="source_list",
    summary="List the data sources of your scope and how they send",
)
def source_list(request: HttpRequest, query: Query[SourcesQuery]) -> Any:
    rows = queries.sources(_actor(request)).filter(**_given(query, "enterprise", "kind"))
    return page(rows, ("id",), query, _source)


@router.get(
    "/sources/{uuid:source_id}",
    response={200: SourceOut, **ERRORS},
    operation_id="source_one",
    summary="Read how a data source sends",
)
def source_one(request: HttpRequest, source_id: UUID) -> Any:
    return _source(queries.sources(_actor(request)).one(source_id))
