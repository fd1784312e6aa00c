"""Events of video platforms."""

from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.modules.findings.models import Finding
from anlan.modules.monitoring.models import SafetyDevice, VideoEvent

ORIGIN = "monitoring.videoevent"


def video_events(actor: Actor) -> ScopedQuerySet[VideoEvent]:
    """Events with their camera, enterprise and source."""
    return VideoEvent.objects.for_actor(actor).select_related("device", "enterprise", "source")


def event_one(actor: Actor, pk: UUID | str) -> VideoEvent:
    """Return one event. Raises NotYours."""
    return video_events(actor).one(pk)


def events_of(actor: Actor, device: SafetyDevice, most: int = 20) -> list[VideoEvent]:
    """Return the newest events of a camera."""
    rows = VideoEvent.objects.for_actor(actor).filter(device=device.pk)
    return list(rows.order_by("-at", "-id")[:most])


def findings_of(actor: Actor, event: VideoEvent) -> list[Finding]:
    """Return the findings made of an event, the newest first."""
    rows = Finding.objects.for_actor(actor).filter(origin_kind=ORIGIN, origin_id=event.pk)
    return list(rows.order_by("-found_at")[:5])
