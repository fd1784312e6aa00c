"""The course of the value behind an alarm, with its limits and where it is heading."""

import datetime as dt
from dataclasses import dataclass

from anlan.base.actors.actor import Actor
from anlan.engines.warning import approach
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries import trends
from anlan.modules.monitoring.rules_course import Heading, heading
from anlan.telemetry import client

WIDTH = 260


@dataclass(frozen=True, slots=True)
class Course:
    """What is drawn: the curve, the point's limits in use, and the heading if there is one."""

    curve: trends.Curve
    limits: list[AlarmRule]
    heading: Heading | None


def course(actor: Actor, rule: AlarmRule, start: dt.datetime, end: dt.datetime) -> Course:
    """Return the course of the rule's point. Raises `client.NoHistorian`."""
    (curve,), _seconds = trends.curves([rule.point], start, end, WIDTH)
    limits = trends.limits(actor, [rule.point_id]).get(rule.point_id, [])
    number = rule.point.number
    recent = client.trend([number], end - approach.WINDOW, end, approach.COLUMNS)[number]
    bounds = [(one.kind, one.limit) for one in limits if one.limit is not None]
    return Course(curve, limits, heading(recent.starts_us, recent.average, bounds))
