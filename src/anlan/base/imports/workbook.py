"""Writing spreadsheets: templates, exports, marked-up copies. Always streamed to a file.

Text is written as text: a value that begins with `=` stays a text and is never a formula.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from anlan.base.errors import Problem
from anlan.base.imports.checking import shown
from anlan.base.imports.package import column_letters
from anlan.base.imports.sheet import Sheet, SheetColumn

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
FILLED_DOWN_TO = 20_000
LONGEST_LIST = 255
# Beyond 15 digits a spreadsheet's number loses some: such figures leave as text.
MOST_DIGITS = 15
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def sheet_title(text: str) -> str:
    """Return a text as a worksheet may be called."""
    return text.translate(_FORBIDDEN_IN_NAMES).strip()[:31] or "Sheet"


class Book:
    """A workbook being written, with the formats all of ours share."""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(str(path), dict(OPTIONS))
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        head = {**base, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF2F6"}
        add = self.book.add_format
        self.text = add({**base, "num_format": "@"})
        self.plain = add(base)
        self.date = add({**base, "num_format": "yyyy-mm-dd"})
        self.moment = add({**base, "num_format": "yyyy-mm-dd hh:mm"})
        self.wrapped = add({**base, "text_wrap": True, "valign": "top"})
        self.head = add(head)
        self.required = add({**head, "bg_color": "#0F4C81", "font_color": "#FFFFFF"})
        self.quiet = add({**head, "bold": False, "font_color": "#6B7785"})
        self.wrong = add({**base, "bg_color": "#FDE7E7", "border": 1, "border_color": "#D32F2F"})
        self.wrong_date = add(
            {
                **base,
                "num_format": "yyyy-mm-dd",
                "bg_color": "#FDE7E7",
                "border": 1,
                "border_color": "#D32F2F",
            }
        )
        self.message = add({**base, "text_wrap": True, "font_color": "#B71C1C"})

    def number(self, digits: int | None) -> Format:
        """Return the plain format; the figure shows as it is, unrounded."""
        del digits
        return self.plain

    def close(self) -> None:
        """Write the file."""
        self.book.close()


def write_value(target: Worksheet, book: Book, row: int, column: int, value: Any) -> None:
    """Write one value of an export or a copy, typed, never as a formula. Places count from 0."""
    _write(target, row, column, value, book.text, book.plain, book.date, book.moment)


def _write(
    target: Worksheet,
    row: int,
    column: int,
    value: Any,
    text: Format,
    plain: Format,
    date: Format,
    moment: Format,
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        target.write_string(row, column, _("Yes") if value else _("No"), plain)
    elif isinstance(value, int | float | Decimal):
        if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > MOST_DIGITS:
            target.write_string(row, column, f"{value:f}", text)
        elif isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
            target.write_string(row, column, str(value), text)
        else:
            target.write_number(row, column, value, plain)
    elif isinstance(value, dt.datetime):
        target.write_datetime(row, column, value.replace(tzinfo=None), moment)
    elif isinstance(value, dt.date) and value >= dt.date(1900, 3, 1):
        target.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), date)  # noqa: DTZ001
    else:
        target.write_string(row, column, str(value)[:32_767], text)


def cell_value(column: SheetColumn, value: Any) -> Any:
    """Return a stored value as the sheet's cell holds it: figures and dates typed, rest as text."""
    if column.kind in ("integer", "number", "date") and column.choices is None:
        return value
    return shown(column, value)


def write_template(path: Path, sheet: Sheet) -> None:
    """Write the empty template: head with help, drop-downs, formats, instructions."""
    book = Book(path)
    target = book.book.add_worksheet(sheet_title(str(sheet)))
    _head(book, target, [(c, c.heading()) for c in sheet.columns], sheet)
    for place, column in enumerate(sheet.columns):
        target.set_column(place, place, _width(column), _format(book, column))
        _validate(target, book, place, column)
    _instructions(book, sheet)
    _lists(book, sheet)
    book.close()


def _head(
    book: Book,
    target: Worksheet,
    heads: Sequence[tuple[SheetColumn | None, str]],
    sheet: Sheet | None,
) -> None:
    target.set_row(0, 32)
    for place, (column, text) in enumerate(heads):
        needed = column is not None and sheet is not None and _needed(sheet, column)
        style = book.required if needed else (book.head if column else book.quiet)
        target.write_string(0, place, text, style)
        if column is not None and (note := help_text(column, needed)):
            target.write_comment(0, place, note, {"x_scale": 2, "y_scale": 1.4})
    target.freeze_panes(1, 1)


def _needed(sheet: Sheet, column: SheetColumn) -> bool:
    return (column.required or column.name in sheet.key) and column.default is None


