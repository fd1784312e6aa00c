"""The operator's console over HTTP."""

import datetime as dt
import io
import re
from random import Random

import pytest
from docx import Document

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.api.tests.test_api import Caller
from anlan.base.clock import now, today
from anlan.base.duties.models import Plan
from anlan.engines.alarms.kpi import Announced
from anlan.modules.findings.models import Finding
from anlan.modules.monitoring import rules_kpi
from anlan.modules.monitoring.choices import Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmState
from anlan.modules.monitoring.queries import alarm_floods, alarm_kpi
from anlan.modules.monitoring.queries import alarms as queries
from anlan.modules.monitoring.services import alarms_acts, alarms_demo, alarms_journal
from anlan.modules.monitoring.services.alarms import take_events
from anlan.modules.monitoring.services.alarms_tasks import improvement_set
from anlan.modules.monitoring.tests.alarm_data import (
    MONDAY,
    cleared,
    make_class,
    make_rule,
    raised,
)
from anlan.modules.monitoring.ui import alarms_showing

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(world, client):
    user = world.user(Role.CONTROL_ROOM, "plant_a")
    client.force_login(user)
    return world.actor(Role.CONTROL_ROOM, "plant_a")


def _shown(rule):
    return AlarmState.objects.for_actor(SYSTEM).get(rule=rule).shown


def test_the_list_shows_own_alarms_and_the_fragment_is_the_same(world, client, operator):
    take_events(
        [raised(make_rule(world.plant_a)), raised(make_rule(world.plant_b, "FOREIGN-1"))],
        None,
        MONDAY,
    )
    for address in ("/monitoring/alarms/", "/monitoring/alarms/rows/"):
        page = client.get(address).content.decode()
        assert "LI-1102" in page
        assert "86.00 %" in page
        assert "FOREIGN-1" not in page
    assert "LI-1102" not in client.get("/monitoring/alarms/?priority=1").content.decode()
    assert "LI-1102" not in client.get("/monitoring/alarms/?shown=masked").content.decode()


def test_what_came_back_often_is_one_line_with_its_count(world, client, operator):
    chatters, other = make_rule(world.plant_a, "GT-1"), make_rule(world.plant_a, "GT-2")
    actor, events = world.actor(Role.CONTROL_ROOM, "plant_a"), []
    for second in (0, 100, 200):
        events += [raised(chatters, second), cleared(chatters, second + 50)]
    take_events([*events, raised(other), cleared(other)], None, MONDAY)
    n, rows = queries.returned_today(actor, MONDAY + dt.timedelta(hours=1))
    lines = alarms_showing.returned(rows, 12)
    assert n == 4
    assert {str(one.event.rule.point.tag): one.n for one in lines} == {"GT-1": 3, "GT-2": 1}


def test_several_are_acknowledged_with_one_comment(world, client, operator):
    rules = [make_rule(world.plant_a, f"LI-{n}") for n in range(2)]
    take_events([raised(rule) for rule in rules], None, MONDAY)
    given = {"rule": [str(rule.pk) for rule in rules], "comment": "已通知外操"}
    assert client.post("/monitoring/alarms/acknowledge/", given).status_code == 302
    assert {_shown(rule) for rule in rules} == {Shown.ACKNOWLEDGED}
    again = client.post("/monitoring/alarms/acknowledge/", given, headers={"HX-Request": "true"})
    assert again.status_code == 204
    assert '"error"' in again.headers["HX-Trigger"]


def test_the_button_of_a_line_takes_neither_the_chosen_nor_the_comment(world, client, operator):
    line, chosen = make_rule(world.plant_a), make_rule(world.plant_a, "TI-1103")
    take_events([raised(line), raised(chosen)], None, MONDAY)
    given = {"one": str(line.pk), "rule": [str(chosen.pk)], "comment": "交接班已知"}
    client.post("/monitoring/alarms/acknowledge/", given)
    assert _shown(line) == Shown.ACKNOWLEDGED
    assert _shown(chosen) == Shown.UNACKNOWLEDGED
    assert not AlarmEvent.objects.for_actor(SYSTEM).filter(comment="交接班已知").exists()


