"""What-if, limits and comparison."""

from fractions import Fraction

import pytest

from anlan.engines.gb18218 import (
    Chemical,
    Unit,
    assess,
    design_maximum,
    diff,
    largest_quantity,
    sensitivity,
)

FARM = Unit(
    (
        Chemical("1867.88", "苯"),
        Chemical("1473.9", "甲苯"),
        Chemical("1344.7", "甲醇"),
        Chemical("70.55", "环氧丙烷"),
    ),
    off_site_population=24,
)


def test_design_maximum_keeps_its_three_factors():
    design = design_maximum(2500, "0.85", "0.879")
    assert design.tonnes == Fraction("1867.875")
    result = assess(Unit((Chemical(design.tonnes, "苯", basis=design),), 1))
    text = result.steps[1].render("zh")
    assert "苯 2500 m³ × 0.85 × 0.879 t/m³ = 1867.875 t" in text
    two = design_maximum(1000, "0.9", "0.8", count=2)
    result = assess(Unit((Chemical(two.tonnes, "苯", basis=two),), 1))
    assert "× 2 vessels = 1440 t" in result.steps[1].render("en")


@pytest.mark.parametrize(
    ("volume", "fill", "density", "count"),
    [(0, "0.9", 1, 1), (100, "1.1", 1, 1), (100, "85", 1, 1), (100, "0.9", 0, 1),
     (100, "0.9", 1, 0), (100, 0.9, 1, 1), (-1, "0.9", 1, 1)],
)  # fmt: skip
def test_design_maximum_refuses_what_cannot_be(volume, fill, density, count):
    with pytest.raises(ValueError, match=r".+"):
        design_maximum(volume, fill, density, count)


def test_propylene_oxide_to_stay_at_level_3():
    allowance = largest_quantity(FARM, 3, 3)
    # 50 - 42.9948 = 7.0052 left; × Q 10 / β 1.5.
    assert allowance.limit_t == Fraction("7.0052") * 10 / Fraction("1.5")
    assert allowance.allows(Fraction("46.7"))
    assert not allowance.allows(allowance.limit_t)
    assert allowance.change_t == allowance.limit_t - Fraction("70.55")


def test_a_farm_that_is_over_without_the_chemical():
    assert largest_quantity(FARM, 3, 4).reason == "already_over"
    assert largest_quantity(FARM, 3, 5).reason == "already_over"


def test_undecided_without_people_but_not_for_staying_below_one():
    unit = Unit((Chemical(10, "苯"),))
    assert largest_quantity(unit, 0, 4).reason == "undecided"
    assert largest_quantity(unit, 0, 5).limit_t == 50


def test_sensitivity_changes_one_factor_at_a_time():
    variants = sensitivity(FARM)
    crowd = next(v for v in variants if v.factor == "population" and v.after == 30)
    assert Fraction("53.5773") * Fraction("1.2") == crowd.result.R
    assert crowd.change_r == Fraction("53.5773") * Fraction("0.2")
    gone = next(v for v in variants if v.factor == "without" and v.index == 3)
    assert gone.result.level == 3
    assert len([v for v in variants if v.factor == "quantity"]) == 8


def test_diff_says_what_moved():
    old = assess(Unit(FARM.chemicals[:3], 24))
    change = diff(old, assess(FARM))
    assert change.level == (3, 2)
    assert change.level_move == "worse"
    assert [(c.label, c.before is None) for c in change.lines] == [("环氧丙烷", True)]
    assert diff(assess(FARM), old).level_move == "better"
    assert diff(old, old).is_empty


def test_diff_from_no_major_hazard_and_from_missing_data():
    small, large = assess(Unit((Chemical(1, "苯"),), 1)), assess(Unit((Chemical(60, "苯"),), 1))
    assert diff(small, large).level_move == "worse"
    assert diff(assess(Unit(())), large).level_move == "unknown"
