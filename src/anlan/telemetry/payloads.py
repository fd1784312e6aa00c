"""What senders may send: Arrow IPC, or JSON as rows or as columns.

Every reader gives tag (names or numbers), time, value and quality as columns, or raises
BadPayload that names the row and the field.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlan.telemetry.directory import Known
from anlan.telemetry.wire import BAD, Batch

MOST_ROWS = 200_000
NO_QUALITY = "quality is 0 (good), 1 (uncertain) or 2 (bad)."


class BadPayload(ValueError):
    """A body that cannot be read. `row` counts from 0; either may be unknown."""

    def __init__(self, why: str, row: int | None = None, field: str = "") -> None:
        super().__init__(why)
        self.row, self.field = row, field


class Row(msgspec.Struct, frozen=True):
    """One sample. `ts` is ISO 8601 with zone, or milliseconds since 1970."""

    tag: str | int
    ts: datetime | int
    value: float | bool | None
    quality: int = 0


class Columns(msgspec.Struct, frozen=True):
    """Samples as columns of one length; without `quality` all are good."""

    tag: list[str | int]
    ts: list[datetime | int]
    value: list[float | bool | None]
    quality: list[int] | None = None


class Body(msgspec.Struct, frozen=True):
    """A JSON body: rows or columns. `batch` names it, so that sending it again does no harm."""

    rows: list[Row] | None = None
    columns: Columns | None = None
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Samples with known tags, and how many had none (and which, a few of them)."""

    batch: Batch
    batch_id: str
    unknown: int
    unknown_tags: tuple[str, ...]


_decoder = msgspec.json.Decoder(Body)


def read_json(data: bytes, source: Known) -> Sent:
    """Read a JSON body. Raises BadPayload."""
    try:
        body = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _located(str(error)) from error
    except msgspec.DecodeError as error:
        raise BadPayload(f"The body is no JSON: {error}.") from error
    if (body.rows is None) == (body.columns is None):
        raise BadPayload("Send either rows or columns.")
    if body.columns is not None:
        given = body.columns
        quality = given.quality if given.quality is not None else [0] * len(given.tag)
        columns: Sequence[Sequence[Any]] = (given.tag, given.ts, given.value, quality)
        for name, column in zip(("ts", "value", "quality"), columns[1:], strict=True):
            if len(column) != len(given.tag):
                raise BadPayload(
                    f"{name} has {len(column)} entries, tag has {len(given.tag)}.",
                    min(len(column), len(given.tag)),
                    name,
                )
    else:
        rows = body.rows or []
        columns = (
            [row.tag for row in rows],
            [row.ts for row in rows],
            [row.value for row in rows],
            [row.quality for row in rows],
        )
    return sent(source, *columns, batch_id=body.batch)


def sent(
    source: Known,
    names: Sequence[str | int],
    times: Sequence[datetime | int],
    values: Sequence[float | bool | None],
    quality: Sequence[int],
    *,
    batch_id: str = "",
) -> Sent:
    """Columns of Python values as a batch. Raises BadPayload."""
    _require_size(len(names))
    try:
        found_quality = np.asarray(quality, np.int64)
        is_wrong = (found_quality < 0) | (found_quality > BAD)
    except OverflowError:  # JSON's whole numbers have no bound
        is_wrong = np.array([not 0 <= one <= BAD for one in quality])
    wrong = np.flatnonzero(is_wrong)
    if len(wrong):
        raise BadPayload(NO_QUALITY, int(wrong[0]), "quality")
    return timed(source, names, _micros(times), values, found_quality, batch_id=batch_id)


def timed(
    source: Known,
    names: Sequence[str | int],
    times_us: Any,
    values: Sequence[float | bool | None],
    quality: Any,
    *,
    batch_id: str = "",
) -> Sent:
    """Columns whose times (`moment_us`) and quality were looked at before, as a batch."""
    tags, unknown_tags = _numbers(source, names)
    batch = Batch(
        tags,
        np.asarray(times_us, np.int64),
        np.asarray(values, np.float64),  # None becomes "not a number"
        np.asarray(quality, np.uint8),
    )
    return _known_only(batch, batch_id, unknown_tags)


