"""Opening somebody's file: which kind, which sheet, which rows. Nothing is believed unchecked."""

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine as calamine
from django.utils.translation import gettext as _

from anlan.base.imports.cells import fold, is_blank
from anlan.base.imports.languages import titles
from anlan.base.imports.package import MOST_COLUMNS, SheetScan, scan_sheets
from anlan.base.imports.refusals import (
    Damaged,
    Empty,
    Encrypted,
    NoSheet,
    TooManyColumns,
    TooManyRows,
    Unreadable,
    WrongType,
)
from anlan.base.imports.sheet import Sheet

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ROWS = 200_000
LONGEST_CELL = 32_767
_NAMES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"{\\rt": "RTF",
    b"\x1f\x8b": "gzip",
}


@dataclass(slots=True)
class Table:
    """The rows of the sheet that was read.

    `rows` are (number in the file from 1, cells); blank rows are left out. `formulas` are the
    cells with formulas (see `SheetScan`), `merged` the merged ranges. `notes` are warnings about
    the file.
    """

    sheet_name: str
    rows: list[tuple[int, list[Any]]]
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(path: Path, sheet: Sheet, *, most_rows: int = MOST_ROWS) -> Table:
    """Return the rows of a file. Raises FileRefused with what to do about it."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        raise Empty()
    if head.startswith(ZIP):
        return _read_xlsx(path, sheet, most_rows)
    if head.startswith(OLE):
        return _read_xls(path, sheet, most_rows)
    for magic, name in _NAMES.items():
        if head.startswith(magic):
            raise WrongType(found=name)
    if head.startswith(b"PK"):
        raise Damaged()
    return _read_csv(path, most_rows)


def _read_xlsx(path: Path, sheet: Sheet, most_rows: int) -> Table:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Damaged() from error
    if "xl/workbook.xml" not in names:
        if "word/document.xml" in names:
            raise WrongType(found="Word")
        if "xl/workbook.bin" in names:
            raise WrongType(found="xlsb")
        raise WrongType(found="zip" if "mimetype" not in names else "OpenDocument")
    scans = scan_sheets(path, most_rows=most_rows)
    chosen, notes = _choose(scans, sheet)
    rows = _calamine_rows(path, chosen.name)
    return Table(chosen.name, rows, chosen.formulas, chosen.merged, notes)


def _choose(scans: Sequence[SheetScan], sheet: Sheet) -> tuple[SheetScan, list[str]]:
    """Return the sheet that holds the rows: the one with our title, else the first with cells."""
    filled = [scan for scan in scans if scan.visible and scan.cells]
    if not filled:
        raise NoSheet()
    wanted = titles(sheet)
    chosen = next((scan for scan in filled if fold(scan.name) in wanted), filled[0])
    notes = []
    if others := [s.name for s in filled if s is not chosen and not _is_instructions(s.name)]:
        notes.append(
            _("Only sheet “%(sheet)s” was read; not: %(others)s.")
            % {"sheet": chosen.name, "others": _(", ").join(others[:5])}
        )
    if hidden := [s.name for s in scans if not s.visible and not s.name.startswith("_")]:
        notes.append(
            _("Hidden sheets were not read: %(sheets)s.") % {"sheets": _(", ").join(hidden[:5])}
        )
    return chosen, notes


def _is_instructions(name: str) -> bool:
    return fold(name) in {"填写说明", "instructions"}


def _calamine_rows(path: Path, sheet_name: str) -> list[tuple[int, list[Any]]]:
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        found = book.get_sheet_by_name(sheet_name)
        # Rows come from the first of the sheet, columns only from the first filled one.
        left: list[Any] = [None] * (found.start[1] if found.start else 0)
        rows = [
            (number, left + [None if cell == "" else cell for cell in cells])
            for number, cells in enumerate(found.iter_rows(), start=1)
            if not all(is_blank(cell) for cell in cells)
        ]
    except (calamine.CalamineError, OSError, ValueError, KeyError) as error:
        raise Damaged() from error
    except BaseException as error:
        # A panic of the Rust library is a BaseException of its own kind; others fly on.
        if type(error).__name__ == "PanicException":
            raise Damaged() from error
        raise
    return rows


def _read_xls(path: Path, sheet: Sheet, most_rows: int) -> Table:
    if _contains(path, "EncryptedPackage".encode("utf-16-le")):
        raise Encrypted()
    if _contains(path, "WordDocument".encode("utf-16-le")):
        raise WrongType(found="Word")
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        visible = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == calamine.SheetVisibleEnum.Visible
        ]
    except calamine.PasswordError as error:
        raise Encrypted() from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Damaged() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Damaged() from error
        raise
    wanted = titles(sheet)
    names = sorted(visible, key=lambda name: fold(name) not in wanted)
    for name in names:
        rows = _calamine_rows(path, name)
        if not rows:
            continue
        if len(rows) > most_rows:
            raise TooManyRows(sheet=name, most=most_rows)
        notes = [
            _("An .xls file does not show us its formulas; their last values were taken."),
        ]
        return Table(name, rows, notes=notes)
    raise NoSheet()


def _read_csv(path: Path, most_rows: int) -> Table:
    encoding = _encoding(path)
    rows: list[tuple[int, list[Any]]] = []
    csv.field_size_limit(LONGEST_CELL * 4)
    with path.open(encoding=encoding, newline="") as stream:
        sample = stream.read(4096)
        stream.seek(0)
        if encoding == "utf-8-sig":
            stream.seek(0)
        line = sample.split("\n", 1)[0]
        delimiter = max(",;\t", key=line.count)
        try:
            for number, cells in enumerate(csv.reader(stream, delimiter=delimiter), start=1):
                if len(cells) > MOST_COLUMNS:
                    raise TooManyColumns(sheet=path.name, column=len(cells), most=MOST_COLUMNS)
                if all(is_blank(cell) for cell in cells):
                    continue
                if len(rows) > most_rows:
                    raise TooManyRows(sheet="csv", most=most_rows)
                rows.append((number, [cell if cell != "" else None for cell in cells]))
        except csv.Error as error:
            raise Damaged() from error
    if not rows:
        raise Empty()
    return Table("csv", rows)


def _encoding(path: Path) -> str:
    """Return the encoding of a text file. Raises WrongType, Unreadable."""
    possible = ["utf-8-sig", "gb18030"]
    with path.open("rb") as stream:
        head = stream.read(4)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            possible = ["utf-16"]
    for encoding in possible:
        try:
            with path.open(encoding=encoding) as text:
                while chunk := text.read(1 << 20):
                    if "\x00" in chunk:
                        raise WrongType(found=_("not text"))
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable()


def _contains(path: Path, needle: bytes) -> bool:
    """Tell whether a file holds these bytes, reading it piece by piece."""
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            if needle in tail + chunk:
                return True
            tail = chunk[-len(needle) :]
    return False
