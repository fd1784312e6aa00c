"""The four systems: devices, their tests, and what an enterprise states."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.monitoring.queries import systems as queries
from anlan.modules.monitoring.services import systems
from tests.support.world import World

pytestmark = pytest.mark.django_db


def engineer(world: World, plant: str = "plant_a"):  # type: ignore[no-untyped-def]
    return world.actor(Role.EQUIPMENT_ENGINEER, plant)


def valve(world: World, **more):  # type: ignore[no-untyped-def]
    given = {"kind": "valve", "tag": "XV-101", "name": "101#罐紧急切断阀", "stroke_limit_s": 10}
    return systems.device_create(engineer(world), given | more)


def test_the_next_test_follows_from_the_last(world: World) -> None:
    row = valve(world, tested_on=today() - dt.timedelta(days=10))
    row.refresh_from_db()
    assert (row.test_days, row.test_due_on) == (180, today() + dt.timedelta(days=170))
    systems.device_test(engineer(world), row.pk, kind="stroke", done_on=today(), passed=True,
                        measured=7.5)  # fmt: skip
    row.refresh_from_db()
    assert (row.test_passed, row.test_due_on) == (True, today() + dt.timedelta(days=180))


def test_a_slow_stroke_has_not_passed_and_a_failed_test_is_due_at_once(world: World) -> None:
    row, actor = valve(world), engineer(world)
    with pytest.raises(BadInput):
        systems.device_test(actor, row.pk, kind="stroke", done_on=today(), passed=True, measured=12)
    systems.device_test(actor, row.pk, kind="stroke", done_on=today(), passed=False, measured=12,
                        note="气源压力低，已报修")  # fmt: skip
    row.refresh_from_db()
    assert (row.test_passed, row.test_due_on) == (False, today())


def test_statements_go_in_steps_and_say_why_not(world: World) -> None:
    actor, plant = engineer(world), world.plant_a.pk
    for given in (
        {"present": False, "working": True, "in_service": False},
        {"present": True, "working": True, "in_service": False},
    ):
        with pytest.raises(BadInput):
            systems.system_state(actor, plant, "lightning", **given)
    systems.system_state(actor, plant, "lightning", present=False, working=False, in_service=False,
                         why_not="设备采购中", put_right_by=today())  # fmt: skip
    found = systems.system_state(actor, plant, "lightning", present=True, working=True,
                                 in_service=True)  # fmt: skip
    assert (found.version, found.why_not) == (2, "")


def test_only_those_who_may_and_only_at_home(world: World) -> None:
    row = valve(world)
    operator = world.actor(Role.OPERATOR, "plant_a")
    with pytest.raises(Forbidden):
        systems.device_test(operator, row.pk, kind="stroke", done_on=today(), passed=True)
    with pytest.raises(NotYours):
        systems.device_update(engineer(world, "plant_b"), row.pk, {"name": "x"})


def test_counts_by_system_cost_two_statements(world: World, count_queries) -> None:
    valve(world, tested_on=today() - dt.timedelta(days=400))
    named = [(world.plant_a.pk, "a"), (world.plant_a2.pk, "a2")]
    officer = world.actor(Role.BUREAU_INSPECTOR, "city_a")
    place = queries.standings(officer, named)[0]
    assert (place.systems["shut_off"].n, place.systems["shut_off"].overdue) == (1, 1)
    assert count_queries(lambda: queries.standings(officer, named)) == 2


def test_the_pages_take_a_statement_and_a_test(world: World) -> None:
    row = valve(world)
    client, officer = Client(), Client()
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    officer.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    address = reverse("monitoring:systems_state", args=[world.plant_a.pk, "shut_off"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"present": "on"}).status_code == 422
    given = {"present": "on", "working": "on", "in_service": "on"}
    assert client.post(address, given).status_code == 302
    page = reverse("monitoring:devices_show", args=[row.pk])
    given = {"kind": "stroke", "done_on": str(today()), "passed": "on", "measured": "6.5"}
    assert client.post(page, given).status_code == 302
    assert "6.5" in client.get(page).content.decode()
    for name in ("systems", "devices", "devices_new"):
        assert client.get(reverse(f"monitoring:{name}")).status_code == 200
    assert "plant_a" in officer.get(reverse("monitoring:systems")).content.decode()
    assert officer.post(page, given).status_code == 403