def read_arrow(data: bytes, source: Known, batch_id: str = "") -> Sent:
    """Read an Arrow IPC stream with columns tag, ts, value and, if wanted, quality.

    `tag` holds names (also as a dictionary) or numbers, `ts` timestamps or milliseconds since
    1970. Raises BadPayload.
    """
    try:
        with pa.ipc.open_stream(data) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        raise BadPayload(f"The body is no Arrow stream: {error}.") from error
    _require_size(table.num_rows)
    for name in ("tag", "ts", "value"):
        if name not in table.column_names:
            raise BadPayload(f"The column {name} is missing.", None, name)
    for name in ("tag", "ts"):
        holes = table.column(name).null_count
        if holes:
            row = int(pc.index(pc.is_null(table.column(name)), True).as_py())
            raise BadPayload(f"{name} is empty.", row, name)
    tags, unknown_tags = _arrow_numbers(source, table.column("tag"))
    moment = table.column("ts")
    try:
        if pa.types.is_timestamp(moment.type):
            times = moment.cast(pa.timestamp("us", moment.type.tz), safe=False).cast(pa.int64())
        else:
            times = pc.multiply_checked(moment.cast(pa.int64()), 1000)
        values = table.column("value").cast(pa.float64()).fill_null(float("nan"))
        quality = (
            table.column("quality").cast(pa.uint8()).fill_null(BAD)
            if "quality" in table.column_names
            else pa.chunked_array([np.zeros(table.num_rows, np.uint8)])
        )
    except pa.ArrowException as error:
        raise BadPayload(f"A column is of a type that cannot be used: {error}.") from error
    found_quality = quality.to_numpy()
    wrong = np.flatnonzero(found_quality > BAD)
    if len(wrong):
        raise BadPayload(NO_QUALITY, int(wrong[0]), "quality")
    batch = Batch(tags, times.to_numpy(), values.to_numpy(), found_quality)
    return _known_only(batch, batch_id, unknown_tags)


def _require_size(rows: int) -> None:
    if rows > MOST_ROWS:
        raise BadPayload(f"{rows} rows in one body; send at most {MOST_ROWS}.")


def _numbers(source: Known, names: Sequence[str | int]) -> tuple[Any, tuple[str, ...]]:
    known, own = source.numbers, source.own
    tags = np.fromiter(
        (
            known.get(name, -1) if isinstance(name, str) else (name if name in own else -1)
            for name in names
        ),
        np.int32,
        len(names),
    )
    strangers = dict.fromkeys(str(names[row]) for row in np.flatnonzero(tags < 0)[:1000])
    return tags, tuple(strangers)[:10]


def _arrow_numbers(source: Known, column: Any) -> tuple[Any, tuple[str, ...]]:
    if pa.types.is_integer(column.type):
        numbers = column.to_numpy()
        unique, places = np.unique(numbers, return_inverse=True)
        tags, strangers = _numbers(source, unique.tolist())
        return tags[places], strangers
    try:
        # Names are looked up once each, not once a row.
        coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    except pa.ArrowException as error:
        raise BadPayload("tag holds neither names nor numbers.", None, "tag") from error
    tags, strangers = _numbers(source, coded.dictionary.to_pylist())
    return tags[coded.indices.to_numpy()] if len(coded) else tags, strangers


def _known_only(batch: Batch, batch_id: str, unknown_tags: tuple[str, ...]) -> Sent:
    unknown = int(np.count_nonzero(batch.tags < 0))
    return Sent(batch.take(batch.tags >= 0) if unknown else batch, batch_id, unknown, unknown_tags)


def _micros(times: Sequence[datetime | int]) -> Any:
    return np.fromiter(
        (moment_us(moment, row) for row, moment in enumerate(times)), np.int64, len(times)
    )


def moment_us(moment: datetime | int, row: int | None = None) -> int:
    """A moment, or milliseconds since 1970, in microseconds since then. Raises BadPayload."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise BadPayload("ts has no zone: write +08:00 or Z.", row, "ts")
        return round(moment.timestamp() * 1_000_000)
    if -(2**50) < moment < 2**50:
        return moment * 1000
    raise BadPayload("ts is not in milliseconds since 1970.", row, "ts")


def _located(text: str) -> BadPayload:
    """msgspec says where as `$.rows[3].ts` or `$.columns.value[7]`."""
    why, _, place = text.partition(" - at `$")
    row = field = None
    for piece in place.rstrip("`").replace("[", ".[").split("."):
        if piece.startswith("[") and piece[1:-1].isdigit():
            row = int(piece[1:-1])
        elif piece and piece not in ("rows", "columns", "[...]"):
            field = piece
    return BadPayload(f"{why}.", row, field or "")
