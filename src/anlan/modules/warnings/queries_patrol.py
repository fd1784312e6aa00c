"""The daily patrol: what stood on line, what was committed, what nobody reported; actor first."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count, Q

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI, now, today
from anlan.modules.commitment import queries as commitment
from anlan.modules.monitoring.choices import Happening, RuleKind, Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, AlarmState
from anlan.modules.monitoring.queries import overview, systems
from anlan.modules.registry import queries as registry
from anlan.modules.warnings.models import EarlyWarning, FeedbackRequest
from anlan.modules.warnings.queries import standing
from anlan.modules.warnings.states import UNREPORTED
from anlan.telemetry import client

DAY = dt.timedelta(days=1)
MOST_UNREPORTED = 200
SURE_INTERVALS = 3
"""So many samples before the time an alarm may take show that a point was beyond already."""
PUT_ASIDE = (Shown.SHELVED, Shown.SUPPRESSED, Shown.OUT_OF_SERVICE)


@dataclass(slots=True)
class PatrolRow:
    """One enterprise on one day. Shares are 0 to 1, None where they cannot be told."""

    enterprise_id: UUID
    name: str
    area: str
    n_points: int = 0
    online: float | None = None
    n_cameras: int = 0
    video: float | None = None
    is_obliged: bool = False
    has_committed: bool = False
    n_uncleared: int = 0
    longest: dt.timedelta | None = None
    n_warnings: int = 0
    n_unreported: int = 0
    n_unanswered: int = 0
    n_hidden: int | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """A point beyond a limit of its own without an alarm record (漏报)."""

    enterprise_id: UUID
    tag: str
    kind: str
    limit: float
    value: float
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Region:
    """An area: enterprises, share on line and committed, and its place among the others."""

    name: str
    n: int
    online: float | None
    committed: float | None
    n_warnings: int
    rank: int


@dataclass(frozen=True, slots=True)
class Patrol:
    """The sheet of a day.

    `is_told` is False while the store does not answer; then `hidden` is None, for what was not
    reported cannot be told either.
    """

    day: dt.date
    rows: list[PatrolRow]
    hidden: list[Hidden] | None
    regions: list[Region]
    is_told: bool

    @property
    def online(self) -> float | None:
        """Return the share of points on line over all."""
        told = [row for row in self.rows if row.online is not None]
        n = sum(row.n_points for row in told)
        return sum((row.online or 0) * row.n_points for row in told) / n if n else None

    @property
    def n_cameras(self) -> int:
        """Return how many cameras were asked."""
        return sum(row.n_cameras for row in self.rows)

    @property
    def video(self) -> float | None:
        """Return the share of cameras on line over all."""
        told = sum((row.video or 0) * row.n_cameras for row in self.rows)
        return told / self.n_cameras if self.n_cameras else None

    @property
    def committed(self) -> float | None:
        """Return committed ÷ obliged."""
        obliged = [row for row in self.rows if row.is_obliged]
        return sum(row.has_committed for row in obliged) / len(obliged) if obliged else None


def patrol(actor: Actor, day: dt.date) -> Patrol:
    """Return the patrol sheet of a day over what the actor sees, in a fixed number of statements.

    Video is how the cameras' lines stand now; of an earlier day it is the share of answers on line
    over all rounds of that day, and unknown where nobody asked.
    Under-reporting is looked for now, whatever the day.
    """
    start = dt.datetime.combine(day, dt.time(), SHANGHAI)
    end = min(start + DAY, now())
    rows: dict[UUID, PatrolRow] = {}
    numbers: dict[UUID, list[int]] = defaultdict(list)
    for owner, number in (
        overview.live_points(actor).order_by().values_list("enterprise_id", "number")
    ):
        numbers[owner].append(number)
    obliged = set(commitment.obliged(actor).values_list("pk", flat=True))
    cameras = _cameras(actor, day)
    wanted = {*numbers, *obliged, *cameras}
    for enterprise in registry.enterprises(actor).filter(pk__in=wanted):
        parent = enterprise.enterprise.parent
        rows[enterprise.pk] = PatrolRow(
            enterprise.pk,
            enterprise.name,
            parent.name if parent else "",
            n_points=len(numbers[enterprise.pk]),
            is_obliged=enterprise.pk in obliged,
        )
    missing = set(commitment.missing(actor, day).values_list("pk", flat=True))
    for row in rows.values():
        row.has_committed = row.is_obliged and row.enterprise_id not in missing
        row.video, row.n_cameras = cameras.get(row.enterprise_id, (None, 0))
    is_told = _online(rows, numbers, start, end)
    _uncleared(actor, rows, end)
    _warnings(actor, rows)
    hidden = _hidden(actor)
    if hidden is not None:
        counted = Counter(one.enterprise_id for one in hidden)
        for pk, row in rows.items():
            row.n_hidden = counted[pk]
    ordered = sorted(
        rows.values(),
        key=lambda row: (
            1.0 if row.online is None else row.online,
            row.has_committed or not row.is_obliged,
            -row.n_warnings,
            row.name,
        ),
    )
    return Patrol(day, ordered, hidden, _regions(ordered), is_told)


def _cameras(actor: Actor, day: dt.date) -> Mapping[UUID, tuple[float | None, int]]:
    """Return the share on line and how many cameras, by enterprise."""
    if day != today():
        return systems.cameras_of_day(actor, day)
    found = systems.cameras_by_enterprise(actor)
    return {pk: (online / n if n else None, n) for pk, (online, n) in found.items()}


def _online(
    rows: Mapping[UUID, PatrolRow],
    numbers: Mapping[UUID, list[int]],
    start: dt.datetime,
    end: dt.datetime,
) -> bool:
    wanted = [number for mine in numbers.values() for number in mine]
    if not wanted or start >= end:
        return True
    try:
        found = client.online(wanted, start, end, timeout_s=10)
    except client.NoHistorian:
        return False
    for pk, row in rows.items():
        mine = [found[number].rate for number in numbers[pk] if number in found]
        row.online = sum(mine) / len(mine) if mine else None
    return True


def _uncleared(actor: Actor, rows: Mapping[UUID, PatrolRow], end: dt.datetime) -> None:
    states = AlarmState.objects.for_actor(actor).filter(
        condition=True, shown__in=overview.OPEN, raised_at__lt=end - DAY
    )
    for enterprise, raised in states.values_list("enterprise_id", "raised_at"):
        row = rows.get(enterprise)
        if row is None:
            continue
        row.n_uncleared += 1
        row.longest = max(row.longest or dt.timedelta(), end - raised)


def _warnings(actor: Actor, rows: Mapping[UUID, PatrolRow]) -> None:
    found = (
        EarlyWarning.objects.for_actor(actor)
        .filter(standing())
        .order_by()
        .values("enterprise_id")
        .annotate(
            n=Count("pk"),
            unreported=Count("pk", filter=Q(state__in=[str(one) for one in UNREPORTED])),
        )
    )
    for row in found:
        if row["enterprise_id"] in rows:
            rows[row["enterprise_id"]].n_warnings = row["n"]
            rows[row["enterprise_id"]].n_unreported = row["unreported"]
    asked = (
        FeedbackRequest.objects.for_actor(actor)
        .filter(answered_at__isnull=True)
        .order_by()
        .values("enterprise_id")
        .annotate(n=Count("pk"))
    )
    for row in asked:
        if row["enterprise_id"] in rows:
            rows[row["enterprise_id"]].n_unanswered = row["n"]


@dataclass(frozen=True, slots=True)
class _Limit:
    """A limit with its point. `waits_s` is how long an alarm may take: its delay and a minute."""

    rule_id: UUID
    enterprise_id: UUID
    kind: str
    limit: float
    waits_s: float
    number: int
    tag: str
    sampling_s: float

    def is_beyond(self, values: Any) -> Any:
        """Tell of a value, or of each of several, whether it lies beyond."""
        return values > self.limit if self.kind.startswith("H") else values < self.limit


def _hidden(actor: Actor) -> list[Hidden] | None:
    """Return points that lie beyond a limit while no alarm of it stands; None while the store does
    not answer.

    They must have done so without a break for the delay of the alarm and a minute besides; one put
    aside (shelved, suppressed, out of service) is no under-reporting.
    """
    rules = AlarmRule.objects.for_actor(actor).filter(
        Q(alarm__isnull=True) | Q(alarm__condition=False),
        kind__in=[RuleKind.HH, RuleKind.H, RuleKind.L, RuleKind.LL],
        in_use=True,
        limit__isnull=False,
        point__removed_at__isnull=True,
        point__in_service=True,
    )
    wanted = [
        _Limit(pk, owner, kind, limit, delay + 60.0, number, tag, sampling)
        for pk, owner, kind, limit, delay, number, tag, sampling in rules.exclude(
            alarm__shown__in=PUT_ASIDE
        )
        .order_by()
        .values_list(
            "pk", "enterprise_id", "kind", "limit", "on_delay_s", "point__number", "point__tag",
            "point__sampling_seconds",
        )
    ]  # fmt: skip
    newest = overview.newest({one.number for one in wanted})
    if newest is None:
        return None
    recent = set(
        AlarmEvent.objects.for_actor(actor)
        .filter(what=Happening.RAISED, at__gte=now() - dt.timedelta(minutes=10))
        .values_list("rule_id", flat=True)
    )
    beyond = []
    for one in wanted:
        value, quality, at = newest.get(one.number, (None, 2, 0))
        if value is None or quality > 1 or one.rule_id in recent or not one.is_beyond(value):
            continue
        moment = dt.datetime.fromtimestamp(at / 1000, dt.UTC)
        beyond.append((one, Hidden(one.enterprise_id, one.tag, one.kind, one.limit, value, moment)))
    lasting = _lasting(beyond, now())
    return None if lasting is None else lasting[:MOST_UNREPORTED]


def _lasting(beyond: list[tuple[_Limit, Hidden]], moment: dt.datetime) -> list[Hidden] | None:
    """Return those that have been beyond for longer than their alarm may take; None as above."""
    young = [one for one, seen in beyond if (moment - seen.at).total_seconds() < one.waits_s]
    if not young:
        return [seen for _one, seen in beyond]
    back = max(one.waits_s + SURE_INTERVALS * one.sampling_s for one in young)
    try:
        found = client.samples(
            {one.number for one in young}, moment - min(dt.timedelta(seconds=back), DAY), moment
        )
    except client.NoHistorian:
        return None
    lasting = {one.rule_id for one, _seen in beyond} - {one.rule_id for one in young}
    now_s = moment.timestamp()
    for one in young:
        mine = (found.tags == one.number) & (found.quality < 2)
        times, is_beyond = found.times_us[mine] / 1e6, one.is_beyond(found.values[mine])
        within = np.flatnonzero(~is_beyond)
        since = times[within[-1] + 1 :] if len(within) else times
        if len(since) and now_s - since[0] >= one.waits_s:
            lasting.add(one.rule_id)
    return [seen for one, seen in beyond if one.rule_id in lasting]


def _regions(rows: list[PatrolRow]) -> list[Region]:
    by: dict[str, list[PatrolRow]] = defaultdict(list)
    for row in rows:
        by[row.area].append(row)
    made: list[dict[str, Any]] = []
    for name, mine in by.items():
        told = [row for row in mine if row.online is not None]
        n_points = sum(row.n_points for row in told)
        obliged = [row for row in mine if row.is_obliged]
        online = sum((row.online or 0) * row.n_points for row in told)
        made.append(
            {
                "name": name,
                "n": len(mine),
                "online": online / n_points if n_points else None,
                "committed": (
                    sum(row.has_committed for row in obliged) / len(obliged) if obliged else None
                ),
                "n_warnings": sum(row.n_warnings for row in mine),
            }
        )
    made.sort(key=lambda one: (-(one["online"] or 0), -(one["committed"] or 0), one["name"]))
    return [Region(**one, rank=n) for n, one in enumerate(made, 1)]
