"""Canonical JSON as RFC 8785 has it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.pocket.canonical import NotCanonical, canonical, parse

# From the appendix of RFC 8785 and the notes to Number::toString in ECMA-262.
NUMBERS = {
    0.0: "0", 5e-324: "5e-324", -5e-324: "-5e-324",
    1.7976931348623157e308: "1.7976931348623157e+308", 9007199254740992.0: "9007199254740992",
    295147905179352830000.0: "295147905179352830000", 9.999999999999997e22: "9.999999999999997e+22",
    1e23: "1e+23", 1.0000000000000001e23: "1.0000000000000001e+23",
    999999999999999700000.0: "999999999999999700000", 1e21: "1e+21", 1e20: "100000000000000000000",
    0.000001: "0.000001", 0.0000001: "1e-7", 9.999999999999997e-7: "9.999999999999997e-7",
    333333333.3333332: "333333333.3333332", 4.5: "4.5", 1e30: "1e+30", 2e-3: "0.002",
}  # fmt: skip


@pytest.mark.parametrize(("value", "text"), NUMBERS.items())
def test_numbers_are_written_as_in_the_standard(value: float, text: str) -> None:
    assert canonical(value).decode() == text


def test_members_are_sorted_by_utf16_and_text_is_escaped_minimally() -> None:
    # The example of section 3.2.3: the emoji sorts before the Hebrew letter beyond it.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    found = list(json.loads(canonical(dict.fromkeys(names, 1))))
    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical('€$\x0f\nA\'B"\\\\"/').decode() == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner),
    max_leaves=12,
))  # fmt: skip
def test_the_text_reads_back_as_the_value_and_stays(value: object) -> None:
    text = canonical(value)
    assert parse(text) == value
    assert canonical(parse(text)) == text


def test_minus_zero_is_zero() -> None:
    assert canonical(-0.0) == b"0"


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, "\ud800", {"\ud800": 1}, object()])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)
    with pytest.raises(NotCanonical):
        parse("[NaN]")
