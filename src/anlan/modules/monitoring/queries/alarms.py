"""Alarms for people: what stands, what was, and what an alarm means."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import Counting
from anlan.base.clock import SHANGHAI
from anlan.modules.findings.models import Finding
from anlan.modules.monitoring.choices import Happening, Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, AlarmState, WorkerPosition
from anlan.modules.registry.models import MhiUnit

ORIGIN = "monitoring.alarmrule"
STANDING = (
    Shown.UNACKNOWLEDGED,
    Shown.ACKNOWLEDGED,
    Shown.RETURNED_UNACKNOWLEDGED,
    Shown.LATCHED_UNACKNOWLEDGED,
    Shown.LATCHED_ACKNOWLEDGED,
)
UNACKNOWLEDGED = (
    Shown.UNACKNOWLEDGED,
    Shown.RETURNED_UNACKNOWLEDGED,
    Shown.LATCHED_UNACKNOWLEDGED,
)
MASKED = (Shown.SHELVED, Shown.SUPPRESSED, Shown.OUT_OF_SERVICE)
SETS: dict[str, tuple[Shown, ...]] = {
    "standing": STANDING,
    "unacknowledged": UNACKNOWLEDGED,
    "masked": MASKED,
}
# By priority: the most urgent first, of these what nobody has seen, then the newest.
ORDERS: dict[str, tuple[Any, ...]] = {
    "priority": ("priority", "-unacknowledged", F("raised_at").desc(nulls_last=True), "pk"),
    "age": (F("raised_at").desc(nulls_last=True), "pk"),
    "oldest": (F("raised_at").asc(nulls_last=True), "pk"),
}
SAID_BY_PEOPLE = (
    Happening.ACKNOWLEDGED,
    Happening.NOTED,
    Happening.SHELVED,
    Happening.SHELF_ASKED,
    Happening.OUT_OF_SERVICE,
    Happening.RETURNED,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; empty means all. `order` is one of ORDERS."""

    shown: str = "standing"
    priority: int | None = None
    unit: UUID | None = None
    order: str = "priority"


def alarms(actor: Actor) -> QuerySet[AlarmState]:
    """Every alarm of the scope as it stands, with its rule and point."""
    return AlarmState.objects.for_actor(actor).select_related(
        "rule__point__installation", "rule__alarm_class", "enterprise"
    )


def listed(actor: Actor, wanted: Wanted) -> QuerySet[AlarmState]:
    """The operator's list."""
    rows = alarms(actor).filter(shown__in=SETS.get(wanted.shown, STANDING))
    if wanted.priority:
        rows = rows.filter(priority=wanted.priority)
    if wanted.unit:
        rows = rows.filter(rule__point__installation_id=wanted.unit)
    return rows.order_by(*ORDERS.get(wanted.order, ORDERS["priority"]))


def counts(actor: Actor, unit: UUID | None = None) -> dict[str, int]:
    """How many alarms are in each set, and of each priority among the standing ones; `worst` is
    the highest priority that nobody has acknowledged, 4 where there is none."""
    rows = AlarmState.objects.for_actor(actor).exclude(shown=Shown.NORMAL)
    if unit:
        rows = rows.filter(rule__point__installation_id=unit)
    named = {name: Count("pk", filter=Q(shown__in=shown)) for name, shown in SETS.items()}
    levels = {
        f"priority_{level}": Count("pk", filter=Q(shown__in=STANDING, priority=level))
        for level in (1, 2, 3, 4)
    }
    worst = Coalesce(Min("priority", filter=Q(shown__in=UNACKNOWLEDGED)), 4)
    return rows.aggregate(**named, **levels, worst=worst)


def counting_unacknowledged(actor: Actor) -> Counting:
    """Return the statement that counts the alarms nobody has acknowledged."""
    return actor.scope.counting("monitoring_alarmstate", UNACKNOWLEDGED, column="shown")


def units_with_points(actor: Actor) -> QuerySet[MhiUnit]:
    """The installations of the scope that have points."""
    return (
        MhiUnit.objects.for_actor(actor)
        .filter(points__isnull=False)
        .distinct()
        .select_related("enterprise")
        .order_by("scope_path", "code")
    )


def rule_one(actor: Actor, pk: UUID | str) -> AlarmRule:
    """One alarm with its point. Raises NotYours."""
    rows = AlarmRule.objects.for_actor(actor).select_related(
        "point__installation", "point__equipment", "alarm_class", "enterprise"
    )
    return rows.one(pk)


def state_of(actor: Actor, rule: AlarmRule) -> AlarmState | None:
    """How an alarm stands; None for one that was never raised nor touched."""
    return alarms(actor).filter(rule=rule).first()


def journal(actor: Actor) -> QuerySet[AlarmEvent]:
    """The journal of the scope, the newest first."""
    return (
        AlarmEvent.objects.for_actor(actor)
        .select_related("rule__point__installation", "enterprise")
        .order_by("-at", "-id")
    )


def story(actor: Actor, rule: AlarmRule, most: int = 30) -> list[AlarmEvent]:
    """The newest lines of one alarm."""
    rows = AlarmEvent.objects.for_actor(actor).filter(rule=rule)
    return list(rows.order_by("-at", "-id")[:most])


def raised_since(actor: Actor, rule: AlarmRule, since: dt.datetime) -> int:
    """How often an alarm was announced since a moment."""
    rows = AlarmEvent.objects.for_actor(actor).filter(rule=rule, what=Happening.RAISED)
    return rows.filter(at__gte=since, announced_at__isnull=False).count()


def last_words(actor: Actor, rules: Iterable[UUID]) -> dict[UUID, AlarmEvent]:
    """The last thing that a person did or said about each of these alarms."""
    rows = (
        AlarmEvent.objects.for_actor(actor)
        .filter(rule__in=list(rules), what__in=SAID_BY_PEOPLE)
        .order_by("rule_id", "-at", "-id")
        .distinct("rule_id")
    )
    return {row.rule_id: row for row in rows}


def returned_today(
    actor: Actor, now: dt.datetime, unit: UUID | None = None, most: int = 200
) -> tuple[int, list[AlarmEvent]]:
    """How often alarms came back to normal today (Asia/Shanghai), and the last times of it."""
    midnight = dt.datetime.combine(now.astimezone(SHANGHAI).date(), dt.time(0), SHANGHAI)
    rows = journal(actor).filter(what=Happening.CLEARED, at__gte=midnight, at__lte=now)
    if unit:
        rows = rows.filter(rule__point__installation_id=unit)
    return rows.count(), list(rows[:most])


def judged_at() -> dt.datetime | None:
    """When a worker last kept what it had judged; None where there never was one."""
    row = WorkerPosition.objects.order_by("-taken_at").first()
    return row.taken_at if row else None


def findings_of(actor: Actor, rule: AlarmRule) -> list[Finding]:
    """The newest findings made of an alarm."""
    rows = Finding.objects.for_actor(actor).filter(origin_kind=ORIGIN, origin_id=rule.pk)
    return list(rows.order_by("-found_at")[:5])
