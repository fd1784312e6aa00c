"""Safety devices and the four systems, by enterprise."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.base.clock import today
from anlan.base.duties.models import Instance
from anlan.base.duties.states import OPEN
from anlan.modules.monitoring.choices import SYSTEM_OF, DeviceKind, System
from anlan.modules.monitoring.models import CameraDay, DeviceTest, SafetyDevice, SystemStatement
from anlan.modules.registry.models.base import LIVE
from anlan.modules.registry.queries import coded

TEST_DUTY = "device_test"
"""The kind of the duties to test a device."""
ASKED = LIVE & Q(kind=DeviceKind.CAMERA, in_service=True) & ~Q(address="")
"""Cameras that are asked whether they are there."""
TOLD = ASKED & Q(is_online__isnull=False)
"""Cameras of which is known whether they are on line."""


def devices(actor: Actor) -> ScopedQuerySet[SafetyDevice]:
    """Devices that were not removed."""
    joined = ("enterprise", "installation", "equipment", "point")
    return coded(SafetyDevice.objects.for_actor(actor).filter(LIVE).select_related(*joined))


def tests_of(actor: Actor, device: SafetyDevice) -> list[DeviceTest]:
    """Return a device's tests, the newest first."""
    return list(
        DeviceTest.objects.for_actor(actor).filter(device=device.pk).order_by("-done_on")[:50]
    )


@dataclass(slots=True)
class Standing:
    """One system of one enterprise: what is stated, and what its devices say."""

    system: System
    statement: SystemStatement | None = None
    n: int = 0
    out: int = 0
    overdue: int = 0
    failed: int = 0
    offline: int = 0
    online: int = 0


@dataclass(slots=True)
class Place:
    """An enterprise with its four systems."""

    pk: UUID
    name: str
    systems: dict[str, Standing] = field(default_factory=dict)


def standings(actor: Actor, enterprise_ids: list[tuple[UUID, str]]) -> list[Place]:
    """Return the four systems of these enterprises; two statements however many they are."""
    places = {
        pk: Place(pk, name, {one.value: Standing(one) for one in System})
        for pk, name in enterprise_ids
    }
    ids = list(places)
    for row in SystemStatement.objects.for_actor(actor).filter(enterprise__in=ids):
        places[row.enterprise_id].systems[row.system].statement = row
    counted: Any = (
        SafetyDevice.objects.for_actor(actor)
        .filter(LIVE, enterprise__in=ids)
        .order_by()
        .values("enterprise_id", "kind")
        .annotate(
            n=Count("pk"),
            out=Count("pk", filter=Q(in_service=False)),
            overdue=Count("pk", filter=Q(test_due_on__lt=today())),
            failed=Count("pk", filter=Q(test_passed=False)),
            online=Count("pk", filter=TOLD & Q(is_online=True)),
            offline=Count("pk", filter=TOLD & Q(is_online=False)),
        )
    )
    for row in counted:
        standing = places[row["enterprise_id"]].systems[SYSTEM_OF[DeviceKind(row["kind"])]]
        standing.n, standing.out = row["n"], row["out"]
        standing.overdue, standing.failed = row["overdue"], row["failed"]
        standing.online, standing.offline = row["online"], row["offline"]
    return list(places.values())


def cameras_by_enterprise(actor: Actor) -> dict[UUID, tuple[int, int]]:
    """Return cameras on line and cameras of which that is known, by enterprise."""
    rows: Any = (
        SafetyDevice.objects.for_actor(actor)
        .filter(TOLD)
        .order_by()
        .values("enterprise_id")
        .annotate(n=Count("pk"), online=Count("pk", filter=Q(is_online=True)))
    )
    return {row["enterprise_id"]: (row["online"], row["n"]) for row in rows}


def cameras_of_day(actor: Actor, day: dt.date) -> dict[UUID, tuple[float, int]]:
    """Return the share of answers on line over a day, and how many cameras, by enterprise."""
    rows = CameraDay.objects.for_actor(actor).filter(day=day, asked__gt=0)
    return {row.enterprise_id: (row.online / row.asked, row.cameras) for row in rows}


def duty_of(actor: Actor, device: SafetyDevice) -> Instance | None:
    """Return the open duty to test a device, the first one due."""
    rows = Instance.objects.for_actor(actor).filter(
        enterprise=device.enterprise_id,
        plan__kind=TEST_DUTY,
        plan__subject_id=device.pk,
        state__in=OPEN,
    )
    return rows.select_related("plan").order_by("due_at").first()
