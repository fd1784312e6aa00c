"""Exchange files of processes and alarms: CSV, or CSV packed with gzip.

process: `t_s` and one column a tag. configuration: one row a tag with `tag, signal_type,
normal_sd, lo_limit, hi_limit, range_lo, range_hi`. events: `t_s, tag, type (HI|LO), event
(ALM|RTN), value, limit`, sorted by time, tag and type.
"""

import csv
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
from anlan.engines.tables import FileProblem, read_table

EVENT_COLUMNS = ("t_s", "tag", "type", "event", "value", "limit")
_TAG_COLUMNS = ("tag", "signal_type", "normal_sd", "lo_limit", "hi_limit", "range_lo", "range_hi")


@dataclass(frozen=True, slots=True)
class Process:
    """A record of a process: `times` in seconds, rising; `values` of shape (times, tags).

    `n_disordered` rows of the file stood behind a later one, `n_repeated` were left out because
    their time had been told already, `n_gaps` cells hold no finite number.
    """

    tags: tuple[str, ...]
    times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    n_disordered: int = 0
    n_repeated: int = 0
    n_gaps: int = 0


def read_process(path: Path) -> Process:
    """Read a process file, in the order of its times. Raises FileProblem."""
    table = read_table(path, ("t_s",))
    tags = tuple(name for name in table.head if name != "t_s")
    times = table.numbers(("t_s",))[:, 0]
    values = table.numbers(tags, gaps=True)
    if not len(times):
        raise FileProblem(f"{path}: holds no row below its head.")
    disordered = int((times < np.maximum.accumulate(times)).sum())
    # Of rows of one time the first in the file stays.
    order = np.argsort(times, kind="stable")
    order = order[np.diff(times[order], prepend=-np.inf) > 0]
    gaps = int((~np.isfinite(values[order])).sum())
    repeated = len(times) - len(order)
    return Process(tags, times[order], values[order], disordered, repeated, gaps)


def read_tags(path: Path) -> list[Tag]:
    """Read a configuration. Raises FileProblem."""
    table = read_table(path, _TAG_COLUMNS)
    try:
        return tags_of(table.mappings(), table.lines)
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
                f"{one.at:.13g}",
                one.rule.tag,
                one.rule.side.value,
                "ALM" if one.active else "RTN",
                f"{one.value:.6g}",
                f"{one.rule.limit:.6g}",
            )
        )
    return out.getvalue()


def is_event_file(path: Path) -> bool:
    """Tell whether a file has the columns of events; of the rest nothing is said here.

    Raises FileProblem for one that is no table.
    """
    return set(EVENT_COLUMNS[:4]) <= set(read_table(path).head)


def read_announced(path: Path) -> list[Announced]:
    """Read an event file, in whatever order, as alarms with start and end, by start.

    An alarm that is raised while it stands, or cleared while it does not, changes nothing. Raises
    FileProblem.
    """
    table = read_table(path, EVENT_COLUMNS[:4])
    tag, side, event = (table.head.index(name) for name in EVENT_COLUMNS[1:4])
    moments = table.numbers(("t_s",))[:, 0].tolist()
    for line, row in zip(table.lines, table.rows, strict=True):
        if row[event] not in ("ALM", "RTN"):
            raise FileProblem(
                f"{path}, row {line}, column 'event': {row[event]!r} is neither ALM nor RTN."
                " Write one of them."
            )
        if not row[tag].strip():
            raise FileProblem(f"{path}, row {line}, column 'tag': is empty. Name the tag.")
    standing: dict[str, float] = {}
    found: list[Announced] = []
    for place in np.argsort(moments, kind="stable").tolist():
        row, moment = table.rows[place], moments[place]
        alarm = f"{row[tag]} {row[side]}"
        if row[event] == "ALM":
            standing.setdefault(alarm, moment)
        elif alarm in standing:
            found.append(Announced(alarm, standing.pop(alarm), moment))
    found += [Announced(alarm, moment) for alarm, moment in standing.items()]
    return sorted(found, key=lambda one: (one.start, one.alarm))
