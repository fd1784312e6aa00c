"""What must hold for every unit."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.gb18218 import (
    Chemical,
    Unit,
    as_decimal,
    assess,
    categories,
    diff,
    largest_quantity,
    show,
    substances,
)

quantities = st.fractions(min_value=0, max_value=5000, max_denominator=1000)
NAMES = [row.name_zh for row in substances() if row.seq not in (14, 15, 16)]
SYMBOLS = [category.symbol for category in categories()]

named = st.builds(Chemical, quantities, st.sampled_from(NAMES))
classed = st.builds(
    lambda q, symbols: Chemical(q, "混合物料", categories=tuple(symbols)),
    quantities,
    st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=3, unique=True),
)
chemicals = st.lists(named | classed, min_size=1, max_size=5).map(tuple)
units = st.builds(Unit, chemicals, st.integers(0, 500))


def rank(result):
    return 5 if result.is_major_hazard is False else result.level


@given(units)
def test_everything_known_is_always_decided(unit):
    result = assess(unit)
    assert result.S is not None
    assert result.R is not None
    assert (result.level is None) == (result.S < 1)


junk = st.none() | st.booleans() | st.text(max_size=6) | st.integers() | st.decimals()
wild = st.builds(
    Chemical,
    junk,
    name=st.sampled_from(["", "苯", "盐酸", "硝酸铵", "煤气", "?", "砷化氢"]),
    cas=st.sampled_from(["", "71-43-2", "6484-52-2", "1-2-3", "7647-01-0"]),
    categories=st.lists(st.sampled_from(["W2", "J3", "W99", ""]), max_size=2).map(tuple),
    critical_t=junk,
    beta=junk,
    mixture_of=st.sampled_from(["", "苯"]),
    same_class=st.none() | st.booleans(),
)


@given(st.lists(wild, max_size=3).map(tuple), junk, junk)
def test_any_input_gives_an_answer_whose_gaps_are_explained(chemicals, people, alpha):
    result = assess(Unit(chemicals, people, alpha))
    blocked = {problem.blocks for problem in result.problems}
    assert (result.S is None) == ("S" in blocked)
    assert (result.R is None) == bool(blocked & {"S", "R"})
    assert (result.is_major_hazard is None) == (result.S is None)
    assert (result.level is not None) == (bool(result.is_major_hazard) and result.R is not None)
    for lang in ("zh", "en"):
        assert all(step.render(lang) for step in result.steps)
        assert all(p.render(lang) and p.remedy(lang) for p in result.problems)


@given(units, st.data())
def test_more_of_anything_never_improves_the_level(unit, data):
    index = data.draw(st.integers(0, len(unit.chemicals) - 1))
    more = data.draw(quantities)
    changed = list(unit.chemicals)
    old = changed[index]
    changed[index] = Chemical(old.q_t + more, old.name, categories=old.categories)
    before, after = assess(unit), assess(Unit(tuple(changed), unit.off_site_population))
    assert after.S >= before.S
    assert after.R >= before.R
    assert rank(after) <= rank(before)
    assert diff(before, after).level_move in ("same", "worse")


@given(units, st.randoms())
def test_order_does_not_matter(unit, random):
    shuffled = list(unit.chemicals)
    random.shuffle(shuffled)
    a, b = assess(unit), assess(Unit(tuple(shuffled), unit.off_site_population))
    assert (a.S, a.R, a.level) == (b.S, b.R, b.level)


@given(units, st.integers(1, 50))
def test_scaling_all_quantities_scales_s_and_r_exactly(unit, factor):
    scaled = tuple(
        Chemical(c.q_t * Fraction(1, factor), c.name, categories=c.categories)
        for c in unit.chemicals
    )
    a, b = assess(unit), assess(Unit(scaled, unit.off_site_population))
    assert b.S * factor == a.S
    assert b.R * factor == a.R


@given(units)
def test_splitting_a_quantity_changes_nothing(unit):
    first, *rest = unit.chemicals
    half = Chemical(first.q_t / 2, first.name, categories=first.categories)
    a, b = assess(unit), assess(Unit((half, half, *rest), unit.off_site_population))
    assert (a.S, a.R, a.level) == (b.S, b.R, b.level)


@given(units, st.integers(0, 500))
def test_more_neighbours_never_lower_r(unit, more):
    crowd = Unit(unit.chemicals, unit.off_site_population + more)
    assert assess(crowd).R >= assess(unit).R


@given(units, st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=4, unique=True))
def test_a_further_class_never_raises_q_or_lowers_beta(unit, symbols):
    fewer = assess(Unit((Chemical(1, "x", categories=tuple(symbols[:1])),), 1)).lines[0]
    more = assess(Unit((Chemical(1, "x", categories=tuple(symbols)),), 1)).lines[0]
    assert more.critical <= fewer.critical
    assert more.beta >= fewer.beta


@given(units, st.data())
def test_the_largest_quantity_is_the_very_limit(unit, data):
    index = data.draw(st.integers(0, len(unit.chemicals) - 1))
    target = data.draw(st.sampled_from([2, 3, 4, 5]))
    allowance = largest_quantity(unit, index, target)

    def rank_with(q):
        changed = list(unit.chemicals)
        old = changed[index]
        changed[index] = Chemical(q, old.name, categories=old.categories)
        return rank(assess(Unit(tuple(changed), unit.off_site_population)))

    if allowance.reason == "already_over":
        assert rank_with(Fraction(0)) < target
    else:
        assert rank_with(allowance.limit_t) < target
        assert rank_with(allowance.limit_t * Fraction(999, 1000)) >= target


@given(st.fractions(min_value=0, max_value=1000))
def test_decimals_are_exact_or_cut_never_rounded_up(value):
    decimal = as_decimal(value)
    assert Fraction(decimal) <= value
    assert value - Fraction(decimal) < Fraction(1, 10**16)


@given(st.fractions(min_value=0, max_value=200))
def test_shown_text_never_lifts_a_value_onto_a_limit(value):
    text = show(value)
    shown = Fraction(text.lstrip("≈"))
    assert text.startswith("≈") == (shown != value)
    for limit in (1, 10, 50, 100):
        assert (shown >= limit) == (value >= limit)
