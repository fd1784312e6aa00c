"""A month of alarms for the demonstration: bad actors, two floods, some that still stand.

Made set-based through the journal's own door, so that it is bound to history like any other.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from django.db import transaction

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import User
from anlan.base.clock import now as clock_now
from anlan.engines.alarms.states import Alarm
from anlan.modules.monitoring.choices import GAS_KINDS, Happening, RuleKind
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule
from anlan.modules.monitoring.services.alarms_journal import Held, Line, hold, write
from anlan.modules.registry.models import Enterprise

DAYS = 30
WHY = "the demo's alarms"
# What the worst do: how often a day, how long they stand (s), whether in bursts.
_WORST = ((21, 25, True), (15, 40, True), (11, 90, True), (8, 300, False), (6, 8, False))
_UPSET = 22
_OPERATORS = ("control", "team", "operator")
_WORDS = ("已通知外操现场确认", "调整阀位", "切换备泵", "联系仪表校验", "现场无异常，继续观察", "")
_LIMITS = frozenset({RuleKind.HH, RuleKind.H, RuleKind.L, RuleKind.LL})


@dataclass(frozen=True, slots=True)
class _Spell:
    """One alarm from its beginning to its end; no end: it stands."""

    rule: AlarmRule
    start: dt.datetime
    end: dt.datetime | None
    seen: dt.datetime | None


def load_alarms() -> int:
    """Write the month of the demonstration's main plant; return how many lines."""
    plants = Enterprise.objects.unscoped(WHY).filter(is_demo=True).order_by("company_code")
    plant = plants.first()
    if plant is None:
        return 0
    people = User.objects.filter(username__in=_OPERATORS, is_demo=True).order_by("username")
    return load_month(plant.enterprise_id, [load_actor(user) for user in people], clock_now())


@transaction.atomic
def load_month(enterprise_id: UUID, operators: Sequence[Actor], now: dt.datetime) -> int:
    """Write the last month of a plant's alarms up to `now`; return how many lines.

    Does nothing where the plant has a journal, or no alarms to speak of.
    """
    if AlarmEvent.objects.unscoped(WHY).filter(enterprise_id=enterprise_id).exists():
        return 0
    rules = [
        rule
        for rule in AlarmRule.objects.unscoped(WHY)
        .filter(enterprise_id=enterprise_id, in_use=True)
        .select_related("point")
        .order_by("point__tag", "kind")
        if RuleKind(rule.kind) in _LIMITS
    ]
    if len(rules) < 8:
        return 0
    dice = Random(f"alarms {enterprise_id.hex[-4:]}")  # noqa: S311 - a repeatable story
    spells = _without_overlaps(_month(dice, rules, now))
    held = hold((rule.pk for rule in rules), now)
    lines, seen = _lines(dice, spells, held)
    moved = _as_it_stands(spells, held)
    write(SYSTEM, lines, moved, now)
    people = list(operators) or [SYSTEM]
    for place, actor in enumerate(people):
        write(actor, seen[place :: len(people)], (), now)
    return len(lines) + len(seen)


def _month(dice: Random, rules: list[AlarmRule], now: dt.datetime) -> list[_Spell]:
    calm = [rule for rule in rules if rule.point.kind not in GAS_KINDS and rule.kind in ("H", "L")]
    worst = dice.sample(calm, min(len(_WORST), len(calm)))
    found: list[_Spell] = []
    start = now - dt.timedelta(days=DAYS)
    for day in range(DAYS):
        morning = start + dt.timedelta(days=day)
        # Somebody has begun to tune: the month gets a little better.
        share = 1.15 - 0.4 * day / DAYS
        for rule, (per_day, length, bursts) in zip(worst, _WORST, strict=False):
            n = max(0, round(dice.gauss(per_day * share, 2)))
            while n > 0:
                at = morning + dt.timedelta(seconds=dice.uniform(0, 86_400))
                size = min(n, dice.randint(3, 6) if bursts else 1)
                for _ in range(size):
                    found.append(_spell(dice, rule, at, length * dice.uniform(0.3, 1.8)))
                    at += dt.timedelta(seconds=dice.uniform(8, 22) + length)
                n -= size
        for rule in dice.choices(rules, k=round(dice.gauss(46 * share, 6))):
            at = morning + dt.timedelta(seconds=dice.uniform(0, 86_400))
            found.append(_spell(dice, rule, at, dice.expovariate(1 / 900)))
    for days_ago in (19.4, 6.3):
        found += _upset(dice, rules, now - dt.timedelta(days=days_ago))
    for rule, minutes in zip(dice.sample(rules, 6), (3, 1.2, 18, 45, 67, 31 * 60), strict=True):
        at = now - dt.timedelta(minutes=minutes)
        seen = at + dt.timedelta(seconds=70) if minutes > 10 else None
        found.append(_Spell(rule, at, None, seen))
    return [
        one for one in found if max(one.start, one.end or one.start, one.seen or one.start) < now
    ]


