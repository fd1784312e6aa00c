"""The overview of a plant, how plants stand, the wall, and the line of values."""

import asyncio
import datetime as dt
from types import SimpleNamespace

import pytest

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.modules.monitoring.models import AlarmRule, AlarmState, Point
from anlan.modules.monitoring.queries import overview
from anlan.modules.monitoring.tests.store import Store
from anlan.modules.monitoring.ui import overview_views
from anlan.modules.monitoring.ui.live_values import Plant
from anlan.telemetry import client as historian

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    made = Store()
    before = historian.install(made)
    overview._latest_kept = (float("-inf"), None)
    yield made
    historian.install(before)


def point(plant, tag, kind="level", **more):
    here = {"enterprise": plant, "scope_path": plant.path}
    return Point.objects.create(**here, tag=tag, name=tag, kind=kind, unit="%", **more)


def alarm(of, *, unacknowledged=True, priority=2):
    here = {"enterprise": of.enterprise, "scope_path": of.scope_path}
    rule = AlarmRule.objects.create(**here, point=of, kind="H", limit=85, priority=priority)
    return AlarmState.objects.create(
        **here, rule=rule, shown="B" if unacknowledged else "C", priority=priority,
        condition=True, unacknowledged=unacknowledged, since=now(), raised_at=now(), value=86,
    )  # fmt: skip


@pytest.fixture
def operator(world):
    return world.user(Role.CONTROL_ROOM, "plant_a")


def test_a_plant_shows_its_points_and_the_unacknowledged_first(
    world, store, operator, client
) -> None:
    calm, loud = point(world.plant_a, "LI-1"), point(world.plant_a, "LI-2")
    point(world.plant_a, "GT-1", "gas_flammable")
    alarm(calm, unacknowledged=False, priority=1)
    alarm(loud, priority=3)
    store.samples = [(loud.number, now(), 86.0, 0)]
    actor = world.actor(Role.CONTROL_ROOM, "plant_a")
    scene = overview.scene(actor, world.plant_a.pk)
    assert (scene.n_points, scene.n_online) == (3, 1)
    assert [state.rule.point.tag for state in overview.open_alarms(actor)] == ["LI-2", "LI-1"]
    client.force_login(operator)
    page = client.get(f"/monitoring/plants/{world.plant_a.pk}/")
    assert page.status_code == 200
    assert "LI-2" in page.content.decode()
    assert client.get(f"/monitoring/plants/{world.plant_b.pk}/").status_code == 404
    assert client.get("/monitoring/").headers["Location"].endswith(f"{world.plant_a.pk}/")


def test_an_alarm_is_acknowledged_in_place(world, store, operator, client) -> None:
    state = alarm(point(world.plant_a, "LI-1"))
    client.force_login(operator)
    address = f"/monitoring/plants/{world.plant_a.pk}/alarms/"
    for _twice in range(2):
        answer = client.post(address, {"rule": state.rule_id})
        assert answer.status_code == 200
    state.refresh_from_db()
    assert not state.unacknowledged


def test_a_slow_point_is_on_line_alike_everywhere(world, store) -> None:
    slow = point(world.plant_a, "QI-1", sampling_seconds=600)
    quick = point(world.plant_a, "LI-1")
    point(world.plant_a, "LI-2")
    before = now() - dt.timedelta(minutes=20)
    store.samples = [(slow.number, before, 1.0, 0), (quick.number, before, 1.0, 0)]
    scene = overview.scene(world.actor(Role.CONTROL_ROOM, "plant_a"), world.plant_a.pk)
    (row,) = overview.standings(world.actor(Role.BUREAU_INSPECTOR, "county_a"))
    assert (scene.n_online, row.n_online, row.n_points) == (1, 1, 3)


def test_officers_see_how_plants_stand(world, store, client) -> None:
    one, other = point(world.plant_a, "LI-1"), point(world.plant_a, "LI-2")
    point(world.plant_b, "LI-9")
    alarm(one)
    store.samples = [
        (one.number, now(), 50.0, 0), (other.number, now() - dt.timedelta(hours=1), 50.0, 0),
    ]  # fmt: skip
    (row,) = overview.standings(world.actor(Role.BUREAU_INSPECTOR, "county_a"))
    assert (row.n_points, row.n_online, row.n_alarms, row.worst) == (2, 1, 1, 2)
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    assert "50.0" in client.get("/monitoring/").content.decode()


def test_a_plant_that_sends_nothing_is_told_so(world, store, client) -> None:
    silent = point(world.plant_a, "LI-1")
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    assert "无数据" in client.get("/monitoring/").content.decode()
    address = f"/monitoring/plants/{world.plant_a.pk}/"
    words = "没有点位上传数据"
    assert words in client.get(address).content.decode()
    store.samples = [(silent.number, now(), 50.0, 0)]
    assert words not in client.get(address).content.decode()


def test_an_overview_leaves_nothing_out_in_silence(world, store, operator, client) -> None:
    for n in range(62):
        point(world.plant_a, f"PI-{n:03d}", "pressure")
    client.force_login(operator)
    page = client.get(f"/monitoring/plants/{world.plant_a.pk}/").content.decode()
    assert "PI-061" in page


def test_the_wall_has_room_for_the_tanks_with_an_alarm_first() -> None:
    def tank(code: str, worst: int) -> SimpleNamespace:
        return SimpleNamespace(row=SimpleNamespace(code=code), level=object(), worst=worst)

    tanks = [tank(f"T-{n:03d}", 0) for n in range(20)] + [tank("T-900", 2)]
    shown = overview_views._tanks_of_the_wall(SimpleNamespace(tanks=tanks))
    assert [one.row.code for one in shown][-2:] == ["T-010", "T-900"]
    assert len(shown) == 12


def test_without_the_store_nothing_is_called_on_line(world, store) -> None:
    store.is_away = True
    point(world.plant_a, "LI-1")
    (row,) = overview.standings(world.actor(Role.BUREAU_INSPECTOR, "county_a"))
    assert row.n_online is None
    assert row.online is None


def test_the_wall_and_its_part(world, store, operator, client) -> None:
    alarm(point(world.plant_a, "LI-1"))
    client.force_login(operator)
    assert client.get("/monitoring/wall/").status_code == 200
    assert client.get(f"/monitoring/wall/{world.plant_a.pk}/part/").status_code == 200
    assert client.get(f"/monitoring/wall/{world.plant_b.pk}/part/").status_code == 404


def test_a_foreign_line_of_values_is_not_there_and_a_server_of_threads_answers_once(
    world, store, operator, client
) -> None:
    client.force_login(operator)
    assert client.get(f"/monitoring/live/{world.plant_b.pk}/").status_code == 404
    answer = client.get(f"/monitoring/live/{world.plant_a.pk}/")
    assert b"event: values" in answer.content
    assert client.get("/monitoring/").status_code == 302


def test_each_round_tells_only_what_changed_and_the_break_of_the_line(world, store) -> None:
    one, moment = point(world.plant_a, "LI-1"), now()
    store.samples = [(one.number, moment, 50.0, 0)]

    async def made() -> Plant:
        return Plant(world.plant_a.pk)

    plant = asyncio.run(made())
    assert b'"%d":[50.0,0,' % one.number in plant._round()
    assert plant._round() == b""
    store.is_away = True
    assert plant._round() == b"event: trouble\ndata: {}\n\n"
    assert plant._round() == b""
    store.is_away = False
    assert b"event: values" in plant._round()
    alarm(one)
    assert b"event: alarms" in plant._round()
    assert b'"all":true' in plant.whole()
