"""Alarms of measured values: what raises one, what clears it, and how long each must last."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Over how many seconds a rate of change is taken where nothing else is said.
RATE_WINDOW = 60.0


class Side(StrEnum):
    """On which side of the limit the abnormal lies; high and low named as in exchange files."""

    HIGH = "HI"
    LOW = "LO"
    BOTH = "BOTH"


class Kind(StrEnum):
    """What is watched. The first four are limits of the value itself."""

    HH = "HH"
    H = "H"
    L = "L"
    LL = "LL"
    RATE = "ROC"
    DEVIATION = "DEV"
    STATE = "STATE"
    STALE = "STALE"
    FROZEN = "FROZEN"
    BAD = "BAD"


LEVELS: Mapping[Kind, Side] = {
    Kind.HH: Side.HIGH,
    Kind.H: Side.HIGH,
    Kind.L: Side.LOW,
    Kind.LL: Side.LOW,
}
_TIMED = frozenset({Kind.STALE, Kind.FROZEN})


@dataclass(frozen=True, slots=True)
class Rule:
    """One alarm of one tag; `of` makes one of a kind.

    The value is abnormal beyond `limit`; once active it must come back by `deadband` (in the
    tag's unit) to be normal. `on_delay` and `off_delay`, in seconds, are how long the abnormal
    must last to be announced and the normal to be believed (IEC 62682: on-delay, off-delay).

    What `limit` means by kind:

    - HH, H, L, LL: a value of the tag; `side` follows from it.
    - ROC: unit per minute, a size; `side` says rising, falling or either. The slope is the median
      of those between samples of the last `window` seconds, so one noisy sample moves it little.
    - DEV: how far the value may be from `set_point` (a number, or the tag that carries it); a
      size, `side` says above, below or either. Nothing is judged before the set point is known.
    - STATE: the state that is abnormal, or the only normal one where `equals` is false.
    - STALE: seconds without a sample, by the clock that `tick` is given.
    - FROZEN: seconds within which the value moved no more than `deadband` while samples came.
    - BAD: none. Samples of bad quality, for the on-delay.

    `key` names the rule for good: states are handed on by it, from a snapshot and to changed
    rules. Where none is given the rule is its own name. `suppressed_when` is an expression over
    tags (`expressions`) that is true while the plant's state makes the alarm meaningless.

    Raises ValueError for a negative deadband or delay and for what cannot be.
    """

    tag: str
    side: Side
    limit: float
    deadband: float = 0.0
    on_delay: float = 0.0
    off_delay: float = 0.0
    name: str = ""
    key: str = ""
    kind: Kind = None  # type: ignore[assignment]  # from `side` where it is not given
    set_point: float | str | None = None
    window: float = RATE_WINDOW
    equals: bool = True
    suppressed_when: str = ""

    def __post_init__(self) -> None:
        numbers = (self.limit, self.deadband, self.on_delay, self.off_delay, self.window)
        if not all(abs(number) < float("inf") for number in numbers):
            raise ValueError(f"{self.label}: limit, deadband, delays and window must be finite")
        if min(numbers[1:]) < 0:
            raise ValueError(f"{self.label}: deadband, delays and window cannot be negative")
        if not self.kind:
            object.__setattr__(self, "kind", Kind.H if self.side is Side.HIGH else Kind.L)
        problem = self._problem()
        if problem:
            raise ValueError(f"{self.label}: {problem}")

    def _problem(self) -> str:
        kind = self.kind
        if kind in LEVELS:
            return "" if self.side is LEVELS[kind] else f"a {kind} limit is not of that side"
        if kind in (Kind.RATE, Kind.DEVIATION) and not self.deadband <= self.limit:
            return "the limit is a size, and no less than the deadband, or it could never clear"
        if kind is Kind.RATE and not (self.limit and self.window):
            return "a rate needs a limit and a window above nought"
        if kind is Kind.DEVIATION and not self._knows_set_point():
            return "a deviation needs a set point: a finite number or a tag"
        if kind in _TIMED and self.limit <= 0:
            return "the limit is a time in seconds above nought"
        return ""

    def _knows_set_point(self) -> bool:
        if isinstance(self.set_point, str):
            return bool(self.set_point)
        return self.set_point is not None and abs(self.set_point) < float("inf")

    @classmethod
    def of(cls, key: str, tag: str, kind: Kind, limit: float = 0.0, **more: object) -> "Rule":
        """Return the alarm of a kind; `side`, where it matters, is either unless given.

        `more` holds the other fields by their names. Raises ValueError as the class does.
        """
        side = LEVELS.get(kind) or more.pop("side", Side.BOTH)
        return cls(tag=tag, side=side, limit=limit, key=key, kind=kind, **more)  # type: ignore[arg-type]

    @property
    def label(self) -> str:
        """Return tag and side or kind, for messages."""
        return f"{self.tag} {self.side if not self.kind or self.kind in LEVELS else self.kind}"

    @property
    def clears_at(self) -> float:
        """Return the value at which the alarm's condition ends."""
        away = self.deadband if self.side is Side.LOW and self.kind in LEVELS else -self.deadband
        return self.limit + away

    @property
    def shape(self) -> tuple[object, ...]:
        """Return all that decides when it is raised and cleared: another shape, another alarm."""
        return (
            self.tag,
            self.side,
            self.limit,
            self.deadband,
            self.on_delay,
            self.off_delay,
            self.kind,
            self.set_point,
            self.window,
            self.equals,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """An alarm that was raised (`active`) or cleared, in seconds of the stream's own clock.

    `since` is when the condition began: the first crossing, where `at` is the announcement.
    `value` is the sample that decided; where that was of bad quality or none came, the last good
    one, `nan` before there was any. With `suppression` it is not the condition that changed but
    whether the plant's state suppresses the alarm (`active`: from now on it does).
    """

    at: float
    since: float
    rule: Rule
    active: bool
    value: float
    suppression: bool = False

    @property
    def what(self) -> str:
        """Return raised, cleared, suppressed or unsuppressed."""
        if self.suppression:
            return "suppressed" if self.active else "unsuppressed"
        return "raised" if self.active else "cleared"


def by_tag(rules: Sequence[Rule]) -> dict[str, list[int]]:
    """Return the places of each tag's rules."""
    found: dict[str, list[int]] = {}
    for place, rule in enumerate(rules):
        found.setdefault(rule.tag, []).append(place)
    return found


def keys_of(rules: Sequence[Rule]) -> list[str]:
    """Return the keys of rules; one without is named by what it is, a second alike by its number.

    Raises ValueError where a key is given twice.
    """
    n_of: Counter[str] = Counter()
    found: list[str] = []
    for rule in rules:
        key = rule.key or f"{rule.tag} {rule.kind} {rule.shape!r}"
        n_of[key] += 1
        if n_of[key] > 1:
            if rule.key:
                raise ValueError(f"{rule.label}: the key {key!r} is another rule's already")
            key = f"{key} #{n_of[key]}"
        found.append(key)
    return found
