"""The alarm core: limits with deadband and delays over streams of samples, at memory speed.

One 64-byte record a tag holds all that a sample in the safe band needs, so that nearly every
sample costs one read and one write of one cache line. Only a tag near or beyond a limit goes
through its rules. Order is checked inside each tag: what is late, repeated or not a number is
counted and changes nothing.

Measured in `benchmarks/alarms.py` beside plain Python and beside the machine's own bound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.engines.alarms.rules import Event, Rule, Side, by_tag

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

# `low` to `high` is the band in which no rule of the tag can begin or is under way; a tag with a
# rule that is not at rest has the empty band, so that every sample of it is looked at.
HOT = np.dtype(
    [
        ("low", "f8"),
        ("high", "f8"),
        ("value", "f8"),
        ("time", "f8"),
        ("safe_low", "f8"),
        ("safe_high", "f8"),
        ("first", "i4"),
        ("rules", "i4"),
        ("seen", "i8"),
    ]
)
COLD = np.dtype(
    [
        ("limit", "f8"),
        ("clears_at", "f8"),
        ("on_delay", "f8"),
        ("off_delay", "f8"),
        ("since", "f8"),
        ("sign", "f8"),
        ("tag", "i4"),
        ("phase", "i4"),
    ]
)
REST, BEGINNING, ACTIVE, ENDING = 0, 1, 2, 3
LATE, REPEATED, NOT_A_NUMBER, UNKNOWN = 0, 1, 2, 3
RAISED = np.dtype(
    [("at", "f8"), ("since", "f8"), ("value", "f8"), ("rule", "i4"), ("active", "i4")]
)
_NEVER = -np.inf


@dataclass(frozen=True, slots=True)
class Oddities:
    """Samples that were counted and left out."""

    late: int
    repeated: int
    not_a_number: int
    unknown: int


class AlarmCore:
    """Watches the tags of `rules`; feed it samples with `take`, and `tick` between them.

    `tags` numbers the tags: samples name them by that number. A tag without a rule may be
    listed too. All times are seconds of one clock, the sources' (UTC in the product).
    """

    def __init__(self, rules: Sequence[Rule], tags: Sequence[str] = ()) -> None:
        held = by_tag(rules)
        self.tags = list(dict.fromkeys([*tags, *held]))
        order = [place for tag in self.tags for place in held.get(tag, ())]
        self.rules = [rules[place] for place in order]
        self._hot = _hot(self.tags, self.rules)
        self._cold = _cold(self.tags, self.rules)
        self._odd = np.zeros(4, np.int64)
        self._room = np.zeros(4096 + 2 * len(self.rules), RAISED)

    def take(self, ids: Places, times: Floats, values: Floats) -> list[Event]:
        """Take samples in the order they came; return what they raised and cleared, in order.

        `ids` numbers tags as in `self.tags`; the three arrays are of one length. Raises
        ValueError when they are not.
        """
        if not ids.shape == times.shape == values.shape:
            raise ValueError("ids, times and values must be of one length")
        found: list[Event] = []
        start = 0
        while start < len(ids):
            start, n = _run(start, ids, times, values, self._hot, self._cold, self._odd, self._room)
            found += self._events(n)
        return found

    def tick(self, now: float) -> list[Event]:
        """Let delays end that need no further sample: call it once a second with the clock."""
        return self._events(_tick(now, self._hot, self._cold, self._room))

    @property
    def oddities(self) -> Oddities:
        """Return how many samples were left out, and why, since the start."""
        return Oddities(*(int(n) for n in self._odd))

    def _events(self, n: int) -> list[Event]:
        return [
            Event(
                float(row["at"]),
                float(row["since"]),
                self.rules[row["rule"]],
                bool(row["active"]),
                float(row["value"]),
            )
            for row in self._room[:n]
        ]


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile, and keep the result beside the code where that can be written."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:  # an installation nobody may write to: compiled anew at each start
        return njit(function)


def _hot(tags: Sequence[str], rules: Sequence[Rule]) -> npt.NDArray[np.void]:
    hot = np.zeros(len(tags), HOT)
    hot["safe_low"], hot["safe_high"], hot["time"] = -np.inf, np.inf, _NEVER
    number = {tag: place for place, tag in enumerate(tags)}
    for place, rule in enumerate(rules):
        row = hot[number[rule.tag]]
        if not row["rules"]:
            row["first"] = place
        row["rules"] += 1
        if rule.side is Side.HIGH:
            row["safe_high"] = min(row["safe_high"], rule.limit)
        else:
            row["safe_low"] = max(row["safe_low"], rule.limit)
    # Beyond every number lies none, but infinity must be looked at: it is no measurement.
    hot["low"] = np.maximum(hot["safe_low"], np.finfo(np.float64).min)
    hot["high"] = np.minimum(hot["safe_high"], np.finfo(np.float64).max)
    hot["safe_low"], hot["safe_high"] = hot["low"], hot["high"]
    return hot


def _cold(tags: Sequence[str], rules: Sequence[Rule]) -> npt.NDArray[np.void]:
    number = {tag: place for place, tag in enumerate(tags)}
    cold = np.zeros(len(rules), COLD)
    for place, rule in enumerate(rules):
        sign = 1.0 if rule.side is Side.HIGH else -1.0
        # With the sign a low limit is a high one: the loop knows one side only.
        cold[place] = (
            sign * rule.limit,
            sign * rule.clears_at,
            rule.on_delay,
            rule.off_delay,
            _NEVER,
            sign,
            number[rule.tag],
            REST,
        )
    return cold


@_compiled
def _run(start, ids, times, values, hot, cold, odd, room):  # type: ignore[no-untyped-def]
    """Go on from `start` until the samples or the room for events end; return place and events."""
    n_found = 0
    for place in range(start, ids.shape[0]):
        tag = ids[place]
        if tag < 0 or tag >= hot.shape[0]:
            odd[UNKNOWN] += 1
            continue
        row = hot[tag]
        time = times[place]
        value = values[place]
        # Kept as the last one, a time without end would make all that follow late.
        if not row.time < time < np.inf:
            if not np.isfinite(time):
                odd[NOT_A_NUMBER] += 1
            else:
                odd[LATE if time < row.time else REPEATED] += 1
            continue
        if row.low <= value <= row.high:
            row.value = value
            row.time = time
            continue
        if not np.isfinite(value):
            odd[NOT_A_NUMBER] += 1
            continue
        if n_found + row.rules > room.shape[0]:
            return place, n_found
        row.value = value
        row.time = time
        at_rest = True
        for number in range(row.first, row.first + row.rules):
            n_found = _judge(cold[number], number, time, value, room, n_found)
            at_rest = at_rest and cold[number].phase == REST
        row.low = row.safe_low if at_rest else np.inf
        row.high = row.safe_high if at_rest else -np.inf
    return ids.shape[0], n_found


@_compiled
def _judge(rule, number, time, value, room, n_found):  # type: ignore[no-untyped-def]
    """Move one rule on by one sample."""
    signed = rule.sign * value
    if rule.phase <= BEGINNING:
        if signed > rule.limit:
            if rule.phase == REST:
                rule.phase = BEGINNING
                rule.since = time
            if time - rule.since >= rule.on_delay:
                rule.phase = ACTIVE
                n_found = _tell(room, n_found, time, rule.since, value, number, 1)
        else:
            rule.phase = REST
    elif signed <= rule.clears_at:
        if rule.phase == ACTIVE:
            rule.phase = ENDING
            rule.since = time
        if time - rule.since >= rule.off_delay:
            rule.phase = REST
            n_found = _tell(room, n_found, time, rule.since, value, number, 0)
    else:
        rule.phase = ACTIVE
    return n_found


@_compiled
def _tell(room, n_found, at, since, value, number, active):  # type: ignore[no-untyped-def]
    row = room[n_found]
    row.at = at
    row.since = since
    row.value = value
    row.rule = number
    row.active = active
    return n_found + 1


@_compiled
def _tick(now, hot, cold, room):  # type: ignore[no-untyped-def]
    """End the delays that are over at `now`: the last sample said it, none came since."""
    n_found = 0
    for number in range(cold.shape[0]):
        rule = cold[number]
        if rule.phase == BEGINNING and now - rule.since >= rule.on_delay:
            rule.phase = ACTIVE
            value = hot[rule.tag].value
            n_found = _tell(room, n_found, rule.since + rule.on_delay, rule.since, value, number, 1)
        elif rule.phase == ENDING and now - rule.since >= rule.off_delay:
            rule.phase = REST
            value = hot[rule.tag].value
            n_found = _tell(
                room, n_found, rule.since + rule.off_delay, rule.since, value, number, 0
            )
            _open_band(rule.tag, hot, cold)
    return n_found


@_compiled
def _open_band(tag, hot, cold):  # type: ignore[no-untyped-def]
    row = hot[tag]
    for number in range(row.first, row.first + row.rules):
        if cold[number].phase != REST:
            return
    row.low = row.safe_low
    row.high = row.safe_high
