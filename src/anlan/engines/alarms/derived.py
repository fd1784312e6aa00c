"""What follows from samples by expressions: calculated tags, and suppression by plant state.

Both look at the last good values, once after each batch of samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.expressions import Expression, ExpressionError, parsed
from anlan.engines.alarms.rules import Event, Rule

Places = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Grades = npt.NDArray[np.uint8]
Records = npt.NDArray[np.void]


def in_circles(expressions: Mapping[str, str]) -> set[str]:
    """Return the calculated tags that need themselves, directly or by others, or one that does.

    What is left can be given to `AlarmCore`: one faulty tag must not stop the alarms of all.
    """
    left = {tag: parsed(text).tags for tag, text in expressions.items()}
    while True:
        ready = [tag for tag, tags in left.items() if not any(one in left for one in tags)]
        if not ready:
            return set(left)
        for tag in ready:
            del left[tag]


@dataclass(frozen=True, slots=True)
class Made:
    """Samples of calculated tags; `failed` counts expressions without a value."""

    ids: Places
    times: Floats
    values: Floats
    quality: Grades
    failed: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """An expression with the places of its tags, and that of its own tag if it has one."""

    expression: Expression
    places: Places
    tag: int = -1

    def inputs(self, hot: Records) -> dict[str, float]:
        return dict(zip(self.expression.tags, hot["value"][self.places].tolist(), strict=True))


class Layer:
    """Calculated tags that need nothing of each other, looked at all at once."""

    def __init__(self, placed: Sequence[_Placed]) -> None:
        self.placed = placed
        self.own = np.array([one.tag for one in placed], np.int32)
        self.inputs = np.concatenate([one.places for one in placed])
        self.begins = np.cumsum([0, *(len(one.places) for one in placed[:-1])])
        self.seen = np.full(len(placed), -np.inf)

    def due(self, hot: Records) -> tuple[list[int], Floats]:
        """Return the places of those with a newer input, and the newest time of each."""
        newest = np.maximum.reduceat(hot["time"][self.inputs], self.begins)
        newer = (newest > hot["time"][self.own]) & (newest != self.seen)
        return np.flatnonzero(newer).tolist(), newest


class Calculated:
    """Calculated tags, in layers: those of a layer need only tags of the ones before it."""

    def __init__(self, expressions: Mapping[str, str]) -> None:
        held = {tag: parsed(text) for tag, text in expressions.items()}
        for tag, expression in held.items():
            if not expression.tags:
                raise ExpressionError(expression.text, 1, f"{tag} is calculated from no tag")
        self._held = held
        self._order: list[list[str]] = []
        left = dict(held)
        while left:
            ready = [tag for tag, one in left.items() if not any(t in left for t in one.tags)]
            if not ready:
                tag, one = next(iter(left.items()))
                raise ExpressionError(one.text, 1, f"{tag} is calculated from itself")
            self._order.append(ready)
            left = {tag: one for tag, one in left.items() if tag not in ready}
        self.tags = list(dict.fromkeys(t for tag, one in held.items() for t in (tag, *one.tags)))
        self.layers: list[Layer] = []
        self._made: list[Made] = []

    def placed(self, number: Mapping[str, int]) -> "Calculated":
        """Take the numbers of tags, and return itself."""
        self.layers = [
            Layer([_place(self._held[tag], number, number[tag]) for tag in layer])
            for layer in self._order
        ]
        return self

    def samples(self, layer: Layer, hot: Records) -> Made:
        """Return a sample for each tag of a layer that has newer inputs.

        Its time is that of the newest input, its quality bad where the last of an input was.
        """
        found: list[tuple[int, float, float, int]] = []
        failed = 0
        due, newest = layer.due(hot)
        for place in due:
            one = layer.placed[place]
            inputs = one.inputs(hot)
            if any(np.isnan(value) for value in inputs.values()):
                continue
            layer.seen[place] = newest[place]
            value = one.expression.value(inputs)
            if value is None:
                failed += 1
            else:
                bad = 2 * int(hot["bad"][one.places].any())
                found.append((one.tag, float(newest[place]), value, bad))
        columns = list(zip(*found, strict=True)) or [(), (), (), ()]
        made = Made(
            np.array(columns[0], np.int32),
            np.array(columns[1], np.float64),
            np.array(columns[2], np.float64),
            np.array(columns[3], np.uint8),
            failed,
        )
        if found:
            self._made.append(made)
        return made

    def take_over(self, before: "Calculated") -> None:
        """Keep what another has made and nobody has fetched, as its numbers still hold."""
        self._made = before._made

    def drained(self) -> tuple[Places, Floats, Floats, Grades]:
        """Return all samples made since the last call."""
        made, self._made = self._made, []
        empty = (np.zeros(0, np.int32), np.zeros(0), np.zeros(0), np.zeros(0, np.uint8))
        if not made:
            return empty
        return (
            np.concatenate([one.ids for one in made]),
            np.concatenate([one.times for one in made]),
            np.concatenate([one.values for one in made]),
            np.concatenate([one.quality for one in made]),
        )


@dataclass(slots=True)
class Suppression:
    """Which rules the plant's state suppresses; `texts` are the rules' expressions, in order."""

    texts: Sequence[str]
    tags: list[str] = field(init=False)
    on: npt.NDArray[np.bool_] = field(init=False)
    failed: int = field(init=False, default=0)
    _rules: dict[str, list[int]] = field(init=False)
    _placed: list[_Placed] = field(init=False)
    _inputs: Places = field(init=False)
    _owner: Places = field(init=False)
    # The inputs' values as bits, nan equal to nan; None before the first look.
    _seen: npt.NDArray[np.int64] | None = field(init=False, default=None)
    _loose: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._rules = {}
        for place, text in enumerate(self.texts):
            if text.strip():
                self._rules.setdefault(text, []).append(place)
        self.tags = list(dict.fromkeys(tag for text in self._rules for tag in parsed(text).tags))
        self.on = np.zeros(len(self.texts), bool)
        self._placed = []

    def placed(self, number: Mapping[str, int]) -> "Suppression":
        """Take the numbers of tags, and return itself."""
        self._placed = [_place(parsed(text), number) for text in self._rules]
        places = [one.places for one in self._placed]
        self._inputs = np.concatenate([np.zeros(0, np.int32), *places])
        self._owner = np.repeat(np.arange(len(places), dtype=np.int32), [len(p) for p in places])
        return self

    def note_loose(self) -> None:
        """Look for rules that were suppressed and have no such expression any more."""
        on = np.flatnonzero(self.on).tolist()
        self._loose = [place for place in on if not self.texts[place].strip()]

    def follow(self, hot: Records, rules: Sequence[Rule]) -> list[Event]:
        """Return what the last values suppress and no longer suppress.

        Before its tags are known, and where it has no value, an expression suppresses nothing:
        better an alarm too many than one that nobody hears.
        """
        found: list[Event] = []
        self.failed = 0
        for place in self._loose:
            at = max(float(hot["time"].max(initial=-np.inf)), 0.0)
            self.on[place] = False
            found.append(Event(at, at, rules[place], False, 0.0, suppression=True))
        self._loose = []
        for one in self._changed(hot):
            values = hot["value"][one.places]
            known = not np.isnan(values).any()
            value = one.expression.value(one.inputs(hot)) if known else 0.0
            self.failed += value is None
            masks = bool(value)
            at = max(float(hot["time"][one.places].max(initial=-np.inf)), 0.0)
            for place in self._rules[one.expression.text]:
                if self.on[place] != masks:
                    self.on[place] = masks
                    last = float(hot["value"][one.places[0]]) if len(one.places) else 0.0
                    found.append(Event(at, at, rules[place], masks, last, suppression=True))
        return found

    def _changed(self, hot: Records) -> list[_Placed]:
        """Return the expressions one of whose inputs has another value than at the last look."""
        if not self._placed:
            return []
        bits = hot["value"][self._inputs].view(np.int64)
        before, self._seen = self._seen, bits
        if before is None:
            return self._placed
        return [self._placed[place] for place in np.unique(self._owner[bits != before])]


def _place(expression: Expression, number: Mapping[str, int], tag: int = -1) -> _Placed:
    return _Placed(expression, np.array([number[t] for t in expression.tags], np.int32), tag)
