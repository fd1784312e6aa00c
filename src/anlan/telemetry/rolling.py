"""Which minutes still have to be rolled up, remembered over a crash.

Time before `rolled_to_us` is rolled up; what arrives for it afterwards is written down as late
and computed again. Written to disk before a batch is acknowledged, so that nothing is forgotten:
a crash in between has the batch delivered again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from anlan.telemetry.store import HOUR_US, MINUTE_US
from anlan.telemetry.wire import Batch

GRACE_US: Final = 10_000_000
"""A minute is rolled up this long after its end: most of what is on the way is there by then."""
_QUIET_US: Final = 5_000_000
_PATIENCE_US: Final = 60_000_000
_FINE_US: Final = 2 * HOUR_US
_MOST_TAGS: Final = 2_000
_MOST_AT_ONCE_US: Final = HOUR_US

Roll = Callable[[int, int, "set[int] | None"], None]


class Late(msgspec.Struct):
    """A piece of time, a minute or an hour, in which something came after it was rolled up.

    `tags` None means all. `first_us` and `last_us` say when it came.
    """

    length_us: int
    tags: set[int] | None
    first_us: int
    last_us: int

    def add(self, tags: set[int] | None, now_us: int) -> None:
        """More came."""
        self.last_us = now_us
        both = None if tags is None or self.tags is None else self.tags | tags
        self.tags = None if both is None or len(both) > _MOST_TAGS else both


class State(msgspec.Struct):
    """What the store remembers beside its tables."""

    log: str = ""
    """When the log was made that `sequence` counts in; another log counts anew."""
    sequence: int = 0
    rolled_to_us: int = 0
    late: dict[int, Late] = {}


def read(file: Path) -> State:
    """The state; a new one if there is none or it is broken."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return State()


def write(state: State, file: Path) -> None:
    """Put it in place whole."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.replace(file)


def note(state: State, batch: Batch, now_us: int) -> None:
    """Write down what of a batch is older than the roll-ups."""
    if not len(batch):
        return
    if not state.rolled_to_us:
        state.rolled_to_us = now_us // MINUTE_US * MINUTE_US
    is_late = batch.times_us < state.rolled_to_us
    if not is_late.any():
        return
    old = batch.take(is_late)
    unit = np.where(old.times_us >= now_us - _FINE_US, MINUTE_US, HOUR_US)
    starts = old.times_us // unit * unit
    keys, places = np.unique(starts * 2 + (unit == HOUR_US), return_inverse=True)
    order = np.argsort(places, kind="stable")
    edges = np.searchsorted(places[order], np.arange(len(keys) + 1))
    for at, key in enumerate(keys.tolist()):
        rows = order[edges[at] : edges[at + 1]]
        found = np.unique(old.tags[rows])
        tags = set(found.tolist()) if len(found) <= _MOST_TAGS else None
        start, length = key // 2, HOUR_US if key % 2 else MINUTE_US
        known = state.late.get(start)
        if known is None:
            state.late[start] = Late(length, tags, now_us, now_us)
        else:
            known.length_us = max(known.length_us, length)
            known.add(tags, now_us)


def advance(state: State, now_us: int, minutes: Roll, hours: Roll) -> bool:
    """Roll up what is due; returns whether there was something. Repeating it does no harm."""
    did = False
    end = (now_us - GRACE_US) // MINUTE_US * MINUTE_US
    while 0 < state.rolled_to_us < end:
        start = state.rolled_to_us
        upto = min(end, start + _MOST_AT_ONCE_US)
        minutes(start, upto, None)
        first, last = start // HOUR_US * HOUR_US, upto // HOUR_US * HOUR_US
        if last > first:
            hours(first, last, None)
        state.rolled_to_us, did = upto, True
    return _catch_up(state, now_us, minutes, hours) or did


def _catch_up(state: State, now_us: int, minutes: Roll, hours: Roll) -> bool:
    due = sorted(
        start
        for start, late in state.late.items()
        if now_us - late.last_us > _QUIET_US or now_us - late.first_us > _PATIENCE_US
    )
    for start, end, tags in _runs(state, due):
        minutes(start, end, tags)
        # The hour that is not over yet is made when it is.
        last = min(-(-end // HOUR_US) * HOUR_US, state.rolled_to_us // HOUR_US * HOUR_US)
        first = start // HOUR_US * HOUR_US
        if last > first:
            hours(first, last, tags)
    for start in due:
        del state.late[start]
    return bool(due)


def _runs(state: State, starts: list[int]) -> list[tuple[int, int, set[int] | None]]:
    """Neighbours with the same tags as one piece, up to a month long."""
    runs: list[tuple[int, int, set[int] | None]] = []
    for start in starts:
        late = state.late[start]
        end = start + late.length_us
        if runs:
            first, before, tags = runs[-1]
            if start <= before and tags == late.tags and end - first <= 31 * 24 * HOUR_US:
                runs[-1] = (first, max(before, end), tags)
                continue
        runs.append((start, end, late.tags))
    return runs
