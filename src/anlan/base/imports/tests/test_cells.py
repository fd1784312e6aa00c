"""Reading single cells."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.imports.cells import Wrong, read_cell, to_date, to_decimal
from anlan.base.imports.sheet import SheetColumn

DAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "2026年11月21日",
        " 2026 年 11 月 21 日 ",
        "２０２６－１１－２１",
        "20261121",
        20261121.0,
        "2026-11-21 08:30:00",
        "46347",
        46347.0,
        46347,
        dt.datetime(2026, 11, 21, 8, 30),  # noqa: DTZ001
        DAY,
    ],
)
def test_dates_as_people_write_them(cell):
    assert to_date(cell) == DAY


@pytest.mark.parametrize(
    "cell", ["11/21/2026", "26-11-21", "2026-13-01", "2026-02-30", "soon", True, -5]
)
def test_what_could_be_read_two_ways_is_no_date(cell):
    assert to_date(cell) is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("１２．５", "12.5"),
        ("1,234.5", "1234.5"),
        ("1，234，567", "1234567"),
        (" 12 ", "12"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("1e3", "1000"),
        (0.1, "0.1"),
        (12.0, "12"),
        (7, "7"),
    ],
)
def test_numbers_as_people_write_them(cell, number):
    assert to_decimal(cell) == Decimal(number)


@pytest.mark.parametrize(
    "cell", ["1,5", "1,23,4", "12 t", "", "--", "1.2.3", "nan", "inf", float("nan"), True]
)
def test_what_is_no_number(cell):
    assert to_decimal(cell) is None


def test_percent_only_where_a_share_is_meant():
    assert to_decimal("12.5%", percent=True) == Decimal("0.125")
    assert to_decimal("12.5%") is None


def test_too_many_decimals_are_refused_not_rounded():
    column = SheetColumn("q", "q", "number", digits=2)
    assert read_cell(column, "1.25") == Decimal("1.25")
    assert read_cell(column, 0.1 + 0.2) == Decimal("0.30")
    with pytest.raises(Wrong):
        read_cell(column, "1.255")
    with pytest.raises(Wrong):
        read_cell(column, 1.255)


def test_limits_are_inclusive():
    column = SheetColumn("q", "q", "integer", minimum=0, maximum=10)
    assert read_cell(column, "10") == 10
    with pytest.raises(Wrong):
        read_cell(column, 11)
    with pytest.raises(Wrong):
        read_cell(column, "1.5")


def test_choices_by_any_language_and_code_with_a_suggestion():
    column = SheetColumn(
        "kind", "kind", "choice", choices=[("tank", "Storage tank"), ("pump", "Pump")]
    )
    assert read_cell(column, "storage  TANK") == "tank"
    assert read_cell(column, "pump") == "pump"
    with pytest.raises(Wrong) as wrong:
        read_cell(column, "Storage tnk")
    assert "Storage tank" in wrong.value.remedy


def test_lists_keep_commas_inside_free_items():
    free = SheetColumn("classes", "classes", "list")
    assert read_cell(free, "易燃液体，类别 2；急性毒性，类别 3; x") == [
        "易燃液体，类别 2",
        "急性毒性，类别 3",
        "x",
    ]


def test_text_is_trimmed_and_measured():
    column = SheetColumn("name", "name", max_length=4)
    assert read_cell(column, "\u3000ab  c\u00a0") == "ab c"
    assert read_cell(column, 12.0) == "12"
    with pytest.raises(Wrong):
        read_cell(column, "abcde")


def test_long_codes_are_not_turned_into_floats():
    column = SheetColumn("code", "code")
    assert read_cell(column, 123456789012.0) == "123456789012"
    assert read_cell(column, "91440101MA59ABCD12") == "91440101MA59ABCD12"


@given(st.dates(dt.date(1900, 3, 1), dt.date(2999, 12, 31)))
def test_every_day_survives_text_and_day_number(day):
    assert to_date(day.isoformat()) == day
    assert to_date(f"{day:%Y年%m月%d日}") == day
    assert to_date(float((day - dt.date(1899, 12, 30)).days)) == day


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9
    )
)
def test_every_figure_survives_a_double(number):
    assert to_decimal(float(number)) == number
