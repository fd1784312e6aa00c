"""A weather signal of a county: in the index of its plants while it is in force, no longer."""

import datetime as dt

import pytest
from django.db import ProgrammingError, transaction
from django.utils.translation import override

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.api.tests.test_api import Caller
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings import queries_weather as queries
from anlan.modules.warnings.models import UnitIndex, WeatherSignal
from anlan.modules.warnings.problems import SignalIsOver
from anlan.modules.warnings.services import weather
from anlan.modules.warnings.services.assessing import assess_all
from anlan.modules.warnings.ui import showing

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def units(world):
    return {
        name: MhiUnit.objects.create(
            enterprise=world.places[name], scope_path=world.places[name].path, code="U1",
            name="苯类罐区", kind="storage", is_mhi=True, level=3,
        )
        for name in ("plant_a", "plant_b")
    }  # fmt: skip


def enter(world, role=Role.BUREAU_INSPECTOR, at="county_a", place="", **changed):
    given = {
        "kind": "lightning", "colour": 3, "source": "县气象台", "from_at": now() - HOUR,
        "until_at": now() + HOUR, **changed,
    }  # fmt: skip
    return weather.enter(world.actor(role, at), world.places[place or at].pk, **given)


def environment(unit):
    """Return the environment's part of a unit's index, and its words in Chinese."""
    row = UnitIndex.objects.for_actor(SYSTEM).get(unit=unit)
    (part,) = [one for one in row.factors if one["group"] == "E"]
    with override("zh-hans"):
        (line,) = [one for one in showing.lines(row.factors) if one.name == "环境"]
    return part, line.words


def test_it_weighs_while_it_is_in_force_and_then_is_known_to_be_none(world, units) -> None:
    moment = now()
    assess_all(moment)
    part, words = environment(units["plant_a"])
    assert part["unknown"]
    assert words[0].startswith("无人登记")
    row = enter(world)
    assess_all(moment)
    part, words = environment(units["plant_a"])
    assert (part["score"], part["unknown"]) == (0.75, False)
    end = row.until_at.astimezone(SHANGHAI)
    assert words[0].startswith("雷电橙色预警信号，至 ")
    assert f"{end:%H:%M}" in words[0]
    assert environment(units["plant_b"])[0]["unknown"]
    assess_all(moment + 2 * HOUR)
    part, words = environment(units["plant_a"])
    assert (part["score"], part["unknown"], words) == (0, False, ("当前无生效的气象预警信号",))


def test_the_worst_counts_and_one_ended_early_no_longer(world, units) -> None:
    enter(world, colour=1, kind="wind")
    red = enter(world, Role.PARK_OFFICER, "park_a", colour=4)
    assess_all(now())
    assert environment(units["plant_a"])[0]["score"] == 1
    officer = world.actor(Role.PARK_OFFICER, "park_a")
    with pytest.raises(BadInput):
        weather.end(officer, red.pk, " ")
    weather.end(officer, red.pk, "气象台已解除")
    with pytest.raises(SignalIsOver):
        weather.end(officer, red.pk, "again")
    assess_all(now())
    assert environment(units["plant_a"])[0]["score"] == 0.25


def test_all_below_read_it_and_only_officers_of_the_place_keep_it(world) -> None:
    row = enter(world)
    plant = world.actor(Role.SAFETY_MANAGER, "plant_a")
    foreign = world.actor(Role.SAFETY_MANAGER, "plant_b")
    assert list(queries.signals(plant)) == [row]
    assert not queries.signals(foreign).exists()
    for role, place, error in (
        (Role.SAFETY_MANAGER, "plant_a", NotYours), (Role.BUREAU_INSPECTOR, "county_b", NotYours),
        (Role.BUREAU_DATA_OFFICER, "county_a", Forbidden),
    ):  # fmt: skip
        with pytest.raises(error):
            enter(world, role, place, "county_a")
        with pytest.raises(error):
            weather.end(world.actor(role, place), row.pk, "x")
    own = enter(world, Role.SAFETY_MANAGER, "plant_a")
    assert own in queries.signals(world.actor(Role.PARK_OFFICER, "park_a"))
    assert own not in queries.signals(foreign)


def test_the_database_hides_it_from_those_beside_and_keeps_those_below_from_writing(world) -> None:
    row = enter(world)
    park = enter(world, Role.PARK_OFFICER, "park_a")
    with wall.acting_as(world.actor(Role.SAFETY_MANAGER, "plant_a").scope):
        assert set(WeatherSignal.objects.all()) == {row, park}
        with pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
            WeatherSignal.objects.filter(pk=row.pk).update(until_at=now() + HOUR)
    with wall.acting_as(world.actor(Role.PARK_OFFICER, "park_a").scope):
        assert set(WeatherSignal.objects.all()) == {row, park}
    with wall.acting_as(world.actor(Role.SAFETY_MANAGER, "plant_b").scope):
        assert not WeatherSignal.objects.exists()


def test_pages_and_the_api_enter_show_and_end_it(world, client) -> None:
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    assert client.get("/warnings/weather/new/").status_code == 200
    county = world.places["county_a"].pk
    given = {
        "place": county, "kind": "heat", "colour": 4, "source": "县气象台", "text": "",
        "from_at": "2026-07-01T10:00", "until_at": "2026-07-01T10:00",
    }  # fmt: skip
    assert client.post("/warnings/weather/new/", given).status_code == 422
    made = client.post("/warnings/weather/new/", given | {"until_at": "2026-07-01T18:00"})
    assert made.status_code == 302
    kept = WeatherSignal.objects.get()
    assert kept.from_at == dt.datetime(2026, 7, 1, 2, tzinfo=dt.UTC)

    officer = Caller(world, Role.BUREAU_INSPECTOR, "county_a", "read", "warnings.weather")
    plant = Caller(world, Role.SAFETY_MANAGER, "plant_a", "read", "warnings")
    body = {
        "place": str(county), "kind": "wind", "colour": "orange", "source": "市气象台",
        "from_at": (now() - HOUR).isoformat(), "until_at": (now() + HOUR).isoformat(),
    }  # fmt: skip
    assert officer("GET", "weather_places").json()[0]["id"] == str(county)
    assert plant("POST", "weather_signals", body).status_code == 404
    assert officer("POST", "weather_signals", body | {"from_at": "2026-07-01"}).status_code == 422
    row = officer("POST", "weather_signals", body).json()
    (one,) = plant("GET", "weather_signals?in_force=true").json()["items"]
    assert (one["id"], one["colour"]) == (row["id"], "orange")
    here = f"/warnings/weather/{row['id']}/"
    assert "市气象台" in client.get("/warnings/weather/").content.decode()
    assert client.post(here, {"reason": ""}).status_code == 422
    assert client.post(here, {"reason": "已解除"}).status_code == 302
    assert "已解除" in client.get(here).content.decode()
    assert officer("POST", f"weather_signals/{row['id']}/end", {"reason": "x"}).status_code == 409
