"""Random rules and streams of samples, for the core beside the plain one."""

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from anlan.engines.alarms.core import AlarmCore
from anlan.engines.alarms.rules import LEVELS, Event, Kind, Rule, Side

TAGS = ("a", "b", "c")
RANGES = {"b": (-3.0, 3.0)}
levels = st.integers(-4, 4).map(float)
delays = st.sampled_from([0.0, 1.0, 2.0, 5.0])
sides = st.sampled_from(Side)
common = {"tag": st.sampled_from(TAGS), "on_delay": delays, "off_delay": delays}


def _of(kind: Kind, **fields):
    return st.builds(lambda **given: Rule.of("", kind=kind, **given), **common, **fields)


of_levels = st.one_of(
    *(_of(kind, limit=levels, deadband=st.sampled_from([0.0, 0.5, 2.0])) for kind in LEVELS)
)
others = st.one_of(
    _of(
        Kind.RATE,
        limit=st.sampled_from([5.0, 30.0]),
        deadband=st.sampled_from([0.0, 4.0]),
        window=st.sampled_from([8.0, 24.0]),
        side=sides,
    ),
    _of(
        Kind.DEVIATION,
        limit=st.sampled_from([1.0, 3.0]),
        deadband=st.sampled_from([0.0, 1.0]),
        set_point=st.one_of(levels, st.sampled_from([*TAGS, "d"])),
        side=sides,
    ),
    _of(Kind.STATE, limit=levels, equals=st.booleans()),
    _of(Kind.STALE, limit=st.sampled_from([2.0, 6.0])),
    _of(Kind.FROZEN, limit=st.sampled_from([2.0, 6.0]), deadband=st.sampled_from([0.0, 1.0])),
    _of(Kind.BAD),
)
rules = st.lists(st.one_of(of_levels, others), max_size=7)
odd = [math.nan, math.inf, -math.inf]
values = st.one_of(levels, levels, levels, st.sampled_from(odd))
qualities = st.sampled_from([0, 0, 0, 1, 2, 3])


@st.composite
def samples(draw, start: float = 0.0):
    """A stream that mostly goes on in time, with late, repeated, far and endless times in it."""
    time = start
    rows = []
    for _ in range(draw(st.integers(0, 40))):
        time += draw(st.sampled_from([0.0, 0.5, 1.0, 1.0, 2.0, -2.0]))
        moment = draw(st.sampled_from([time] * 12 + [1e6, *odd]))
        rows.append((draw(st.sampled_from(TAGS)), moment, draw(values), draw(qualities)))
    return rows


def feed(core: AlarmCore, rows, received: float | None = None) -> list[Event]:
    """Give rows of (tag, time, value[, quality]) to the core at once."""
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    ids = np.array([core.tags.index(tag) for tag in columns[0]], np.int32)
    quality = np.array(columns[3], np.uint8) if len(columns) > 3 else None
    times, values = np.array(columns[1], float), np.array(columns[2], float)
    return core.take(ids, times, values, quality, received=received)


def plainly(events: Sequence[Event]) -> list[tuple]:
    """Return events so that they can be compared: nan equals nan."""
    return [
        (one.what, one.at, one.since, one.rule, None if math.isnan(one.value) else one.value)
        for one in events
    ]


def of_reference(core: AlarmCore) -> dict[str, int]:
    """Return the counts that the plain core has as well."""
    odd = core.oddities
    names = ("late", "repeated", "not_a_number", "bad_quality", "over_range", "clock_wrong")
    return {name: getattr(odd, name) for name in names}
