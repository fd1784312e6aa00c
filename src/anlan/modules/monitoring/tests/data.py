"""Points and settings for tests, made through the services."""

from typing import Any

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring.models import AlarmRule, Point
from anlan.modules.monitoring.services import settings
from anlan.modules.monitoring.services.points import point_create


def point(actor: Actor, tag: str = "LI-101", **more: Any) -> Point:
    """Enter a level gauge from 0 to 12 m, or what `more` makes of it."""
    given = {"tag": tag, "name": "1#罐液位", "kind": "level", "unit": "m", "range_low": 0,
             "range_high": 12} | more  # fmt: skip
    return point_create(actor, given)


def setting(
    actor: Actor, of: Point, kind: str = "HH", limit: float = 9.5, **more: Any
) -> AlarmRule:
    """Set up an alarm of a point."""
    return settings.setting_create(actor, of.pk, {"kind": kind, "limit": limit, **more})
