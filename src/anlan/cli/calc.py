"""`anlan calc gb18218 FILE.json`: identify and grade units without a server or a database."""

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from anlan.engines.gb18218.wording import Lang

_NO_RESULT: dict[str, object] = {
    "S": None,
    "R": None,
    "level": None,
    "is_major_hazard": None,
    "steps": [],
}


@click.group(name="calc")
def command() -> None:
    """Calculations of standards from a file."""


@command.command(name="gb18218")
@click.argument("file", metavar="FILE.json")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of texts.")
def gb18218(file: str, lang: "Lang") -> None:
    """Identify and grade units under GB 18218-2018; FILE.json may be - for standard input.

    An entry that cannot be computed carries an "error" that names field and remedy; the
    others still come out. Ends with 2 only when the file as a whole cannot be read.
    """
    entries = _read(file)
    out = [_assess(entry, lang) for entry in entries]
    text = _dump(out, "") + "\n"
    # Bytes, so that the output is UTF-8 whatever the terminal's locale says.
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", errors="backslashreplace"))
    sys.stdout.buffer.flush()


def _read(file: str) -> list[object]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        _give_up(f"{file}: cannot be read ({error.strerror}). Check the path.")
    try:
        # Every number goes through Decimal: a float would lose the exact figure, and int()
        # refuses very long digits before we can say which field they stand in.
        entries = json.loads(
            _text(file, raw),
            parse_float=_number,
            parse_int=_number,
            parse_constant=lambda name: name,
        )
    except RecursionError:
        _give_up(f"{file}: is nested too deeply. Give a list of units.")
    except ValueError as error:
        _give_up(f"{file}: is not JSON ({error}). Check it with a JSON editor.")
    if not isinstance(entries, list):
        _give_up(f'{file}: is not a list. Write [{{"id": …, "chemicals": [ … ]}}].')
    return list(entries)


def _text(file: str, raw: bytes) -> str:
    # Chinese editors still save as GBK; a file that is valid UTF-8 is never taken for it.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    _give_up(f"{file}: is neither UTF-8 nor GB 18030. Save it as UTF-8.")


def _number(digits: str) -> "Decimal | str":
    try:
        return Decimal(digits)
    except InvalidOperation:
        # An exponent beyond what Decimal holds: kept as text, refused by the engine.
        return digits


def _give_up(message: str) -> NoReturn:
    click.echo(f"anlan calc gb18218: {message}", err=True)
    raise SystemExit(2)


def _assess(entry: object, lang: "Lang") -> dict[str, object]:
    from anlan.engines.gb18218 import assess, read_unit, result_to_json
    from anlan.engines.gb18218.interchange import BadShape, errors_to_json

    # The id goes back as it came, number or text.
    entry_id = entry.get("id") if isinstance(entry, dict) else None
    if isinstance(entry_id, dict | list):
        entry_id = None
    try:
        unit = read_unit(entry)
    except BadShape as bad:
        return {"id": entry_id, **_NO_RESULT, **errors_to_json([bad.problem], lang)}
    return {**result_to_json(assess(unit), lang), "id": entry_id}


def _dump(value: object, indent: str) -> str:
    """JSON text in which a Decimal is printed digit by digit, which `json.dumps` can't do."""
    inner = indent + "  "
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, dict) and value:
        body = (f"{json.dumps(k)}: {_dump(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(inner + part for part in body) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + _dump(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _plain(value: Decimal) -> str:
    if value.adjusted() > 40 or not value.is_finite():
        return json.dumps(str(value))
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
