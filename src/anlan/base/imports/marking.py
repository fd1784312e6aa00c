"""The person's own rows back, wrong cells marked, with a column that says what and how to fix."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from anlan.base.imports.checking import Checked
from anlan.base.imports.headers import MESSAGE_HEADS, is_message_head
from anlan.base.imports.workbook import Book, sheet_title, write_value


def write_marked(
    path: Path,
    sheet_name: str,
    rows: Sequence[tuple[int, list[Any]]],
    checked: Checked,
    *,
    wrong_only: bool,
) -> None:
    """Write a copy of the file's rows with marks; wrong rows alone, or all of them.

    Rows keep the order and the columns of the file. The message column stands first behind the
    last one; an import skips it, so that a corrected copy may come back as it is.
    """
    book = Book(path)
    target = book.book.add_worksheet(sheet_title(sheet_name))
    head = checked.head
    texts = list(head.texts)
    while texts and (not texts[-1] or is_message_head(texts[-1])):
        texts.pop()
    target.set_column(0, len(texts), 16)
    target.set_column(len(texts), len(texts), 60)
    for place, text in enumerate(texts):
        target.write_string(0, place, text, book.head)
    target.write_string(0, len(texts), _message_head(), book.required)
    target.freeze_panes(1, 0)
    written = 0
    for number, cells in rows:
        if number <= head.number:
            continue
        problems = checked.wrong.get(number, [])
        if wrong_only and not problems:
            continue
        written += 1
        places = {head.places[p.field] for p in problems if p.field in head.places}
        for place in range(len(texts)):
            value = cells[place] if place < len(cells) else None
            if place in places:
                _write_wrong(target, book, written, place, value)
            else:
                write_value(target, book, written, place, value)
        if problems:
            target.write_string(written, len(texts), _told(checked, problems), book.message)
    book.close()


def _write_wrong(target: Any, book: Book, row: int, place: int, value: Any) -> None:
    if value is None or value == "":
        target.write_blank(row, place, None, book.wrong)
    elif isinstance(value, bool | int | float):
        target.write(row, place, value, book.wrong)
    elif hasattr(value, "isoformat"):
        target.write_string(row, place, value.isoformat()[:10], book.wrong)
    else:
        target.write_string(row, place, str(value)[:32_767], book.wrong)


def _told(checked: Checked, problems: Sequence[Any]) -> str:
    lines = []
    for problem in problems:
        column = checked.sheet.column(problem.field)
        heading = column.heading() if column else problem.field
        lines.append(f"{heading}: {problem.text} {problem.remedy}".strip())
    return "\n".join(lines)[:32_767]


def _message_head() -> str:
    return MESSAGE_HEADS[0] if (get_language() or "").startswith("zh") else MESSAGE_HEADS[1]
