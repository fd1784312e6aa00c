"""What trends show over the whole time besides alarms: each module adds what it knows.

    @overlays.overlay("permits", _("Special work"))
    def permits(actor, points, start, end):
        yield overlays.Mark(started, ended, "DH-1120-07", url)

Reads of the actor's own rows, in a fixed number of statements.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.modules.monitoring.choices import Happening
from anlan.modules.monitoring.models import AlarmEvent, LimitChange, Point
from anlan.modules.risk import queries as risk

MOST = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened from a moment on; `until` is None for a moment alone, or for what
    goes on. `source` is filled in by the registry."""

    since: dt.datetime
    until: dt.datetime | None
    text: str
    url: str = ""
    source: Text = ""


Overlay = Callable[[Actor, Sequence[Point], dt.datetime, dt.datetime], Iterable[Mark]]

_OVERLAYS: dict[str, tuple[Text, Overlay]] = {}


def overlay(key: str, label: Text) -> Callable[[Overlay], Overlay]:
    """Add an overlay. Raises ValueError for a key that is taken."""

    def add(function: Overlay) -> Overlay:
        if key in _OVERLAYS:
            raise ValueError(f"overlay {key!r} is declared twice")
        _OVERLAYS[key] = (label, function)
        return function

    return add


def found(
    actor: Actor, points: Sequence[Point], start: dt.datetime, end: dt.datetime
) -> list[Mark]:
    """Return what all overlays know of a time, the earliest first."""
    if not points:
        return []
    told = [
        replace(mark, source=label)
        for label, function in _OVERLAYS.values()
        for mark in function(actor, points, start, end)
    ]
    return sorted(told, key=lambda mark: mark.since)


@overlay("operator", gettext_lazy("Operator act"))
def operator_acts(
    actor: Actor, points: Sequence[Point], start: dt.datetime, end: dt.datetime
) -> Iterable[Mark]:
    """Acknowledged, shelved, suppressed, out of service: whatever people did to these alarms."""
    rows = (
        AlarmEvent.objects.for_actor(actor)
        .filter(rule__point__in=points, at__range=(start, end))
        .exclude(what__in=[Happening.RAISED, Happening.CLEARED, Happening.ANNOUNCED_AGAIN])
        .select_related("rule__point")
        .order_by("-at")[:MOST]
    )
    for row in rows:
        words = [f"{row.rule} {row.get_what_display()}", row.by_name, row.comment]
        yield Mark(row.at, None, " · ".join(filter(None, words)))


@overlay("settings", gettext_lazy("Setting changed"))
def setting_changes(
    actor: Actor, points: Sequence[Point], start: dt.datetime, end: dt.datetime
) -> Iterable[Mark]:
    """Changes of alarm settings that came into effect."""
    rows = (
        LimitChange.objects.for_actor(actor)
        .filter(rule__point__in=points, applied_at__range=(start, end))
        .select_related("rule__point")
        .order_by("-applied_at")[:MOST]
    )
    for row in rows:
        assert row.applied_at is not None
        yield Mark(row.applied_at, None, f"{row.rule} {row.reason}")


@overlay("shutdowns", gettext_lazy("Place out of service"))
def shutdowns(
    actor: Actor, points: Sequence[Point], start: dt.datetime, end: dt.datetime
) -> Iterable[Mark]:
    """Places of the same enterprises that were out of service."""
    rows = (
        risk.shutdowns(actor)
        .filter(enterprise__in={point.enterprise_id for point in points}, started_at__lte=end)
        .exclude(ended_at__lt=start)
        .select_related("unit")
        .order_by("-started_at")[:MOST]
    )
    for row in rows:
        words = _("%(place)s: %(reason)s") % {"place": row.unit.name, "reason": row.reason}
        yield Mark(row.started_at, row.ended_at, words)
