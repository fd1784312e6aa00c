"""Back-fill from files: CSV or Parquet, long (tag, ts, value) or wide (ts and a column a tag)."""

import math
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from anlan.telemetry.collect.buffer import Sample, number
from anlan.telemetry.wire import BAD, GOOD, UNCERTAIN

TIME_NAMES = ("ts", "time", "timestamp", "datetime")


class BadFile(ValueError):
    """The file cannot be used; the text says why."""


def read(file: Path, zone: str = "") -> Iterator[Sample]:
    """All samples of a file, in its order. Raises BadFile, before the first of them.

    Times without a zone are of `zone`; without one they are refused: eight hours off is worse
    than nothing.
    """
    table = _table(file)
    moment = next((name for name in table.column_names if name.lower() in TIME_NAMES), None)
    if moment is None:
        raise BadFile(f"{file}: no column is called {', '.join(TIME_NAMES)}.")
    times = _micros(file, table.column(moment), zone)
    if "tag" in table.column_names and "value" in table.column_names:
        tags = [str(tag) for tag in table.column("tag").to_pylist()]
        values = _numbers(table.column("value"))
        quality = _quality(file, table.column("quality")) if "quality" in table.column_names else []
        for row, (tag, at) in enumerate(zip(tags, times, strict=True)):
            yield _sample(tag, at, values[row], quality[row] if quality else GOOD)
        return
    columns = {
        name: (table.column(name).is_valid().to_pylist(), _numbers(table.column(name)))
        for name in table.column_names
        if name != moment and _holds_numbers(table.column(name))
    }
    if not columns:
        raise BadFile(f"{file}: neither tag and value nor columns of numbers.")
    for row, at in enumerate(times):
        for name, (is_there, values) in columns.items():
            if is_there[row]:
                yield _sample(name, at, values[row], GOOD)


def _sample(tag: str, at: int, value: float, quality: int) -> Sample:
    return Sample(tag, at, value, BAD if math.isnan(value) else quality)


def _is_number(kind: "pa.DataType") -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
    )


def _holds_numbers(column: "pa.ChunkedArray") -> bool:
    """Whether it is a tag's column: one word such as "Bad" makes text of it for Arrow."""
    if not pa.types.is_string(column.type):
        return _is_number(column.type)
    return any(not math.isnan(one) for one in _numbers(column))


def _numbers(column: "pa.ChunkedArray") -> list[float]:
    """As numbers; not a number where a word or nothing stands, as other systems write gaps."""
    return [number(one) for one in column.to_pylist()]


def _quality(file: Path, column: "pa.ChunkedArray") -> list[int]:
    found = []
    for row, given in enumerate(column.to_pylist(), start=2):
        if given not in (None, GOOD, UNCERTAIN, BAD):
            raise BadFile(
                f"{file}, row {row}, column 'quality': {given!r} is none of 0 (good), 1 (uncertain)"
                " and 2 (bad)."
            )
        found.append(GOOD if given is None else int(given))
    return found


def _table(file: Path) -> "pa.Table":
    try:
        if file.suffix.lower() in (".parquet", ".pq"):
            return pa.parquet.read_table(file)
        return pa.csv.read_csv(file)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"{file}: {error}") from error


def _micros(file: Path, column: "pa.ChunkedArray", zone: str) -> list[int]:
    try:
        if column.null_count:
            raise BadFile(f"{file}: {column.null_count} rows have no time.")
        if pa.types.is_integer(column.type):
            micros = pc.multiply_checked(column.cast(pa.int64()), 1000)
            return [int(one) for one in micros.to_pylist()]
        if pa.types.is_string(column.type):
            column = pc.cast(column, pa.timestamp("us", "UTC"))
        elif not pa.types.is_timestamp(column.type):
            raise BadFile(f"{file}: the times are of type {column.type}.")
        if column.type.tz is None:
            if not zone:
                raise BadFile(f"{file}: the times have no zone; say which with --zone.")
            ZoneInfo(zone)
            column = pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="latest")
        found = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    except BadFile:
        raise
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise BadFile(f"{file}: the times cannot be read: {error}") from error
    return [int(one) for one in found.to_pylist()]
