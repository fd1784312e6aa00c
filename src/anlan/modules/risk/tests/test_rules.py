"""Valuing risks."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.modules.risk import rules
from anlan.modules.risk.methods import of_table, packaged

LS, LEC = packaged("zh")["ls"], packaged("zh")["lec"]


@pytest.mark.parametrize(
    ("factors", "score", "level"),
    [
        ({"L": 4, "S": 5}, 20, rules.MAJOR),
        ({"L": 3, "S": 5}, 15, rules.MAJOR),
        ({"L": 2, "S": 5}, 10, rules.LARGER),
        ({"L": 3, "S": 3}, 9, rules.LARGER),
        ({"L": 2, "S": 4}, 8, rules.GENERAL),
        ({"L": "4", "S": "1"}, 4, rules.GENERAL),
        ({"L": 1, "S": 3}, 3, rules.LOW),
    ],
)
def test_ls_on_and_beside_the_bands(factors, score, level) -> None:
    found = rules.value(LS, factors)
    assert (found.score, found.level) == (score, level)


@pytest.mark.parametrize(
    ("factors", "score", "level"),
    [
        ({"L": "10", "E": "10", "C": "100"}, 10_000, rules.MAJOR),
        ({"L": "1", "E": "10", "C": "40"}, 400, rules.MAJOR),
        ({"L": "6", "E": "3", "C": "15"}, 270, rules.LARGER),
        ({"L": "1", "E": "10", "C": "7"}, 70, rules.GENERAL),
        ({"L": "0.5", "E": "6", "C": "15"}, 45, rules.LOW),
        ({"L": "0.1", "E": "0.5", "C": "1"}, Decimal("0.05"), rules.LOW),
    ],
)
def test_lec(factors, score, level) -> None:
    found = rules.value(LEC, factors)
    assert (found.score, found.level) == (score, level)


def test_the_formula_is_shown() -> None:
    assert rules.value(LS, {"L": 2, "S": 5}).formula == "L2 × S5 = 10"


def test_nothing_given_is_not_low() -> None:
    assert rules.value(LS, {}) is None
    assert rules.value(LS, {"L": "", "S": None}) is None


@pytest.mark.parametrize("factors", [{"L": 4}, {"L": 4, "S": 6}, {"L": "x", "S": 1}])
def test_a_wrong_factor_is_named(factors) -> None:
    with pytest.raises(rules.WrongFactor) as caught:
        rules.value(LS, factors)
    assert caught.value.letter in "LS"


@given(st.data())
def test_more_of_a_factor_is_never_better(data) -> None:
    for method in (LS, LEC):
        given_ = {
            factor.letter: data.draw(st.sampled_from(sorted(factor.values)))
            for factor in method.factors
        }
        for factor in method.factors:
            more = [v for v in factor.values if v > given_[factor.letter]]
            if more:
                worse = given_ | {factor.letter: data.draw(st.sampled_from(sorted(more)))}
                assert rules.value(method, worse).level <= rules.value(method, given_).level


def test_a_company_may_set_single_cells() -> None:
    own = of_table(
        "own",
        {
            "factors": [
                {"letter": "L", "values": {"1": "rare", "2": "often"}},
                {"letter": "S", "values": {"1": "small", "2": "large"}},
            ],
            "bands": [{"least": "0", "level": 3}, {"least": "4", "level": 1}],
            "cells": {"1,2": 0},
        },
    )
    assert rules.value(own, {"L": 1, "S": 2}).level == rules.MAJOR
    assert rules.value(own, {"L": 2, "S": 1}).level == rules.LOW


def test_the_worst_counts() -> None:
    assert rules.worst([3, None, 1]) == 1
    assert rules.worst([None]) is None
