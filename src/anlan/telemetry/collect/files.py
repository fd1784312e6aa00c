"""Back-fill from files: CSV or Parquet, long (tag, ts, value) or wide (ts and a column a tag)."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from anlan.telemetry.collect.buffer import Sample
from anlan.telemetry.wire import BAD, GOOD

TIME_NAMES = ("ts", "time", "timestamp", "datetime")


class BadFile(ValueError):
    """The file cannot be used; the text says why."""


def read(file: Path, zone: str = "") -> Iterator[Sample]:
    """All samples of a file, in its order. Raises BadFile.

    Times without a zone are of `zone`; without one they are refused: eight hours off is worse
    than nothing.
    """
    table = _table(file)
    moment = next((name for name in table.column_names if name.lower() in TIME_NAMES), None)
    if moment is None:
        raise BadFile(f"{file}: no column is called {', '.join(TIME_NAMES)}.")
    times = _micros(file, table.column(moment), zone)
    if "tag" in table.column_names and "value" in table.column_names:
        quality = table.column("quality").to_pylist() if "quality" in table.column_names else None
        tags, values = table.column("tag").to_pylist(), table.column("value").to_pylist()
        for row, (tag, at, value) in enumerate(zip(tags, times, values, strict=True)):
            given = GOOD if quality is None or quality[row] is None else int(quality[row])
            yield _sample(str(tag), at, value, given)
        return
    numbers = [
        name
        for name in table.column_names
        if name != moment and pa.types.is_primitive(table.schema.field(name).type)
    ]
    if not numbers:
        raise BadFile(f"{file}: neither tag and value nor columns of numbers.")
    columns = [table.column(name).to_pylist() for name in numbers]
    for row, at in enumerate(times):
        for name, column in zip(numbers, columns, strict=True):
            if column[row] is not None:
                yield _sample(name, at, column[row], GOOD)


def _sample(tag: str, at: int, value: float | None, quality: int) -> Sample:
    if value is None:
        return Sample(tag, at, float("nan"), BAD)
    return Sample(tag, at, float(value), quality)


def _table(file: Path) -> "pa.Table":
    try:
        if file.suffix.lower() in (".parquet", ".pq"):
            return pa.parquet.read_table(file)
        return pa.csv.read_csv(file)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"{file}: {error}") from error


def _micros(file: Path, column: "pa.ChunkedArray", zone: str) -> list[int]:
    try:
        if pa.types.is_integer(column.type):
            return [1000 * int(one) for one in column.to_pylist()]
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
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise BadFile(f"{file}: the times cannot be read: {error}") from error
    if found.null_count:
        raise BadFile(f"{file}: {found.null_count} rows have no time.")
    return [int(one) for one in found.to_pylist()]
