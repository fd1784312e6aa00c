"""Density, pairs, bad actors, alignment of floods, and what another setting would have done."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.alarms import alignment, improvement, overview
from anlan.engines.alarms.alignment import Sequenced, aligned, flood_sequences, sequence
from anlan.engines.alarms.kpi import Announced
from anlan.engines.alarms.overview import Kinship
from anlan.engines.alarms.rules import Kind, Rule

DAY = 86_400.0


def at(name, *starts, lasts=30.0):
    return [Announced(name, start, start + lasts) for start in starts]


def test_the_density_counts_by_alarm_and_ten_minutes():
    found = overview.density([*at("a", 1.0, 601.0, 602.0), *at("b", 1199.0, -5.0)], 0.0, 1250.0)
    assert found.alarms == ("a", "b")
    assert found.counts.tolist() == [[1, 2, 0], [0, 1, 0]]
    assert found.counts.sum() == 4
    assert overview.density([], 0.0, 600.0).counts.shape == (0, 1)
    with pytest.raises(ValueError, match="length"):
        overview.density([], 5.0, 5.0)


def test_pairs_tell_duplicates_followers_and_strangers():
    hours = [3600.0 * n for n in range(20)]
    alarms = [
        *at("pump trip", *hours),
        *at("pump trip 2", *(t + 2.0 for t in hours)),
        *at("low flow", *(t + 20.0 for t in hours), *(t + 900.0 for t in hours[:15])),
        *at("stranger", *(t + 1700.0 for t in hours)),
    ]
    found = {(one.first, one.second): one for one in overview.pairs(alarms, 0.0, DAY)}
    double = found["pump trip", "pump trip 2"]
    assert (double.kind, double.lag_s, double.jaccard) == (Kinship.DUPLICATE, 2.0, 1.0)
    follows = found["pump trip", "low flow"]
    assert (follows.kind, follows.together, follows.share_of_first) == (Kinship.FOLLOWS, 20, 1.0)
    assert follows.lift > 10
    assert not any("stranger" in pair for pair in found)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000)), max_size=60))
def test_shares_of_pairs_are_shares(rows):
    alarms = [Announced(name, float(t)) for name, t in rows]
    for pair in overview.pairs(alarms, 0.0, 5001.0):
        assert 0 < pair.jaccard <= 1
        assert 0 < pair.share_of_first <= 1
        assert 0 <= pair.lag_s <= 60.0


def test_bad_actors_by_load():
    chatters = at("a", *(20.0 * n for n in range(10)), lasts=5.0)
    found = overview.bad_actors([*chatters, Announced("b", 7.0)])
    assert [(one.alarm, one.n, one.chatters, one.median_s) for one in found] == [
        ("a", 10, True, 5.0),
        ("b", 1, False, None),
    ]
    assert found[-1].cumulated == 1.0


def test_repeats_are_one_and_floods_are_cut_out():
    chatter = at("a", *(10.0 * n for n in range(30)))
    assert sequence(chatter) == Sequenced(("a",), (0.0,))
    burst = [one for n in range(12) for one in at(f"x{n}", 10_000.0 + 5 * n)]
    (flood,) = flood_sequences([*chatter, *burst])
    assert flood.alarms == tuple(f"x{n}" for n in range(12))
    assert flood_sequences(chatter) == []


LEAK = Sequenced(("P LO", "F HI", "L LO", "T HI"), (0.0, 20.0, 400.0, 900.0))


def test_swapped_neighbours_and_strangers_between_still_align():
    swapped = Sequenced(("F HI", "P LO", "x", "L LO", "T HI"), (50.0, 60.0, 300.0, 450.0, 960.0))
    found = aligned(LEAK, swapped)
    assert found.score > 0.7
    assert [swapped.alarms[j] for _i, j in found.pairs][-2:] == ["L LO", "T HI"]
    other = Sequenced(("A", "B", "C", "D"), LEAK.times)
    assert aligned(LEAK, other) == alignment.Alignment(0.0, ())
    assert aligned(LEAK, Sequenced((), ())).score == 0.0
    assert alignment.ranked(swapped, {"leak": [LEAK], "other": [other]})[0][0] == "leak"


names = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 200)), min_size=1, max_size=12)


@given(names, names)
def test_alignment_is_symmetric_whole_with_itself_and_pairs_go_on(one, other):
    def of(rows):
        times = np.cumsum([float(gap) for _, gap in rows])
        return Sequenced(tuple(name for name, _ in rows), tuple(times.tolist()))

    a, b = of(one), of(other)
    assert aligned(a, a).score == pytest.approx(1.0)
    found = aligned(a, b)
    assert found.score == pytest.approx(aligned(b, a).score)
    assert 0.0 <= found.score <= 1.0
    assert all(
        i < k and j < m for (i, j), (k, m) in zip(found.pairs, found.pairs[1:], strict=False)
    )


def noisy(seconds=40_000, upsets=((10_000, 12_000), (25_000, 26_000))):
    rng = np.random.default_rng(3)
    times = np.arange(float(seconds))
    values = 78.0 + 0.7 * rng.standard_normal(seconds)
    for start, end in upsets:
        values[start:end] += 4.0
    return times, values


HIGH = Rule.of("r", "p", Kind.H, 80.0)


def test_a_proposal_has_fewer_activations_and_misses_no_upset():
    times, values = noisy()
    found = improvement.proposed(HIGH, times, values, spread=0.7, response_s=600.0)
    assert found is not None
    assert found.measured.activations_before > 50
    assert found.measured.activations_after <= 20
    # One that only never clears would have the fewest.
    assert found.measured.standing_after_s < 12_000
    assert found.measured.most_missed_s <= 60.0
    assert found.measured.most_added_s <= 60.0 + 600.0
    assert found.measured == improvement.measured(HIGH, found.rule, times, values)


def test_a_safety_related_alarm_gets_no_on_delay():
    times, values = noisy()
    found = improvement.proposed(HIGH, times, values, spread=0.7, safety_related=True)
    assert found.rule.on_delay == 0.0
    assert found.measured.missed == 0


def test_where_nothing_is_better_nothing_is_proposed():
    times = np.arange(1000.0)
    assert improvement.proposed(HIGH, times, np.full(1000, 70.0), spread=0.5) is None
    stale = Rule.of("s", "p", Kind.STALE, 10.0)
    assert improvement.proposed(stale, times, times, spread=0.5) is None


def test_an_upset_that_chatters_is_never_swallowed():
    times = np.arange(4000.0)
    values = np.where((times > 1000) & (times < 3000) & (times % 8 < 4), 81.0, 79.0)
    swallowed = improvement.measured(
        HIGH, Rule.of("r", "p", Kind.H, 80.0, on_delay=5.0), times, values
    )
    assert (swallowed.missed, swallowed.episodes, swallowed.most_missed_s > 900) == (1, 1, True)
    found = improvement.proposed(HIGH, times, values, spread=0.1)
    assert found.measured.missed == 0
    assert found.measured.activations_after == 1


def test_every_kind_is_treated_with_delays():
    """Bad quality that flickers, and a deviation from another tag, get delays that end it."""
    times = np.arange(4000.0)
    quality = np.where((times > 1000) & (times % 8 < 4) & (times < 1400), 2, 0).astype(np.uint8)
    bad = Rule.of("b", "p", Kind.BAD)
    found = improvement.proposed(bad, times, np.zeros(4000), quality, spread=0.0)
    assert (found.measured.activations_before, found.measured.activations_after) == (50, 1)
    assert found.rule.deadband == 0.0
    both = improvement.History(
        ["p", "q"],
        np.tile(np.array([0, 1], np.int32), 4000),
        np.repeat(times, 2),
        np.stack([np.where(quality > 0, 12.0, 10.0), np.full(4000, 10.0)], axis=1).ravel(),
    )
    apart = Rule.of("d", "p", Kind.DEVIATION, 1.0, set_point="q")
    found = improvement.proposed_in(apart, both, spread=0.0)
    assert (found.measured.activations_before, found.measured.activations_after) == (50, 1)


def test_settings_of_two_tags_are_not_compared():
    with pytest.raises(ValueError, match="one tag"):
        improvement.measured(HIGH, Rule.of("q", "q", Kind.H, 1.0), np.zeros(1), np.zeros(1))
