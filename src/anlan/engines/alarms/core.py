"""The alarm core: rules over streams of samples, at memory speed.

One 64-byte record a tag holds all that a sample in the safe band needs, so that nearly every
sample costs one read and one write of one cache line. Only a tag near or beyond a limit goes
through its rules (`loop`). Order is checked inside each tag: what is late, repeated, not a number,
of bad quality or from a wrong clock is counted and moves no limit.

Measured in `benchmarks/alarms.py` beside plain Python and beside the machine's own bound.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms import loop, snapshots
from anlan.engines.alarms.derived import Calculated, Suppression
from anlan.engines.alarms.loop import HOT, RAISED
from anlan.engines.alarms.rules import LEVELS, Event, Kind, Rule, Side, by_tag, keys_of

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Grades = npt.NDArray[np.uint8]
Records = npt.NDArray[np.void]

__all__ = ["HOT", "AlarmCore", "Oddities", "Restored"]

_LOOPED = {
    Kind.RATE: loop.RATE,
    Kind.DEVIATION: loop.DEVIATION,
    Kind.STATE: loop.STATE,
    Kind.STALE: loop.STALE,
    Kind.FROZEN: loop.FROZEN,
    Kind.BAD: loop.BAD,
}
# The safe band knows limits; these want every sample.
_WATCHED = (loop.RATE, loop.DEVIATION, loop.STATE, loop.FROZEN)
_AGAIN = (loop.LEVEL, loop.DEVIATION, loop.STATE)
_LARGEST = float(np.finfo(np.float64).max)
_ALL_GOOD: Grades = np.zeros(0, np.uint8)
# How far a source's clock may be ahead before its samples are kept out, in seconds.
MOST_AHEAD = 300.0


@dataclass(frozen=True, slots=True)
class Oddities:
    """Samples that were counted. Only those over the range were used all the same.

    `no_result` counts expressions that had no value, such as a division by nought.
    """

    late: int = 0
    repeated: int = 0
    not_a_number: int = 0
    unknown: int = 0
    bad_quality: int = 0
    over_range: int = 0
    clock_wrong: int = 0
    no_result: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a snapshot, by the keys of rules: gone on unchanged, changed, no longer there.

    Of those no longer there only the ones that were active are told: somebody has to close them.
    """

    same: frozenset[str]
    changed: frozenset[str]
    gone: frozenset[str]


