"""Weather signals for other systems: read, enter, end early."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import AwareDatetime, Field

from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.base.clock import now
from anlan.base.duties.models.warning import Colour
from anlan.modules.warnings import queries_weather, rules
from anlan.modules.warnings.models import WeatherKind, WeatherSignal
from anlan.modules.warnings.services import weather

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)
router = Router(tags=["Early warning"])


class WeatherSignalOut(Schema):
    """A weather signal of a place (an area, a park or one enterprise), for all below it."""

    id: UUID
    place: UUID
    place_name: str
    kind: str
    colour: str
    from_at: dt.datetime
    until_at: dt.datetime
    source: str
    text: str
    entered_at: dt.datetime
    ended_at: dt.datetime | None
    end_reason: str


class WeatherPlaceOut(Schema):
    """A place you may enter signals for: an area, a park or one enterprise (`kind`)."""

    id: UUID
    name: str
    kind: str


class WeatherSignalIn(Schema):
    """A weather signal. Times carry their zone; it holds for seven days at most."""

    place: UUID
    kind: WeatherKind
    colour: Literal["red", "orange", "yellow", "blue"]
    from_at: AwareDatetime
    until_at: AwareDatetime
    source: str = Field("", max_length=120)
    text: str = Field("", max_length=1000)


class SignalEndIn(Schema):
    """Why the signal is over."""

    reason: str = Field("", max_length=300)


class WeatherSignalsQuery(PageQuery):
    """Which signals; `in_force` leaves out those that are over or have not begun."""

    place: UUID | None = None
    kind: WeatherKind | None = None
    in_force: bool = False


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _signal(row: WeatherSignal) -> dict[str, Any]:
    names = ("id", "kind", "from_at", "until_at", "source", "text", "entered_at", "ended_at",
             "end_reason")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "place": row.place_id,
        "place_name": row.place.name,
        "colour": str(rules.COLOURS[row.colour]),
    }


@router.get(
    "/weather_places",
    response={200: list[WeatherPlaceOut], **ERRORS},
    operation_id="weather_place_list",
    summary="List the places you may enter weather signals for, your own first",
)
def place_list(request: HttpRequest) -> Any:
    rows = queries_weather.places(_actor(request))
    return [{"id": row.pk, "name": row.name, "kind": row.kind} for row in rows]


@router.get(
    "/weather_signals",
    response={200: Page[WeatherSignalOut], **ERRORS},
    operation_id="weather_signal_list",
    summary="List the weather signals of your places and of those above, in the order of entry",
)
def signal_list(request: HttpRequest, query: Query[WeatherSignalsQuery]) -> Any:
    rows = queries_weather.signals(_actor(request))
    if query.place:
        rows = rows.filter(place=query.place)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    if query.in_force:
        rows = rows.filter(queries_weather.in_force(now()))
    return page(rows, ("id",), query, _signal)


@router.get(
    "/weather_signals/{uuid:signal_id}",
    response={200: WeatherSignalOut, **ERRORS},
    operation_id="weather_signal_one",
    summary="Read a weather signal",
)
def signal_one(request: HttpRequest, signal_id: UUID) -> Any:
    return _signal(queries_weather.signal_one(_actor(request), signal_id))


@router.post(
    "/weather_signals",
    response={201: WeatherSignalOut, **ERRORS},
    operation_id="weather_signal_enter",
    summary="Enter a weather signal for a place you answer for",
)
@decorate_view(idempotent)
def signal_enter(request: HttpRequest, given: WeatherSignalIn) -> Any:
    values = given.dict()
    values["colour"] = int(Colour[values["colour"].upper()])
    row = weather.enter(_actor(request), values.pop("place"), **values)
    return Status(201, _signal(row))


@router.post(
    "/weather_signals/{uuid:signal_id}/end",
    response={200: WeatherSignalOut, **ERRORS},
    operation_id="weather_signal_end",
    summary="End a weather signal before its time, with a reason",
)
@decorate_view(idempotent)
def signal_end(request: HttpRequest, signal_id: UUID, given: SignalEndIn) -> Any:
    return _signal(weather.end(_actor(request), signal_id, given.reason))