def _spell(dice: Random, rule: AlarmRule, at: dt.datetime, seconds: float) -> _Spell:
    end = at + dt.timedelta(seconds=max(4.0, seconds))
    return _Spell(rule, at, end, at + dt.timedelta(seconds=dice.uniform(6, 150)))


def _upset(dice: Random, rules: list[AlarmRule], at: dt.datetime) -> list[_Spell]:
    """A machine trips: what hangs on it follows within minutes, and stands for about as long, in
    the same way each time."""
    same = Random("upset")  # noqa: S311
    course = same.sample(rules, min(_UPSET, len(rules)))
    lasts = [same.uniform(600, 2400) for _rule in course]
    return [
        _spell(
            dice,
            rule,
            at + dt.timedelta(seconds=place * 22 + dice.uniform(0, 9)),
            lasts[place] * dice.uniform(0.85, 1.15),
        )
        for place, rule in enumerate(course)
    ]


def _without_overlaps(spells: list[_Spell]) -> list[_Spell]:
    free_at: dict[UUID, dt.datetime] = {}
    kept = []
    standing = {one.rule.pk: one.start for one in spells if one.end is None}
    for one in sorted(spells, key=lambda spell: spell.start):
        if one.start < free_at.get(one.rule.pk, one.start):
            continue
        limit = standing.get(one.rule.pk)
        if one.end is not None and limit is not None and one.end >= limit:
            continue
        free_at[one.rule.pk] = (one.end or one.start) + dt.timedelta(seconds=6)
        kept.append(one)
    return kept


def _lines(
    dice: Random, spells: list[_Spell], held: dict[UUID, Held]
) -> tuple[list[Line], list[Line]]:
    """Return the lines of the process, and those of people."""
    lines, seen = [], []
    for one in spells:
        mine = held[one.rule.pk]
        since = one.start - dt.timedelta(seconds=one.rule.on_delay_s)
        told = one.start + dt.timedelta(milliseconds=dice.randint(20, 180))
        lines.append(_line(mine, Happening.RAISED, one.start, since, told, _beyond(dice, one.rule)))
        if one.end is not None:
            value = _beyond(dice, one.rule, back=True)
            lines.append(_line(mine, Happening.CLEARED, one.end, one.end, None, value))
        if one.seen is not None:
            line = _line(mine, Happening.ACKNOWLEDGED, one.seen, None, None, None)
            line.comment = dice.choice(_WORDS) if dice.random() < 0.3 else ""
            seen.append(line)
    lines.sort(key=lambda line: line.at)
    return lines, sorted(seen, key=lambda line: line.at)


def _line(
    held: Held,
    what: str,
    at: dt.datetime,
    since: dt.datetime | None,
    told: dt.datetime | None,
    value: float | None,
) -> Line:
    return Line(
        held.rule_id, held.enterprise_id, held.scope_path, what, at, since, told, value,
        held.limit, held.priority,
    )  # fmt: skip


def _beyond(dice: Random, rule: AlarmRule, *, back: bool = False) -> float:
    limit = rule.limit or 0.0
    low, high = rule.point.range_low, rule.point.range_high
    span = (high - low) if low is not None and high is not None else abs(limit) or 1.0
    away = span * dice.uniform(0.001, 0.02) * (-1 if back else 1)
    upward = rule.kind in (RuleKind.H, RuleKind.HH)
    return round(limit + (away if upward else -away), 3)


def _as_it_stands(spells: list[_Spell], held: dict[UUID, Held]) -> list[Held]:
    for one in spells:
        mine = held[one.rule.pk]
        mine.opened += 1
        mine.since = one.start - dt.timedelta(seconds=one.rule.on_delay_s)
        mine.raised_at = mine.announced_at = one.start
        mine.value = _beyond(Random(str(one.start)), one.rule)  # noqa: S311
        if one.end is None:
            mine.alarm = Alarm(
                condition=True, unacknowledged=one.seen is None, acknowledged_at=one.seen
            )
    return list(held.values())
