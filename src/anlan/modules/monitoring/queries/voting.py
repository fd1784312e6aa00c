"""Groups of gas detectors that vote, judged from how their alarms stand now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring.choices import DeviceKind, RuleKind, Shown
from anlan.modules.monitoring.models import AlarmRule, SafetyDevice
from anlan.modules.monitoring.queries import overview
from anlan.modules.monitoring.rules_voting import (
    IN_ALARM,
    Logic,
    Said,
    Verdict,
    Vote,
    logic_of,
    vote,
)
from anlan.modules.registry.models.base import LIVE

LEVEL_2 = frozenset({RuleKind.HH, RuleKind.LL})
LEVELS = LEVEL_2 | {RuleKind.H, RuleKind.L}
SICK = frozenset({RuleKind.FROZEN, RuleKind.STALE, RuleKind.BAD})
# Inhibited by logic or out of service under a permit: test gas at a detector is no alarm. One on
# the shelf is silent only; the gas is there.
INHIBITED = frozenset({Shown.SUPPRESSED, Shown.OUT_OF_SERVICE})


class Fault(StrEnum):
    """Why a detector can say nothing."""

    NONE = ""
    DEVICE_OUT = "device_out"
    NO_POINT = "no_point"
    NO_ALARM = "no_alarm"
    INHIBITED = "inhibited"
    BAD_VALUE = "bad_value"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector of a group and what it says."""

    pk: UUID
    tag: str
    name: str
    point_id: UUID | None
    said: Said
    fault: Fault

    @property
    def is_in_alarm(self) -> bool:
        """Tell whether one of its limits is reached."""
        return self.said in IN_ALARM


