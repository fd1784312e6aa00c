"""The alarm core as one would write it down: slow, short, and what the quick one must equal."""

import math
from collections.abc import Iterable, Sequence

from anlan.engines.alarms.rules import Event, Rule, Side


class Reference:
    """Same contract as `AlarmCore`, one sample at a time."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.last: dict[str, tuple[float, float]] = {}
        self.active: set[int] = set()
        self.since: dict[int, float] = {}
        self.odd = {"late": 0, "repeated": 0, "not_a_number": 0}

    def take(self, samples: Iterable[tuple[str, float, float]]) -> list[Event]:
        found: list[Event] = []
        for tag, time, value in samples:
            before = self.last.get(tag, (-math.inf, 0.0))[0]
            if not math.isfinite(time):
                self.odd["not_a_number"] += 1
            elif time < before:
                self.odd["late"] += 1
            elif time == before:
                self.odd["repeated"] += 1
            elif not math.isfinite(value):
                self.odd["not_a_number"] += 1
            else:
                self.last[tag] = (time, value)
                for place, rule in enumerate(self.rules):
                    if rule.tag == tag:
                        found += self._judge(place, rule, time, value)
        return found

    def tick(self, now: float) -> list[Event]:
        found: list[Event] = []
        for place, since in sorted(self.since.items()):
            rule = self.rules[place]
            delay = rule.off_delay if place in self.active else rule.on_delay
            if now - since >= delay:
                found.append(self._turn(place, since + delay, self.last[rule.tag][1]))
        return found

    def _judge(self, place: int, rule: Rule, time: float, value: float) -> list[Event]:
        high = rule.side is Side.HIGH
        if place in self.active:
            moves = value <= rule.clears_at if high else value >= rule.clears_at
            delay = rule.off_delay
        else:
            moves = value > rule.limit if high else value < rule.limit
            delay = rule.on_delay
        if not moves:
            self.since.pop(place, None)
            return []
        since = self.since.setdefault(place, time)
        return [self._turn(place, time, value)] if time - since >= delay else []

    def _turn(self, place: int, at: float, value: float) -> Event:
        self.active ^= {place}
        return Event(at, self.since.pop(place), self.rules[place], place in self.active, value)
