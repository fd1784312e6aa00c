"""The course of an alarm's value as a small picture, drawn by the server."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anlan.base.clock import SHANGHAI
from anlan.modules.monitoring.choices import RuleKind
from anlan.modules.monitoring.models import AlarmRule, AlarmState
from anlan.modules.monitoring.queries.courses import Course
from anlan.modules.monitoring.ui.alarms_showing import (
    duration,
    limit_number,
    number,
    trimmed,
    with_unit,
)

LEFT, RIGHT, TOP, BOTTOM = 44.0, 300.0, 10.0, 138.0
APART = 13.0
"""How far apart the names of limits stand."""
MOST_FUTURE = 0.6
"""A forecast is drawn while it ends within this share of the span; later ones are told in words."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A limit: its line at `y`, its name at `text_y`."""

    words: str
    level: int
    y: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Geometry in the drawing's own units; `path` is empty without values."""

    path: str
    limits: list[Mark]
    ticks: list[tuple[float, str]]
    times: list[tuple[float, str, str]]
    last: tuple[float, float] | None
    ahead: tuple[float, float] | None
    alarm: tuple[float, float] | None
    """Where the alarm began to stand and how wide that is until now."""


def picture(
    rule: AlarmRule, state: AlarmState | None, told: Course, start: dt.datetime, end: dt.datetime
) -> Picture:
    """Return the drawing of a course from `start` to `end` (now)."""
    curve = told.curve
    known = [
        (at, value)
        for at, value in zip(curve.moments, curve.values, strict=True)
        if value is not None
    ]
    first, now = start.timestamp() * 1000, end.timestamp() * 1000
    until = now
    going = told.heading
    is_drawn = going and going.kind and going.seconds * 1000 <= MOST_FUTURE * (now - first)
    if going and is_drawn:
        until = (now + going.seconds * 1000) + 0.04 * (now - first)
    low, high = _range(rule, told, [value for _at, value in known])

    def x(at: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (at - first) / (until - first), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)

    parts, pen_is_down = [], False
    for at, value in zip(curve.moments, curve.values, strict=True):
        if value is None or at < first:
            pen_is_down = False
            continue
        parts.append(f"{'L' if pen_is_down else 'M'}{x(at):g} {y(value):g}")
        pen_is_down = True
    lines = [
        (y(one.limit), one)
        for one in told.limits
        if one.limit is not None and low <= one.limit <= high
    ]
    lines.sort(key=lambda line: line[0])
    marks: list[Mark] = []
    for at_y, one in lines:
        text_y = max(at_y + 4, marks[-1].text_y + APART) if marks else at_y + 4
        words = f"{one.kind} {limit_number(one)}"
        marks.append(Mark(words, one.priority, at_y, text_y))
    since = state.since if state and state.condition else None
    alarm_x = max(x(since.timestamp() * 1000), LEFT) if since else LEFT
    digits = rule.point.decimals if high - low > 10**-rule.point.decimals else 3
    times = [
        (x(first), _clock(start, end), "start"),
        (x(now), _("now") if is_drawn else _clock(end, end), "middle" if is_drawn else "end"),
    ]
    if going and is_drawn:
        reached = end + dt.timedelta(seconds=going.seconds)
        times[1:] = [(RIGHT, _clock(reached, end), "end")]
    return Picture(
        path="".join(parts),
        limits=marks,
        ticks=[(y(one), number(one, digits)) for one in (high, (low + high) / 2, low)],
        times=times,
        last=(x(known[-1][0]), y(known[-1][1])) if known else None,
        ahead=(x(now + going.seconds * 1000), y(going.limit)) if going and is_drawn else None,
        alarm=(alarm_x, round(x(now) - alarm_x, 1)) if since else None,
    )


def _range(rule: AlarmRule, told: Course, values: list[float]) -> tuple[float, float]:
    """Return the ends of the axis: the values, this alarm's limit, and limits close to them."""
    ends = [*values] or [0.0, 1.0]
    if rule.limit is not None and any(one.pk == rule.pk for one in told.limits):
        ends.append(rule.limit)
    if told.heading and told.heading.kind:
        ends.append(told.heading.limit)
    span = (max(ends) - min(ends)) or max(abs(ends[0]) * 0.1, 10.0**-rule.point.decimals)
    near = [
        one.limit
        for one in told.limits
        if one.limit is not None and min(ends) - 0.4 * span <= one.limit <= max(ends) + 0.4 * span
    ]
    low, high = min([*ends, *near]), max([*ends, *near])
    pad = 0.08 * ((high - low) or span)
    floor = rule.point.range_low
    is_whole = floor is not None and low - pad < floor <= low  # nothing measures below its range
    return floor if is_whole and floor is not None else low - pad, high + pad


def _clock(moment: dt.datetime, now: dt.datetime) -> str:
    here = moment.astimezone(SHANGHAI)
    is_today = here.date() == now.astimezone(SHANGHAI).date()
    return f"{here:%H:%M}" if is_today else f"{here:%m-%d %H:%M}"


def words(rule: AlarmRule, told: Course, now: dt.datetime) -> str:
    """Return where the value is heading: the rate, and when it reaches its next limit."""
    going = told.heading
    if going is None:
        return ""
    rate = number(abs(going.per_hour), max(rule.point.decimals, 1))
    rate = with_unit(rate, f"{rule.point.unit}/h" if rule.point.unit else "/h")
    moves = (
        _("Rising %(rate)s") % {"rate": rate}
        if going.per_hour > 0
        else _("Falling %(rate)s") % {"rate": rate}
    )
    if not going.kind:
        return moves
    return _("%(moves)s, at this rate %(kind)s %(limit)s in %(time)s (%(at)s)") % {
        "moves": moves,
        "kind": RuleKind(going.kind).label,
        "limit": trimmed(number(going.limit, rule.point.decimals)),
        "time": duration(max(going.seconds // 60 * 60, 60)),
        "at": _clock(now + dt.timedelta(seconds=going.seconds), now),
    }
