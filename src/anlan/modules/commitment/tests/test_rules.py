"""Judging commitments from values alone."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.modules.commitment import rules
from anlan.modules.commitment.fields import COUNTS, NAMES


def codes(**more) -> list[str]:
    given_ = {"stated": {}, "facts": {}, "grade": rules.LOW, "published": dt.time(8, 42)}
    found = rules.flags(**(given_ | {"unsigned": 0} | more))
    return [flag.code for flag in found]


@pytest.mark.parametrize(
    ("counts", "grade"),
    [
        ({}, rules.LOW),
        ({"n_hot_2": 1}, rules.GENERAL),
        ({"n_confined": 1, "n_hot_2": 3}, rules.LARGER),
        ({"n_findings_overdue": 1}, rules.LARGER),
        ({"n_major": 1}, rules.MAJOR),
    ],
)
def test_the_least_grade(counts, grade) -> None:
    assert rules.least_grade(counts) == grade


def test_published_at_ten_is_in_time() -> None:
    assert not rules.is_late(dt.time(10, 0))
    assert rules.is_late(dt.time(10, 0, 1))
    assert codes(published=dt.time(10, 1)) == ["late"]


def test_contradictions_are_named() -> None:
    assert codes() == []
    assert codes(facts={"n_major": 1}) == ["grade_too_low", "count_differs"]
    assert codes(facts={"n_major": 1}, stated={"n_major": 1}, grade=rules.MAJOR) == []
    assert codes(stated={"n_hot_special": 1}) == ["grade_too_low"]
    assert codes(unsigned=2) == ["not_signed"]


def test_what_nobody_knows_judges_nothing() -> None:
    facts = dict.fromkeys(NAMES)
    stated = {"n_hot_2": 4}
    assert codes(facts=facts, stated=stated, grade=rules.GENERAL) == []


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5)), st.sampled_from(NAMES))
def test_more_of_anything_never_lowers_the_risk(counts, name) -> None:
    more = counts | {name: counts.get(name, 0) + 1}
    assert rules.least_grade(more) <= rules.least_grade(counts)


def test_units_add_up() -> None:
    assert rules.units_add_up({"n_units": 5, "n_running": 3, "n_stopped": 1, "n_overhaul": 1})
    assert not rules.units_add_up({"n_units": 5, "n_running": 3})


def test_interface_names_are_unique() -> None:
    names = [count.interface for count in COUNTS if count.interface]
    assert len(names) == len(set(names)) == 24
