"""The official table as a workbook: its title, its columns, its order. Streamed to a file."""

import datetime as dt
from pathlib import Path

from anlan.base.actors.actor import Actor
from anlan.base.imports.workbook import Book, sheet_title, write_value
from anlan.modules.ledgers import queries
from anlan.modules.ledgers.cells import official
from anlan.modules.ledgers.definitions import Ledger

WIDE = frozenset({"problem", "interim", "measures", "assessment", "authority", "enterprise"})
MOST_ROWS = 20_000


def rows_of(actor: Actor, ledger: Ledger) -> list[list[object]]:
    """Return the cells of the official table, by enterprise, numbered from 1."""
    listed = queries.rows(actor, ledger).filter(queries.KEPT | queries.FOUND)
    found = listed.order_by("enterprise__parent__name", "enterprise__name", "pk")[:MOST_ROWS]
    return [
        [n if c.key == "no" else official(ledger, row, c.key) for c in ledger.columns]
        for n, row in enumerate(found, start=1)
    ]


def write(path: Path, actor: Actor, ledger: Ledger, day: dt.date) -> int:
    """Write the table to `path`; return the number of rows. It can be imported as it is."""
    book = Book(path)
    target = book.book.add_worksheet(sheet_title(ledger.official))
    last = len(ledger.columns) - 1
    title = book.book.add_format(
        {"font_name": "Microsoft YaHei", "font_size": 16, "bold": True, "align": "center"}
    )
    for place, column in enumerate(ledger.columns):
        target.set_column(place, place, 32 if column.key in WIDE else 14)
    target.set_row(0, 30)
    target.merge_range(0, 0, 0, last, ledger.official, title)
    target.write_string(1, 0, f"填报日期：{day.isoformat()}", book.plain)
    for place, column in enumerate(ledger.columns):
        target.write_string(2, place, column.zh, book.head)
    n = 0
    for n, cells in enumerate(rows_of(actor, ledger), start=1):
        for place, value in enumerate(cells):
            write_value(target, book, n + 2, place, value)
    target.freeze_panes(3, 0)
    target.set_landscape()
    target.fit_to_pages(1, 0)
    target.repeat_rows(2)
    book.close()
    return n
