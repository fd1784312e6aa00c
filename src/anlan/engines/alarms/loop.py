"""The loops of the alarm core, compiled: samples through the rules, and the clock's tick.

The safe band of a tag's record holds while all its rules are at rest and its last sample was good;
else the band is empty, so that every sample goes through the rules. A rule measures one quantity
that is abnormal above a limit and normal again at or below another; from there on all kinds are
alike.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

# One cache line a tag: all that a sample in the safe band needs.
HOT = np.dtype(
    [
        ("low", "f8"),
        ("high", "f8"),
        ("value", "f8"),
        ("time", "f8"),
        ("safe_low", "f8"),
        ("safe_high", "f8"),
        ("first", "i4"),
        ("rules", "i4"),
        ("bad", "i8"),
    ]
)
# `a`, `b`, `c` are by kind: DEV and STATE the number compared with; FROZEN the lowest and highest
# value and the moment since which it stays between; STALE the moment from which a tag that never
# spoke is waited for. `window` is FROZEN's band and STALE's time.
COLD = np.dtype(
    [
        ("limit", "f8"),
        ("clears_at", "f8"),
        ("on_delay", "f8"),
        ("off_delay", "f8"),
        ("since", "f8"),
        ("sign", "f8"),
        ("window", "f8"),
        ("a", "f8"),
        ("b", "f8"),
        ("c", "f8"),
        ("tag", "i4"),
        ("phase", "i4"),
        ("kind", "i4"),
        ("other", "i4"),
        ("ring", "i4"),
        ("points", "i4"),
    ]
)
RAISED = np.dtype(
    [("at", "f8"), ("since", "f8"), ("value", "f8"), ("rule", "i4"), ("active", "i4")]
)
REST, BEGINNING, ACTIVE, ENDING = 0, 1, 2, 3
LEVEL, RATE, DEVIATION, STATE, STALE, FROZEN, BAD = 0, 1, 2, 3, 4, 5, 6
LATE, REPEATED, NOT_A_NUMBER, UNKNOWN, BAD_QUALITY, OVER_RANGE, CLOCK_WRONG = 0, 1, 2, 3, 4, 5, 6
N_ODD = 7
# 0 good, 1 uncertain, 2 bad: from here on a sample says nothing of the process.
BAD_FROM = 2
# A rate is the median slope between so many points of its window; below five, one wrong point
# could decide it.
RING_PLACES, RING_STEPS, FEWEST = 12, 8, 5
NEVER = -np.inf


def compiled(function: Callable[..., Any]) -> Any:
    """Compile, and keep the result beside the code where that can be written."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:  # an installation nobody may write to: compiled anew at each start
        return njit(function)


@compiled
def _tell(room, n_found, at, since, value, number, active):  # type: ignore[no-untyped-def]
    row = room[n_found]
    row.at = at
    row.since = since
    row.value = value
    row.rule = number
    row.active = active
    return n_found + 1


@compiled
def _move(rule, number, signed, time, value, room, n_found):  # type: ignore[no-untyped-def]
    """Move one rule on by its measured quantity."""
    if rule.phase <= BEGINNING:
        if signed > rule.limit:
            if rule.phase == REST:
                rule.phase = BEGINNING
                rule.since = time
            if time - rule.since >= rule.on_delay:
                rule.phase = ACTIVE
                n_found = _tell(room, n_found, time, rule.since, value, number, 1)
        else:
            rule.phase = REST
    elif signed <= rule.clears_at:
        if rule.phase == ACTIVE:
            rule.phase = ENDING
            rule.since = time
        if time - rule.since >= rule.off_delay:
            rule.phase = REST
            n_found = _tell(room, n_found, time, rule.since, value, number, 0)
    else:
        rule.phase = ACTIVE
    return n_found


