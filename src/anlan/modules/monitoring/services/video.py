"""Events of video platforms: taken in with the key of their source, made into findings."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import Scope
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, Problem
from anlan.base.inbox import services as inbox
from anlan.base.inbox.queries import recipients_for
from anlan.base.live import services as live
from anlan.modules.findings.choices import Channel, Discipline
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services.reporting import Report, report
from anlan.modules.monitoring import events, notices
from anlan.modules.monitoring.choices import GRAVE_VIDEO, DeviceKind, SourceKind
from anlan.modules.monitoring.models import SafetyDevice, Source, SourceToken, VideoEvent
from anlan.modules.monitoring.queries.video import ORIGIN
from anlan.modules.monitoring.services.sources import MARK
from anlan.modules.registry.models.base import LIVE

MOST_EVENTS = 200
AHEAD = dt.timedelta(minutes=10)
"""How far a platform's clock may be ahead of ours before its times are refused."""
_USED_EVERY = dt.timedelta(minutes=1)


def source_for_key(raw: str) -> Source | None:
    """Return the source that a raw key belongs to, None for a key that opens nothing.

    Only the source is looked at with the system's eyes; what follows is bound to its enterprise.
    """
    mark, _sep, rest = raw.strip().partition("_")
    prefix, _sep, secret = rest.partition("_")
    moment = now()
    with wall.acting_as(SYSTEM.scope):
        token = None
        if mark == MARK and prefix and secret:
            keys = SourceToken.objects.unscoped("whose key it is is asked")
            token = keys.select_related("source").filter(prefix=prefix).first()
        # The comparison runs for an unknown prefix too, so that the time tells nothing.
        stored = bytes(token.secret_hash) if token else b"\0" * 32
        known = hmac.compare_digest(stored, hashlib.sha256(secret.encode()).digest())
        if token is None or not known or token.revoked_at or token.expires_at <= moment:
            return None
        if "ingest" not in token.scopes or not token.source.enabled or token.source.removed_at:
            return None
        SourceToken.objects.unscoped("the key itself").filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=moment - _USED_EVERY), pk=token.pk
        ).update(last_used_at=moment)
        return token.source


def actor_of(source: Source) -> Actor:
    """Return a source as an actor: it sees its own enterprise and may do nothing else."""
    scope = Scope.of((), [source.enterprise_id])
    return Actor(user_id=None, name=source.name, posts=(), scope=scope, token_scopes=frozenset())


@dataclass(frozen=True, slots=True)
class Taken:
    """How many events were new, how many known before, and cameras that nobody knows."""

    taken: int
    repeated: int
    unknown: tuple[str, ...]


@transaction.atomic
def take(source: Source, given: Sequence[Mapping[str, Any]]) -> Taken:
    """Take events of a platform in; the same event id again changes nothing.

    Each has `id`, `camera` (tag), `kind`, `at` (aware), and may have `until`, `text`,
    `confidence`, `link`. Events of unknown cameras are counted and named, the others taken.
    Raises Forbidden for a source of another kind, BadInput with the row of each wrong event.
    """
    if source.kind != SourceKind.VIDEO:
        raise Forbidden()
    moment = now()
    _check(given, moment)
    actor = actor_of(source)
    cameras = _cameras(actor, source, {one["camera"] for one in given})
    unknown = tuple(sorted({one["camera"] for one in given} - cameras.keys()))
    wanted = {one["id"]: one for one in given if one["camera"] in cameras}
    known = VideoEvent.objects.for_actor(actor).filter(source=source, event_id__in=list(wanted))
    old = set(known.values_list("event_id", flat=True))
    fresh = [
        VideoEvent(
            enterprise_id=source.enterprise_id,
            scope_path=cameras[one["camera"]].scope_path,
            source=source,
            device=cameras[one["camera"]],
            event_id=event_id,
            kind=one["kind"],
            at=one["at"],
            until=one.get("until"),
            text=one.get("text") or "",
            confidence=one.get("confidence"),
            link=one.get("link") or "",
        )
        for event_id, one in wanted.items()
        if event_id not in old
    ]
    # Two posts of the same event at once: the second finds the row there and leaves it.
    VideoEvent.objects.bulk_create(fresh, ignore_conflicts=True)
    made = Taken(len(fresh), len(given) - len(fresh) - _lost(given, cameras), unknown)
    _count(source, made, moment)
    if fresh:
        _tell(actor, source, fresh)
    return made


