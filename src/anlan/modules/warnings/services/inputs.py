"""What the index of every installation is made of, in a fixed number of statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import SHANGHAI, day_of
from anlan.base.duties.models import Instance
from anlan.base.duties.states import State as DutyState
from anlan.engines.warning import index, scores
from anlan.engines.warning.model import Group, Model
from anlan.modules.commitment import queries as commitment
from anlan.modules.findings.models import Finding
from anlan.modules.findings.queries import overdue
from anlan.modules.monitoring.choices import (
    GAS_KINDS,
    DeviceKind,
    GroupState,
    PointKind,
    RuleKind,
)
from anlan.modules.monitoring.models import AlarmState, SafetyDevice
from anlan.modules.monitoring.queries import groups, overview, systems, voting
from anlan.modules.registry.models import MhiUnit
from anlan.modules.registry.models.base import LIVE
from anlan.modules.registry.models.facility import OperatingState
from anlan.modules.warnings import queries_weather, rules
from anlan.modules.warnings.models import WeatherSignal
from anlan.modules.warnings.services import approach

COMMITTED_BY = dt.time(10, 5)
"""From when on a missing commitment counts (Asia/Shanghai)."""
SECOND = frozenset({RuleKind.HH, RuleKind.LL})
FIRST = frozenset({RuleKind.H, RuleKind.L, RuleKind.RATE, RuleKind.DEVIATION, RuleKind.STATE})
SICK = frozenset({RuleKind.FROZEN, RuleKind.STALE, RuleKind.BAD})


@dataclass(slots=True)
class Gathered:
    """What is known of one unit besides its level."""

    unit: MhiUnit
    n_process: int = 0
    n_gas: int = 0
    n_online: int = 0
    n_gas_offline: int = 0
    n_cameras: int = 0
    n_video_offline: int = 0
    n_valves: int = 0
    n_valves_out: int = 0
    sick: set[str] = field(default_factory=set)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    soon: list[approach.Approach] = field(default_factory=list)
    confirmed: list[voting.Group] = field(default_factory=list)


def gather(
    now: dt.datetime, model_of: Callable[[UUID], Model], units: Collection[UUID] | None = None
) -> dict[UUID, tuple[MhiUnit, index.Inputs]]:
    """Return the inputs of every installation that is in use and is a major hazard or measured.

    `model_of` gives the index of an enterprise, whose scores the factors take.

    Work permits are not connected: their group has no input and says so; so has the environment
    where nobody ever kept weather signals.
    """
    found = _units(units)
    online = _points(found)
    _alarms(found)
    _devices(found)
    _votes(found)
    for pk, some in approach.approaching(now, list(found)).items():
        found[pk].soon = some
    for row in groups.standing_of(SYSTEM, list(found)):
        found[row["installation_id"]].groups.append(row)
    enterprises = {one.unit.enterprise_id for one in found.values()}
    lacks = _lacks(now, enterprises)
    weather = queries_weather.kept(SYSTEM, now, enterprises)
    made: dict[UUID, tuple[MhiUnit, index.Inputs]] = {}
    for pk, one in found.items():
        plant, path = one.unit.enterprise_id, one.unit.scope_path
        model = model_of(plant)
        factors = [
            *_factors(one, online, lacks.get(plant), model, now),
            *_environment(weather.of(path, plant), model),
        ]
        level = one.unit.level if one.unit.is_mhi else None
        made[pk] = (one.unit, index.Inputs(level, factors, _overrides(one)))
    return made


def _units(ids: Collection[UUID] | None) -> dict[UUID, Gathered]:
    rows = MhiUnit.objects.for_actor(SYSTEM).filter(
        Q(is_mhi=True) | Q(points__isnull=False),
        removed_at__isnull=True,
        state=OperatingState.IN_USE,
    )
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return {row.pk: Gathered(row) for row in rows.distinct()}


def _points(found: dict[UUID, Gathered]) -> bool:
    """Count points and those on line; return whether the store answered."""
    rows = list(
        overview.live_points(SYSTEM)
        .filter(installation__isnull=False)
        .order_by()
        .values_list("installation", "kind", "number", "sampling_seconds")
    )
    seconds = {number: sampling for _unit, _kind, number, sampling in rows}
    online = overview.online_now(list(seconds), seconds)
    for unit, kind, number, _sampling in rows:
        one = found.get(unit)
        if one is None:
            continue
        is_on = online is not None and number in online
        one.n_online += is_on
        if kind in GAS_KINDS:
            one.n_gas += 1
            one.n_gas_offline += not is_on
        else:
            one.n_process += 1
    return online is not None


def _alarms(found: dict[UUID, Gathered]) -> None:
    rows = AlarmState.objects.for_actor(SYSTEM).filter(
        condition=True, shown__in=overview.OPEN, rule__point__installation__isnull=False
    )
    for row in rows.values(
        "value",
        "unacknowledged",
        "raised_at",
        kind=F("rule__kind"),
        response=F("rule__response_seconds"),
        tag=F("rule__point__tag"),
        measures=F("rule__point__kind"),
        unit=F("rule__point__installation"),
    ):
        one = found.get(row["unit"])
        if one is None:
            continue
        if row["kind"] in SICK:
            one.sick.add(row["tag"])
        else:
            one.alarms.append(row)


def _devices(found: dict[UUID, Gathered]) -> None:
    """Count cameras off line, and shut-off valves out of service or whose last test failed.

    A camera that no installation is named for is the whole plant's: it counts for each of them.
    """
    by_plant: dict[UUID, list[Gathered]] = defaultdict(list)
    for one in found.values():
        by_plant[one.unit.enterprise_id].append(one)
    is_out = Q(kind=DeviceKind.VALVE) & (Q(in_service=False) | Q(test_passed=False))
    rows: Any = (
        SafetyDevice.objects.for_actor(SYSTEM)
        .filter(systems.TOLD | (LIVE & Q(kind=DeviceKind.VALVE)), enterprise__in=list(by_plant))
        .order_by()
        .values("enterprise_id", "installation_id", "kind")
        .annotate(
            n=Count("pk"), bad=Count("pk", filter=is_out | (systems.TOLD & Q(is_online=False)))
        )
    )
    for row in rows:
        unit = found.get(row["installation_id"])
        if row["kind"] == DeviceKind.CAMERA:
            whole = row["installation_id"] is None
            for one in by_plant[row["enterprise_id"]] if whole else filter(None, [unit]):
                one.n_cameras += row["n"]
                one.n_video_offline += row["bad"]
        elif unit is not None:
            unit.n_valves += row["n"]
            unit.n_valves_out += row["bad"]


def _votes(found: dict[UUID, Gathered]) -> None:
    """Take the gas alarms that the vote of a zone confirms."""
    enterprises = {one.unit.enterprise_id for one in found.values()}
    for group in voting.voted(SYSTEM, Q(enterprise__in=enterprises)).groups:
        if group.is_confirmed:
            for one in filter(None, map(found.get, group.units)):
                one.confirmed.append(group)


def _overrides(one: Gathered) -> frozenset[str]:
    is_toxic = any(group.measures == PointKind.GAS_TOXIC for group in one.confirmed)
    return frozenset({"toxic_release"} if is_toxic else ())


def _lacks(now: dt.datetime, enterprises: Collection[UUID]) -> dict[UUID, list[str]]:
    day = day_of(now)
    lacks: dict[UUID, list[str]] = {pk: [] for pk in enterprises}
    if now.astimezone(SHANGHAI).time() >= COMMITTED_BY:
        for pk in commitment.missing(SYSTEM, day).order_by().values_list("pk", flat=True):
            if pk in lacks:
                lacks[pk].append("commitment_missing")
    late = (
        Finding.objects.for_actor(SYSTEM)
        .filter(overdue(day), enterprise__in=enterprises)
        .order_by()
        .values("enterprise_id")
        .annotate(n=Count("pk"), major=Count("pk", filter=Q(level=1)))
    )
    for row in late:
        code = "major_finding_overdue" if row["major"] else "finding_overdue"
        lacks[row["enterprise_id"]].append(code)
    duties = (
        Instance.objects.for_actor(SYSTEM)
        .filter(state=DutyState.OVERDUE, enterprise__in=enterprises)
        .order_by()
        .values_list("enterprise_id", flat=True)
        .distinct()
    )
    for pk in duties:
        lacks[pk].append("duty_overdue")
    return lacks


def _factors(
    one: Gathered, is_told: bool, lacks: list[str] | None, model: Model, now: dt.datetime
) -> list[index.Factor]:
    return [
        *_process(one, is_told, model),
        *_unusual(one, model, now),
        *_gas(one, is_told, model),
        *_barriers(one, is_told, model),
        *_management(lacks, model),
    ]


def _process(one: Gathered, is_told: bool, model: Model) -> list[index.Factor]:
    if not one.n_process:
        return []
    made = [
        index.Factor(
            Group.PROCESS,
            "second_limit" if row["kind"] in SECOND else "limit",
            model.scores["process", "second_limit" if row["kind"] in SECOND else "limit"],
            of=f"{row['tag']} {row['kind']}",
            value=row["value"],
        )
        for row in one.alarms
        if row["measures"] not in GAS_KINDS and row["kind"] in SECOND | FIRST
    ]
    made += [
        index.Factor(
            Group.PROCESS, "soon", model.scores["process", "soon"], of=str(found), value=found.value
        )
        for found in one.soon
    ]
    if not is_told or not one.n_online:
        made.append(index.Factor(Group.PROCESS, "unknown", None))
    return made or [index.Factor(Group.PROCESS, "normal", 0.0)]


def _unusual(one: Gathered, model: Model, now: dt.datetime) -> list[index.Factor]:
    """Return the groups of tags that left their usual relation, naming what has a part in it.

    One that cannot be judged is unknown with what it had; one beyond for a short time is calm.
    """
    score = model.scores["process", "unusual_group"]
    made = []
    for row in one.groups:
        if row["state"] == GroupState.UNUSUAL:
            parts = ", ".join(f"{tag} {share:.0%}" for tag, share in row["parts"])
            of = f"{row['name']} ({parts})"
            made.append(index.Factor(Group.PROCESS, "unusual_group", score, of=of))
        elif row["state"] == GroupState.UNKNOWN:
            known = row["known_at"]
            made.append(
                index.Factor(
                    Group.PROCESS,
                    "unusual_group",
                    None,
                    of=": ".join(filter(None, (row["name"], ", ".join(row["missing"][:5])))),
                    last=score if row["above_since"] else None,
                    unknown_for_s=(now - known).total_seconds() if known else 0.0,
                )
            )
    return made


def _gas(one: Gathered, is_told: bool, model: Model) -> list[index.Factor]:
    if not one.n_gas:
        return []
    if one.confirmed:
        # A zone's vote: the index knows it as a factor of its own, above any single detector's.
        of = "; ".join(
            f"{group.place} {group.judged} ({', '.join(d.tag for d in group.voting)})"
            for group in one.confirmed[:3]
        )
        return [
            index.Factor(Group.GAS, "confirmed", scores.gas(0, 0, model, confirmed=True), of=of)
        ]
    mine = [row for row in one.alarms if row["measures"] in GAS_KINDS]
    second = [row for row in mine if row["kind"] in SECOND]
    first = [row for row in mine if row["kind"] not in SECOND]
    if not mine and (not is_told or one.n_gas_offline == one.n_gas):
        return [index.Factor(Group.GAS, "unknown", None)]
    score = scores.gas(len(first), len(second), model)
    code = "normal"
    if mine:
        code = "level_2" if second or len(first) > 1 else "level_1"
    tags = ", ".join(sorted(row["tag"] for row in mine)[:5])
    return [index.Factor(Group.GAS, code, score, of=tags)]


def _barriers(one: Gathered, is_told: bool, model: Model) -> list[index.Factor]:
    total = one.n_process + one.n_gas
    if not total:
        return []
    if not is_told:
        return [index.Factor(Group.BARRIERS, "unknown", None)]
    unhandled = [row for row in one.alarms if row["kind"] in SECOND and row["unacknowledged"]]
    counts = {
        "point_offline": (total - one.n_online, total),
        "point_frozen": (len(one.sick), total),
        "alarm_unhandled": (len(unhandled), max(len(unhandled), 1)),
    }
    if one.n_gas:
        counts["detector_unhealthy"] = (one.n_gas_offline, one.n_gas)
    if one.n_cameras:
        counts["video_offline"] = (one.n_video_offline, one.n_cameras)
    if one.n_valves:
        counts["shutoff_valve_out"] = (one.n_valves_out, one.n_valves)
    together = scores.barriers(counts, model)
    worst = max(counts, key=lambda code: counts[code][0] / counts[code][1])
    words = ", ".join(f"{code} {bad}/{of}" for code, (bad, of) in counts.items() if bad)
    return [index.Factor(Group.BARRIERS, worst if words else "normal", together, of=words)]


def _management(lacks: list[str] | None, model: Model) -> list[index.Factor]:
    if not lacks:
        return [index.Factor(Group.MANAGEMENT, "normal", 0.0)]
    return [
        index.Factor(Group.MANAGEMENT, code, scores.management([code], model)) for code in lacks
    ]


def _environment(signals: list[WeatherSignal] | None, model: Model) -> list[index.Factor]:
    """Return the signals in force; `of` is kind, end (ISO 8601, Shanghai) and place."""
    if signals is None:
        return []
    made = []
    for row in signals:
        colour = str(rules.COLOURS[row.colour])
        until = row.over_at.astimezone(SHANGHAI).isoformat(timespec="minutes")
        of = f"{row.kind} {until} {row.place.name}"
        score = scores.environment([colour], model)
        made.append(index.Factor(Group.ENVIRONMENT, colour, score, of=of))
    return made or [index.Factor(Group.ENVIRONMENT, "normal", 0.0)]
