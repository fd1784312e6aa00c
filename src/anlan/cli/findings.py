"""`anlan findings check FILE.csv`: categories, signs of majors and near duplicates of a list."""

import csv
import io
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from anlan.engines.findings_text import Finding

_ENCODINGS = ("utf-8-sig", "gb18030")
_COLUMNS = ("id", "text", "basis", "category", "level")
_LONGEST = 4_000


@click.group(name="findings")
def command() -> None:
    """Texts of hazard findings."""


@command.command(name="check")
@click.argument("file", metavar="FILE.csv")
@click.option(
    "--on",
    "day",
    metavar="YYYY-MM-DD",
    help="Day of registration, which decides the criteria in force; today if not given.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Say also which words chose the category, how strong a criterion is, if it is in force.",
)
def check(file: str, day: str | None, explain: bool) -> None:
    """Check the findings of a CSV with the columns id,text[,basis,category,level].

    FILE.csv may be - for standard input; UTF-8 or GB 18030. Prints JSON: for each finding the
    category, whether it looks like a major hazard and the criteria with the words that point to
    them; and the groups of near duplicates. Ends with 2 when the file cannot be used.
    """
    from anlan.engines.findings_text.check import check_findings

    findings = _findings(file, _read(file))
    result = check_findings(findings, on=_day(day), explain=explain)
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    # Bytes, so that the output is UTF-8 whatever the terminal's locale says.
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", errors="backslashreplace"))
    sys.stdout.buffer.flush()


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(ZoneInfo("Asia/Shanghai")).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        _give_up(f"--on {text!r} is not a date. Write it as 2026-09-30.")


def _read(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        _give_up(f"{file}: cannot be read ({error.strerror}). Check the path.")
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    _give_up(f"{file}: is neither UTF-8 nor GB 18030. Save it as UTF-8.")


def _findings(file: str, text: str) -> "list[Finding]":
    from anlan.engines.findings_text.check import Finding

    # A cell may be longer than the csv module's own limit; we name the row ourselves.
    csv.field_size_limit(2**24)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Finding] = []
    first_row_of: dict[str, int] = {}
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _check_head(file, head)
        places = {name: head.index(name) for name in _COLUMNS if name in head}
        for cells in reader:
            row = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            # Spreadsheets drop empty cells at the end of a row, or add some.
            cells += [""] * (len(head) - len(cells))
            if any(cell.strip() for cell in cells[len(head) :]):
                _give_up(
                    f"{file}, row {row}: {len(cells)} cells under {len(head)} columns. "
                    "Put quotes around cells that hold a comma."
                )
            values = {name: cells[at].strip() for name, at in places.items()}
            _check_row(file, row, values, first_row_of)
            found.append(Finding(**values))
    except csv.Error as error:
        _give_up(f"{file}, row {reader.line_num}: broken CSV ({error}). Mend the quotes.")
    return found


def _check_head(file: str, head: list[str]) -> None:
    for name in ("id", "text"):
        if name not in head:
            _give_up(
                f"{file}, row 1: column {name!r} is missing. "
                "The first row names the columns: id,text[,basis,category,level]."
            )
    for name in _COLUMNS:
        if head.count(name) > 1:
            _give_up(f"{file}, row 1: column {name!r} occurs twice. Rename one of them.")


def _check_row(file: str, row: int, values: dict[str, str], first_row_of: dict[str, int]) -> None:
    if not values["id"]:
        _give_up(f"{file}, row {row}, column 'id': is empty. Give every finding an id.")
    if not values["text"]:
        _give_up(f"{file}, row {row}, column 'text': is empty. Describe the finding or drop it.")
    if len(values["text"]) > _LONGEST:
        _give_up(
            f"{file}, row {row}, column 'text': has {len(values['text'])} characters, at most "
            f"{_LONGEST} are read. Shorten it; a stray quote can swallow rows."
        )
    earlier = first_row_of.setdefault(values["id"], row)
    if earlier != row:
        _give_up(
            f"{file}, row {row}, column 'id': {values['id']!r} stands in row {earlier} too. "
            "Give every finding an id of its own."
        )


def _give_up(message: str) -> NoReturn:
    click.echo(f"anlan findings check: {message}", err=True)
    raise SystemExit(2)
