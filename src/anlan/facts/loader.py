"""Read fact files: CSV with a header of `# key: value` lines.

The header names the standard, its edition, from when to when it holds, the clause, and every
source under an id (`# source A: …`). Each row cites one or more of these ids in its `source`
column and says in `provenance` how far it can be trusted. A long code list that comes from one
place may give both once, as `# row_source` and `# row_provenance`. A row without them is
refused: a figure nobody can trace must not decide anything.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from pathlib import Path

FACTS_ROOT = Path(__file__).parent

_REQUIRED = ("dataset", "title_zh", "title_en", "standard", "edition", "clause")


class Provenance(StrEnum):
    """How far a figure can be trusted, best first."""

    OFFICIAL = "official"  # read in the official text
    CROSS_CHECKED = "cross-checked"  # the same in two or more separate copies
    SINGLE = "single"  # one copy
    RECALLED = "recalled"  # from memory or common practice, to be reviewed
    PRODUCT_DEFAULT = "product-default"  # chosen by Anlan where nothing is prescribed
    USER_IMPORTED = "user_imported"  # brought in by the user of an installation


class FactError(ValueError):
    """A fact file or row that may not be used. `line` counts from 1 in the file as stored."""

    def __init__(self, file: str, line: int | None, problem: str, remedy: str) -> None:
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {problem} Remedy: {remedy}")


@dataclass(frozen=True, slots=True)
class Dataset:
    """What the header of a fact file says about all its rows."""

    name: str
    title_zh: str
    title_en: str
    standard: str
    edition: str
    clause: str
    effective_from: date | None
    effective_to: date | None
    sources: Mapping[str, str]
    extra: Mapping[str, str]

    @property
    def citation(self) -> str:
        """Standard with its edition, as printed on results: `GB 18218-2018`."""
        return f"{self.standard}-{self.edition}"

    def holds_on(self, day: date) -> bool:
        """Whether this edition was in force on the day (both ends included)."""
        if self.effective_from is not None and day < self.effective_from:
            return False
        return self.effective_to is None or day <= self.effective_to


@dataclass(frozen=True, slots=True)
class Row:
    """One fact. `cells` holds every column but `source` and `provenance`."""

    file: str
    line: int
    cells: Mapping[str, str]
    sources: tuple[str, ...]
    provenance: Provenance

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def decimal(self, column: str) -> Decimal:
        """The exact number in a column. Raises FactError where there is none."""
        try:
            value = Decimal(self.cells[column])
        except InvalidOperation:
            raise self._bad_number(column) from None
        if not value.is_finite():
            raise self._bad_number(column)
        return value

    def integer(self, column: str) -> int:
        """The whole number in a column. Raises FactError where there is none."""
        try:
            return int(self.cells[column])
        except ValueError:
            raise self._bad_number(column) from None

    def parts(self, column: str) -> tuple[str, ...]:
        """The `;`-separated values of a column, empty ones left out."""
        return tuple(part.strip() for part in self.cells[column].split(";") if part.strip())

    def _bad_number(self, column: str) -> FactError:
        return FactError(
            self.file,
            self.line,
            f"column {column!r} holds {self.cells[column]!r}, which is not a number.",
            "write a plain decimal number such as 0.75.",
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A loaded fact file."""

    dataset: Dataset
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@cache
def load_packaged(name: str) -> Table:
    """Load a file that ships with Anlan by its path under `facts/`, e.g. `gb18218/table1.csv`."""
    return load_table(FACTS_ROOT / name, label=f"facts/{name}")


