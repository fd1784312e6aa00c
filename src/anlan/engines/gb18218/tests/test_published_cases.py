"""Worked examples as published, and hand-computed ones on the limits."""

from fractions import Fraction

import pytest

from anlan.engines.gb18218 import Chemical, Unit, assess


def grade(*chemicals, people=None, alpha=None):
    return assess(Unit(chemicals, off_site_population=people, alpha=alpha))


def test_sulfur_dioxide_200_t_with_60_people_is_level_3():
    # Question bank item: R = 1.5 × (2 × 200 / 20) = 30.
    result = grade(Chemical(200, "二氧化硫"), people=60)
    assert (result.S, result.R, result.level) == (10, 30, 3)


def test_chlor_alkali_works_with_given_figures_is_level_3():
    # Question bank item: A, B, C with Q and β given, 80 people: R = 1.5 × (1 + 8 + 2) = 16.5.
    chemicals = (
        Chemical(200, "A", critical_t=200, beta=1),
        Chemical(80, "B", critical_t=20, beta="2.0"),
        Chemical(400, "C", critical_t=200, beta=1),
    )
    result = grade(*chemicals, people=80)
    assert (result.S, result.R, result.level) == (7, Fraction("16.5"), 3)


def test_tank_farm_of_four_liquids():
    chemicals = (
        Chemical("1867.88", "苯"),
        Chemical("1473.9", "甲苯"),
        Chemical("1344.7", "甲醇"),
        Chemical("70.55", "1,2-环氧丙烷"),
    )
    result = grade(*chemicals, people=24)
    assert Fraction("50.0498") == result.S
    assert Fraction("53.5773") == result.R
    assert result.level == 2


# β of table 1 names as published solutions use them.
@pytest.mark.parametrize(
    ("name", "critical", "beta"),
    [
        ("苯", 50, 1), ("甲醇", 500, 1), ("汽油", 200, 1), ("氢", 5, "1.5"),
        ("液化石油气", 50, "1.5"), ("环氧丙烷", 10, "1.5"), ("液氨", 10, 2),
        ("液氯", 5, 4), ("乙醇", 500, 1), ("丙酮", 500, 1), ("乙炔", 1, "1.5"),
        ("1,3-丁二烯", 5, "1.5"), ("TNT", 5, 2), ("溴", 20, 1), ("环氧氯丙烷", 20, 1),
        ("丙烯醛", 20, 1), ("光气", "0.3", 20), ("硫化氢", 5, 5), ("氟化氢", 1, 5),
        ("氯化氢(无水)", 20, 3), ("环氧乙烷", 10, 2), ("二氧化氮", 1, 10), ("氰化氢", 1, 10),
        ("磷化氢", 1, 20), ("异氰酸甲酯", "0.75", 20), ("溴甲烷", 10, 3), ("三氧化硫", 75, 1),
        ("苯乙烯", 500, 1), ("乙醚", 10, "1.5"), ("氯乙烯", 50, "1.5"), ("乙烯", 50, "1.5"),
        ("甲烷", 50, "1.5"), ("天然气", 50, "1.5"), ("丙烯腈", 50, 1), ("二硫化碳", 50, 1),
        ("氧(压缩的或液化的)", 200, 1), ("硝酸铵(含可燃物≤0.2%)", 50, 1), ("碳化钙", 100, 1),
        ("硝化甘油", 1, 2), ("过氧乙酸", 10, 1), ("金属钠", 10, 1), ("煤气", 20, 2),
        ("一氧化碳", 20, 2), ("甲苯二异氰酸酯", 100, 1),
    ],
)  # fmt: skip
def test_critical_quantity_and_beta_by_name_alone(name, critical, beta):
    line = grade(Chemical(1, name), people=0).lines[0]
    assert (line.critical, line.beta) == (Fraction(critical), Fraction(beta))


def test_sum_of_exactly_one_is_a_major_hazard():
    # In binary floats 0.1 + 0.2 + … falls short of 1.
    tenths = tuple(Chemical("0.1", "x", critical_t=1, beta=1) for _ in range(10))
    result = grade(*tenths, people=0)
    assert result.S == 1
    assert result.is_major_hazard is True
    assert (result.R, result.level) == (Fraction(1, 2), 4)


def test_thirds_add_up_to_exactly_one():
    result = grade(Chemical("0.1", "光气"), Chemical("0.2", "光气"), people=0)
    assert result.S == 1


def test_a_hair_under_one_is_not():
    result = grade(Chemical("49.99999999999999999999", "苯"), people=100)
    assert result.is_major_hazard is False
    assert result.level is None
    assert result.R is not None


@pytest.mark.parametrize(
    ("q", "level"),
    [
        ("9.999999999999999999", 4), ("10", 3), ("49.999999999999999999", 3),
        ("50", 2), ("99.999999999999999999", 2), ("100", 1), ("123456", 1),
    ],
)  # fmt: skip
def test_bands_of_r_are_closed_below(q, level):
    assert grade(Chemical(q, critical_t=1, beta=1), alpha=1).level == level


@pytest.mark.parametrize(
    ("people", "alpha"),
    [(0, "0.5"), (1, "1"), (29, "1"), (30, "1.2"), (49, "1.2"), (50, "1.5"), (99, "1.5"),
     (100, "2"), (1_000_000, "2"), ("1,200", "2")],
)  # fmt: skip
def test_alpha_from_people(people, alpha):
    assert grade(Chemical(1, "苯"), people=people).alpha == Fraction(alpha)


def test_every_result_names_the_edition():
    assert grade(Chemical(1, "苯")).edition == "GB 18218-2018"
