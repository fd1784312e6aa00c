"""Checking a whole file at once: what it would create, change, leave, and what is wrong."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problem
from anlan.base.imports.cells import Wrong, is_blank, plain_text, read_cell
from anlan.base.imports.headers import Head, find_head
from anlan.base.imports.reading import Table
from anlan.base.imports.refusals import Empty
from anlan.base.imports.sheet import Key, RowChange, Sheet, SheetColumn, SheetRow, Values

Progress = Callable[[int, int], None]
BATCH = 5_000


@dataclass(slots=True)
class Checked:
    """The outcome of a check. `wrong` are rows with problems, by their number in the file."""

    sheet: Sheet
    head: Head
    creates: list[RowChange] = field(default_factory=list)
    updates: list[RowChange] = field(default_factory=list)
    unchanged: int = 0
    wrong: dict[int, list[Problem]] = field(default_factory=dict)
    warnings: dict[int, list[Problem]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """Return how many rows the file has."""
        return len(self.creates) + len(self.updates) + self.unchanged + len(self.wrong)

    def counts(self) -> dict[str, int]:
        """Return the numbers people see."""
        return {
            "rows": self.n_rows,
            "create": len(self.creates),
            "update": len(self.updates),
            "unchanged": self.unchanged,
            "wrong": len(self.wrong),
            "warnings": len(self.warnings),
        }


def _quiet(_done: int, _total: int) -> None:
    """Report to nobody."""


def check_table(
    actor: Actor,
    sheet: Sheet,
    table: Table,
    *,
    lock: bool = False,
    progress: Progress = _quiet,
) -> Checked:
    """Check every row of a file against its columns, its references and what is stored.

    Uses a number of queries that does not depend on the number of rows (one per reference column
    and `existing`, per batch of 5,000). `lock` locks the stored rows. Raises FileRefused for heads
    that cannot be understood.
    """
    head = find_head(table, sheet)
    if not table.rows:
        raise Empty()
    rows, warnings = _read_rows(actor, sheet, table, head, progress)
    _resolve_references(actor, sheet, rows)
    _require(sheet, head, rows)
    _refuse_repeated_keys(sheet, rows)
    _load_old(actor, sheet, rows, lock=lock)
    _require_on_create(sheet, rows)
    sound = [row for row in rows if not row.problems]
    for check in sheet.row_checks:
        check(actor, sound)
    checked = Checked(sheet, head, notes=[*table.notes, *head.notes], warnings=warnings)
    for row in rows:
        if row.problems:
            checked.wrong[row.number] = sorted(row.problems, key=lambda p: p.field)
            continue
        change = _change(sheet, row)
        if change.creates:
            checked.creates.append(change)
        elif change.changed:
            checked.updates.append(change)
        else:
            checked.unchanged += 1
    return checked


def _read_rows(
    actor: Actor, sheet: Sheet, table: Table, head: Head, progress: Progress
) -> tuple[list[SheetRow], dict[int, list[Problem]]]:
    present = [(c, head.places[c.name]) for c in sheet.columns if c.name in head.places]
    defaults = {c.name: _default(actor, c) for c in sheet.columns}
    absent = [c for c in sheet.columns if c.name not in head.places and c.name in sheet.key]
    rows: list[SheetRow] = []
    warnings: dict[int, list[Problem]] = {}
    formulas = table.formulas
    total = len(table.rows)
    for done, (number, cells) in enumerate(table.rows):
        if done % 2000 == 0:
            progress(done, total)
        row = SheetRow(number, {})
        if all(is_blank(cells[p]) for _c, p in present if p < len(cells)):
            continue
        for column, place in present:
            value = cells[place] if place < len(cells) else None
            if formulas and (number, place + 1) in formulas:
                if is_blank(value) and not formulas[number, place + 1]:
                    row.problem(
                        column.name,
                        _("The formula here has no stored result."),
                        _("Replace it by its value (copy, then paste values)."),
                        "formula",
                    )
                    continue
                warnings.setdefault(number, []).append(
                    Problem(column.name, _("A formula: its last result was taken."), row=number)
                )
            if is_blank(value):
                default = defaults[column.name]
                row.values[column.name] = column.empty() if default is None else default
                continue
            try:
                row.values[column.name] = read_cell(column, value)
            except Wrong as wrong:
                row.problem(column.name, wrong.text, wrong.remedy, wrong.code)
        for column in absent:
            row.values[column.name] = defaults[column.name]
        rows.append(row)
    progress(total, total)
    return rows, warnings


def _default(actor: Actor, column: SheetColumn) -> Any:
    found = column.default(actor) if callable(column.default) else column.default
    return found


def _resolve_references(actor: Actor, sheet: Sheet, rows: Sequence[SheetRow]) -> None:
    """Resolve reference columns in declared order, each in one call for all rows."""
    for column in sheet.columns:
        if column.find is None:
            continue
        asked: dict[Any, None] = {}
        for row in rows:
            if (key := _asked(column, row)) is not None:
                asked[key] = None
        if not asked:
            continue
        found = column.find(actor, list(asked))
        for row in rows:
            key = _asked(column, row)
            if key is None:
                continue
            if key in found:
                row.values[column.name] = found[key]
                continue
            text = row.values.pop(column.name)
            row.problem(
                column.name,
                _("“%(value)s” was not found.") % {"value": text},
                _("Check the spelling, or enter it first in its own register."),
                "reference",
            )


def _asked(column: SheetColumn, row: SheetRow) -> Any:
    """Return what to look up for a row: the text, or a tuple with what it lies within."""
    text = row.values.get(column.name)
    if not isinstance(text, str) or text == "":
        return None
    if not column.find_with:
        return text
    if any(name not in row.values for name in column.find_with):
        return None
    return (*(row.values[name] for name in column.find_with), text)


def _require(sheet: Sheet, head: Head, rows: Sequence[SheetRow]) -> None:
    demanded = [
        c
        for c in sheet.columns
        if (c.required or c.name in sheet.key) and (c.name in head.places or c.name in sheet.key)
    ]
    for row in rows:
        wrong = {p.field for p in row.problems}
        for column in demanded:
            if column.name not in wrong and row.values.get(column.name) in (None, "", []):
                row.problem(column.name, _("must be filled in."), code="required")


def _require_on_create(sheet: Sheet, rows: Sequence[SheetRow]) -> None:
    """A new row needs every required column, also those this file leaves out."""
    required = [c for c in sheet.columns if c.required]
    for row in rows:
        if row.old is not None:
            if not sheet.may_update:
                row.problem(sheet.key[0], _("exists already."), code="exists")
            continue
        if row.problems:
            continue
        if not sheet.may_create:
            row.problem(
                sheet.key[0],
                _("does not exist."),
                _("This import changes rows; it does not make new ones."),
                "unknown",
            )
            continue
        for column in required:
            if column.name not in row.values:
                row.problem(
                    column.name,
                    _("A new row needs “%(head)s”.") % {"head": column.heading()},
                    _("Add this column to the file."),
                    "required",
                )


def _key_of(sheet: Sheet, row: SheetRow) -> Key | None:
    key = tuple(row.values.get(name) for name in sheet.key)
    return None if any(part in (None, "") for part in key) else key


def _refuse_repeated_keys(sheet: Sheet, rows: Sequence[SheetRow]) -> None:
    first: dict[Key, int] = {}
    heads = _(", ").join(c.heading() for c in sheet.columns if c.name in sheet.key)
    for row in rows:
        key = _key_of(sheet, row)
        if key is None:
            continue
        if key in first:
            row.problem(
                sheet.key[-1],
                _("The same %(heads)s stands in row %(row)s.")
                % {"heads": heads, "row": first[key]},
                _("Keep one of the two rows."),
                "repeated",
            )
        else:
            first[key] = row.number


def _load_old(actor: Actor, sheet: Sheet, rows: Sequence[SheetRow], *, lock: bool) -> None:
    keyed = [(row, key) for row in rows if (key := _key_of(sheet, row)) is not None]
    for start in range(0, len(keyed), BATCH):
        batch = keyed[start : start + BATCH]
        keys: Collection[Key] = [key for _row, key in batch]
        found = sheet.existing(actor, keys, lock=lock) if lock else sheet.existing(actor, keys)
        for row, key in batch:
            row.old = found.get(key)


def _change(sheet: Sheet, row: SheetRow) -> RowChange:
    key = _key_of(sheet, row)
    assert key is not None
    old: Values | None = row.old
    values = dict(row.values)
    if old is None:
        changed: Mapping[str, tuple[Any, Any]] = {
            c.name: (None, values[c.name])
            for c in sheet.columns
            if c.name in values and values[c.name] not in (None, "", [])
        }
    else:
        changed = {
            c.name: (old.get(c.name), values[c.name])
            for c in sheet.columns
            if c.name in values and not c.same(old.get(c.name), values[c.name])
        }
    return RowChange(row.number, key, values, old, changed)


def shown(column: SheetColumn, value: Any) -> str:
    """Return a value as the preview and an export's cell show it."""
    if value in (None, "", []):
        return ""
    if column.show is not None:
        return column.show(value)
    if column.choices is not None:
        texts = dict(column.choice_texts())
        items = value if isinstance(value, list | tuple) else [value]
        return _("; ").join(str(texts.get(item, item)) for item in items)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return _("; ").join(str(item) for item in value)
    return plain_text(value) if isinstance(value, str | float) else str(value)
