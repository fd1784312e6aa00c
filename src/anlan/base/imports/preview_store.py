"""Keeping what a check found, so that people can look before they agree."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from anlan.base.errors import Problem
from anlan.base.imports.checking import Checked, shown
from anlan.base.imports.models import ImportRow, ImportRun, RowKind
from anlan.base.imports.package import column_letters
from anlan.base.imports.sheet import RowChange, Sheet

KEPT_OF_A_KIND = 2_000


def keep_preview(run: ImportRun, checked: Checked) -> None:
    """Replace the run's preview by the first rows of each kind."""
    run.rows.all().delete()
    ImportRow.objects.bulk_create(_rows(run, checked), batch_size=1_000)


def _rows(run: ImportRun, checked: Checked) -> Iterator[ImportRow]:
    sheet = checked.sheet
    for kind, changes in ((RowKind.CREATE, checked.creates), (RowKind.UPDATE, checked.updates)):
        for change in changes[:KEPT_OF_A_KIND]:
            yield ImportRow(
                run=run,
                number=change.number,
                kind=kind,
                label=_label(sheet, change),
                changes=_differences(sheet, change),
                digest=_digest(sheet, change),
            )
    for kind, found in ((RowKind.WRONG, checked.wrong), (RowKind.WARNING, checked.warnings)):
        for number in sorted(found)[:KEPT_OF_A_KIND]:
            yield ImportRow(
                run=run, number=number, kind=kind, problems=_problems(checked, found[number])
            )


def _label(sheet: Sheet, change: RowChange) -> str:
    parts = []
    for name, part in zip(sheet.key, change.key, strict=True):
        column = sheet.column(name)
        assert column is not None
        parts.append(shown(column, part))
    return " ".join(parts)[:200]


def _differences(sheet: Sheet, change: RowChange) -> list[list[str]]:
    found = []
    for column in sheet.columns:
        if column.name in change.changed:
            old, new = change.changed[column.name]
            found.append([column.heading(), shown(column, old)[:300], shown(column, new)[:300]])
    return found


def _problems(checked: Checked, problems: Iterable[Problem]) -> list[list[str]]:
    found = []
    for problem in problems:
        column = checked.sheet.column(problem.field)
        found.append(
            [
                cell_address(checked, problem),
                column.heading() if column else problem.field,
                str(problem.text),
                str(problem.remedy or (column.help if column else "")),
            ]
        )
    return found


def cell_address(checked: Checked, problem: Problem) -> str:
    """Return the cell in the person's file (`C12`), or the row alone for a column not there."""
    place = checked.head.places.get(problem.field)
    if place is None:
        return _("row %(row)s") % {"row": problem.row}
    return f"{column_letters(place + 1)}{problem.row}"


def _digest(sheet: Sheet, change: RowChange) -> str:
    """Return the hash of a change: its key, and each difference old and new."""
    content = [
        "create" if change.creates else "update",
        [str(part) for part in change.key],
        sorted((name, str(old), str(new)) for name, (old, new) in change.changed.items()),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def fingerprint(checked: Checked) -> str:
    """Return the hash of everything that would be written."""
    whole = hashlib.sha256()
    for change in (*checked.creates, *checked.updates):
        whole.update(f"{change.number}:{_digest(checked.sheet, change)}\n".encode())
    return whole.hexdigest()


def moved_rows(run: ImportRun, checked: Checked) -> str:
    """Return the first rows whose change is no longer what the preview showed, as text."""
    promised = dict(run.rows.exclude(digest="").values_list("number", "digest"))
    present = {c.number: c for c in (*checked.creates, *checked.updates)}
    moved = [
        number
        for number, digest in sorted(promised.items())
        if number not in present or _digest(checked.sheet, present[number]) != digest
    ]
    moved += sorted(set(present) - set(promised)) if len(promised) < 2 * KEPT_OF_A_KIND else []
    listed = ", ".join(map(str, moved[:8])) or "?"
    return listed + ("…" if len(moved) > 8 else "")