class AlarmCore:
    """Watches the tags of `rules`; feed it samples with `take`, and `tick` between them.

    `tags` numbers the tags: samples name them by their place in `self.tags`. A tag without a rule
    may be listed too. `ranges` holds the lowest and highest value of tags that have a range;
    `calculated` the expression of each calculated tag (`expressions`). All times are seconds of
    one clock, the sources' (UTC in the product).

    Raises ValueError for a key given twice, ExpressionError for a faulty expression or a circle.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        tags: Sequence[str] = (),
        *,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        calculated: Mapping[str, str] | None = None,
        most_ahead: float = MOST_AHEAD,
    ) -> None:
        self.most_ahead = most_ahead
        self._ranges_of = dict(ranges or {})
        self._calculated_of = dict(calculated or {})
        self._odd = np.zeros(loop.N_ODD, np.int64)
        self._no_result = 0
        self.tags: list[str] = []
        self._lay_out(rules, tags)

    def _lay_out(self, rules: Sequence[Rule], tags: Sequence[str]) -> None:
        held = by_tag(rules)
        keys = keys_of(rules)
        calculated = Calculated(self._calculated_of)
        suppression = Suppression([rule.suppressed_when for rule in rules])
        points = [rule.set_point for rule in rules if isinstance(rule.set_point, str)]
        named = (*self.tags, *tags, *held, *points, *calculated.tags, *suppression.tags)
        self.tags = list(dict.fromkeys(named))
        number = {tag: place for place, tag in enumerate(self.tags)}
        order = [place for tag in self.tags for place in held.get(tag, ())]
        self.rules = [rules[place] for place in order]
        self.keys = [keys[place] for place in order]
        self._cold, self._rings = _cold(self.rules, number)
        self._ranges = np.tile([-np.inf, np.inf], (len(self.tags), 1))
        for tag, ends in self._ranges_of.items():
            if tag in number:
                self._ranges[number[tag]] = ends
        self._hot = _hot(self._cold, self._ranges)
        self._room = np.zeros(4096 + 2 * len(self.rules), RAISED)
        # Rules that changed: their tag's last value is judged anew at the next tick.
        self._again: list[int] = []
        self._calculated = calculated.placed(number)
        texts = [rule.suppressed_when for rule in self.rules]
        self._suppression = Suppression(texts).placed(number)

    def take(
        self,
        ids: Places,
        times: Floats,
        values: Floats,
        quality: Grades | None = None,
        *,
        received: float | None = None,
    ) -> list[Event]:
        """Take samples in the order they came; return what they raised and cleared, in order.

        `ids` numbers tags as in `self.tags`; the arrays are of one length. `quality` is 0 good,
        1 uncertain, 2 and above bad; all good where it is not given. With `received`, when the
        samples arrived, those too far ahead of it are kept out. Calculated tags and suppression
        follow once, after the samples. Raises ValueError for unequal lengths.
        """
        if not ids.shape == times.shape == values.shape:
            raise ValueError("ids, times and values must be of one length")
        grades = _ALL_GOOD if quality is None else quality
        if quality is not None and quality.shape != ids.shape:
            raise ValueError("ids, times, values and quality must be of one length")
        latest = _LARGEST if received is None else received + self.most_ahead
        found = self._run(ids, times, values, grades, latest)
        for layer in self._calculated.layers:
            made = self._calculated.samples(layer, self._hot)
            self._no_result += made.failed
            if len(made.ids):
                found += self._run(made.ids, made.times, made.values, made.quality, _LARGEST)
        masked = self._suppression.follow(self._hot, self.rules)
        self._no_result += self._suppression.failed
        if masked:
            # What is suppressed with its cause must not sound first.
            found = sorted(found + masked, key=lambda one: (one.at, not _begins(one)))
        return found

    def tick(self, now: float) -> list[Event]:
        """Let delays end that need no further sample: call it once a second with the clock."""
        found: list[Event] = []
        for number in self._again:
            tag = self._cold["tag"][number]
            value = float(self._hot["value"][tag])
            if not np.isnan(value) and self._cold["kind"][number] in _AGAIN:
                arguments = (number, now, value, self._hot, self._cold, self._rings, self._room, 0)
                found += self._events(loop.judge(*arguments))
                loop.settle(tag, self._hot, self._cold)
        self._again = []
        return found + self._events(loop.tick(now, self._hot, self._cold, self._room))

    def replace(
        self,
        rules: Sequence[Rule],
        tags: Sequence[str] = (),
        *,
        now: float,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        calculated: Mapping[str, str] | None = None,
    ) -> list[Event]:
        """Watch other rules from now on; return what ends because its rule has gone.

        Tags keep their numbers, further ones come behind. A rule of the same key and shape goes on
        as if nothing had happened. A changed one keeps only whether it is active, its delays begin
        anew, and the last value is judged by the new rule at the next tick. `ranges` and
        `calculated` stay as they are where not given. Raises as the constructor does and leaves
        everything as it was then.
        """
        before = dict(vars(self))
        memory = snapshots.memory_of(self._parts())
        events = self._events_of_gone(rules, now)
        try:
            if ranges is not None:
                self._ranges_of = dict(ranges)
            if calculated is not None:
                self._calculated_of = dict(calculated)
            self._lay_out(rules, tags)
        except ValueError:
            vars(self).update(before)
            raise
        self._calculated.take_over(before["_calculated"])
        self._take_up(memory)
        return events

    def snapshot(self) -> bytes:
        """Return all that is remembered: last values, states, delays under way, counts."""
        odd = [*self._odd.tolist(), self._no_result]
        return snapshots.packed(snapshots.memory_of(self._parts()), odd)

    def restore(self, data: bytes) -> Restored:
        """Go on from a snapshot, with the rules this core was made with.

        Rules are found by key, tags by name; changed rules are taken over as `replace` does. Raises
        `snapshots.SnapshotError` for what is no snapshot of a known version, changing nothing.
        """
        memory, odd = snapshots.unpacked(data)
        self._odd[:], self._no_result = odd[: loop.N_ODD], odd[loop.N_ODD]
        return self._take_up(memory)

    def stand(self, active: Collection[str], suppressed: Collection[str] = ()) -> None:
        """Take rules, by key, for raised and for suppressed already, where no snapshot says so.

        Nothing is told of them; the next sample of their tags ends what is over. Keys of no rule
        here are passed over.
        """
        for place, key in enumerate(self.keys):
            if key in active:
                self._cold["phase"][place] = loop.ACTIVE
            if key in suppressed:
                self._suppression.on[place] = True
        self._suppression.note_loose()
        loop.settle_all(self._hot, self._cold)

    @property
    def oddities(self) -> Oddities:
        """Return how many samples were counted, and why, since the start."""
        counts = [*self._odd.tolist(), self._no_result]
        return Oddities(*counts)

    def active(self) -> dict[str, Rule]:
        """Return the rules that are raised, by key."""
        on = np.flatnonzero(self._cold["phase"] >= loop.ACTIVE)
        return {self.keys[place]: self.rules[place] for place in on}

    def suppressed(self) -> set[str]:
        """Return the keys of the rules that the plant's state suppresses."""
        return {self.keys[place] for place in np.flatnonzero(self._suppression.on)}

    def drain_calculated(self) -> tuple[Places, Floats, Floats, Grades]:
        """Return the samples of calculated tags made since the last call: as for `take`."""
        return self._calculated.drained()

    def _run(
        self, ids: Places, times: Floats, values: Floats, grades: Grades, latest: float
    ) -> list[Event]:
        found: list[Event] = []
        start = 0
        held = (self._hot, self._cold, self._ranges, self._rings, self._odd, self._room)
        given = (
            _fixed(ids, np.int32),
            _fixed(times, np.float64),
            _fixed(values, np.float64),
            _fixed(grades, np.uint8),
        )
        while start < len(ids):
            start, n = loop.run(start, *given, latest, *held)
            found += self._events(n)
        return found

    def _events(self, n: int) -> list[Event]:
        room = self._room[:n]
        columns = (room[name].tolist() for name in ("at", "since", "rule", "active", "value"))
        return [
            Event(at, since, self.rules[rule], bool(active), value)
            for at, since, rule, active, value in zip(*columns, strict=True)
        ]

    def _events_of_gone(self, rules: Sequence[Rule], now: float) -> list[Event]:
        left = set(keys_of(rules))
        found = []
        for key, rule in self.active().items():
            if key not in left:
                value = float(self._hot["value"][self.tags.index(rule.tag)])
                found.append(Event(now, now, rule, False, value))
        return found

    def _parts(self) -> snapshots.Parts:
        return snapshots.Parts(
            self.tags,
            self.keys,
            [rule.shape for rule in self.rules],
            self._hot,
            self._cold,
            self._rings,
            self._suppression.on,
            self._again,
        )

    def _take_up(self, memory: snapshots.Memory) -> Restored:
        taken = snapshots.take_up(memory, self._parts())
        self._again = taken.again
        self._suppression.note_loose()
        loop.settle_all(self._hot, self._cold)
        return Restored(taken.same, taken.changed, taken.gone)


