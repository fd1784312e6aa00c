"""Decisions about findings from values alone."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.modules.findings import rules
from anlan.modules.findings.criteria import criteria

DAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("registered", "edition"),
    [(dt.date(2026, 9, 29), "2017"), (dt.date(2026, 9, 30), "2026")],
)
def test_the_registration_day_chooses_the_set(registered: dt.date, edition: str) -> None:
    assert rules.criteria_edition(registered) == edition


def test_both_sets_are_whole() -> None:
    assert len(criteria("2017")) == 20
    assert len(criteria("2026")) == 53
    nearest = {one.nearest for one in criteria("2026").values() if one.nearest}
    assert nearest <= set(criteria("2017"))


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        (dt.date(2026, 11, 20), dt.date(2026, 12, 20)),
        (dt.date(2026, 1, 31), dt.date(2026, 2, 28)),
        (dt.date(2024, 1, 31), dt.date(2024, 2, 29)),
        (dt.date(2026, 12, 31), dt.date(2027, 1, 31)),
        (dt.date(2026, 12, 1), dt.date(2027, 1, 1)),
    ],
)
def test_a_month_after_an_inspection(ended: dt.date, last: dt.date) -> None:
    assert rules.entry_limit(ended) == last


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_the_entry_limit_lies_28_to_31_days_ahead(ended: dt.date) -> None:
    assert 28 <= (rules.entry_limit(ended) - ended).days <= 31


def test_the_five_are_named_when_missing() -> None:
    none = rules.Fixed(owner=False, measures=" ", funds=None, deadline=None, plan="")
    assert none.missing() == rules.FIVE
    all_there = rules.Fixed(True, "replace", Decimal(0), DAY, "plan 3")
    assert all_there.missing() == ()


@pytest.mark.parametrize(
    ("left", "is_major", "colour"),
    [
        (8, True, 0), (7, True, 1), (4, False, 0), (3, False, 1), (0, False, 1),
        (-1, False, 2), (-2, False, 2), (-3, False, 3), (-7, False, 3), (-8, False, 4),
        (-1, True, 4),
    ],
)  # fmt: skip
def test_the_colour_of_a_deadline(left: int, is_major: bool, colour: int) -> None:
    deadline = DAY + dt.timedelta(days=left)
    assert rules.deadline_colour(deadline=deadline, day=DAY, is_major=is_major) == colour


def test_immunity_needs_all_three() -> None:
    assert rules.immune(
        self_found=True, reported=True, overdue_days=0, is_accepted=False, day_left=True
    ) == (True, ())
    assert rules.immune(
        self_found=False, reported=False, overdue_days=2, is_accepted=True, day_left=True
    ) == (False, ("self_found", "reported", "in_time"))


def test_nothing_major_is_closed_on_the_spot() -> None:
    missing = rules.on_the_spot_missing(
        is_major=True, photo_kinds={"before", "after"}, made_safe="valve closed"
    )
    assert missing == ("major",)