def test_an_alarm_tells_what_to_do_and_takes_each_act(world, client, operator):
    rule = make_rule(world.plant_a, cause="液位计失灵", action="停进料泵", response_seconds=600)
    take_events([raised(rule)], None, MONDAY)
    page = client.get(f"/monitoring/alarms/{rule.pk}/").content.decode()
    assert "液位计失灵" in page
    assert "停进料泵" in page
    act = f"/monitoring/alarms/{rule.pk}/do/"
    assert client.get(f"{act}shelve/").status_code == 200
    assert client.post(f"{act}shelve/", {"seconds": 1800}).status_code == 422
    done = client.post(f"{act}shelve/", {"seconds": 1800, "reason": "校验"})
    assert done.status_code == 302
    assert _shown(rule) == Shown.SHELVED
    assert client.get(f"{act}nothing/").status_code == 404


def test_a_second_person_is_offered_to_confirm(world, client):
    rule = make_rule(world.plant_a, alarm_class=make_class(world.plant_a, highly_managed=True))
    alarms_acts.shelve(
        world.actor(Role.CONTROL_ROOM, "plant_a"), [rule.pk], seconds=600, reason="校验"
    )
    client.force_login(world.user(Role.WORKSHOP_HEAD, "plant_a"))
    address = f"/monitoring/alarms/{rule.pk}/do/confirm/"
    assert address in client.get(f"/monitoring/alarms/{rule.pk}/").content.decode()
    client.post(address)
    assert _shown(rule) == Shown.SHELVED


def test_a_finding_is_made_of_an_alarm(world, client, operator):
    rule = make_rule(world.plant_a)
    take_events([raised(rule)], None, MONDAY)
    address = f"/monitoring/alarms/{rule.pk}/finding/"
    assert "LI-1102" in client.get(address).content.decode()
    made = client.post(address, {"title": "液位计漂移", "description": ""})
    finding = Finding.objects.for_actor(SYSTEM).get()
    assert made.headers["Location"] == f"/findings/{finding.pk}/"
    assert (finding.channel, finding.origin_id) == ("alarm", rule.pk)
    assert finding.number in client.get(f"/monitoring/alarms/{rule.pk}/").content.decode()


def test_officers_look_and_do_not_touch(world, client):
    rule = make_rule(world.plant_a)
    take_events([raised(rule)], None, MONDAY)
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    page = client.get("/monitoring/alarms/").content.decode()
    assert "LI-1102" in page
    assert "data-an-acknowledge" not in page
    # without boxes to choose by, the columns must not move into their place
    assert "an-al-rows--look" in page
    assert "an-check" not in page
    client.post("/monitoring/alarms/acknowledge/", {"rule": [str(rule.pk)]})
    assert _shown(rule) == Shown.UNACKNOWLEDGED


def test_the_list_costs_the_same_for_1_and_60(world, client, operator, count_queries):
    def fill(prefix: str, n: int) -> None:
        take_events([raised(make_rule(world.plant_a, f"{prefix}{k}")) for k in range(n)], None)

    fill("A", 1)
    client.get("/monitoring/alarms/rows/")  # the first request of a session asks more
    first = count_queries(lambda: client.get("/monitoring/alarms/rows/"))
    fill("B", 60)
    assert count_queries(lambda: client.get("/monitoring/alarms/rows/")) == first


def test_the_demonstration_month_is_bound_to_history(world):
    for number in range(12):
        make_rule(world.plant_a, f"LI-{number}")
        make_rule(world.plant_a, f"LI-{number}", "L", limit=15)
    operator = world.actor(Role.CONTROL_ROOM, "plant_a")
    n = alarms_demo.load_month(world.plant_a.pk, [operator], now())
    assert n == AlarmEvent.objects.for_actor(SYSTEM).count() > 3000
    assert alarms_journal.check() == []
    assert AlarmState.objects.for_actor(SYSTEM).filter(unacknowledged=True).count() >= 1
    assert alarms_demo.load_month(world.plant_a.pk, [operator], now()) == 0


