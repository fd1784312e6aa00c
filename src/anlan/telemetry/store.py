"""The columnar store: chDB tables of samples, minutes and hours, and the SQL over them.

A tag has one value at a moment: `samples` is ordered by (tag, ts) and of two rows with the same
key the later inserted stays, so that a batch delivered twice changes nothing. Roll-ups are not
made by materialized views, which would count a repeated batch twice: they are computed from
`samples` when a minute is over and again when something late came in, and replace what was there.

chDB locks its folder against every other process and does not survive a fork: one process, started
on its own, holds the store (`historian`). Threads may share it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from chdb import session

from anlan.telemetry.options import Keep
from anlan.telemetry.wire import Batch, table_of

MINUTE_US: Final = 60_000_000
HOUR_US: Final = 60 * MINUTE_US
MOST_NUMBERS: Final = 5_000
TABLES: Final = ("samples", "minutes", "hours")

_GOOD: Final = "quality < 2 AND isFinite(value)"


class StoreError(Exception):
    """The engine refused; the text is its own."""


class Store:
    """The tables in one folder. Raises StoreError from every method."""

    def __init__(self, folder: Path, keep: Keep | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        # chDB has no types.
        opened: Any = session.Session
        self._session: Any = opened(str(folder))
        self._run("CREATE DATABASE IF NOT EXISTS t ENGINE = Atomic")
        for statement in _schema(keep or Keep()):
            self._run(statement)

    def close(self) -> None:
        """Let go of the folder."""
        self._session.close()

    def _run(self, sql: str) -> None:
        try:
            self._session.query(sql)
        except Exception as error:  # chDB raises bare RuntimeError and its own kinds
            raise StoreError(str(error)) from error

    def table(self, sql: str) -> "pa.Table":
        """The rows of a question."""
        try:
            found = self._session.query(sql, "ArrowStream").bytes()
        except Exception as error:  # as above
            raise StoreError(str(error)) from error
        return pa.ipc.open_stream(found).read_all() if found else pa.table({})

    def insert(self, batch: Batch) -> None:
        """Put samples in; they are there for the next question, and after a kill.

        Raises StoreError, and then nothing or a part of them is in: insert them again.
        """
        table = pa.Table.from_batches([table_of(batch)])  # noqa: F841 (chDB finds it by its name)
        try:
            self._session.query(
                "INSERT INTO t.samples SELECT tag, ts, value, quality FROM Python(table)"
            )
        except Exception as error:  # as above
            raise StoreError(str(error)) from error

    # ---- roll-ups ----------------------------------------------------------------------------

    def roll_minutes(self, start_us: int, end_us: int, tags: Iterable[int] | None = None) -> None:
        """Compute the minutes from `start_us` to `end_us` (whole ones) from the samples."""
        self._run(f"""
            INSERT INTO t.minutes (tag, start, n, good, min, max, sum, last)
            SELECT tag, toStartOfMinute(ts) AS start, count(), countIf({_GOOD}),
                   minOrNullIf(value, {_GOOD}), maxOrNullIf(value, {_GOOD}),
                   sumIf(value, {_GOOD}), argMaxOrNullIf(value, ts, {_GOOD})
            FROM t.samples FINAL WHERE {_span(start_us, end_us)} {_among(tags)}
            GROUP BY tag, start SETTINGS optimize_aggregation_in_order = 1""")  # noqa: S608 - numbers alone

    def roll_hours(self, start_us: int, end_us: int, tags: Iterable[int] | None = None) -> None:
        """Compute the hours from `start_us` to `end_us` (whole ones) from the minutes."""
        self._run(f"""
            INSERT INTO t.hours (tag, start, n, good, min, max, sum, last)
            SELECT tag, toStartOfHour(m.start) AS hour, sum(n), sum(good), min(min), max(max),
                   sum(sum), argMaxIf(last, m.start, good > 0)
            FROM t.minutes AS m FINAL
            WHERE m.start >= {_second(start_us)} AND m.start < {_second(end_us)} {_among(tags)}
            GROUP BY tag, hour""")  # noqa: S608

    # ---- questions ---------------------------------------------------------------------------

    def trend(
        self, numbers: list[int], start_us: int, end_us: int, width: int, rolled_to_us: int
    ) -> "pa.Table":
        """Columns tag, start, min, max, avg, last, count; how long each lasts is in the metadata.

        What is not rolled up yet, from `rolled_to_us` on, comes from the samples.
        """
        require_numbers(numbers)
        every = _every(start_us, end_us, width)
        first = start_us // every * every
        among = _among(numbers)
        hour = rolled_to_us // HOUR_US * HOUR_US
        parts = []
        if every < 2 * MINUTE_US:
            parts.append(_from_samples(first, end_us, every, among))
        else:
            fine = first
            if every >= 2 * HOUR_US:
                parts.append(_from_rolls("hours", first, min(end_us, hour), every, among))
                fine = max(first, hour)
            parts.append(_from_rolls("minutes", fine, min(end_us, rolled_to_us), every, among))
            if end_us > rolled_to_us:
                parts.append(_from_samples(max(fine, rolled_to_us), end_us, every, among))
        found = self.table(f"""
            SELECT tag, start, min(low) AS min, max(high) AS max,
                   if(sum(good) > 0, sum(total) / sum(good), nan) AS avg,
                   argMaxIf(final, at, good > 0) AS last, toInt64(sum(n)) AS count
            FROM ({" UNION ALL ".join(parts)})
            GROUP BY tag, start ORDER BY tag, start""")  # noqa: S608
        return _without_holes(found).replace_schema_metadata({"every_us": str(every)})

    def samples(self, numbers: list[int], start_us: int, end_us: int, limit: int) -> "pa.Table":
        """Columns tag, ts (microseconds), value, quality."""
        require_numbers(numbers)
        return self.table(f"""
            SELECT tag, toUnixTimestamp64Micro(ts) AS ts, value, quality FROM t.samples FINAL
            WHERE {_span(start_us, end_us)} {_among(numbers)} ORDER BY tag, t.samples.ts
            LIMIT {int(limit)}""")  # noqa: S608

    def counts(self, numbers: list[int], start_us: int, end_us: int) -> "pa.Table":
        """Columns tag, n."""
        among = _among(require_numbers(numbers)) if numbers else ""
        return self.table(f"""
            SELECT tag, toInt64(count()) AS n FROM t.samples FINAL
            WHERE {_span(start_us, end_us)} {among} GROUP BY tag ORDER BY tag""")  # noqa: S608

    def online(
        self, numbers: list[int], start_us: int, end_us: int, rolled_to_us: int
    ) -> "pa.Table":
        """Columns tag, minutes: minutes with a value that is not bad."""
        among = _among(require_numbers(numbers))
        split = min(end_us, rolled_to_us)
        parts = [
            f"""SELECT tag, toInt64(toUnixTimestamp(start)) AS m FROM t.minutes FINAL
                WHERE start >= {_second(start_us)} AND start < {_second(split)}
                AND good > 0 {among}"""  # noqa: S608
        ]
        if end_us > rolled_to_us:
            parts.append(
                f"""SELECT tag, toInt64(toUnixTimestamp(toStartOfMinute(ts))) AS m FROM t.samples
                WHERE {_span(max(start_us, rolled_to_us), end_us)} AND {_GOOD} {among}"""  # noqa: S608
            )
        return self.table(f"""
            SELECT tag, toInt64(uniqExact(m)) AS minutes FROM ({" UNION ALL ".join(parts)})
            GROUP BY tag ORDER BY tag""")  # noqa: S608

    def gaps(self, numbers: list[int], start_us: int, end_us: int, longer_s: float) -> "pa.Table":
        """Columns tag, from, to (microseconds); a tag without samples is one gap."""
        tags = ", ".join(str(int(number)) for number in require_numbers(numbers))
        edges = f"""
            SELECT arrayJoin([{tags}])::Int32 AS tag,
                   arrayJoin([{int(start_us)}, {int(end_us)}])::Int64 AS at"""
        return self.table(f"""
            SELECT tag, before AS from, at AS to FROM (
                SELECT tag, at, lagInFrame(at, 1, at) OVER (
                    PARTITION BY tag ORDER BY at
                    ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
                FROM (SELECT tag, toUnixTimestamp64Micro(ts) AS at FROM t.samples
                      WHERE {_span(start_us, end_us)} {_among(numbers)}
                      UNION ALL {edges}))
            WHERE at - before > {int(longer_s * 1_000_000)} ORDER BY tag, from""")  # noqa: S608

    def newest(self, since_us: int) -> "pa.Table":
        """Columns tag, ts (microseconds), value, quality: of each tag heard since then."""
        return self.table(f"""
            SELECT tag, toUnixTimestamp64Micro(max(t.samples.ts)) AS ts,
                   argMax(value, t.samples.ts) AS value, argMax(quality, t.samples.ts) AS quality
            FROM t.samples WHERE t.samples.ts >= fromUnixTimestamp64Micro({int(since_us)})
            GROUP BY tag ORDER BY tag""")  # noqa: S608

    def newest_rolled(self) -> "pa.Table":
        """The same out of the hours and minutes, in which a moment is that of the roll-up."""
        return self.table("""
            SELECT tag, max(at) AS ts, assumeNotNull(argMax(last, at)) AS value,
                   toUInt8(0) AS quality
            FROM (SELECT tag, last, toInt64(toUnixTimestamp(start)) * 1000000 AS at FROM t.hours
                  WHERE good > 0
                  UNION ALL
                  SELECT tag, last, toInt64(toUnixTimestamp(start)) * 1000000 AS at FROM t.minutes
                  WHERE good > 0 AND start >= now() - toIntervalDay(2))
            GROUP BY tag ORDER BY tag""")

    def sizes(self) -> dict[str, dict[str, int]]:
        """Rows (repeated ones included until they are merged away) and bytes of each table."""
        found = self.table("""
            SELECT table, toInt64(sum(rows)) AS rows, toInt64(sum(bytes_on_disk)) AS bytes,
                   toInt64(count()) AS parts
            FROM system.parts WHERE active AND database = 't' GROUP BY table""")
        return {row.pop("table"): row for row in found.to_pylist()}

    def export(self, folder: Path) -> list[Path]:
        """Write each table to `folder` in ClickHouse's Native format; returns the files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for table in TABLES:
            file = folder / f"{table}.native.zst"
            self._run(
                f"INSERT INTO FUNCTION file('{file}', 'Native') SELECT * FROM t.{table} FINAL"  # noqa: S608
            )
            files.append(file)
        return files

    def load(self, file: Path) -> None:
        """Bring back one table that `export` wrote."""
        table = file.name.partition(".")[0]
        if table not in TABLES:
            raise StoreError(f"{file.name} is no table of the store.")
        self._run(f"INSERT INTO t.{table} SELECT * FROM file('{file}', 'Native')")  # noqa: S608


def require_numbers(numbers: list[int]) -> list[int]:
    """`numbers`. Raises StoreError if there are none or too many for one question."""
    if not 0 < len(numbers) <= MOST_NUMBERS:
        raise StoreError(f"Ask for 1 to {MOST_NUMBERS} points at a time, not {len(numbers)}.")
    return numbers


def _schema(keep: Keep) -> list[str]:
    def ttl(column: str, days: int) -> str:
        return f"TTL toDateTime({column}) + toIntervalDay({days})" if days else ""

    rolled = """
        CREATE TABLE IF NOT EXISTS t.{name} (
            tag Int32 CODEC(Delta, ZSTD(1)),
            start DateTime('UTC') CODEC(Delta, ZSTD(1)),
            n UInt32 CODEC(ZSTD(1)), good UInt32 CODEC(ZSTD(1)),
            min Nullable(Float64) CODEC(ZSTD(1)), max Nullable(Float64) CODEC(ZSTD(1)),
            sum Float64 CODEC(ZSTD(1)), last Nullable(Float64) CODEC(ZSTD(1))
        ) ENGINE = ReplacingMergeTree ORDER BY (tag, start)
        PARTITION BY {partition} {ttl} SETTINGS ttl_only_drop_parts = 1"""
    statements = [
        f"""
        CREATE TABLE IF NOT EXISTS t.samples (
            tag Int32 CODEC(Delta, ZSTD(1)),
            ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
            value Float64 CODEC(ZSTD(1)),
            quality UInt8 CODEC(ZSTD(1)),
            INDEX by_time ts TYPE minmax GRANULARITY 1
        ) ENGINE = ReplacingMergeTree ORDER BY (tag, ts)
        PARTITION BY toYYYYMMDD(ts) {ttl("ts", keep.samples)}
        SETTINGS ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1""",
        rolled.format(name="minutes", partition="toYYYYMM(start)", ttl=ttl("start", keep.minutes)),
        rolled.format(name="hours", partition="toYear(start)", ttl=ttl("start", keep.hours)),
        # A back-fill of years goes into one insert, and a question over years reads it.
        "SET max_partitions_per_insert_block = 0",
        # A column of an answer may be called as the one it is made of.
        "SET prefer_column_name_to_alias = 1",
        "SET do_not_merge_across_partitions_select_final = 1",
        # Late data is no reason to rewrite what is kept: only whole parts are dropped.
        "SET materialize_ttl_after_modify = 0",
    ]
    for table, column, days in (
        ("samples", "ts", keep.samples),
        ("minutes", "start", keep.minutes),
        ("hours", "start", keep.hours),
    ):
        if days:
            statements.append(f"ALTER TABLE t.{table} MODIFY {ttl(column, days)}")
    return statements


def _every(start_us: int, end_us: int, width: int) -> int:
    """How long a column lasts, in microseconds: whole minutes or hours where roll-ups serve."""
    if end_us <= start_us or width < 1:
        raise StoreError("The span is empty or the drawing has no width.")
    every = max(1, -(-(end_us - start_us) // width))
    for unit in (HOUR_US, MINUTE_US):
        if every >= 2 * unit:
            return -(-every // unit) * unit
    return every


def _from_samples(start_us: int, end_us: int, every: int, among: str) -> str:
    return f"""
        SELECT tag, intDiv(toUnixTimestamp64Micro(ts), {every}) * {every} AS start,
               minOrNullIf(value, {_GOOD}) AS low, maxOrNullIf(value, {_GOOD}) AS high,
               sumIf(value, {_GOOD}) AS total, argMaxOrNullIf(value, ts, {_GOOD}) AS final,
               countIf({_GOOD}) AS good, count() AS n,
               toUnixTimestamp64Micro(max(ts)) AS at
        FROM t.samples FINAL WHERE {_span(start_us, end_us)} {among} GROUP BY tag, start"""  # noqa: S608


def _from_rolls(table: str, start_us: int, end_us: int, every: int, among: str) -> str:
    return f"""
        SELECT tag, intDiv(toInt64(toUnixTimestamp(r.start)) * 1000000, {every}) * {every} AS start,
               min AS low, max AS high, sum AS total, last AS final, good, n,
               toInt64(toUnixTimestamp(r.start)) * 1000000 AS at
        FROM t.{table} AS r FINAL
        WHERE r.start >= {_second(start_us)} AND r.start < {_second(end_us)} {among}"""  # noqa: S608


def _span(start_us: int, end_us: int) -> str:
    return (
        f"ts >= fromUnixTimestamp64Micro({int(start_us)}, 'UTC')"
        f" AND ts < fromUnixTimestamp64Micro({int(end_us)}, 'UTC')"
    )


def _second(moment_us: int) -> str:
    return f"toDateTime({max(0, int(moment_us) // 1_000_000)}, 'UTC')"


def _among(tags: Iterable[int] | None) -> str:
    if tags is None:
        return ""
    return f"AND tag IN ({', '.join(str(int(tag)) for tag in tags)})"


def _without_holes(found: "pa.Table") -> "pa.Table":
    """No value is NaN in a curve: arrays of numbers have no holes."""
    for at, name in enumerate(found.schema.names):
        column: Any = found.column(name)
        if pa.types.is_floating(column.type):
            found = found.set_column(at, name, column.fill_null(float("nan")))
    return found
