"""Looking into an .xlsx before anything parses it: sizes, cells, formulas, merged ranges.

A spreadsheet library believes the file. One cell written at XFD1048576 makes it allocate
seventeen billion cells; a hundred kilobytes of zip can hold terabytes. So the parts that matter
are first streamed through a plain XML scanner that counts and stops early. Entities are never
expanded: a document type definition alone refuses the file.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from anlan.base.imports.refusals import (
    Bomb,
    Damaged,
    Encrypted,
    Forbidden,
    TooManyColumns,
    TooManyRows,
)

MB = 1_000_000
MOST_UNPACKED = 1_000 * MB
MOST_PARTS = 2_000
MOST_RATIO = 400
RATIO_FROM = 20 * MB
CHUNK = 1 << 18
MOST_COLUMNS = 512
MOST_NOTED = 2_000
# What reading a broken zip or XML raises; RuntimeError and NotImplementedError for an encrypted
# part and an unknown compression.
_BROKEN = (
    KeyError,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
_CELL = re.compile(r"^([A-Z]{1,4})(\d{1,8})$")


@dataclass(slots=True)
class SheetScan:
    """What one sheet holds. Rows and columns count from 1.

    `formulas` maps their cells to whether the stored result is a text, which may be empty.
    """

    name: str
    visible: bool = True
    part: str = ""
    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


def open_package(path: Path) -> zipfile.ZipFile:
    """Open a zip whose directory promises nothing unreasonable. Raises FileRefused."""
    try:
        package = zipfile.ZipFile(path)
        parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Damaged() from error
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if total > MOST_UNPACKED or (total > RATIO_FROM and total / packed > MOST_RATIO):
        package.close()
        raise Bomb(most=MOST_UNPACKED // MB)
    if len(parts) > MOST_PARTS:
        package.close()
        raise Forbidden(what=_("%(n)s files inside") % {"n": len(parts)})
    for part in parts:
        if part.flag_bits & 0x1:
            package.close()
            raise Encrypted()
    return package


def scan_sheets(path: Path, *, most_rows: int) -> list[SheetScan]:
    """Return what each worksheet holds, in the workbook's order. Raises FileRefused.

    Only visible sheets are walked. Every other XML part is read through once for its size and
    for definitions that no table needs.
    """
    with open_package(path) as package:
        names = set(package.namelist())
        if "xl/workbook.xml" not in names:
            raise Damaged()
        sheets = _workbook(package)
        budget = _Budget()
        walked = {sheet.part for sheet in sheets}
        for part in sorted(names):
            if part in walked or not part.endswith((".xml", ".rels")):
                continue
            _parse(package, part, budget)
        for sheet in sheets:
            if sheet.visible and sheet.part in names:
                _walk(package, sheet, budget, most_rows)
    return sheets


class _Budget:
    """Bytes unpacked so far; the zip's own directory may lie about them."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, n: int) -> None:
        self.spent += n
        if self.spent > MOST_UNPACKED:
            raise Bomb(most=MOST_UNPACKED // MB)


def _workbook(package: zipfile.ZipFile) -> list[SheetScan]:
    sheets: list[tuple[str, str, bool]] = []
    targets: dict[str, str] = {}

    def in_workbook(tag: str, given: dict[str, str]) -> None:
        if tag == "sheet":
            link = next((v for k, v in given.items() if k.split("|")[-1] == "id"), "")
            visible = given.get("state", "visible") == "visible"
            sheets.append((given.get("name", ""), link, visible))

    def in_relations(tag: str, given: dict[str, str]) -> None:
        if tag == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            targets[given.get("Id", "")] = _resolve(given.get("Target", ""))

    budget = _Budget()
    _parse(package, "xl/workbook.xml", budget, in_workbook)
    _parse(package, "xl/_rels/workbook.xml.rels", budget, in_relations)
    return [
        SheetScan(name=name, visible=visible, part=targets[link])
        for name, link, visible in sheets
        if link in targets
    ]


def _resolve(target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return str(PurePosixPath("xl") / target)


def _walk(package: zipfile.ZipFile, sheet: SheetScan, budget: _Budget, most_rows: int) -> None:
    row = column = 0
    kind = ""

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal row, column, kind
        if tag == "c":
            found = _CELL.match(given.get("r", ""))
            if found:
                column = column_number(found[1])
                row = int(found[2])
            else:
                column += 1
            kind = given.get("t", "")
        elif tag in ("v", "is", "f"):
            _note(sheet, row, column, most_rows)
            if tag == "f":
                sheet.formulas[row, column] = kind == "str"
        elif tag == "row":
            number = given.get("r", "")
            row = int(number) if number.isdigit() and len(number) < 9 else row + 1
            column = 0
        elif tag == "mergeCell" and len(sheet.merged) < MOST_NOTED:
            sheet.merged.append(given.get("ref", ""))

    _parse(package, sheet.part, budget, start)


def _note(sheet: SheetScan, row: int, column: int, most_rows: int) -> None:
    sheet.cells += 1
    if row > sheet.last_row:
        # The head and some title rows are not counted too strictly.
        if row > most_rows + 100:
            raise TooManyRows(sheet=sheet.name, most=most_rows)
        sheet.last_row = row
    if column > sheet.last_column:
        if column > MOST_COLUMNS:
            raise TooManyColumns(sheet=sheet.name, column=column_letters(column), most=MOST_COLUMNS)
        sheet.last_column = column


def _parse(package: zipfile.ZipFile, part: str, budget: _Budget, start: Any = None) -> None:
    parser = expat.ParserCreate(namespace_separator="|")

    def refuse(*_args: Any) -> None:
        raise Forbidden(what="DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if start is not None:
        parser.StartElementHandler = lambda tag, given: start(tag.rpartition("|")[2], given)
    try:
        with package.open(part) as stream:
            for chunk in _chunks(stream):
                budget.spend(len(chunk))
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except _BROKEN as error:
        raise Damaged() from error


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def column_number(letters: str) -> int:
    """Return the number of a column, from 1: A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column number from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