def load_table(path: Path, *, columns: Sequence[str] = (), label: str | None = None) -> Table:
    """Load one fact file (UTF-8, with or without a byte-order mark).

    `columns` must be there besides `source` and `provenance`. `label` replaces the path in
    messages. Raises FactError naming file, line and remedy.
    """
    file = label or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FactError(file, None, "the file is missing.", "restore it.") from None
    except UnicodeDecodeError:
        raise FactError(file, None, "the file is not UTF-8.", "save it as UTF-8.") from None
    lines = text.splitlines()
    n_header = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = _read_header(file, lines[:n_header])
    dataset = _dataset(file, header)
    reader = csv.reader(lines[n_header:], strict=True)
    try:
        names = tuple(next(reader, ()))
        body = [(n_header + reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        line = n_header + reader.line_num
        raise FactError(file, line, f"broken CSV ({error}).", "mend the quotes.") from None
    _check_columns(file, n_header + 1, names, columns, header)
    rows = tuple(_row(file, line, names, cells, dataset, header) for line, cells in body if cells)
    return Table(dataset, tuple(n for n in names if n not in ("source", "provenance")), rows)


def _read_header(file: str, lines: Sequence[str]) -> dict[str, str]:
    header: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        key, colon, value = line.lstrip("#").partition(":")
        key = key.strip()
        if not colon or not key:
            raise FactError(
                file, number, "header line without a key.", "write it as `# key: value`."
            )
        if key in header:
            # Long notes may run over several lines under the same key.
            header[key] = f"{header[key]} {value.strip()}"
        else:
            header[key] = value.strip()
    return header


def _dataset(file: str, header: Mapping[str, str]) -> Dataset:
    for key in _REQUIRED:
        if not header.get(key):
            raise FactError(file, None, f"the header lacks {key!r}.", f"add `# {key}: …` on top.")
    sources = {
        key.removeprefix("source").strip(): value
        for key, value in header.items()
        if key.startswith("source ")
    }
    if not sources:
        raise FactError(file, None, "the header names no source.", "add `# source A: …` on top.")
    known = {*_REQUIRED, "effective_from", "effective_to", "row_source", "row_provenance"}
    return Dataset(
        name=header["dataset"],
        title_zh=header["title_zh"],
        title_en=header["title_en"],
        standard=header["standard"],
        edition=header["edition"],
        clause=header["clause"],
        effective_from=_date(file, header, "effective_from"),
        effective_to=_date(file, header, "effective_to"),
        sources=sources,
        extra={k: v for k, v in header.items() if k not in known and not k.startswith("source ")},
    )


def _date(file: str, header: Mapping[str, str], key: str) -> date | None:
    text = header.get(key, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FactError(
            file, None, f"{key!r} is {text!r}, which is not a date.", "write it as 2019-03-01."
        ) from None


def _check_columns(
    file: str,
    line: int,
    names: Sequence[str],
    wanted: Sequence[str],
    header: Mapping[str, str],
) -> None:
    needed = list(wanted)
    if not header.get("row_source"):
        needed.append("source")
    if not header.get("row_provenance"):
        needed.append("provenance")
    missing = [name for name in needed if name not in names]
    if missing:
        listed = ", ".join(missing)
        raise FactError(file, line, f"column missing: {listed}.", "add it, filled for every row.")
    if len(set(names)) != len(names):
        raise FactError(file, line, "a column name occurs twice.", "rename one of them.")


def _row(
    file: str,
    line: int,
    names: Sequence[str],
    cells: Sequence[str],
    dataset: Dataset,
    header: Mapping[str, str],
) -> Row:
    if len(cells) != len(names):
        raise FactError(
            file,
            line,
            f"{len(cells)} cells under {len(names)} columns.",
            "put quotes around cells that hold a comma.",
        )
    values = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    source = values.pop("source", "") or header.get("row_source", "")
    mark = values.pop("provenance", "") or header.get("row_provenance", "")
    cited = tuple(part.strip() for part in source.split(";") if part.strip())
    if not cited:
        raise FactError(
            file, line, "the row has no source.", "cite the id of a source of the header."
        )
    unknown = [name for name in cited if name not in dataset.sources]
    if unknown:
        raise FactError(
            file,
            line,
            f"source {unknown[0]!r} is not in the header.",
            f"add `# source {unknown[0]}: …` on top or cite another one.",
        )
    try:
        provenance = Provenance(mark)
    except ValueError:
        allowed = ", ".join(Provenance)
        problem = f"provenance {mark!r} is unknown." if mark else "the row has no provenance."
        raise FactError(file, line, problem, f"use one of: {allowed}.") from None
    return Row(file=file, line=line, cells=values, sources=cited, provenance=provenance)
