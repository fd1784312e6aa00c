"""Finding the head row and what each column of the file is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.imports.cells import fold, plain_text
from anlan.base.imports.languages import header_index, read_only_suffixes
from anlan.base.imports.reading import Table
from anlan.base.imports.refusals import BadHeaders, MergedCells, NoHeaders
from anlan.base.imports.sheet import Sheet

LOOK_AT_ROWS = 10
# The column that a marked-up copy adds, in every language: such a copy may come back as it is.
MESSAGE_HEADS = ("检查结果", "Findings")
_LAST_ROW = re.compile(r"(\d{1,7})$")
_OURS = frozenset(map(fold, MESSAGE_HEADS))


@dataclass(slots=True)
class Head:
    """The head row. `places` maps column names to positions from 0; `texts` are as written."""

    number: int
    places: Mapping[str, int]
    texts: Sequence[str]
    notes: list[str] = field(default_factory=list)


def find_head(table: Table, sheet: Sheet) -> Head:
    """Return the head among the first rows: the one that names most columns.

    Raises NoHeaders, BadHeaders (twice there, misspelt, or a column of the key missing).
    """
    index = header_index(sheet)
    best: tuple[int, int] = (0, -1)
    for position, (_number, cells) in enumerate(table.rows[:LOOK_AT_ROWS]):
        known = len({index[f] for cell in cells if (f := fold(plain_text(cell))) in index})
        if known > best[0]:
            best = (known, position)
    if best[1] < 0:
        heads = _(", ").join(
            c.heading() for c in sheet.columns if c.required or c.name in sheet.key
        )
        raise NoHeaders(sheet=table.sheet_name, title=str(sheet), heads=heads)
    number, cells = table.rows[best[1]]
    _refuse_merged(table, number)
    table.rows = table.rows[best[1] + 1 :]
    return _judge(number, cells, sheet, index, table.sheet_name)


def _refuse_merged(table: Table, head: int) -> None:
    """Refuse merged cells in the head or below; a merged title above does no harm."""
    below = [r for r in table.merged if (end := _LAST_ROW.search(r)) and int(end[1]) >= head]
    if below:
        shown = ", ".join(below[:5]) + ("…" if len(below) > 5 else "")
        raise MergedCells(sheet=table.sheet_name, ranges=shown)


def _judge(
    number: int, cells: Sequence[Any], sheet: Sheet, index: Mapping[str, str], sheet_name: str
) -> Head:
    texts = [plain_text(cell) for cell in cells]
    suffixes = read_only_suffixes()
    places: dict[str, int] = {}
    wrong: list[str] = []
    unknown: list[str] = []
    for position, text in enumerate(texts):
        folded = fold(text)
        if not folded or folded.endswith(suffixes) or folded in _OURS:
            continue
        name = index.get(folded)
        if name is None:
            unknown.append(text)
        elif name in places:
            wrong.append(_("“%(head)s” is there twice") % {"head": text})
        else:
            places[name] = position
    absent = {fold(c.heading()): c for c in sheet.columns if c.name not in places}
    notes = []
    for text in unknown:
        near = get_close_matches(fold(text), list(absent), n=1, cutoff=0.6)
        if near:
            wrong.append(
                _("“%(head)s” is unknown; did you mean “%(near)s”?")
                % {"head": text, "near": absent[near[0]].heading()}
            )
        else:
            notes.append(_("Column “%(head)s” is unknown and was not read.") % {"head": text})
    for name in sheet.key:
        column = sheet.column(name)
        assert column is not None
        if name not in places and column.default is None:
            wrong.append(_("“%(head)s” is missing") % {"head": column.heading()})
    if wrong:
        raise BadHeaders(sheet=sheet_name, problems=_("; ").join(wrong))
    return Head(number, places, texts, notes)


def is_message_head(text: str) -> bool:
    """Tell whether a head is the message column of a marked-up copy."""
    return fold(text) in _OURS
