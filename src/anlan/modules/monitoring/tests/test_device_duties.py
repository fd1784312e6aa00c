"""Tests of safety devices are duties: made by the cycle, done by a passed test, overdue if not."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.clock import now, start_of, today
from anlan.base.duties.models import Instance, Plan
from anlan.base.duties.services.marking import mark
from anlan.base.duties.states import OPEN
from anlan.modules.monitoring.models import DeviceTest, SafetyDevice
from anlan.modules.monitoring.services import device_duties, systems
from tests.support.world import World

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def engineer(world: World) -> Any:
    return world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")


def valve(world: World, **more: Any) -> SafetyDevice:
    given = {"kind": "valve", "tag": "XV-101", "name": "切断阀", "stroke_limit_s": 10}
    return systems.device_create(engineer(world), given | more)


def stroke(world: World, row: SafetyDevice, **more: Any) -> None:
    given = {"kind": "stroke", "done_on": today(), "passed": True, "measured": 5} | more
    systems.device_test(engineer(world), row.pk, **given)


def duties(row: SafetyDevice) -> list[Instance]:
    rows = Instance.objects.for_actor(SYSTEM).filter(plan__subject_id=row.pk, state__in=OPEN)
    return list(rows.order_by("due_at"))


def plan_of(row: SafetyDevice) -> Plan:
    return Plan.objects.for_actor(SYSTEM).get(subject_id=row.pk, is_active=True)


def test_a_test_soon_due_is_a_duty_and_a_passed_one_moves_it_on(world: World) -> None:
    row = valve(world, tested_on=today() - 170 * DAY)
    (duty,) = duties(row)
    assert duty.due_at == start_of(today() + 11 * DAY)
    assert duty.role == Role.EQUIPMENT_ENGINEER
    client = Client()
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    assert "XV-101" in client.get(reverse("duties:mine")).content.decode()
    page = client.get(reverse("monitoring:devices_show", args=[row.pk])).content.decode()
    assert str(duty.pk) in page
    stroke(world, row)
    duty.refresh_from_db()
    assert (duty.state, duty.record_id) == ("done", DeviceTest.objects.for_actor(SYSTEM).get().pk)
    # The next one is half a year away: nobody's list is filled with it yet.
    assert duties(row) == []
    assert plan_of(row).ends_on == today() + 180 * DAY


def test_what_was_overdue_is_due_tonight_then_overdue_until_it_is_done(world: World) -> None:
    row = valve(world, tested_on=today() - 400 * DAY)
    (duty,) = duties(row)
    assert duty.due_at == start_of(today() + DAY)
    mark(now() + 2 * DAY)
    duty.refresh_from_db()
    assert duty.state == "overdue"
    # The nightly run leaves what stands as it is.
    assert device_duties.follow_all() == 0
    stroke(world, row)
    duty.refresh_from_db()
    assert duty.state.startswith("done")


def test_a_failed_test_leaves_the_duty_open_due_tonight(world: World) -> None:
    row = valve(world, tested_on=today() - 170 * DAY)
    stroke(world, row, passed=False, measured=30, note="气源压力低")
    (duty,) = duties(row)
    assert duty.due_at == start_of(today() + DAY)
    stroke(world, row)
    assert duties(row) == []


def test_a_device_out_of_service_has_no_duty_and_a_new_one_a_first(world: World) -> None:
    row = valve(world)
    row.refresh_from_db()
    assert row.test_due_on == today() + 30 * DAY
    assert len(duties(row)) == 1
    systems.device_update(engineer(world), row.pk, {"in_service": False})
    assert duties(row) == []
    systems.device_update(engineer(world), row.pk, {"in_service": True})
    assert len(duties(row)) == 1
    systems.device_remove(engineer(world), row.pk)
    assert duties(row) == []


def test_many_devices_cost_no_more_statements(world: World, count_queries: Any) -> None:
    rows = [valve(world, tag=f"XV-{n}") for n in range(6)]
    plans = Plan.objects.for_actor(SYSTEM).filter(kind=device_duties.KIND)

    def made(n: int) -> int:
        for plan in plans.filter(is_active=True):
            plan.is_active = False
            plan.save()
        return count_queries(lambda: device_duties.follow(rows[:n]))

    assert made(6) <= made(2) + 1
