"""Limits of measured values: what raises an alarm, what clears it, and how long each must last."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """On which side of the limit the abnormal lies; named as in exchange files."""

    HIGH = "HI"
    LOW = "LO"


@dataclass(frozen=True, slots=True)
class Rule:
    """One alarm of one tag.

    The value is abnormal beyond `limit`; once active it must come back by `deadband` (in the
    tag's unit) to be normal. `on_delay` and `off_delay`, in seconds, are how long the abnormal
    must last to be announced and the normal to be believed (IEC 62682: on-delay, off-delay).

    Raises ValueError for a negative deadband or delay and for what is not a finite number.
    """

    tag: str
    side: Side
    limit: float
    deadband: float = 0.0
    on_delay: float = 0.0
    off_delay: float = 0.0
    name: str = ""

    def __post_init__(self) -> None:
        numbers = (self.limit, self.deadband, self.on_delay, self.off_delay)
        if not all(abs(number) < float("inf") for number in numbers):
            raise ValueError(f"{self.tag} {self.side}: limit, deadband and delays must be finite")
        if min(numbers[1:]) < 0:
            raise ValueError(f"{self.tag} {self.side}: deadband and delays cannot be negative")

    @property
    def clears_at(self) -> float:
        """Return the value at which the alarm's condition ends."""
        away = -self.deadband if self.side is Side.HIGH else self.deadband
        return self.limit + away


@dataclass(frozen=True, slots=True)
class Event:
    """An alarm that was raised (`active`) or cleared, in seconds of the stream's own clock.

    `since` is when the condition began: the first crossing, where `at` is the announcement.
    `value` is the sample that decided.
    """

    at: float
    since: float
    rule: Rule
    active: bool
    value: float


def by_tag(rules: Sequence[Rule]) -> dict[str, list[int]]:
    """Return the places of each tag's rules."""
    found: dict[str, list[int]] = {}
    for place, rule in enumerate(rules):
        found.setdefault(rule.tag, []).append(place)
    return found
