"""Points, values, settings and sources over the API."""

import datetime as dt

import pytest

from anlan.base.actors.roles import Role
from anlan.base.api.tests.test_api import Caller
from anlan.modules.monitoring.services import sources
from anlan.modules.monitoring.tests import data
from anlan.modules.monitoring.tests.store import Store
from anlan.telemetry import client as telemetry

pytestmark = pytest.mark.django_db
MOMENT = dt.datetime(2026, 11, 20, 1, 2, 3, tzinfo=dt.UTC)


@pytest.fixture
def plant(world):
    actor = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    source = sources.source_create(actor, {"name": "DCS", "kind": "http"})
    first, second = data.point(actor, source=source.pk), data.point(actor, "TI-7")
    data.setting(actor, first, deadband=0.2)
    return first, second


def test_points_settings_and_sources_are_read(world, plant):
    first, second = plant
    call = Caller(world, Role.SAFETY_MANAGER, "plant_a", "read")
    tags = [one["tag"] for one in call("GET", "points").json()["items"]]
    assert tags == ["LI-101", "TI-7"]
    (one,) = call("GET", "points?tag=LI-&kind=level").json()["items"]
    assert (one["number"], one["unit"], one["range_high"]) == (first.number, "m", 12.0)
    assert call("GET", f"points/{second.pk}").json()["tag"] == "TI-7"
    (setting,) = call("GET", f"alarm_settings?point={first.pk}").json()["items"]
    assert (setting["kind"], setting["limit"], setting["deadband"]) == ("HH", 9.5, 0.2)
    assert call("GET", f"alarm_settings/{setting['id']}").json() == setting
    (source,) = call("GET", "sources").json()["items"]
    assert (source["health"], source["points"]) == ("never", 1)
    assert call("GET", f"sources/{source['id']}").json() == source


def test_the_newest_values_are_read_or_the_store_is_said_to_be_away(world, plant):
    first, second = plant
    store = Store([(first.number, MOMENT, 8.25, 0)])
    before = telemetry.install(store)
    try:
        call = Caller(world, Role.SAFETY_MANAGER, "plant_a", "read")
        address = f"points/values?point={second.pk}&point={first.pk}"
        none, one = call("GET", address).json()["items"]
        assert (none["tag"], none["value"], none["at"]) == ("TI-7", None, None)
        assert (one["value"], one["quality"], one["at"]) == (8.25, 0, "2026-11-20T01:02:03Z")
        stranger = Caller(world, Role.SAFETY_MANAGER, "plant_b", "read")
        assert stranger("GET", address).json() == {"items": []}
        store.is_away = True
        assert call("GET", address).status_code == 503
    finally:
        telemetry.install(before)


def test_others_points_are_not_there(world, plant):
    call = Caller(world, Role.SAFETY_MANAGER, "plant_b", "read")
    assert call("GET", "points").json()["items"] == []
    assert call("GET", f"points/{plant[0].pk}").status_code == 404
