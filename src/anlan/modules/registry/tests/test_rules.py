"""Check digits, validity and computed figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.modules.registry import rules

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91440300708461136T"])
def test_published_credit_codes_pass(code):
    assert rules.credit_code_fault(code) == ""


@given(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(ALPHABET, min_size=9, max_size=9),
    st.integers(0, 17),
    st.sampled_from(ALPHABET),
)
def test_one_mistyped_character_of_a_credit_code_is_caught(head, area, rest, place, letter):
    first = head + area + rest
    code = first + rules.credit_code_digit(first)
    assert rules.credit_code_fault(code) == ""
    mistyped = code[:place] + letter + code[place + 1 :]
    assert (rules.credit_code_fault(mistyped) == "") == (mistyped == code)


@pytest.mark.parametrize("number", ["67-56-1", "7732-18-5", "71-43-2", "7664-41-7"])
def test_cas_numbers_of_well_known_substances_pass(number):
    assert rules.cas_fault(number) == ""


def test_cas_number_with_a_wrong_digit_or_shape_is_told_apart():
    assert rules.cas_fault("67-56-2") == "digit"
    assert rules.cas_fault("67561") == "shape"


def test_the_last_day_counts_as_valid():
    day = date(2026, 11, 22)
    assert rules.validity(day, day) == "valid"
    assert rules.validity(day, day + timedelta(days=1)) == "expired"
    assert rules.validity(None, day) == "none"
    assert rules.validity(day, day, remind_from=day) == "due"


def test_design_maximum_is_exact():
    assert rules.design_maximum(Decimal(1000), Decimal("0.85"), Decimal("0.879")) == Decimal(
        "747.15"
    )


@given(st.dates(date(1950, 1, 1), date(9990, 1, 1)), st.integers(0, 200))
def test_a_design_life_always_ends_on_a_day_of_its_last_year(start, years):
    end = rules.end_of_life(start, years)
    assert end.year == min(start.year + years, 9999)