@pytest.fixture
def month(world, monkeypatch):
    # The story follows the plant's id, which is new in each run, and floods the clock's tens of
    # minutes: one story for all runs, at one place between them.
    monkeypatch.setattr(alarms_demo, "Random", lambda _seed: Random("alarms"))
    moment = now()
    here = moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)
    for number in range(12):
        make_rule(world.plant_a, f"LI-{number}", response_seconds=600)
        make_rule(world.plant_a, f"LI-{number}", "L", limit=15)
    alarms_demo.load_month(world.plant_a.pk, [], here)


def test_the_load_stands_beside_its_targets(world, client, month):
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    page = client.get("/monitoring/kpi/?days=30").content.decode()
    assert "GB/T 41261-2022" in page
    assert "an-den-1" in page
    assert client.get("/monitoring/kpi/?days=7&positions=2&day=2026-11-20").status_code == 200
    words = re.sub(r"<[^>]*>", "", client.get("/monitoring/kpi/floods/").content.decode())
    assert "flood" not in words
    assert "未知" in words
    report = client.get(f"/papers/monitoring.alarm_month/{world.plant_a.pk}.docx")
    assert report.content[:2] == b"PK"
    day = today()
    paper = client.get(f"/monitoring/kpi/report/?month={day:%Y-%m}")
    told = Document(io.BytesIO(b"".join(paper)))
    cells = [cell.text for table in told.tables for row in table.rows for cell in row.cells]
    assert any(cell.startswith(f"{day.replace(day=1)} 至 ") for cell in cells)
    words = " ".join(one.text for one in told.paragraphs)
    assert "本期报警设定变更" in words
    assert "None" not in words
    assert client.get("/monitoring/kpi/report/?month=2099-01").status_code == 404
    assert client.get("/monitoring/kpi/?day=2026-02-31&until=2026-13-01").status_code == 200


def test_the_second_upset_is_known_by_the_first(world, month):
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    period = alarm_kpi.Period(world.plant_a.pk, now() - dt.timedelta(days=30), now())
    rows = alarm_kpi.announced(actor, period)
    floods = alarm_floods.floods_seen(actor, period, rows, alarm_kpi.rules_of(actor, rows))
    assert floods[-1].like is None
    assert any(one.like is not None for one in floods)


def test_an_improvement_is_set_once_as_a_duty(world, client):
    rule = make_rule(world.plant_a)
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    improvement_set(world.actor(Role.SAFETY_MANAGER, "plant_a"), rule)
    client.post(f"/monitoring/kpi/{rule.pk}/task/")
    assert Plan.objects.for_actor(SYSTEM).filter(kind="alarm_improvement").count() == 1


def test_delays_are_measured_on_the_journal():
    spells = [(0.0, 3.0), (10.0, 40.0), (45.0, 50.0), (500.0, None)]
    assert rules_kpi.left(spells, 0, 0) == 4
    assert rules_kpi.left(spells, 5, 0) == 3
    assert rules_kpi.left(spells, 0, 15) == 2
    rows = [Announced("a", float(k * 20), float(k * 20 + 8)) for k in range(50)]
    found = rules_kpi.proposal(rows, on_delay=0, off_delay=0, response_s=None, is_safety=True)
    assert (found.on_delay_s, found.after, found.added_s) == (0, 1, 0)


def test_the_api_lists_and_acknowledges(world):
    rule = make_rule(world.plant_a)
    take_events([raised(rule)], None, MONDAY)
    caller = Caller(world, Role.CONTROL_ROOM, "plant_a", "read", "monitoring")
    (one,) = caller("GET", "alarms").json()["items"]
    assert (one["tag"], one["state"], one["limit"]) == ("LI-1102", "B", 85.0)
    given = {"rules": [str(rule.pk)], "comment": "x"}
    assert caller("POST", "alarms/acknowledge", given).json() == {"moved": 1, "skipped": 0}
    refused = caller("POST", "alarms/acknowledge", given)
    assert refused.status_code == 409
    assert refused.json()["code"] == "alarms.nothing_to_acknowledge"
    events = caller("GET", "alarms/events").json()["items"]
    assert [row["what"] for row in events] == ["raised", "acknowledged"]
