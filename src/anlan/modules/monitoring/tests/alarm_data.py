"""Points with alarms, and what the core would say of them."""

import datetime as dt
from typing import Any

from anlan.base.actors.models import Organisation
from anlan.modules.monitoring.choices import Happening
from anlan.modules.monitoring.models import AlarmClass, AlarmRule, Point
from anlan.modules.monitoring.services.alarms import Judgement

MONDAY = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)


def make_rule(plant: Organisation, tag: str = "LI-1102", kind: str = "H", **more: Any) -> AlarmRule:
    """Make a point with one alarm at a plant."""
    point, _made = Point.objects.unscoped("test data").get_or_create(
        enterprise=plant,
        tag=tag,
        defaults={
            "scope_path": plant.path,
            "name": "甲苯储罐液位",
            "kind": "level",
            "unit": "%",
            "range_low": 0,
            "range_high": 100,
        },
    )
    values: dict[str, Any] = {"limit": 85.0, "priority": 2} | more
    return AlarmRule.objects.create(
        enterprise=plant, scope_path=plant.path, point=point, kind=kind, **values
    )


def make_class(plant: Organisation, code: str = "c", **more: Any) -> AlarmClass:
    """Make an alarm class."""
    return AlarmClass.objects.create(
        enterprise=plant, scope_path=plant.path, code=code, name=code, **more
    )


def judged(rule: AlarmRule, what: str, second: float, value: float = 86.0) -> Judgement:
    """Return what the core says at a second after `MONDAY`."""
    at = MONDAY + dt.timedelta(seconds=second)
    return Judgement(rule.pk, what, at, at - dt.timedelta(seconds=5), value)


def raised(rule: AlarmRule, second: float = 0) -> Judgement:
    return judged(rule, Happening.RAISED, second)


def cleared(rule: AlarmRule, second: float = 60) -> Judgement:
    return judged(rule, Happening.CLEARED, second, 80.0)