def _width(column: SheetColumn) -> int:
    if column.kind in ("date", "boolean", "integer", "number"):
        return 14
    return min(40, max(14, len(column.heading()) * 2, (column.max_length or 20) // 4))


def _format(book: Book, column: SheetColumn) -> Format:
    if column.kind == "date":
        return book.date
    return book.plain if column.kind in ("integer", "number") else book.text


def _validate(target: Worksheet, book: Book, place: int, column: SheetColumn) -> None:
    rule: dict[str, Any] | None = None
    texts = column.drop_down()
    if texts:
        if sum(len(t) + 1 for t in texts) <= LONGEST_LIST and not any("," in t for t in texts):
            rule = {"validate": "list", "source": texts}
        else:
            letters = column_letters(place + 1)
            rule = {"validate": "list", "source": f"=_lists!${letters}$1:${letters}${len(texts)}"}
    elif column.kind == "boolean":
        rule = {"validate": "list", "source": [_("Yes"), _("No")]}
    elif column.kind == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(1900, 3, 1),
            "maximum": dt.date(2999, 12, 31),
        }
    elif column.kind in ("integer", "number"):
        rule = {
            "validate": "integer" if column.kind == "integer" else "decimal",
            "criteria": "between",
            "minimum": -(10**15) if column.minimum is None else float(column.minimum),
            "maximum": 10**15 if column.maximum is None else float(column.maximum),
        }
    if rule is not None:
        rule |= {
            "ignore_blank": True,
            # A warning, not a stop: the check says more than a spreadsheet can.
            "error_type": "warning",
            "error_title": column.heading()[:32],
            "error_message": (help_text(column, False) or column.heading())[:255],
        }
        target.data_validation(1, place, FILLED_DOWN_TO, place, rule)


def _lists(book: Book, sheet: Sheet) -> None:
    """Put long drop-downs on a hidden sheet, in the column of the field they belong to."""
    target = book.book.add_worksheet("_lists")
    columns = [c.drop_down() for c in sheet.columns]
    for row in range(max(map(len, columns), default=0)):
        for place, texts in enumerate(columns):
            if row < len(texts):
                target.write_string(row, place, texts[row])
    target.hide()


def help_text(column: SheetColumn, needed: bool) -> str:
    """Return what may stand in a column, in words."""
    parts = [_("Must be filled in.")] if needed else []
    parts.append(kind_text(column))
    if str(column.help):
        parts.append(str(column.help))
    if str(column.example):
        parts.append(_("For example: %(example)s") % {"example": column.example})
    return "\n".join(part for part in parts if part)


def kind_text(column: SheetColumn) -> str:
    """Return the kind of a column in words, with its limits."""
    if column.kind == "choice" or (column.kind == "list" and column.choices):
        texts = [text for _key, text in column.choice_texts()]
        listed = _(", ").join(texts[:20]) + ("…" if len(texts) > 20 else "")
        if column.kind == "list":
            return _("Several of these, parted by semicolons: %(choices)s") % {"choices": listed}
        return _("One of: %(choices)s") % {"choices": listed}
    if column.kind == "list":
        return _("Several, parted by semicolons")
    if column.kind == "boolean":
        return _("“%(yes)s” or “%(no)s”") % {"yes": _("Yes"), "no": _("No")}
    if column.kind == "date":
        return _("A date, such as 2026-11-21")
    if column.kind in ("integer", "number"):
        return _number_text(column)
    if column.offers:
        return _("Text, such as: %(choices)s") % {"choices": _(", ").join(column.offers)}
    if column.max_length:
        return _("Text, at most %(n)s characters") % {"n": column.max_length}
    return _("Text")


def _number_text(column: SheetColumn) -> str:
    whole = column.kind == "integer"
    text = _("A whole number") if whole else _("A number")
    if not whole and column.digits is not None:
        text = _("A number with at most %(n)s decimals") % {"n": column.digits}
    if column.minimum is not None:
        text += _(", at least %(low)s") % {"low": column.minimum}
    return text


def _instructions(book: Book, sheet: Sheet) -> None:
    target = book.book.add_worksheet(_("Instructions"))
    target.set_column(0, 0, 28)
    target.set_column(1, 1, 12)
    target.set_column(2, 3, 60)
    row = 0
    general = [
        str(sheet.intro),
        _(
            "Fill in one row each below the head of the first sheet. Keep the head row; columns you"
            " do not need may be deleted, their order does not matter."
        ),
        _(
            "Rows are recognised by: %(heads)s. A row that exists already is changed, an unknown"
            " one is new. Importing the same file again changes nothing."
        )
        % {
            "heads": _(", ").join(c.heading() for c in sheet.columns if c.name in sheet.key),
        },
        _(
            "An empty cell empties the field of a row that exists; leave a whole column out to keep"
            " what is there."
        ),
    ]
    for text in filter(None, general):
        target.merge_range(row, 0, row, 3, text, book.wrapped)
        target.set_row(row, 32)
        row += 1
    for place, text in enumerate((_("Column"), _("Required"), _("What to write"), _("Example"))):
        target.write_string(row + 1, place, text, book.head)
    for column in sheet.columns:
        row += 1
        needed = _needed(sheet, column)
        what = "\n".join(filter(None, (kind_text(column), str(column.help))))
        for place, text in enumerate(
            (column.heading(), _("Yes") if needed else "", what, str(column.example))
        ):
            target.write_string(row + 1, place, text, book.wrapped)


Problems = Mapping[int, Sequence[Problem]]


def write_rows(
    path: Path,
    title: str,
    heads: Sequence[tuple[SheetColumn | None, str]],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: Sheet | None = None,
) -> int:
    """Write an export: typed cells under heads. Returns the number of rows."""
    book = Book(path)
    target = book.book.add_worksheet(sheet_title(title))
    for place, (column, text) in enumerate(heads):
        width = _width(column) if column else min(40, max(12, len(text) * 2))
        target.set_column(place, place, width)
    _head(book, target, heads, sheet)
    n = 0
    for n, cells in enumerate(rows, start=1):
        for place, value in enumerate(cells):
            write_value(target, book, n, place, value)
    if n:
        target.autofilter(0, 0, n, len(heads) - 1)
    book.close()
    return n
