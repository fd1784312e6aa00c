"""Tables in files: CSV, or CSV packed with gzip, read whole; results written whole or not at all.

What is wrong with a file is told with its row as an editor counts them, its column and a remedy.
"""

import csv
import gzip
import io
import math
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_LARGEST = 2 << 30


class FileProblem(ValueError):
    """A file that cannot be used; the message names file, row, column and remedy."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file; `lines` are the rows' places in it, the head's being 1."""

    path: Path
    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]

    def mappings(self) -> list[Mapping[str, str]]:
        """Return each row by the names of its columns."""
        return [dict(zip(self.head, row, strict=True)) for row in self.rows]

    def numbers(self, names: Sequence[str], *, gaps: bool = False) -> npt.NDArray[np.float64]:
        """Return columns as numbers of shape (rows, names).

        With `gaps` an empty cell is nan, and nan and infinity may stand in others; without, each
        cell must hold a finite number. Raises FileProblem naming the first that does not.
        """
        places = [self.head.index(name) for name in names]
        empty = "nan" if gaps else ""
        try:
            found = np.array(
                [[float(row[i].strip() or empty) for i in places] for row in self.rows], float
            ).reshape(len(self.rows), len(places))
        except ValueError:
            raise self._no_number(names, gaps) from None
        if not gaps and not np.isfinite(found).all():
            raise self._no_number(names, gaps)
        return found

    def _no_number(self, names: Sequence[str], gaps: bool) -> FileProblem:
        for line, row in zip(self.lines, self.rows, strict=True):
            for name in names:
                cell = row[self.head.index(name)].strip()
                try:
                    value = float(cell or ("nan" if gaps else ""))
                except ValueError:
                    value = None
                if value is None or not (gaps or math.isfinite(value)):
                    return FileProblem(
                        f"{self.path}, row {line}, column {name!r}: {cell!r} is not a number."
                        " Mend the cell, or leave the row out."
                    )
        return FileProblem(f"{self.path}: holds what is not a number.")


def read_table(path: Path, wanted: Sequence[str] = (), *, delimiter: str = ",") -> Table:
    """Read a file whose first row names its columns, `wanted` among them. Raises FileProblem."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True, delimiter=delimiter)
    rows, lines = [], []
    try:
        head = tuple(cell.strip() for cell in next(reader, ()))
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise FileProblem(f"{path}, row {reader.line_num}: broken CSV ({error}).") from None
    if not any(head):
        raise FileProblem(f"{path}: is empty. Its first row names the columns.")
    missing = [name for name in wanted if name not in head]
    if missing:
        raise FileProblem(f"{path}, row 1: column {', '.join(missing)} is missing. Add it.")
    twice = next((name for place, name in enumerate(head) if name in head[:place]), None)
    if twice is not None:
        raise FileProblem(f"{path}, row 1: column {twice!r} stands there twice. Leave one out.")
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(head):
            raise FileProblem(
                f"{path}, row {line}: {len(row)} cells under {len(head)} columns. Mend the row."
            )
    return Table(path, head, rows, lines)


def write_whole(path: Path, text: str) -> None:
    """Write a file in UTF-8; one that cannot be written leaves what was there. Raises FileProblem.

    A pipe or device is written to as it is.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileProblem(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder that exists."
        ) from None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as packed:
                raw = packed.read(_LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileProblem(f"{path}: is broken gzip ({error}). Fetch it anew.") from None
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read ({error.strerror}). Check the path.") from None
    if len(raw) > _LARGEST:
        raise FileProblem(f"{path}: unpacks to more than 2 GB. Split it.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileProblem(f"{path}: is not UTF-8. Save it as UTF-8.") from None
