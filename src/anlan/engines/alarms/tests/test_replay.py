"""A replay says what the worker would have said, the clock's part included."""

import numpy as np
import pytest

from anlan.engines.alarms.replay import replayed
from anlan.engines.alarms.rules import Event, Kind, Rule


def said(rules, times, values, quality=None, names=("p",), ids=None):  # type: ignore[no-untyped-def]
    times = np.array(times, float)
    places = np.zeros(len(times), np.int32) if ids is None else np.array(ids, np.int32)
    grades = None if quality is None else np.array(quality, np.uint8)
    found = replayed(rules, names, places, times, np.array(values, float), grades)
    return {
        key: [(one.at, "on" if one.active else "off") for one in events]
        for key, events in found.items()
    }


def of(kind: Kind, limit: float = 0.0, **more: object) -> Rule:
    return Rule.of("r", "p", kind, limit, **more)


@pytest.mark.parametrize(
    ("rule", "times", "values", "quality", "wanted"),
    [
        # The delay ends between two samples a minute apart, as the plant's clock would have it.
        (of(Kind.H, 10, on_delay=5), [0, 60, 120], [9, 11, 9], None, [(65, "on"), (120, "off")]),
        (of(Kind.H, 10, off_delay=20), [0, 60, 120], [11, 9, 11], None,
         [(0, "on"), (80, "off"), (120, "on")]),
        (of(Kind.H, 10, deadband=2), [0, 1, 2, 3], [11, 9, 11, 7], None, [(0, "on"), (3, "off")]),
        (of(Kind.STALE, 30), [0, 10, 100, 110], [1, 1, 1, 1], None, [(40, "on"), (100, "off")]),
        (of(Kind.STALE, 30, on_delay=100), [0, 10, 100, 110], [1, 1, 1, 1], None, []),
        (of(Kind.STATE, 1), [0, 1, 2], [0, 1, 0], None, [(1, "on"), (2, "off")]),
        (of(Kind.BAD, on_delay=3), [0, 1, 9, 10], [5, 5, 5, 5], [0, 2, 2, 0],
         [(4, "on"), (10, "off")]),
        (of(Kind.FROZEN, 20), list(range(0, 50, 5)), [5] * 9 + [6], None,
         [(25, "on"), (45, "off")]),
        (of(Kind.DEVIATION, 2, set_point=5.0), [0, 1, 2], [6, 8, 6], None, [(1, "on"), (2, "off")]),
    ],
)  # fmt: skip
def test_every_kind_is_replayed(rule, times, values, quality, wanted):
    assert said([rule], times, values, quality)["r"] == wanted


def test_a_rate_is_replayed():
    times = np.arange(0, 600, 5.0)
    values = np.where(times < 200, 1.0, 1.0 + (times - 200) / 60 * 3)
    (raised,) = said([of(Kind.RATE, 2)], times, values)["r"]
    assert 200 < raised[0] < 300


def test_a_deviation_and_a_suppression_look_at_other_points():
    deviation = of(Kind.DEVIATION, 2, set_point="q")
    given = ([0, 0, 1, 2, 3], [5, 5, 8, 8, 8], None, ("p", "q"), [0, 1, 0, 1, 0])
    assert said([deviation], *given)["r"] == [(1, "on"), (3, "off")]
    masked = of(Kind.H, 7, suppressed_when="{q} > 7")
    assert said([masked], *given)["r"] == [(1, "on"), (2, "off")]


def test_a_long_history_with_ticks_equals_one_ticked_every_second():
    from anlan.engines.alarms.core import AlarmCore

    dice = np.random.default_rng(3)
    times = np.cumsum(dice.choice([1.0, 4.0, 30.0], 3000, p=[0.6, 0.3, 0.1]))
    values = 10 + np.cumsum(dice.normal(0, 0.4, 3000)) * 0.1 + dice.normal(0, 0.5, 3000)
    rule = of(Kind.H, 10.3, deadband=0.3, on_delay=6, off_delay=15)
    core = AlarmCore([rule])
    plain: list[Event] = []
    now = 0.0
    for n, at in enumerate(times):
        while now + 1 <= at:
            now += 1
            plain += core.tick(now)
        plain += core.take(np.zeros(1, np.int32), times[n : n + 1], values[n : n + 1])
    wanted = [(one.at, "on" if one.active else "off") for one in plain]
    assert len(wanted) > 20
    assert said([rule], times, values)["r"] == wanted
