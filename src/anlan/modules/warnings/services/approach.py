"""Tags on their way to a second limit, sooner than there is time to respond."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from anlan.base.actors.actor import SYSTEM
from anlan.engines.warning.approach import COLUMNS, WINDOW, time_to_limit
from anlan.modules.monitoring.choices import GAS_KINDS, RuleKind
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries import overview
from anlan.telemetry import client

MOST = 500
"""Courses asked for at a time: of the tags nearest to their limit, by their instrument's span."""


@dataclass(frozen=True, slots=True)
class Approach:
    """A tag that reaches a limit in `seconds`, while `response` seconds are needed."""

    tag: str
    kind: str
    value: float
    seconds: float
    response: int

    def __str__(self) -> str:
        return f"{self.tag} {self.kind} {self.seconds:.0f} {self.response}"


def approaching(now: dt.datetime, units: Collection[UUID]) -> dict[UUID, list[Approach]]:
    """Return by installation the tags that reach HH or LL before somebody can respond.

    Gas has no course to go by. A limit without a time to respond, or whose alarm stands already, is
    left out. One statement and two questions to the store; nothing while it is away, which the
    index knows of elsewhere.
    """
    rows = (
        AlarmRule.objects.for_actor(SYSTEM)
        .filter(
            Q(alarm__isnull=True) | Q(alarm__condition=False),
            kind__in=(RuleKind.HH, RuleKind.LL),
            in_use=True,
            limit__isnull=False,
            response_seconds__gt=0,
            point__installation__in=list(units),
            point__removed_at__isnull=True,
            point__in_service=True,
        )
        .exclude(point__kind__in=GAS_KINDS)
        .select_related("point")
    )
    rules = list(rows)
    newest = overview.newest({rule.point.number for rule in rules}) or {}
    near: list[tuple[float, AlarmRule, float]] = []
    for rule in rules:
        value, quality, _at = newest.get(rule.point.number, (None, 2, 0))
        if value is None or quality > 1 or rule.limit is None:
            continue
        away = rule.limit - value if rule.kind == RuleKind.HH else value - rule.limit
        if away > 0:
            near.append((away / _span(rule), rule, value))
    near.sort(key=lambda one: one[0])
    chosen = near[:MOST]
    if not chosen:
        return {}
    numbers = sorted({rule.point.number for _away, rule, _value in chosen})
    try:
        curves = client.trend(numbers, now - WINDOW, now, COLUMNS)
    except client.NoHistorian:
        return {}
    found: dict[UUID, list[Approach]] = defaultdict(list)
    for _away, rule, value in chosen:
        curve = curves[rule.point.number]
        limit, response = rule.limit or 0.0, rule.response_seconds or 0
        times, is_up = curve.starts_us / 1e6, rule.kind == RuleKind.HH
        seconds = time_to_limit(times, curve.average, limit, upwards=is_up)
        unit = rule.point.installation_id
        if unit is not None and seconds is not None and seconds < response:
            found[unit].append(Approach(rule.point.tag, rule.kind, value, seconds, response))
    return found


def _span(rule: AlarmRule) -> float:
    low, high = rule.point.range_low, rule.point.range_high
    span = high - low if low is not None and high is not None else abs(rule.limit or 0.0)
    return span or 1.0
