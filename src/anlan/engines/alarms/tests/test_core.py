"""The alarm core equals the plain one, whatever comes, and says what it left out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.alarms import loop
from anlan.engines.alarms.core import HOT, AlarmCore, Oddities
from anlan.engines.alarms.rules import Rule, Side
from anlan.engines.alarms.tests.reference import Reference
from anlan.engines.alarms.tests.streams import (
    RANGES,
    TAGS,
    feed,
    of_reference,
    plainly,
    rules,
    samples,
)


def ordered(given_rules):
    """The core keeps rules by tag, and tells of them in that order."""
    return sorted(given_rules, key=lambda rule: TAGS.index(rule.tag))


@given(rules, samples(), st.integers(0, 30), samples(10.0), st.integers(10, 50))
def test_it_equals_the_plain_one_with_disorder_and_ticks(some, first, now, second, then):
    some = ordered(some)
    core, plain = AlarmCore(some, TAGS, ranges=RANGES), Reference(some, RANGES)
    for rows, moment in ((first, now), (second, then)):
        received = float(moment)
        assert plainly(feed(core, rows, received)) == plainly(plain.take(rows, received))
        assert plainly(core.tick(received)) == plainly(plain.tick(received))
    assert of_reference(core) == plain.odd
    assert set(core.active().values()) == {watch.rule for watch in plain.watches if watch.active}


@given(rules, samples(), st.integers(0, 30), samples(10.0), st.integers(10, 50))
def test_a_restart_from_a_snapshot_changes_nothing(some, first, now, second, then):
    core = AlarmCore(some, TAGS, ranges=RANGES)
    feed(core, first)
    core.tick(float(now))
    # Another order of rules and tags, as a reading of the register may give.
    again = AlarmCore(some[::-1], TAGS[::-1], ranges=RANGES)
    assert again.restore(core.snapshot()).same == set(core.keys)
    by_rule = lambda events: sorted(plainly(events), key=repr)  # noqa: E731
    assert by_rule(feed(again, second)) == by_rule(feed(core, second))
    assert by_rule(again.tick(float(then))) == by_rule(core.tick(float(then)))
    assert again.oddities == core.oddities


def keyed(given_rules, offset=0):
    return [replace(rule, key=f"k{n + offset}") for n, rule in enumerate(given_rules)]


@given(rules, rules, st.integers(0, 3), samples(), samples(10.0), st.integers(0, 50), st.booleans())
def test_other_rules_take_over_as_in_the_plain_one(
    some, others, offset, first, second, now, restarts
):
    some, others = ordered(keyed(some)), ordered(keyed(others, offset))
    # A rule that stays what it was is among them.
    others = ordered([*(one for one in others if one.key != "k0"), *some[:1]][-6:])
    others = list({one.key: one for one in others}.values())
    core, plain = AlarmCore(some, TAGS), Reference(some)
    feed(core, first)
    plain.take(first)
    assert sorted(plainly(core.replace(others, now=20.0)), key=repr) == sorted(
        plainly(plain.replace(others, 20.0)), key=repr
    )
    if restarts:
        other = AlarmCore(others, TAGS)
        other.restore(core.snapshot())
        core = other
    assert sorted(plainly(core.tick(float(now))), key=repr) == sorted(
        plainly(plain.tick(float(now))), key=repr
    )
    assert plainly(feed(core, second)) == plainly(plain.take(second))


def test_raised_after_the_on_delay_and_cleared_below_the_deadband_after_the_off_delay():
    rule = Rule("LI-101", Side.HIGH, 80.0, deadband=4.0, on_delay=10.0, off_delay=20.0)
    core = AlarmCore([rule])
    level = [79, 81, 82, 83, 79, 77, 75.5, 75, 75]
    events = feed(core, [("LI-101", 6.0 * n, float(v)) for n, v in enumerate(level)])
    # Below 76 from 36 s on: believed at 60 s, which the record does not reach.
    assert [(one.at, one.since, one.active, one.value) for one in events] == [
        (18.0, 6.0, True, 83.0)
    ]
    cleared = feed(core, [("LI-101", 60.0, 75.0)])
    assert [(one.at, one.since, one.active) for one in cleared] == [(60.0, 36.0, False)]


def test_a_spike_shorter_than_the_on_delay_is_no_alarm():
    core = AlarmCore([Rule("p", Side.LOW, 2.0, on_delay=5.0)])
    assert feed(core, [("p", 0.0, 3.0), ("p", 1.0, 1.0), ("p", 2.0, 3.0), ("p", 9.0, 1.0)]) == []


def test_a_delay_ends_without_a_further_sample():
    core = AlarmCore([Rule("p", Side.HIGH, 2.0, on_delay=5.0, off_delay=3.0)])
    feed(core, [("p", 10.0, 9.0)])
    assert core.tick(14.9) == []
    assert [(one.at, one.since) for one in core.tick(15.4)] == [(15.0, 10.0)]
    assert core.tick(16.0) == []
    feed(core, [("p", 20.0, 1.0)])
    assert [(one.at, one.active) for one in core.tick(30.0)] == [(23.0, False)]
    # At rest again: the next crossing is a new alarm.
    feed(core, [("p", 40.0, 9.0)])
    assert len(core.tick(45.0)) == 1


def test_what_is_odd_is_counted_and_changes_nothing():
    core = AlarmCore([Rule("p", Side.HIGH, 2.0)])
    raised = feed(core, [("p", 5.0, 9.0), ("p", 5.0, 1.0), ("p", 4.0, 1.0), ("p", 6.0, math.nan)])
    assert len(raised) == 1
    assert core.take(np.array([7, -1], np.int32), np.array([9.0, 9.0]), np.array([1.0, 1.0])) == []
    assert core.oddities == Oddities(late=1, repeated=1, not_a_number=1, unknown=2)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_does_not_spoil_what_follows(wrong):
    core = AlarmCore([Rule("p", Side.HIGH, 2.0)])
    assert feed(core, [("p", 1.0, 0.0), ("p", wrong, 0.0)]) == []
    assert len(feed(core, [("p", 2.0, 9.0), ("p", 1.0, 0.0)])) == 1
    assert core.oddities == Oddities(late=1, repeated=0, not_a_number=1, unknown=0)


def test_more_events_than_there_is_room_for_at_once_all_come():
    core = AlarmCore([Rule("p", Side.HIGH, 0.0), Rule("p", Side.HIGH, 1.0)])
    n = 20_000
    rows = [("p", float(i), 9.0 if i % 2 else -9.0) for i in range(n)]
    assert len(feed(core, rows)) == 2 * (n - 1)


def test_arrays_of_whatever_origin_need_no_further_compilation():
    core = AlarmCore([Rule("p", Side.HIGH, 2.0)])
    feed(core, [("p", 1.0, 9.0, 0)])
    n = len(loop.run.signatures)
    raw = np.frombuffer(np.array([2.0, 3.0]).tobytes())
    core.take(np.zeros(2, np.int64), raw, raw, np.frombuffer(b"\0\0", np.uint8))
    core.take(np.zeros(4, np.int32)[::2], np.arange(4.0, 8.0)[::2], np.zeros(4)[::2])
    assert len(loop.run.signatures) == n
    assert core.oddities == Oddities()


def test_a_tag_takes_one_cache_line():
    assert HOT.itemsize == 64


def test_arrays_of_unequal_length_are_refused():
    core = AlarmCore([Rule("p", Side.HIGH, 0.0)])
    with pytest.raises(ValueError, match="one length"):
        core.take(np.zeros(2, np.int32), np.zeros(2), np.zeros(3))


@pytest.mark.parametrize("bad", [{"deadband": -1.0}, {"on_delay": -1.0}, {"limit": math.nan}])
def test_a_rule_that_cannot_be_is_refused(bad):
    with pytest.raises(ValueError, match="p HI"):
        Rule(**{"tag": "p", "side": Side.HIGH, "limit": 1.0, **bad})
