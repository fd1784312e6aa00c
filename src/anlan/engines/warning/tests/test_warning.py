"""The index of early warning: what must always hold, and cases by hand."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.warning import scores
from anlan.engines.warning.index import Factor, Inputs, assess, plant
from anlan.engines.warning.model import Colour, Group, from_file, packaged
from anlan.engines.warning.scores import Limits
from anlan.engines.warning.standing import Standing, follow
from anlan.facts.loader import FACTS_ROOT, FactError

MODEL = packaged()
share = st.floats(0, 1)
levels = st.sampled_from([None, 1, 2, 3, 4])
factors = st.lists(
    st.builds(
        Factor,
        st.sampled_from(Group),
        st.sampled_from("xyz"),
        st.one_of(share, st.none()),
        of=st.sampled_from("ab"),
        last=st.one_of(st.none(), share),
        unknown_for_s=st.sampled_from([0.0, 600.0, 5000.0]),
    ),
    max_size=12,
)
overrides = st.frozensets(st.sampled_from(sorted(MODEL.overrides)), max_size=2)
inputs = st.builds(Inputs, levels, factors, overrides)


def calm(level=None, **scored):
    """Return inputs with all groups known and at rest but these."""
    held = [Factor(one, "x", scored.get(one.value, 0.0)) for one in Group]
    return Inputs(level, held)


@given(inputs, st.data(), share)
def test_it_is_monotone_in_every_score(given_inputs, data, more):
    known = [n for n, one in enumerate(given_inputs.factors) if one.score is not None]
    if not known:
        return
    place = data.draw(st.sampled_from(known))
    worse = list(given_inputs.factors)
    worse[place] = replace(worse[place], score=max(worse[place].score, more))
    before, after = (
        assess(one, MODEL) for one in (given_inputs, replace(given_inputs, factors=worse))
    )
    assert after.score >= before.score - 1e-9
    assert after.colour.rank >= before.colour.rank or math.isclose(after.score, before.score)


@given(inputs, st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_matter(given_inputs, random):
    mixed = list(given_inputs.factors)
    random.shuffle(mixed)
    one, other = assess(given_inputs, MODEL), assess(replace(given_inputs, factors=mixed), MODEL)
    assert (one.score, one.colour, one.degraded) == (other.score, other.colour, other.degraded)


@given(inputs)
def test_contributions_explain_the_whole_rise(given_inputs):
    found = assess(given_inputs, MODEL)
    assert sum(one.points for one in found.contributions) == pytest.approx(found.rose, abs=1e-9)
    assert all(one.points >= 0 for one in found.contributions)
    assert found.base <= found.score <= 100
    assert assess(given_inputs, MODEL) == found


@given(inputs, st.data())
def test_what_is_lost_never_lowers_the_index_at_once(given_inputs, data):
    known = [n for n, one in enumerate(given_inputs.factors) if one.score is not None]
    if not known:
        return
    place = data.draw(st.sampled_from(known))
    lost = list(given_inputs.factors)
    lost[place] = replace(lost[place], score=None, last=lost[place].score, unknown_for_s=0.0)
    before, after = (
        assess(one, MODEL) for one in (given_inputs, replace(given_inputs, factors=lost))
    )
    assert after.score >= before.score - 1e-9
    assert after.degraded


@given(inputs)
def test_overrides_are_red_and_are_never_averaged(given_inputs):
    found = assess(given_inputs, MODEL)
    assert not given_inputs.overrides or found.colour is Colour.RED
    others = {"u1": assess(calm(), MODEL), "u2": found}
    assert plant(others).colour.rank >= found.colour.rank
    assert plant(others).score >= found.score


@given(levels, factors)
def test_no_group_hides_behind_good_values(level, some):
    one = assess(Inputs(level, some), MODEL)
    for group in one.contributions:
        alone = assess(calm(level, **{group.group.value: group.score}), MODEL)
        assert one.score >= alone.score - 1e-9


def test_a_stuck_sensor_does_not_freeze_a_red():
    high = Factor(Group.GAS, "gas", 1.0, of="GT-1")
    red = assess(Inputs(3, [*calm().factors, high]), MODEL)
    stuck = replace(high, score=None, last=1.0, unknown_for_s=MODEL.hold_s)
    later = assess(Inputs(3, [*calm().factors, stuck]), MODEL)
    assert later.score < red.score
    assert later.degraded


def test_by_hand():
    found = assess(calm(3, P=0.8, G=0.4), MODEL)
    # 40 + 60 * (1 - (1 - 0.75 * 0.8) * (1 - 0.625 * 0.4))
    assert found.score == pytest.approx(82.0)
    assert (found.colour, found.at_rest, found.degraded) == (Colour.RED, Colour.YELLOW, False)
    assert [one.group for one in found.contributions[:2]] == [Group.PROCESS, Group.GAS]
    quiet = assess(calm(4), MODEL)
    assert (quiet.score, quiet.colour) == (25.0, Colour.BLUE)
    nothing = assess(Inputs(None), MODEL)
    assert nothing.degraded
    assert nothing.score > 15.0


def test_scores_of_a_tag():
    limits = Limits(60.0, 80.0, 90.0, 95.0, low=10.0)
    found = [scores.process(v, limits, MODEL) for v in (50, 70, 80, 85, 90, 96, 9, None)]
    assert found == [0.0, 0.25, 0.5, pytest.approx(0.65), 0.8, 1.0, 0.5, None]
    soon = scores.process(50, limits, MODEL, time_to_limit_s=100, response_s=300)
    assert soon == 0.8


@given(
    st.lists(st.one_of(st.none(), st.floats(-100, 100)), min_size=8, max_size=8),
    st.floats(-150, 150),
    st.floats(0, 100),
)
def test_beyond_high_limits_a_score_never_falls(ends, value, further):
    limits = Limits(*ends[:4])
    here, there = (scores.process(v, limits, MODEL) for v in (value, value + further))
    assert 0 <= here <= there <= 1


def test_scores_of_the_other_groups():
    assert [
        scores.gas(0, 0, MODEL),
        scores.gas(1, 0, MODEL),
        scores.gas(2, 0, MODEL),
        scores.gas(0, 1, MODEL),
        scores.gas(None, 0, MODEL),
        scores.gas(None, None, MODEL, confirmed=True),
    ] == [0.0, 0.4, 0.7, 0.7, None, 1.0]
    # One of one fire pump is not hidden by 199 sound detectors.
    counts = {"fire_pump_out": (1, 1), "detector_unhealthy": (1, 200)}
    assert scores.barriers(counts, MODEL) == pytest.approx((3 + 1 / 200) / 4)
    assert scores.barriers({}, MODEL) is None
    assert scores.work([], MODEL) == 0.0
    assert scores.work(["hot_work_special"], MODEL) == 0.6
    assert scores.work(["hot_work_special", "lifting"], MODEL) == pytest.approx(0.8)
    assert scores.work(None, MODEL) is None
    assert scores.environment(["blue", "orange"], MODEL) == 0.75
    assert scores.management(["commitment_missing"], MODEL) == 0.6
    with pytest.raises(ValueError, match="no work 'juggling'"):
        scores.work(["juggling"], MODEL)


def test_the_colour_rises_at_once_and_falls_after_a_quarter_of_an_hour_of_calm():
    red, yellow, blue = (assess(calm(4, P=p), MODEL) for p in (1.0, 0.5, 0.0))
    assert [one.colour for one in (red, yellow, blue)] == [Colour.RED, Colour.YELLOW, Colour.BLUE]
    shown = follow(None, blue, 0.0, MODEL)
    shown = follow(shown, red, 10.0, MODEL)
    assert shown == Standing(Colour.RED, 10.0)
    shown = follow(shown, yellow, 20.0, MODEL)
    shown = follow(shown, blue, 600.0, MODEL)
    assert shown.colour is Colour.RED
    # Yellow was the worst of these fifteen minutes.
    shown = follow(shown, blue, 920.0, MODEL)
    assert shown == Standing(Colour.YELLOW, 920.0)
    shown = follow(follow(shown, blue, 930.0, MODEL), blue, 1830.0, MODEL)
    assert shown.colour is Colour.BLUE


def test_just_below_the_threshold_is_not_calm_and_a_break_begins_anew():
    red = assess(calm(4, P=1.0), MODEL)
    near = replace(red, score=77.5, colour=Colour.ORANGE)
    below = replace(red, score=76.0, colour=Colour.ORANGE)
    shown = follow(Standing(Colour.RED, 0.0), near, 10.0, MODEL)
    assert shown.calm_since is None
    shown = follow(follow(shown, below, 20.0, MODEL), near, 800.0, MODEL)
    shown = follow(follow(shown, below, 810.0, MODEL), below, 1000.0, MODEL)
    assert shown.colour is Colour.RED
    # The clock went back: nothing has been waited for.
    shown = follow(shown, below, 500.0, MODEL)
    assert (shown.colour, shown.calm_since) == (Colour.RED, 500.0)


@given(st.lists(st.tuples(share, st.sampled_from([1.0, 60.0, 400.0, 1000.0, -50.0])), max_size=30))
def test_what_is_shown_is_never_better_than_what_is(course):
    shown, now = None, 0.0
    for score, later in course:
        now += later
        found = assess(calm(4, P=score), MODEL)
        before, shown = shown, follow(shown, found, now, MODEL)
        assert shown.colour.rank >= found.colour.rank
        if before is not None and shown.colour.rank < before.colour.rank:
            assert before.calm_since is not None
            assert now - before.calm_since >= MODEL.lower_after_s


def test_a_file_of_an_installation_is_checked(tmp_path):
    text = (FACTS_ROOT / "warning" / "index.csv").read_text()
    own = tmp_path / "index.csv"
    own.write_text(text.replace("colour,orange,60", "colour,orange,90"))
    with pytest.raises(FactError, match="thresholds"):
        from_file(own)
    own.write_text("\n".join(line for line in text.splitlines() if "base,4" not in line))
    with pytest.raises(FactError, match="base, 4"):
        from_file(own)
    own.write_text(text.replace("gas,level_1,0.4", "gas,level_1,1.4"))
    with pytest.raises(FactError, match="gas, level_1"):
        from_file(own)
    own.write_text(text)
    assert from_file(own) == MODEL


@pytest.mark.parametrize(
    "faulty",
    [
        lambda: assess(Inputs(5), MODEL),
        lambda: assess(Inputs(1, overrides=frozenset({"x"})), MODEL),
        lambda: Factor(Group.GAS, "x", 1.2),
        lambda: plant({}),
    ],
)
def test_what_cannot_be_is_refused(faulty):
    with pytest.raises(ValueError, match=r"\w"):
        faulty()
