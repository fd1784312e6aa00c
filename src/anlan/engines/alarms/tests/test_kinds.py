"""Each kind of alarm by hand, suppression, calculated tags, and handing states on."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.alarms.core import AlarmCore
from anlan.engines.alarms.derived import in_circles
from anlan.engines.alarms.expressions import ExpressionError, parsed
from anlan.engines.alarms.rules import Event, Kind, Rule, Side
from anlan.engines.alarms.snapshots import SnapshotError
from anlan.engines.alarms.tests.streams import feed

HIGH = Rule.of("k", "p", Kind.H, 80.0)


def told(events: list[Event]) -> list[tuple[str, str, float]]:
    return [(one.rule.key, one.what, one.at) for one in events]


def every_second(tag, values, start=0.0, quality=0):
    return [(tag, start + n, float(value), quality) for n, value in enumerate(values)]


def test_a_rate_follows_a_ramp_and_not_one_noisy_sample():
    rule = Rule.of("r", "p", Kind.RATE, 6.0, window=16.0, side=Side.HIGH)
    core = AlarmCore([rule])
    quiet = [50.0] * 30
    quiet[20] = 90.0
    assert feed(core, every_second("p", quiet)) == []
    # 0.2 a second are 12 a minute, twice the limit.
    ramp = [50.0 + 0.2 * n for n in range(30)]
    assert told(feed(core, every_second("p", ramp, start=30.0))) == [("r", "raised", 39.0)]
    assert told(feed(core, every_second("p", [56.0] * 30, start=60.0)))[0][:2] == ("r", "cleared")


def test_a_rate_of_a_slow_tag_is_judged_by_its_last_samples():
    core = AlarmCore([Rule.of("r", "p", Kind.RATE, 1.0, window=10.0)])
    rows = [("p", 60.0 * n, -2.0 * n) for n in range(6)]
    assert told(feed(core, rows)) == [("r", "raised", 240.0)]


def test_a_deviation_from_a_number_and_from_a_tag():
    fixed = Rule.of("f", "p", Kind.DEVIATION, 5.0, deadband=1.0, set_point=50.0)
    follows = Rule.of("t", "p", Kind.DEVIATION, 5.0, set_point="sp", side=Side.LOW)
    core = AlarmCore([fixed, follows])
    assert told(feed(core, [("p", 1.0, 44.0), ("sp", 1.0, 60.0)])) == [("f", "raised", 1.0)]
    assert told(feed(core, [("p", 2.0, 45.5), ("p", 3.0, 46.0)])) == [
        ("t", "raised", 2.0),
        ("f", "cleared", 3.0),
    ]
    assert told(feed(core, [("sp", 4.0, 45.0), ("p", 5.0, 46.0)])) == [("t", "cleared", 5.0)]


def test_a_digital_state():
    core = AlarmCore(
        [
            Rule.of("tripped", "m", Kind.STATE, 2.0, on_delay=2.0),
            Rule.of("not open", "v", Kind.STATE, 1.0, equals=False),
        ]
    )
    assert told(feed(core, [("v", 0.0, 1.0), ("v", 1.0, 0.0), ("m", 1.0, 2.0)])) == [
        ("not open", "raised", 1.0)
    ]
    assert told(core.tick(3.5)) == [("tripped", "raised", 3.0)]


def test_a_silent_tag_is_stale_until_it_speaks():
    core = AlarmCore([Rule.of("s", "p", Kind.STALE, 10.0), Rule.of("n", "q", Kind.STALE, 10.0)])
    assert core.tick(100.0) == []
    feed(core, [("p", 101.0, 5.0)])
    # `q` never spoke: it is waited for since the first tick.
    assert told(core.tick(110.5)) == [("n", "raised", 110.0)]
    assert told(core.tick(112.0)) == [("s", "raised", 111.0)]
    assert core.tick(113.0) == []
    bad = every_second("p", [5.0], start=114.0, quality=2)
    assert told(feed(core, bad)) == [("s", "cleared", 114.0)]


def test_a_frozen_value_is_one_that_does_not_move_while_samples_come():
    core = AlarmCore([Rule.of("f", "p", Kind.FROZEN, 5.0, deadband=0.1)])
    assert told(feed(core, every_second("p", [7.0, 7.05] * 5))) == [("f", "raised", 6.0)]
    assert told(feed(core, every_second("p", [7.2, 8.0, 7.0], start=10.0))) == [
        ("f", "cleared", 10.0)
    ]
    # A tag that is silent is stale, not frozen.
    assert core.tick(1000.0) == []


def test_bad_quality_moves_no_limit_and_raises_its_own_alarm():
    core = AlarmCore([HIGH, Rule.of("b", "p", Kind.BAD, on_delay=2.0)])
    assert feed(core, every_second("p", [99.0, math.nan], quality=2)) == []
    assert told(feed(core, every_second("p", [99.0], 2.0, quality=3))) == [("b", "raised", 2.0)]
    # Uncertain is good enough; the safe band is open again afterwards.
    assert told(feed(core, every_second("p", [50.0, 51.0], 3.0, quality=1))) == [
        ("b", "cleared", 3.0)
    ]
    assert told(feed(core, every_second("p", [81.0], 5.0))) == [("k", "raised", 5.0)]
    assert core.oddities.bad_quality == 3


def test_what_lies_beyond_the_range_is_counted_and_judged():
    core = AlarmCore([replace(HIGH, limit=120.0)], ranges={"p": (0.0, 100.0)})
    assert told(feed(core, every_second("p", [50.0, 110.0, 130.0, -1.0]))) == [
        ("k", "raised", 2.0),
        ("k", "cleared", 3.0),
    ]
    assert core.oddities.over_range == 3


def test_a_clock_far_ahead_does_not_make_what_follows_late():
    core = AlarmCore([HIGH], most_ahead=60.0)
    assert feed(core, [("p", 1061.0, 99.0)], received=1000.0) == []
    assert told(feed(core, [("p", 1001.0, 99.0)], received=1001.0)) == [("k", "raised", 1001.0)]
    assert (core.oddities.clock_wrong, core.oddities.late) == (1, 0)


def test_the_state_of_the_plant_suppresses_before_its_consequence_sounds():
    low = Rule.of("low", "fi", Kind.L, 5.0, suppressed_when="{RUN-7} == 0")
    core = AlarmCore([low])
    assert told(feed(core, [("RUN-7", 0.0, 1.0), ("fi", 0.0, 9.0)])) == []
    # In one batch, the flow before the state that explains it, of the same second.
    assert told(feed(core, [("fi", 10.0, 0.0), ("RUN-7", 10.0, 0.0)])) == [
        ("low", "suppressed", 10.0),
        ("low", "raised", 10.0),
    ]
    assert core.suppressed() == {"low"}
    assert told(feed(core, [("RUN-7", 20.0, 1.0)])) == [("low", "unsuppressed", 20.0)]
    assert set(core.active()) == {"low"}


def test_a_suppression_that_is_no_longer_asked_for_ends():
    low = Rule.of("low", "fi", Kind.L, 5.0, suppressed_when="RUN == 0")
    core = AlarmCore([low])
    feed(core, [("RUN", 5.0, 0.0)])
    assert core.replace([replace(low, suppressed_when="")], now=6.0) == []
    assert told(feed(core, [("fi", 7.0, 9.0)])) == [("low", "unsuppressed", 7.0)]


def test_calculated_tags_are_tags():
    rule = Rule.of("sum", "SUM", Kind.H, 10.0)
    core = AlarmCore(
        [rule, Rule.of("b", "TWICE", Kind.BAD)],
        calculated={"TWICE": "SUM * 2", "SUM": "{a-1} + {a-2}"},
    )
    assert feed(core, [("a-1", 1.0, 4.0)]) == []
    assert told(feed(core, [("a-2", 2.0, 7.0)])) == [("sum", "raised", 2.0)]
    ids, times, values, quality = core.drain_calculated()
    assert [core.tags[place] for place in ids] == ["SUM", "TWICE"]
    assert (times.tolist(), values.tolist(), quality.tolist()) == ([2.0] * 2, [11.0, 22.0], [0, 0])
    assert not len(core.drain_calculated()[0])
    # What is calculated from bad samples is bad.
    bad = feed(core, every_second("a-2", [0.0], 3.0, quality=2))
    assert told(bad) == [("b", "raised", 3.0)]


def test_what_has_no_value_is_counted():
    core = AlarmCore([Rule.of("x", "X", Kind.H, 1.0)], calculated={"X": "1 / {a}"})
    assert feed(core, [("a", 1.0, 0.0)]) == []
    assert core.oddities.no_result == 1


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "empty"),
        ("{LI-1} +", 9, "read"),
        ("{LI-1} + open('x')", 10, "functions may be called"),
        ("a.b", 1, "only numbers"),
        ("[1][0]", 1, "only numbers"),
        ("'x'", 1, "only numbers may"),
        ("{液位} + True", 8, "only numbers may"),
        ("2 + {}", 5, "empty braces"),
        ("1 // 2", 1, "FloorDiv"),
        ("a in b", 1, "In is no operator"),
        ("__import__", 1, "no tag"),
        ("min(1)", 1, "min takes"),
        ("(" * 300 + "1" + ")" * 300, 200, "read"),
        ("-" * 200 + "1", 1, "deep"),
        ("1" * 2000, 1001, "longer"),
        ("1" * 500, 1, "too large"),
    ],
)
def test_a_faulty_expression_names_its_place(text, column, problem):
    with pytest.raises(ExpressionError, match=problem) as refused:
        parsed(text)
    assert refused.value.column == column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{LI-1} + {液位} * 2", 7.0),
        ("max(a, {LI-1}) if {液位} > 2 and not a == 0 else 0", 5.0),
        ("1 < {LI-1} <= 1", 0.0),
        ("9 ** 9 ** 9 ** 9", None),
        ("sqrt(0 - a)", None),
        ("(0 - a) ** 0.5", None),
        ("a / ({LI-1} - 1)", None),
        ("a % 3", 2.0),
    ],
)
def test_the_value_of_an_expression(text, value):
    assert parsed(text).value({"LI-1": 1.0, "液位": 3.0, "a": 5.0}) == value


@given(st.text(alphabet="ab{}+-*/%().,<>=! 0123456789'[]:_\n", max_size=30))
def test_no_text_breaks_anything(text):
    try:
        expression = parsed(text)
    except ExpressionError as error:
        column = error.column
    else:
        column = 1
        expression.value(dict.fromkeys(expression.tags, 2.0))
    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("{LI-1} + 1", "{7} + 1"),
        ("{ LI-1 }*a + 1e5 - min(a, {7})", "{7}*{8} + 1e5 - min({8}, {LI-1})"),
        ("1 if a and not 液位 else .5e3", "1 if {8} and not {9} else .5e3"),
    ],
)
def test_tags_are_renamed_each_once(text, renamed):
    names = {"LI-1": "7", "7": "LI-1", "a": "8", "液位": "9"}
    assert parsed(text).renamed(names) == renamed
    with pytest.raises(KeyError):
        parsed(text).renamed({})


def test_circles_are_found_with_what_hangs_on_them():
    calculated = {"a": "b + 1", "b": "a", "c": "a * 2", "d": "e", "e": "x + 1"}
    assert in_circles(calculated) == {"a", "b", "c"}
    core = AlarmCore([], calculated={"d": "e", "e": "x + 1"})
    assert core.tags == ["d", "e", "x"]


def test_a_circle_of_calculated_tags_is_refused():
    with pytest.raises(ExpressionError, match="itself"):
        AlarmCore([], calculated={"a": "b + 1", "b": "a + 1"})


def test_a_changed_limit_is_judged_by_the_last_value_at_the_next_tick():
    core = AlarmCore([HIGH, Rule.of("other", "p", Kind.HH, 90.0)])
    feed(core, [("p", 1.0, 85.0)])
    raised = replace(HIGH, limit=88.0)
    assert core.replace([raised, Rule.of("other", "p", Kind.HH, 84.0)], now=5.0) == []
    assert told(core.tick(6.0)) == [("k", "cleared", 6.0), ("other", "raised", 6.0)]


def test_an_unchanged_rule_keeps_its_delay_under_way_and_a_gone_one_ends():
    slow = Rule.of("slow", "p", Kind.H, 80.0, on_delay=10.0)
    core = AlarmCore([HIGH, slow])
    feed(core, [("p", 1.0, 85.0)])
    assert told(core.replace([replace(slow, name="renamed")], ["new"], now=5.0)) == [
        ("k", "cleared", 5.0)
    ]
    assert core.tags == ["p", "new"]
    assert told(core.tick(12.0)) == [("slow", "raised", 11.0)]


def test_faulty_new_rules_leave_everything_as_it_was():
    core = AlarmCore([HIGH])
    feed(core, [("p", 1.0, 85.0)])
    with pytest.raises(ValueError, match="another rule's"):
        core.replace([HIGH, HIGH], now=2.0)
    with pytest.raises(ExpressionError):
        core.replace([replace(HIGH, suppressed_when="1 +")], now=2.0)
    assert set(core.active()) == {"k"}


def test_a_snapshot_tells_what_it_could_not_place():
    core = AlarmCore([HIGH, Rule.of("x", "q", Kind.H, 1.0)])
    feed(core, [("p", 1.0, 85.0), ("q", 1.0, 85.0)])
    other = AlarmCore([replace(HIGH, limit=90.0), Rule.of("y", "q", Kind.H, 1.0)])
    found = other.restore(core.snapshot())
    assert (found.same, found.changed, found.gone) == (set(), {"k"}, {"x"})
    assert told(other.tick(2.0)) == [("k", "cleared", 2.0)]


@pytest.mark.parametrize("data", [b"", b"\x00\x02x", b"\x00\x01x", b"\x00\x01" + b"\x78\x9c"])
def test_what_is_no_snapshot_is_refused(data):
    core = AlarmCore([HIGH])
    with pytest.raises(SnapshotError):
        core.restore(data)
    with pytest.raises(SnapshotError):
        core.restore(core.snapshot()[:-9])


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": Kind.RATE, "limit": 0.0},
        {"kind": Kind.RATE, "limit": 1.0, "window": 0.0},
        {"kind": Kind.DEVIATION, "limit": 1.0},
        {"kind": Kind.DEVIATION, "limit": 1.0, "set_point": math.nan},
        {"kind": Kind.DEVIATION, "limit": 1.0, "set_point": 0.0, "deadband": 2.0},
        {"kind": Kind.STALE, "limit": 0.0},
        {"kind": Kind.FROZEN, "limit": -1.0},
    ],
)
def test_a_rule_that_could_never_work_is_refused(fields):
    with pytest.raises(ValueError, match="p "):
        Rule.of("k", "p", **fields)


def test_a_level_limit_has_its_side():
    with pytest.raises(ValueError, match="side"):
        Rule("p", Side.LOW, 1.0, kind=Kind.HH)


def test_quality_of_another_length_is_refused():
    core = AlarmCore([HIGH])
    with pytest.raises(ValueError, match="one length"):
        core.take(np.zeros(2, np.int32), np.zeros(2), np.zeros(2), np.zeros(1, np.uint8))
