"""Workbooks: written row by row, and never as formulas."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from anlan.base.clock import SHANGHAI
from anlan.base.errors import Text

Kind = Literal["text", "number", "date", "datetime"]

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
# What a spreadsheet may take for a formula, or for the start of one when text is pasted on.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_NUMBER_FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in characters, `note` is a comment on its head, `choices` a drop-down.

    `is_required` marks the head with a star and a fill.
    """

    title: Text
    kind: Kind = "text"
    width: float = 16
    note: Text = ""
    choices: Sequence[str] = ()
    is_required: bool = False


class Sheet:
    """A sheet of a book; rows are added in order."""

    def __init__(self, book: "Book", worksheet: Worksheet, columns: Sequence[Column]) -> None:
        self._book, self._worksheet, self.columns = book, worksheet, columns
        self.rows = 0

    def row(self, values: Iterable[Any], marks: Iterable[int] = ()) -> None:
        """Add a row. `marks` are indices of cells to show as wrong.

        Text stays text whatever it begins with. Aware times become Asia/Shanghai. Raises
        ValueError beyond the 1,048,575 rows a sheet can hold.
        """
        self.rows += 1
        if self.rows >= MOST_ROWS:
            raise ValueError(f"a sheet holds {MOST_ROWS - 1} rows")
        marked = set(marks)
        for index, value in enumerate(values):
            self._book.cell(self._worksheet, self.rows, index, value, index in marked)

    def note(self, index: int, text: Text) -> None:
        """Put a comment on a cell of the row last added."""
        self._worksheet.write_comment(self.rows, index, str(text)[:MOST_CHARACTERS])


class Book:
    """A workbook being written to a stream. Use as a context; rows are not kept in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._book = xlsxwriter.Workbook(
            stream,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": _NUMBER_FORMATS["date"],
            },
        )
        self._formats: dict[tuple[str, bool, bool], Format] = {}
        self._choices: list[tuple[Worksheet, int, Sequence[str]]] = []
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#F3F5F7", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._head_required = self._book.add_format(
            {"bold": True, "bg_color": "#D9E6F2", "bottom": 1, "text_wrap": True, "valign": "top"}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write_choices()
        self._book.close()

    def sheet(self, title: Text, columns: Sequence[Column]) -> Sheet:
        """Add a sheet with its head row, frozen and filterable."""
        name = "".join("-" if c in "[]:*?/\\" else c for c in str(title)).strip("'")[:31]
        worksheet = self._book.add_worksheet(name or None)
        for index, column in enumerate(columns):
            worksheet.set_column(index, index, column.width)
            head = f"{column.title} *" if column.is_required else str(column.title)
            worksheet.write_string(
                0, index, head, self._head_required if column.is_required else self._head
            )
            if column.note:
                worksheet.write_comment(0, index, str(column.note))
            if column.choices:
                self._choices.append((worksheet, index, tuple(column.choices)))
        worksheet.freeze_panes(1, 0)
        if columns:
            worksheet.autofilter(0, 0, MOST_ROWS - 1, len(columns) - 1)
        return Sheet(self, worksheet, columns)

    def cell(
        self, worksheet: Worksheet, row: int, index: int, value: Any, is_wrong: bool = False
    ) -> None:
        """Write one value by its type; what is no number, date or time is text."""
        if value is None or value == "":
            if is_wrong:
                worksheet.write_blank(row, index, None, self._format("text", False, True))
            return
        if isinstance(value, bool):
            worksheet.write_boolean(row, index, value, self._format("text", False, is_wrong))
        elif isinstance(value, int | float | Decimal):
            number = float(value)
            if number == number and abs(number) != float("inf") and _fits(value):
                worksheet.write_number(row, index, number, self._format("text", False, is_wrong))
            else:
                self._text(worksheet, row, index, str(value), is_wrong)
        elif isinstance(value, dt.datetime):
            moment = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
            worksheet.write_datetime(row, index, moment, self._format("datetime", False, is_wrong))
        elif isinstance(value, dt.date):
            worksheet.write_datetime(row, index, value, self._format("date", False, is_wrong))
        else:
            self._text(worksheet, row, index, str(value), is_wrong)

    def _text(self, worksheet: Worksheet, row: int, index: int, text: str, is_wrong: bool) -> None:
        # A string cell is no formula; the quote prefix keeps it so when somebody edits the cell.
        quoted = text.startswith(DANGEROUS)
        worksheet.write_string(
            row, index, text[:MOST_CHARACTERS], self._format("text", quoted, is_wrong)
        )

    def _format(self, kind: str, quoted: bool, is_wrong: bool) -> Format | None:
        if kind == "text" and not quoted and not is_wrong:
            return None
        key = (kind, quoted, is_wrong)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {
                    **({"num_format": _NUMBER_FORMATS[kind]} if kind in _NUMBER_FORMATS else {}),
                    **({"quote_prefix": True} if quoted else {}),
                    **({"bg_color": "#FDE7E7", "border": 1} if is_wrong else {}),
                }
            )
        return self._formats[key]

    def _write_choices(self) -> None:
        """Write the drop-downs' words to a hidden sheet: inline lists end at 255 characters."""
        if not self._choices:
            return
        lists = self._book.add_worksheet("_lists")
        lists.hide()
        longest = max(len(choices) for _worksheet, _index, choices in self._choices)
        for row in range(longest):
            for column, (_worksheet, _index, choices) in enumerate(self._choices):
                if row < len(choices):
                    lists.write_string(row, column, choices[row])
        for column, (worksheet, index, choices) in enumerate(self._choices):
            letter = xlsxwriter.utility.xl_col_to_name(column)
            worksheet.data_validation(
                1,
                index,
                MOST_ROWS - 1,
                index,
                {
                    "validate": "list",
                    "source": f"=_lists!${letter}$1:${letter}${len(choices)}",
                    "ignore_blank": True,
                },
            )


def _fits(value: int | float | Decimal) -> bool:
    """Tell whether a spreadsheet keeps every digit; it has 15."""
    digits = str(value).lower().split("e")[0].replace("-", "").replace(".", "").strip("0")
    return isinstance(value, float) or len(digits) <= 15


def book_bytes(title: Text, columns: Sequence[Column], rows: Iterable[Iterable[Any]]) -> bytes:
    """Return a workbook of one sheet."""
    stream = io.BytesIO()
    with Book(stream) as book:
        sheet = book.sheet(title, columns)
        for values in rows:
            sheet.row(values)
    return stream.getvalue()
