"""A workbook never holds a formula that somebody typed, and keeps every digit."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.papers.xlsx import Book, Column, book_bytes


def read(made: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("start", list("=+-@\t\r\n|%"))
def test_text_that_looks_like_a_formula_is_text(start: str) -> None:
    typed = f"{start}cmd|'/c calc'!A1"
    sheet = openpyxl.load_workbook(
        io.BytesIO(book_bytes("S", [Column("A")], [[typed]]))
    ).worksheets[0]
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert str(cell.value).replace("_x000D_", "\r") == typed


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), max_size=5))
@settings(max_examples=40, deadline=None)
def test_no_text_becomes_a_formula(texts: list[str]) -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(book_bytes("S", [Column("A")], [[text] for text in texts]))
    ).worksheets[0]
    assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)
    assert [cell.value or "" for cell in sheet["A"][1:]][: len(texts)] == texts[: sheet.max_row - 1]


def test_values_keep_their_kind_and_their_digits() -> None:
    (row,) = read(
        book_bytes(
            "S",
            [Column("x")] * 7,
            [
                [
                    7,
                    Decimal("1.25"),
                    "0123456789",
                    91370000123456789012,
                    date(2026, 11, 20),
                    datetime(2026, 11, 20, 6, 5, tzinfo=UTC),
                    True,
                ]
            ],
        )
    )
    assert row == [
        7,
        1.25,
        "0123456789",
        "91370000123456789012",
        datetime(2026, 11, 20),  # noqa: DTZ001 - a workbook knows no zone
        datetime(2026, 11, 20, 14, 5),  # noqa: DTZ001
        True,
    ]


def test_drop_downs_hold_more_than_255_characters() -> None:
    words = [f"choice {number:03d}" for number in range(200)]
    stream = io.BytesIO()
    with Book(stream) as book:
        book.sheet("A/B*C", [Column("x", choices=words, is_required=True, note="why")]).row(["y"])
    made = openpyxl.load_workbook(stream)
    assert made.sheetnames == ["A-B-C", "_lists"]
    assert made["_lists"].sheet_state == "hidden"
    (rule,) = made["A-B-C"].data_validations.dataValidation
    assert rule.formula1 == "_lists!$A$1:$A$200"
    assert made["A-B-C"]["A1"].value == "x *"