@compiled
def _rate(ring, rule, time, value):  # type: ignore[no-untyped-def]
    """Take a sample into the ring of a rate; return the slope per minute, nan while unknown.

    Points lie at least an eighth of the window apart, the newest is always the last sample. The
    last five are kept however old, so that a slow tag is judged as well.
    """
    n = rule.points
    if n >= 2 and ring[0, n - 1] - ring[0, n - 2] < rule.window / RING_STEPS:
        n -= 1
    ring[0, n] = time
    ring[1, n] = value
    n += 1
    while n > FEWEST and (time - ring[0, 0] > rule.window or n == RING_PLACES):
        for i in range(n - 1):
            ring[0, i] = ring[0, i + 1]
            ring[1, i] = ring[1, i + 1]
        n -= 1
    rule.points = n
    if n < FEWEST:
        return np.nan
    slopes = np.empty(n * (n - 1) // 2)
    count = 0
    for i in range(n):
        for j in range(i + 1, n):
            slopes[count] = (ring[1, j] - ring[1, i]) / (ring[0, j] - ring[0, i]) * 60.0
            count += 1
    slopes.sort()
    middle = count // 2
    if count % 2:
        return slopes[middle]
    return (slopes[middle - 1] + slopes[middle]) / 2.0


@compiled
def _unmoved(rule, time, value):  # type: ignore[no-untyped-def]
    """Return how long the value has stayed within the band; `window` is its width."""
    low = min(rule.a, value)
    high = max(rule.b, value)
    if rule.points and high - low <= rule.window:
        rule.a = low
        rule.b = high
    else:
        rule.points = 1
        rule.a = value
        rule.b = value
        rule.c = time
    return time - rule.c


@compiled
def judge(number, time, value, hot, cold, rings, room, n_found):  # type: ignore[no-untyped-def]
    """Move one rule on by one good sample."""
    rule = cold[number]
    kind = rule.kind
    if kind == LEVEL:
        signed = rule.sign * value
    elif kind == DEVIATION:
        point = rule.a if rule.other < 0 else hot[rule.other].value
        away = value - point
        signed = abs(away) if rule.sign == 0.0 else rule.sign * away
    elif kind == STATE:
        there = abs(value - rule.a) < 0.5
        signed = 1.0 if there == (rule.sign > 0.0) else 0.0
    elif kind == RATE:
        slope = _rate(rings[rule.ring], rule, time, value)
        signed = abs(slope) if rule.sign == 0.0 else rule.sign * slope
    elif kind == FROZEN:
        signed = _unmoved(rule, time, value)
    else:  # stale and bad: a good sample has come
        signed = 0.0
    if np.isnan(signed):
        return n_found
    return _move(rule, number, signed, time, value, room, n_found)


@compiled
def settle(tag, hot, cold):  # type: ignore[no-untyped-def]
    """Open the safe band of a tag when all its rules are at rest, else empty it."""
    row = hot[tag]
    at_rest = row.bad == 0
    for number in range(row.first, row.first + row.rules):
        at_rest = at_rest and cold[number].phase == REST
    row.low = row.safe_low if at_rest else np.inf
    row.high = row.safe_high if at_rest else -np.inf


@compiled
def settle_all(hot, cold):  # type: ignore[no-untyped-def]
    """Settle every tag."""
    for tag in range(hot.shape[0]):
        settle(tag, hot, cold)


@compiled
def run(  # type: ignore[no-untyped-def]
    start, ids, times, values, quality, latest, hot, cold, ranges, rings, odd, room
):
    """Go on from `start` until the samples or the room for events end; return place and events.

    `quality` may be empty: all good. What is later than `latest` is no time of this world.
    """
    n_found = 0
    graded = quality.shape[0] > 0
    for place in range(start, ids.shape[0]):
        tag = ids[place]
        if tag < 0 or tag >= hot.shape[0]:
            odd[UNKNOWN] += 1
            continue
        row = hot[tag]
        time = times[place]
        value = values[place]
        # Kept as the last one, a time far ahead would make all that follow late.
        if not row.time < time <= latest:
            if not np.isfinite(time):
                odd[NOT_A_NUMBER] += 1
            elif time > latest:
                odd[CLOCK_WRONG] += 1
            else:
                odd[LATE if time < row.time else REPEATED] += 1
            continue
        bad = graded and quality[place] >= BAD_FROM
        if not bad and row.low <= value <= row.high:
            row.value = value
            row.time = time
            continue
        if not bad and not np.isfinite(value):
            odd[NOT_A_NUMBER] += 1
            continue
        if n_found + row.rules > room.shape[0]:
            return place, n_found
        row.time = time
        if bad:
            odd[BAD_QUALITY] += 1
            row.bad = 1
            for number in range(row.first, row.first + row.rules):
                rule = cold[number]
                if rule.kind == BAD or rule.kind == STALE:
                    signed = 1.0 if rule.kind == BAD else 0.0
                    n_found = _move(rule, number, signed, time, row.value, room, n_found)
        else:
            if not ranges[tag, 0] <= value <= ranges[tag, 1]:
                odd[OVER_RANGE] += 1
            row.bad = 0
            row.value = value
            for number in range(row.first, row.first + row.rules):
                n_found = judge(number, time, value, hot, cold, rings, room, n_found)
        settle(tag, hot, cold)
    return ids.shape[0], n_found


@compiled
def tick(now, hot, cold, room):  # type: ignore[no-untyped-def]
    """End the delays that are over at `now`, and tell of tags that have gone silent."""
    n_found = 0
    for number in range(cold.shape[0]):
        rule = cold[number]
        row = hot[rule.tag]
        if rule.kind == STALE:
            _wait(rule, row, now)
        if rule.phase == BEGINNING and now - rule.since >= rule.on_delay:
            rule.phase = ACTIVE
            at = rule.since + rule.on_delay
            n_found = _tell(room, n_found, at, rule.since, row.value, number, 1)
        elif rule.phase == ENDING and now - rule.since >= rule.off_delay:
            rule.phase = REST
            at = rule.since + rule.off_delay
            n_found = _tell(room, n_found, at, rule.since, row.value, number, 0)
            settle(rule.tag, hot, cold)
    return n_found


@compiled
def _wait(rule, row, now):  # type: ignore[no-untyped-def]
    """Begin a stale alarm when its time is over; the next sample ends it."""
    if row.time == NEVER and np.isnan(rule.c):
        rule.c = now
    last = rule.c if row.time == NEVER else row.time
    due = last + rule.window
    if now < due:
        return
    if rule.phase == REST:
        rule.phase = BEGINNING
        rule.since = due
        row.low = np.inf
        row.high = -np.inf
    elif rule.phase == ENDING:
        rule.phase = ACTIVE
