"""Curves: samples or roll-ups by width, gaps and doubt kept, scope, and a store that is away."""

import datetime as dt
import io
from urllib.parse import urlencode

import pytest
from python_calamine import CalamineWorkbook

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, Point
from anlan.modules.monitoring.queries import trends
from anlan.modules.monitoring.tests.store import Store
from anlan.telemetry import client as historian

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def store():
    made = Store()
    before = historian.install(made)
    yield made
    historian.install(before)


@pytest.fixture
def point(world):
    return make_point(world.plant_a)


def make_point(plant, tag="LI-1102", **more):
    given = {"name": "甲苯储罐液位", "kind": "level", "unit": "%", "decimals": 1}
    return Point.objects.create(enterprise=plant, scope_path=plant.path, tag=tag, **(given | more))


def asked(point, start, end, **more):
    given = {"tags": str(point.pk), "from": start.isoformat(), "to": end.isoformat(), "width": 600}
    return f"?{urlencode(given | more)}"


def test_few_samples_are_shown_one_by_one_with_gaps_and_doubts(world, store, point) -> None:
    samples = [(0, 70.0, 0), (5, 71.0, 0), (10, 71.5, 1), (15, 0.0, 2), (600, 72.0, 0)]
    store.samples = [(point.number, NOON + s * SECOND, v, q) for s, v, q in samples]
    (curve,), seconds = trends.curves([point], NOON, NOON + 1800 * SECOND, 600)
    assert seconds == 0
    at = [moment - int(NOON.timestamp() * 1000) for moment in curve.moments]
    assert at == [0, 5000, 10_000, 15_000, 15_001, 600_000]
    assert curve.values == [70.0, 71.0, 71.5, None, None, 72.0]
    assert [(end - start, q) for start, end, q in curve.doubts] == [(5000, 1), (585_000, 2)]


def test_a_long_time_comes_in_steps_with_lowest_and_highest(world, store, point) -> None:
    store.samples = [
        (point.number, NOON + n * 60 * SECOND, 50.0 + n % 7, 0) for n in range(3 * 1440)
    ]
    (curve,), seconds = trends.curves([point], NOON, NOON + dt.timedelta(days=3), 300)
    assert seconds == 864
    assert len(curve.moments) == 300
    assert min(curve.lowest) == 50
    assert max(curve.highest) == 56


def test_the_page_asks_for_what_the_person_sees(world, store, point, client) -> None:
    foreign = make_point(world.plant_b, "LI-9")
    rule = AlarmRule.objects.create(
        enterprise=world.plant_a, scope_path=point.scope_path, point=point, kind="H", limit=85,
        priority=2,
    )  # fmt: skip
    AlarmEvent.objects.create(
        enterprise=world.plant_a, scope_path=point.scope_path, rule=rule, what="cleared",
        at=NOON + 400 * SECOND, since=NOON + 100 * SECOND, value=84, priority=2,
    )  # fmt: skip
    store.samples = [(point.number, NOON + 5 * SECOND, 70.123456, 0)]
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    tags = f"{point.pk},{foreign.pk}"
    answer = client.get(
        "/monitoring/trends/data/" + asked(point, NOON, NOON + 900 * SECOND, tags=tags)
    ).json()
    assert [one["tag"] for one in answer["series"]] == ["LI-1102"]
    assert answer["series"][0]["v"] == [70.123]
    assert answer["series"][0]["limits"][0] == {
        "kind": "H", "label": "高限", "value": 85.0, "level": 2,
    }  # fmt: skip
    (episode,) = answer["episodes"]
    assert episode["to"] - episode["from"] == 300_000
    assert answer["trouble"] == ""
    assert client.get("/monitoring/trends/").status_code == 200


def test_without_the_store_the_rest_is_shown_and_said(world, store, point, client) -> None:
    store.is_away = True
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    address = asked(point, NOON, NOON + 900 * SECOND)
    answer = client.get("/monitoring/trends/data/" + address).json()
    assert "历史库" in answer["trouble"]
    assert answer["series"][0]["v"] == []
    assert client.get("/monitoring/trends/export/" + address).status_code == 503
    assert client.get("/monitoring/trends/sparks/" + address).json() == {"series": {}}


def test_a_time_that_is_none_is_refused(world, store, point, client) -> None:
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    answer = client.get(f"/monitoring/trends/data/?tags={point.pk}&from=yesterday&to=2026")
    assert answer.status_code in (302, 400, 422)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_shown_leaves_as_a_sheet(world, store, client, form) -> None:
    point = make_point(world.plant_a, "=1+1")
    store.samples = [(point.number, NOON, 70.5, 0), (point.number, NOON + 5 * SECOND, 71.5, 2)]
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    address = asked(point, NOON, NOON + 900 * SECOND, format=form)
    content = client.get("/monitoring/trends/export/" + address).content
    if form == "csv":
        _head, line = content.decode("utf-8-sig").splitlines()
        assert line == "'=1+1,%,甲苯储罐液位,2026-11-20 12:00:00.000,70.5,,,"
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert len(rows) == 2
        assert rows[1][4] == 70.5


def test_small_trends_come_together(world, store, point, client) -> None:
    moment = now()
    store.samples = [(point.number, moment - n * 60 * SECOND, 70 + n, 0) for n in range(1, 100)]
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    series = client.get(f"/monitoring/trends/sparks/?tags={point.pk}").json()["series"]
    values = series[str(point.pk)]
    assert len(values) == 61
    assert sum(value is not None for value in values) >= 45
