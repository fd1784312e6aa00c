"""Exchange files of processes and alarms: CSV, or CSV packed with gzip.

process: `t_s` and one column a tag. configuration: one row a tag with `tag, signal_type,
normal_sd, lo_limit, hi_limit, range_lo, range_hi`. events: `t_s, tag, type (HI|LO), event
(ALM|RTN), value, limit`, sorted by time, tag and type.
"""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.core import AlarmCore
from anlan.engines.alarms.kpi import Announced
from anlan.engines.alarms.rules import Event, Rule
from anlan.engines.alarms.tuning import Tag, tags_of

EVENT_COLUMNS = ("t_s", "tag", "type", "event", "value", "limit")
_TAG_COLUMNS = ("tag", "signal_type", "normal_sd", "lo_limit", "hi_limit", "range_lo", "range_hi")
_LARGEST = 2 << 30


class FileProblem(ValueError):
    """A file that cannot be used; the message names file, row, column and remedy."""


@dataclass(frozen=True, slots=True)
class Process:
    """A record of a process: `times` in seconds, `values` of shape (times, tags)."""

    tags: tuple[str, ...]
    times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]


def read_process(path: Path) -> Process:
    """Read a process file. Raises FileProblem."""
    head, rows = _table(path, ("t_s",))
    at = head.index("t_s")
    try:
        whole = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])
    except ValueError:
        raise _bad_number(path, head, rows) from None
    whole = whole.reshape(len(rows), len(head))
    tags = tuple(name for name in head if name != "t_s")
    return Process(tags, whole[:, at], np.delete(whole, at, axis=1))


def read_tags(path: Path) -> list[Tag]:
    """Read a configuration. Raises FileProblem."""
    head, rows = _table(path, _TAG_COLUMNS)
    try:
        return tags_of([dict(zip(head, row, strict=True)) for row in rows])
    except ValueError as error:
        raise FileProblem(f"{path}, {error}. Mend the cell.") from None


def replay(process: Process, rules: Sequence[Rule]) -> list[Event]:
    """Run a process through the alarm core, row by row; events sorted as in event files."""
    core = AlarmCore(rules, process.tags)
    n, width = process.values.shape
    ids = np.tile(np.arange(width, dtype=np.int32), n)
    events = core.take(ids, np.repeat(process.times, width), process.values.ravel())
    return sorted(events, key=lambda one: (one.at, one.rule.tag, one.rule.side.value))


def events_csv(events: Sequence[Event]) -> str:
    """Return an event file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EVENT_COLUMNS)
    for one in events:
        writer.writerow(
            (
                f"{one.at:.10g}",
                one.rule.tag,
                one.rule.side.value,
                "ALM" if one.active else "RTN",
                f"{one.value:.6g}",
                f"{one.rule.limit:.6g}",
            )
        )
    return out.getvalue()


def read_announced(path: Path) -> list[Announced]:
    """Read an event file as alarms with start and end, by start. Raises FileProblem."""
    head, rows = _table(path, EVENT_COLUMNS[:4])
    place = {name: head.index(name) for name in EVENT_COLUMNS[:4]}
    standing: dict[str, float] = {}
    found: list[Announced] = []
    for number, row in enumerate(rows, start=2):
        alarm = f"{row[place['tag']]} {row[place['type']]}"
        event = row[place["event"]]
        try:
            moment = float(row[place["t_s"]])
        except ValueError:
            raise FileProblem(
                f"{path}, row {number}, column 't_s': {row[place['t_s']]!r} is not a number."
                " Write seconds."
            ) from None
        if event == "ALM":
            standing.setdefault(alarm, moment)
        elif event == "RTN":
            if alarm in standing:
                found.append(Announced(alarm, standing.pop(alarm), moment))
        else:
            raise FileProblem(
                f"{path}, row {number}, column 'event': {event!r} is neither ALM nor RTN."
            )
    found += [Announced(alarm, moment) for alarm, moment in standing.items()]
    return sorted(found, key=lambda one: (one.start, one.alarm))


def _table(path: Path, wanted: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    reader = csv.reader(io.StringIO(_text(path)), strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise FileProblem(f"{path}, row {reader.line_num}: broken CSV ({error}).") from None
    missing = [name for name in wanted if name not in head]
    if missing:
        raise FileProblem(f"{path}, row 1: column {', '.join(missing)} is missing. Add it.")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(head):
            raise FileProblem(
                f"{path}, row {number}: {len(row)} cells under {len(head)} columns. Mend the row."
            )
    return head, rows


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as packed:
                raw = packed.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise FileProblem(f"{path}: unpacks to more than 2 GB. Split it.")
        return raw.decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise FileProblem(f"{path}: cannot be read ({error}). Check the path.") from None
    except UnicodeDecodeError:
        raise FileProblem(f"{path}: is not UTF-8. Save it as UTF-8.") from None


def _bad_number(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> FileProblem:
    for number, row in enumerate(rows, start=2):
        for name, cell in zip(head, row, strict=True):
            try:
                float(cell or "nan")
            except ValueError:
                return FileProblem(
                    f"{path}, row {number}, column {name!r}: {cell!r} is not a number."
                )
    return FileProblem(f"{path}: holds what is not a number.")
