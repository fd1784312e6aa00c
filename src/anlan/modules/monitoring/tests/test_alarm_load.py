"""The load page: what would help, measured on values, and floods by name."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from anlan.base.actors import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.queries import events_of
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden
from anlan.modules.monitoring.models import AlarmRule, KnownFlood
from anlan.modules.monitoring.queries import alarm_floods, alarm_kpi
from anlan.modules.monitoring.services import floods
from anlan.modules.monitoring.services.alarms import take_events
from anlan.modules.monitoring.tests.alarm_data import MONDAY, cleared, make_rule, raised
from anlan.modules.monitoring.tests.store import Store
from anlan.telemetry import client as telemetry

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    store = Store()
    before = telemetry.install(store)
    yield store
    telemetry.install(before)


def chattering(rule: AlarmRule, n: int = 30) -> None:
    """An alarm that came and went `n` times, half a minute each."""
    events = [one(rule, place * 60 + after) for place in range(n)
              for one, after in ((raised, 0), (cleared, 30))]  # fmt: skip
    take_events(events, None, MONDAY)


def noisy(rule: AlarmRule, store: Store) -> None:
    """Values in the last hour that swing round the limit, with a quiet time before."""
    end = now() - dt.timedelta(minutes=1)
    dice = np.random.default_rng(1)
    for place in range(720):
        level = 80.0 if place < 500 else 85.0
        at = end - dt.timedelta(seconds=5 * (720 - place))
        store.samples.append((rule.point.number, at, level + float(dice.normal(0, 0.5)), 0))


def bars(client) -> str:
    return client.get("/monitoring/kpi/improve/").content.decode()


def test_deadband_and_delays_are_measured_on_stored_values(world, client, store):
    rule = make_rule(world.plant_a, response_seconds=600)
    chattering(rule)
    noisy(rule, store)
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    assert "/monitoring/kpi/improve/" in client.get("/monitoring/kpi/").content.decode()
    page = bars(client)
    assert "死区 0 →" in page
    assert "720" in page
    href = page.split("/change/?")[1].split('"')[0].replace("&amp;", "&")
    given = parse_qs(urlsplit("?" + href).query)
    assert float(given["deadband"][0]) > 0
    form = client.get(f"/monitoring/settings/{rule.pk}/change/?{href}").content.decode()
    assert f'value="{given["deadband"][0]}"' in form
    assert given["reason"][0][:12] in form
    # What was measured is kept with its date, until it is asked for anew.
    store.samples.clear()
    assert "死区 0 →" in bars(client)
    assert "重新测算" in bars(client)
    again = client.get("/monitoring/kpi/improve/?anew=1").content.decode()
    assert "死区 0 →" not in again
    # Opening the form changes nothing: another person still approves what is sent.
    rule.refresh_from_db()
    assert rule.deadband == 0


def test_without_the_store_the_journal_speaks_and_the_page_says_so(world, client, store):
    rule = make_rule(world.plant_a)
    chattering(rule)
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert "历史库无响应" not in bars(client)
    store.is_away = True
    page = bars(client)
    assert "历史库无响应" in page
    assert "恢复延时" in page


N_ALARMS = 12


def flood(rules: list[AlarmRule], second: float, order: int = 1) -> None:
    """Twelve alarms within two minutes that stand for different times."""
    events = []
    for place, rule in enumerate(rules[::order]):
        events.append(raised(rule, second + place * 10))
        events.append(cleared(rule, second + place * 10 + 600 * (1 + place % 5)))
    take_events(sorted(events, key=lambda one: one.at), None, MONDAY)


@pytest.fixture
def three(world):
    """Two floods alike, eight hours apart, and one of other alarms."""
    same = [make_rule(world.plant_a, f"LI-{n}") for n in range(N_ALARMS)]
    other = [make_rule(world.plant_a, f"TI-{n}") for n in range(N_ALARMS)]
    flood(same, 0)
    flood(same, 8 * 3600 + 5)
    flood(other, 16 * 3600)
    return alarm_kpi.Period(world.plant_a.pk, MONDAY, MONDAY + dt.timedelta(days=1))


def seen(actor, period):
    rows = alarm_kpi.announced(actor, period)
    return alarm_floods.floods_seen(actor, period, rows, alarm_kpi.rules_of(actor, rows))


def test_a_named_flood_lends_its_name_to_those_like_it(world, three):
    leader = world.actor(Role.TEAM_LEADER, "plant_a")
    other, later, first = seen(leader, three)
    assert (first.name, later.name, later.like, other.like) == (None, None, first.at, None)
    row = floods.flood_name(leader, world.plant_a.pk, first.at, "压缩机  跳停", "切换备机")
    assert (row.name, len(row.course)) == ("压缩机 跳停", N_ALARMS)
    other, later, first = seen(leader, three)
    assert first.name.is_given
    assert (later.name.known, later.name.is_sure) == (row, True)
    assert later.name.score > 0.9
    assert other.name is None
    assert events_of(leader, row)[0].after["name"] == "压缩机 跳停"
    # Naming it again renames it; taken back, nothing is called after it.
    assert floods.flood_name(leader, world.plant_a.pk, first.at, "停电").pk == row.pk
    floods.flood_forget(leader, row.pk)
    assert seen(leader, three)[1].name is None


def test_only_a_flood_is_named_and_only_by_who_was_there(world, three):
    leader = world.actor(Role.TEAM_LEADER, "plant_a")
    for at, name in ((MONDAY + dt.timedelta(hours=4), "x"), (MONDAY, " ")):
        with pytest.raises(BadInput):
            floods.flood_name(leader, world.plant_a.pk, at, name)
    with pytest.raises(Forbidden):
        floods.flood_name(
            world.actor(Role.BUREAU_INSPECTOR, "county_a"), world.plant_a.pk, MONDAY, "x"
        )


def test_a_flood_is_named_on_the_page(world, client, three):
    client.force_login(world.user(Role.TEAM_LEADER, "plant_a"))
    address = "/monitoring/kpi/floods/?until=2026-11-17&days=7"
    page = client.get(address).content.decode()
    at = page.split('name="at" value="')[-1].split('"')[0]
    given = {"enterprise": world.plant_a.pk, "at": at, "name": "压缩机跳停", "query": ""}
    assert client.post("/monitoring/kpi/floods/name/", given).status_code == 302
    row = KnownFlood.objects.for_actor(SYSTEM).get()
    assert row.began_at == MONDAY
    page = client.get(address).content.decode()
    assert page.count("<b>压缩机跳停</b>") == 3
    assert "相似度" in page
    client.post(f"/monitoring/kpi/floods/{row.pk}/forget/")
    assert "压缩机跳停" not in client.get(address).content.decode()
