"""The alarm core as one would write it down: slow, short, and what the quick one must equal."""

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import median

from anlan.engines.alarms.rules import LEVELS, Event, Kind, Rule, Side, keys_of

AHEAD = 300.0


class Watch:
    """One rule: what it has seen, and whether it is active."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.active = False
        self.since: float | None = None
        self.points: list[tuple[float, float]] = []
        self.extremes: tuple[float, float] | None = None
        self.anchor = 0.0
        self.waiting_from: float | None = None

    def measured(self, time: float, value: float, set_point: float | None) -> tuple | None:
        """Return whether the value begins the abnormal and whether it ends it; None: unknown."""
        rule = self.rule
        if rule.kind in LEVELS:
            if rule.side is Side.HIGH:
                return value > rule.limit, value <= rule.clears_at
            return value < rule.limit, value >= rule.clears_at
        if rule.kind is Kind.STATE:
            abnormal = (abs(value - rule.limit) < 0.5) == rule.equals
            return abnormal, not abnormal
        if rule.kind is Kind.FROZEN:
            abnormal = self.unmoved(time, value) > rule.limit
            return abnormal, not abnormal
        if rule.kind in (Kind.STALE, Kind.BAD):
            return False, True
        if rule.kind is Kind.RATE:
            size = self.slope(time, value)
        else:
            size = None if set_point is None else value - set_point
        if size is None:
            return None
        size = {Side.HIGH: size, Side.LOW: -size, Side.BOTH: abs(size)}[rule.side]
        return size > rule.limit, size <= rule.clears_at

    def unmoved(self, time: float, value: float) -> float:
        low, high = self.extremes or (math.inf, -math.inf)
        low, high = min(low, value), max(high, value)
        if self.extremes is None or high - low > self.rule.deadband:
            low = high = value
            self.anchor = time
        self.extremes = low, high
        return time - self.anchor

    def slope(self, time: float, value: float) -> float | None:
        points = self.points
        if len(points) >= 2 and points[-1][0] - points[-2][0] < self.rule.window / 8:
            points.pop()
        points.append((time, value))
        while len(points) > 5 and (time - points[0][0] > self.rule.window or len(points) == 12):
            del points[0]
        if len(points) < 5:
            return None
        return median((y - x) / (t - s) * 60.0 for (s, x), (t, y) in combinations(points, 2))

    def move(self, time: float, value: float, begins: bool, ends: bool) -> list[Event]:
        if not (ends if self.active else begins):
            self.since = None
            return []
        if self.since is None:
            self.since = time
        return self.turn(time, value) if time - self.since >= self.delay else []

    @property
    def delay(self) -> float:
        return self.rule.off_delay if self.active else self.rule.on_delay

    def turn(self, at: float, value: float) -> list[Event]:
        since, self.since = self.since, None
        self.active = not self.active
        return [Event(at, since, self.rule, self.active, value)]

    def tick(self, now: float, last_time: float | None, value: float) -> list[Event]:
        if self.rule.kind is Kind.STALE:
            if last_time is None:
                self.waiting_from = now if self.waiting_from is None else self.waiting_from
                last_time = self.waiting_from
            due = last_time + self.rule.limit
            if now >= due and self.active:
                self.since = None
            elif now >= due and self.since is None:
                self.since = due
        if self.since is not None and now - self.since >= self.delay:
            return self.turn(self.since + self.delay, value)
        return []


class Reference:
    """Same contract as `AlarmCore`, one sample at a time."""

    def __init__(self, rules: Sequence[Rule], ranges: dict | None = None) -> None:
        self.keys = keys_of(rules)
        self.watches = [Watch(rule) for rule in rules]
        self.again: list[Watch] = []
        self.last: dict[str, float] = {}
        self.value: dict[str, float] = {}
        self.ranges = ranges or {}
        self.odd = dict.fromkeys(
            ("late", "repeated", "not_a_number", "bad_quality", "over_range", "clock_wrong"), 0
        )

    def take(
        self, samples: Iterable[tuple[str, float, float, int]], received: float | None = None
    ) -> list[Event]:
        found: list[Event] = []
        for tag, time, value, quality in samples:
            problem = self.problem(tag, time, value, quality, received)
            if problem:
                self.odd[problem] += 1
                if problem != "bad_quality":
                    continue
            self.last[tag] = time
            good = not problem
            if good:
                low, high = self.ranges.get(tag, (-math.inf, math.inf))
                self.odd["over_range"] += not low <= value <= high
                self.value[tag] = value
            for watch in self.watches:
                if watch.rule.tag == tag:
                    found += self.judged(watch, time, good)
        return found

    def problem(self, tag, time, value, quality, received) -> str:
        before = self.last.get(tag, -math.inf)
        if not math.isfinite(time):
            return "not_a_number"
        if received is not None and time > received + AHEAD:
            return "clock_wrong"
        if time <= before:
            return "late" if time < before else "repeated"
        if quality >= 2:
            return "bad_quality"
        return "" if math.isfinite(value) else "not_a_number"

    def judged(self, watch: Watch, time: float, good: bool) -> list[Event]:
        rule = watch.rule
        value = self.value.get(rule.tag, math.nan)
        if good:
            point = rule.set_point
            set_point = self.value.get(point) if isinstance(point, str) else point
            measured = watch.measured(time, value, set_point)
            return watch.move(time, value, *measured) if measured else []
        if rule.kind is Kind.BAD:
            return watch.move(time, value, True, False)
        return watch.move(time, value, False, True) if rule.kind is Kind.STALE else []

    def tick(self, now: float) -> list[Event]:
        found: list[Event] = []
        for watch in self.again:
            tag = watch.rule.tag
            of_value = watch.rule.kind in (*LEVELS, Kind.STATE, Kind.DEVIATION)
            if of_value and tag in self.value:
                found += self.judged(watch, now, True)
        self.again = []
        for watch in self.watches:
            tag = watch.rule.tag
            found += watch.tick(now, self.last.get(tag), self.value.get(tag, math.nan))
        return found

    def replace(self, rules: Sequence[Rule], now: float) -> list[Event]:
        keys = keys_of(rules)
        old = dict(zip(self.keys, self.watches, strict=True))
        gone = [
            Event(now, now, watch.rule, False, self.value.get(watch.rule.tag, math.nan))
            for key, watch in old.items()
            if watch.active and key not in keys
        ]
        again = []
        watches = []
        for key, rule in zip(keys, rules, strict=True):
            before = old.get(key)
            if before is not None and before.rule.shape == rule.shape:
                before.rule = rule
                watches.append(before)
                again += [before] if before in self.again else []
                continue
            watches.append(Watch(rule))
            if before is not None:
                watches[-1].active = before.active
                again.append(watches[-1])
        self.keys, self.watches, self.again = keys, watches, again
        return gone
