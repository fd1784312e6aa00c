"""Points and alarm settings: what may be entered, what others see, what the pages show."""

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.audit.queries import history_of
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services import settings
from anlan.modules.monitoring.services.points import point_remove, point_update, points_set
from anlan.modules.monitoring.tests import data
from tests.support.world import World

pytestmark = pytest.mark.django_db


def engineer(world: World, plant: str = "plant_a"):  # type: ignore[no-untyped-def]
    return world.actor(Role.EQUIPMENT_ENGINEER, plant)


def signed_in(world: World, role: Role, place: str) -> Client:
    client = Client()
    client.force_login(world.user(role, place))
    return client


def test_a_removed_tag_comes_back_with_its_number(world: World) -> None:
    actor = engineer(world)
    first = data.point(actor)
    point_remove(actor, first.pk, "taken down")
    again = data.point(actor)
    assert (again.pk, again.number) == (first.pk, first.number)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"range_low": 12, "range_high": 0}, "range_high"),
        ({"sampling_seconds": 0}, "sampling_seconds"),
        ({"range_high": float("inf")}, "range_high"),
        ({"kind": "gas_toxic"}, "gas"),
        ({"plan_x": 2}, "plan_x"),
    ],
)
def test_points_that_cannot_be_are_refused_beside_their_field(world, given, field) -> None:
    with pytest.raises(BadInput) as refusal:
        data.point(engineer(world), **given)
    assert field in refusal.value.by_field()


def test_operators_look_and_do_not_edit(world: World) -> None:
    point = data.point(engineer(world))
    operator = world.actor(Role.OPERATOR, "plant_a")
    assert queries.point_one(operator, point.pk) == point
    with pytest.raises(Forbidden):
        point_update(operator, point.pk, {"name": "x"})
    with pytest.raises(NotYours):
        queries.point_one(engineer(world, "plant_b"), point.pk)


def test_many_points_go_out_of_service_with_history(world: World) -> None:
    actor = engineer(world)
    rows = [data.point(actor, f"LI-{n}") for n in range(3)]
    assert points_set(actor, [row.pk for row in rows], {"in_service": False}) == 3
    assert points_set(actor, [row.pk for row in rows], {"in_service": False}) == 0
    assert history_of(actor, rows[0])[0].text


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("HH", {"limit": 13}, "limit"),  # beyond the range
        ("HH", {"limit": None}, "limit"),
        ("H", {"limit": 9.6}, "limit"),  # above HH
        ("HH", {"limit": 11}, "kind"),  # there already
        ("L", {"limit": 1, "deadband": -1}, "deadband"),
        ("DEV", {"limit": 0.1}, "compared_with"),
    ],
)
def test_settings_that_cannot_be_are_refused(world, kind, more, field) -> None:
    actor = engineer(world)
    point = data.point(actor)
    data.setting(actor, point, "HH", 9.5)
    with pytest.raises(BadInput) as refusal:
        settings.setting_create(actor, point.pk, {"kind": kind, **more})
    assert field in refusal.value.by_field()


def test_gas_alarms_get_no_comfort_delay(world: World) -> None:
    actor = engineer(world)
    point = data.point(actor, "GDS-001", kind="gas_flammable", unit="%LEL", range_high=100)
    with pytest.raises(BadInput):
        data.setting(actor, point, "H", 25, on_delay_s=30)


def test_the_record_changes_without_change_control_the_limit_does_not(world: World) -> None:
    actor = engineer(world)
    rule = data.setting(actor, data.point(actor))
    told = settings.setting_describe(actor, rule.pk, {"cause": "进料过量", "limit": 11})
    assert (told.cause, told.limit) == ("进料过量", 9.5)


def test_pages_show_a_point_without_a_store(world: World) -> None:
    actor = engineer(world)
    point = data.point(actor, "GDS-001", kind="gas_flammable", unit="%LEL", range_high=100)
    rule = data.setting(actor, point, "H", 40)
    client = signed_in(world, Role.EQUIPMENT_ENGINEER, "plant_a")
    page = client.get(reverse("monitoring:points_show", args=[point.pk])).content.decode()
    for word in ("GDS-001", "GB/T 50493-2019 5.5.2", "应不高于 25"):
        assert word in page
    assert client.get(reverse("monitoring:settings_show", args=[rule.pk])).status_code == 200
    for name in ("points", "settings", "changes", "sources", "points_new", "sources_new"):
        assert client.get(reverse(f"monitoring:{name}")).status_code == 200
    assert client.get(reverse("monitoring:points"), {"q": "GDS"}).content.count(b"GDS-001") >= 1


def test_a_point_is_entered_and_given_an_alarm_through_the_forms(world: World) -> None:
    client = signed_in(world, Role.EQUIPMENT_ENGINEER, "plant_a")
    given = {"tag": "TI-101", "name": "1#罐温度", "kind": "temperature", "unit": "℃",
             "range_low": "-20", "range_high": "100", "decimals": "1", "sampling_seconds": "5",
             "in_service": "on"}  # fmt: skip
    answer = client.post(reverse("monitoring:points_new"), given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    point = queries.points(engineer(world)).get(tag="TI-101")
    address = reverse("monitoring:settings_new", args=[point.pk])
    alarm = {"kind": "H", "limit": "120", "deadband": "1", "on_delay_s": "15", "off_delay_s": "60",
             "priority": "3", "in_use": "on"}  # fmt: skip
    answer = client.post(address, alarm)
    assert answer.status_code == 422
    assert "超出仪表量程" in answer.content.decode()
    assert client.post(address, alarm | {"limit": "60"}).status_code == 302
    assert queries.rules_of(engineer(world), [point.pk])[0].limit == 60


def test_the_list_costs_the_same_for_1_and_30(world: World, count_queries) -> None:
    actor = engineer(world)
    client = signed_in(world, Role.EQUIPMENT_ENGINEER, "plant_a")
    data.setting(actor, data.point(actor, "LI-100"))
    client.get(reverse("monitoring:points"))
    one = count_queries(lambda: client.get(reverse("monitoring:points")))
    for n in range(29):
        data.setting(actor, data.point(actor, f"LI-2{n:02d}"))
    assert count_queries(lambda: client.get(reverse("monitoring:points"))) == one