def _lost(given: Sequence[Mapping[str, Any]], cameras: Mapping[str, SafetyDevice]) -> int:
    return sum(one["camera"] not in cameras for one in given)


def _check(given: Sequence[Mapping[str, Any]], moment: dt.datetime) -> None:
    problems = []
    for row, one in enumerate(given, start=1):
        if one["at"] > moment + AHEAD:
            problems.append(Problem("at", _("lies in the future"), row=row))
        if one.get("until") and one["until"] < one["at"]:
            problems.append(Problem("until", _("This lies before the beginning."), row=row))
    if problems:
        raise BadInput(problems)


def _cameras(actor: Actor, source: Source, tags: set[str]) -> dict[str, SafetyDevice]:
    rows = SafetyDevice.objects.for_actor(actor).filter(
        LIVE, enterprise=source.enterprise_id, kind=DeviceKind.CAMERA, tag__in=tags
    )
    return {row.tag: row for row in rows}


_COUNT = """
    UPDATE monitoring_source SET
        last_seen_at = %(now)s,
        counters = counters || jsonb_build_object(
            'samples', coalesce((counters ->> 'samples')::bigint, 0) + %(taken)s,
            'repeated', coalesce((counters ->> 'repeated')::bigint, 0) + %(repeated)s,
            'unknown', coalesce((counters ->> 'unknown')::bigint, 0) + %(unknown)s),
        last_error = CASE WHEN %(error)s = '' THEN last_error ELSE %(error)s END,
        last_error_at = CASE WHEN %(error)s = '' THEN last_error_at ELSE %(now)s END
     WHERE id = %(id)s
"""


def _count(source: Source, made: Taken, moment: dt.datetime) -> None:
    error = ""
    if made.unknown:
        error = _("Unknown cameras: %(tags)s") % {"tags": ", ".join(made.unknown)}
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "now": moment,
                "taken": made.taken,
                "repeated": made.repeated,
                "unknown": len(made.unknown),
                "error": error[:500],
                "id": source.pk,
            },
        )


def _tell(actor: Actor, source: Source, fresh: Sequence[VideoEvent]) -> None:
    times = sorted(one.at for one in fresh)
    told = {"count": len(fresh), "first": times[0], "last": times[-1]}
    record(actor, events.VIDEO_TAKEN, source, after=told)
    live.publish("video", "video.taken", {"n": len(fresh)}, row=source)
    grave = [one for one in fresh if one.kind in GRAVE_VIDEO]
    if not grave:
        return
    # One notice a post of the platform: a burning tank is seen by every camera around it.
    last = max(grave, key=lambda one: one.at)
    inbox.notify(
        actor,
        recipients_for(last, {Role.CONTROL_ROOM, Role.TEAM_LEADER}),
        notices.VIDEO_GRAVE.code,
        {"what": last.kind, "camera": str(last.device), "n": len(grave)},
        row=last,
        url=reverse("monitoring:video_show", args=[last.pk]),
        needs_action=True,
        # Whoever was told within the hour looks already.
        dedupe_key=f"video:{last.device_id}:{last.kind}:{last.at:%Y%m%d%H}",
    )


def report_event(actor: Actor, event: VideoEvent, *, title: str, description: str) -> Finding:
    """Enter what a camera saw as a finding of its enterprise. Raises as `report` does."""
    what = Report(
        title=title,
        description=description,
        channel=Channel.ALARM,
        discipline=Discipline.OTHER,
        equipment_id=event.device.equipment_id,
        place=(event.device.place or str(event.device))[:120],
        origin_kind=ORIGIN,
        origin_id=event.pk,
    )
    return report(actor, event.enterprise_id, what)