@dataclass(slots=True)
class Group:
    """The detectors of one zone that measure the same and have the same logic.

    `place` is empty for a detector whose zone nobody named: with whom it votes cannot be told,
    so `vote` is None and its alarm is a single one. `units` are the installations it watches.
    """

    enterprise_id: UUID
    place: str
    measures: str
    logic: Logic
    detectors: list[Detector] = field(default_factory=list)
    units: set[UUID] = field(default_factory=set)
    vote: Vote | None = None

    @property
    def voting(self) -> list[Detector]:
        """Return the detectors in alarm."""
        return [one for one in self.detectors if one.is_in_alarm]

    @property
    def judged(self) -> str:
        """Return the logic, and what is left of it where detectors can say nothing."""
        if self.vote is None or not self.vote.is_degraded:
            return str(self.logic)
        return f"{self.logic} → {self.vote.judged_as}"

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the vote confirms a gas alarm."""
        return self.vote is not None and self.vote.verdict == Verdict.CONFIRMED


@dataclass(frozen=True, slots=True)
class Voted:
    """Groups by enterprise, place and logic. `is_told` is False while the store does not answer:
    detectors off line are then taken for sound."""

    groups: list[Group]
    is_told: bool

    def of(self, device_id: UUID) -> Group | None:
        """Return the group of a detector, None for one that votes with nobody."""
        return next(
            (one for one in self.groups if any(d.pk == device_id for d in one.detectors)), None
        )


def voted(actor: Actor, wanted: Q | None = None) -> Voted:
    """Return the groups of the detectors that the actor sees; two statements and one question to
    the store, however many they are. `wanted` narrows the devices."""
    devices = [
        (row, logic)
        for row in _devices(actor, wanted)
        if (logic := logic_of(row["voting"])) is not None and logic.of > 1
    ]
    if not devices:
        return Voted([], is_told=True)
    points = {row["point_id"] for row, _logic in devices if row["point_id"]}
    rules = _rules(actor, points)
    seconds = {row["number"]: row["sampling"] for row, _logic in devices if row["point_id"]}
    online = overview.online_now(list(seconds), seconds)
    groups: dict[tuple[Any, ...], Group] = {}
    for row, logic in devices:
        place = row["place"].strip()
        # Nobody votes with a detector whose zone is not named.
        zone = place.casefold() or row["pk"]
        key = (row["enterprise_id"], row["installation_id"], zone, row["measures"], logic)
        group = groups.get(key)
        if group is None:
            group = groups[key] = Group(row["enterprise_id"], place, row["measures"] or "", logic)
        fault = _fault(row, rules.get(row["point_id"], []), online)
        said = _said(rules.get(row["point_id"], []), fault)
        kept = Fault.NONE if said in IN_ALARM else fault
        group.detectors.append(
            Detector(row["pk"], row["tag"], row["name"], row["point_id"], said, kept)
        )
        group.units |= {row["unit"] or row["installation_id"]} - {None}
    for one in groups.values():
        if one.place:
            one.vote = vote(one.logic, [detector.said for detector in one.detectors])
    ordered = sorted(groups.values(), key=lambda one: (one.place == "", one.place, str(one.logic)))
    return Voted(ordered, is_told=online is not None)


def of_device(actor: Actor, device: SafetyDevice) -> tuple[Group | None, bool]:
    """Return the group that a detector votes in, None where it votes with nobody; and whether
    the store told who is on line."""
    if device.kind != DeviceKind.DETECTOR or not device.voting:
        return None, True
    near = Q(
        enterprise=device.enterprise_id,
        installation=device.installation_id,
        place__iexact=device.place,
    )
    found = voted(actor, near)
    return found.of(device.pk), found.is_told


def of_point(actor: Actor, point_id: UUID) -> tuple[Group | None, bool]:
    """Return the group in which the detector of a point votes, as `of_device` does."""
    rows = SafetyDevice.objects.for_actor(actor).filter(
        LIVE, point=point_id, kind=DeviceKind.DETECTOR
    )
    row = rows.exclude(voting="").order_by("tag").first()
    return of_device(actor, row) if row else (None, True)


def _devices(actor: Actor, wanted: Q | None) -> Iterable[dict[str, Any]]:
    rows = SafetyDevice.objects.for_actor(actor).filter(
        LIVE, wanted or Q(), kind=DeviceKind.DETECTOR
    )
    return (
        rows.exclude(voting__in=("", "1oo1"))
        .order_by("tag")
        .values(
            "pk", "tag", "name", "place", "voting", "in_service", "enterprise_id",
            "installation_id", "point_id",
            measures=F("point__kind"), unit=F("point__installation"),
            number=F("point__number"), sampling=F("point__sampling_seconds"),
            measured=F("point__in_service"), gone=F("point__removed_at"),
        )
    )  # fmt: skip


def _rules(actor: Actor, points: Collection[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = AlarmRule.objects.for_actor(actor).filter(
        point__in=points, kind__in=LEVELS | SICK, in_use=True
    )
    for row in rows.order_by().values(
        "point_id", "kind", stands=F("alarm__condition"), shown=F("alarm__shown")
    ):
        found[row["point_id"]].append(row)
    return found


def _fault(row: Mapping[str, Any], rules: list[dict[str, Any]], online: set[int] | None) -> Fault:
    if not row["in_service"]:
        return Fault.DEVICE_OUT
    if row["point_id"] is None or not row["measured"] or row["gone"] is not None:
        return Fault.NO_POINT
    levels = [one for one in rules if one["kind"] in LEVELS]
    if not levels:
        return Fault.NO_ALARM
    if any(one["shown"] in INHIBITED for one in levels):
        return Fault.INHIBITED
    if any(one["stands"] for one in rules if one["kind"] in SICK):
        return Fault.BAD_VALUE
    if online is not None and row["number"] not in online:
        return Fault.OFFLINE
    return Fault.NONE


def _said(rules: list[dict[str, Any]], fault: Fault) -> Said:
    """Return what a detector says: an alarm that stands is believed, whatever else ails it."""
    if fault in (Fault.DEVICE_OUT, Fault.NO_POINT):
        return Said.FAULTY
    standing = {
        one["kind"]
        for one in rules
        if one["stands"] and one["kind"] in LEVELS and one["shown"] not in INHIBITED
    }
    if standing:
        return Said.LEVEL_2 if standing & LEVEL_2 else Said.LEVEL_1
    return Said.FAULTY if fault else Said.QUIET
