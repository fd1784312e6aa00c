"""The door for video platforms: they post what their cameras saw."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from anlan.base.actors import wall
from anlan.base.api.problems import ProblemOut
from anlan.modules.monitoring.choices import VideoEventKind
from anlan.modules.monitoring.models import Source
from anlan.modules.monitoring.services import video

MOST_BYTES = 256 * 1024
ERRORS = dict.fromkeys((400, 401, 403, 413, 422, 429), ProblemOut)
router = Router(tags=["Video"])


class SourceAuth(HttpBearer):
    """`Authorization: Bearer anls_…`: the key of a data source, not of a person."""

    def authenticate(self, request: HttpRequest, token: str) -> Source | None:
        """Return the source and show the database its enterprise alone; None for a wrong key."""
        if len(request.body) > MOST_BYTES:
            raise HttpError(413, f"Send at most {MOST_BYTES >> 10} kB at a time.")
        source = video.source_for_key(token)
        if source is not None:
            request.actor = video.actor_of(source)  # type: ignore[attr-defined]
            wall.bind(request.actor.scope)  # type: ignore[attr-defined]
        return source


class PerSource(SimpleRateThrottle):
    """A rate for each source; its keys share it."""

    scope = "source"

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Return the cache key of the source; None (no limit) for a stranger, who gets 401."""
        source = getattr(request, "auth", None)
        return f"throttle_video_{source.pk}" if isinstance(source, Source) else None


def _link(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.password):
        raise ValueError("an http(s) address without a password")
    return text


_Line = StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f]+$")


class EventIn(Schema):
    """One event. `id` is the platform's own, `camera` the tag of the camera; times with offset."""

    id: Annotated[str, _Line] = Field(max_length=80)
    camera: Annotated[str, _Line] = Field(max_length=60)
    kind: VideoEventKind
    at: AwareDatetime
    until: AwareDatetime | None = None
    text: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    confidence: float | None = Field(None, ge=0, le=1)
    link: Annotated[str, AfterValidator(_link)] = Field("", max_length=300)


class EventsIn(Schema):
    """What is posted; at most 200 events at a time."""

    events: list[EventIn] = Field(min_length=1, max_length=video.MOST_EVENTS)


class TakenOut(Schema):
    """How many events were new and how many known before; `unknown` are tags of no camera."""

    status: Literal["taken"] = "taken"
    taken: int
    repeated: int
    unknown: list[str]


@router.post(
    "/video/events",
    response={202: TakenOut, **ERRORS},
    operation_id="video_event_take",
    url_name="video_event_take",
    summary="Post events of cameras with the key of a source of the kind video",
    auth=SourceAuth(),
    throttle=[PerSource("600/m")],
)
def take(request: HttpRequest, given: EventsIn) -> Any:
    """Take events in; an event id that was posted before changes nothing."""
    source: Source = request.auth  # type: ignore[attr-defined]
    done = video.take(source, [one.model_dump() for one in given.events])
    body = {"taken": done.taken, "repeated": done.repeated, "unknown": list(done.unknown)}
    return Status(202, {"status": "taken", **body})