def _fixed(array: npt.NDArray[Any], kind: type[np.generic]) -> npt.NDArray[Any]:
    """Return a read-only view in one piece: one compiled loop for arrays of whatever origin.

    Each further kind of array, such as those over a message's bytes, would be compiled for while
    the first alarm waits.
    """
    view = np.ascontiguousarray(array, kind).view()
    view.flags.writeable = False
    return view


def _begins(event: Event) -> bool:
    return event.suppression and event.active


def _hot(cold: Records, ranges: Floats) -> Records:
    hot = np.zeros(len(ranges), HOT)
    hot["value"], hot["time"] = np.nan, loop.NEVER
    # Beyond every number lies none, but infinity must be looked at: it is no measurement.
    low, high = np.maximum(ranges[:, 0], -_LARGEST), np.minimum(ranges[:, 1], _LARGEST)
    tag, kind, limit = cold["tag"], cold["kind"], cold["limit"]
    # Rules stand in the order of their tags.
    hot["rules"] = np.bincount(tag, minlength=len(hot))
    hot["first"] = np.cumsum(hot["rules"]) - hot["rules"]
    upper = (kind == loop.LEVEL) & (cold["sign"] > 0)
    lower = (kind == loop.LEVEL) & ~upper
    np.minimum.at(high, tag[upper], limit[upper])
    np.maximum.at(low, tag[lower], -limit[lower])
    watched = tag[np.isin(kind, _WATCHED)]
    low[watched], high[watched] = np.inf, -np.inf
    hot["safe_low"] = hot["low"] = low
    hot["safe_high"] = hot["high"] = high
    return hot


def _cold(rules: Sequence[Rule], number: Mapping[str, int]) -> tuple[Records, Floats]:
    cold = np.zeros(len(rules), loop.COLD)
    signs = {Side.HIGH: 1.0, Side.LOW: -1.0, Side.BOTH: 0.0}
    cold["sign"] = [signs[rule.side] for rule in rules]
    cold["tag"] = [number[rule.tag] for rule in rules]
    cold["kind"] = [loop.LEVEL if r.kind in LEVELS else _LOOPED[r.kind] for r in rules]
    cold["on_delay"] = [rule.on_delay for rule in rules]
    cold["off_delay"] = [rule.off_delay for rule in rules]
    cold["since"], cold["c"], cold["other"] = loop.NEVER, np.nan, -1
    limit = np.array([rule.limit for rule in rules], float)
    deadband = np.array([rule.deadband for rule in rules], float)
    kind, sign = cold["kind"], cold["sign"]
    # With the sign a low limit is a high one: the loop knows one side only.
    level = kind == loop.LEVEL
    cold["limit"] = np.where(level, sign * limit, limit)
    clears = np.array([rule.clears_at for rule in rules], float)
    cold["clears_at"] = np.where(level, sign * clears, clears)
    yes_or_no = (kind == loop.STATE) | (kind == loop.STALE) | (kind == loop.BAD)
    cold["limit"][yes_or_no] = cold["clears_at"][yes_or_no] = 0.5
    frozen = kind == loop.FROZEN
    cold["clears_at"][frozen] = limit[frozen]
    cold["window"] = np.where(frozen, deadband, [rule.window for rule in rules])
    cold["window"] = np.where(kind == loop.STALE, limit, cold["window"])
    for place in np.flatnonzero((kind == loop.STATE) | (kind == loop.DEVIATION)).tolist():
        rule = rules[place]
        if rule.kind is Kind.STATE:
            cold["a"][place] = rule.limit
            cold["sign"][place] = 1.0 if rule.equals else -1.0
        elif isinstance(rule.set_point, str):
            cold["other"][place] = number[rule.set_point]
        else:
            cold["a"][place] = rule.set_point
    rates = np.flatnonzero(kind == loop.RATE)
    cold["ring"][rates] = np.arange(len(rates))
    return cold, np.zeros((len(rates), 2, loop.RING_PLACES))
