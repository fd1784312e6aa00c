"""From an alarm to the province and back: opened, told, acknowledged, reported, asked, cleared."""

import datetime as dt
import io

import pytest
from django.test import Client
from django.utils.translation import override
from docx import Document

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.clock import now, today
from anlan.base.duties.models.warning import Colour
from anlan.base.errors import Forbidden
from anlan.base.inbox import today as home
from anlan.base.inbox.models import Notice
from anlan.base.states.problems import FourEyes
from anlan.modules.monitoring.models import AlarmState, SafetyDevice
from anlan.modules.monitoring.tests.test_overview import alarm, point
from anlan.modules.registry.models import MhiUnit
from anlan.modules.registry.models.facility import OperatingState
from anlan.modules.warnings import matrix, queries, queries_patrol
from anlan.modules.warnings.models import EarlyWarning, UnitIndex
from anlan.modules.warnings.problems import AnsweredAlready, QuestionsOpen, StillStands
from anlan.modules.warnings.services import acts
from anlan.modules.warnings.services.assessing import assess_all
from anlan.modules.warnings.states import WarningState
from anlan.modules.warnings.tests.conftest import make_unit

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
# Before the hour from when a missing commitment counts.
MORNING = dt.datetime(2026, 11, 20, 0, tzinfo=dt.UTC)


@pytest.fixture
def people(world):
    for role, place in (
        (Role.SAFETY_MANAGER, "plant_a"), (Role.PARK_OFFICER, "park_a"),
        (Role.BUREAU_INSPECTOR, "county_a"), (Role.BUREAU_INSPECTOR, "city_a"),
        (Role.BUREAU_INSPECTOR, "province"), (Role.BUREAU_INSPECTOR, "county_b"),
    ):  # fmt: skip
        world.user(role, place)


def risen(level, kind="HH"):
    state = alarm(level)
    state.rule.kind = kind
    state.rule.save()
    return state


def only() -> EarlyWarning:
    return EarlyWarning.objects.for_actor(SYSTEM).get()


def told() -> set[str]:
    rows = Notice.objects.filter(kind="warnings.raised").select_related("recipient")
    return {notice.recipient.username for notice in rows}


def test_a_calm_unit_warns_of_nothing(level) -> None:
    done = assess_all(MORNING)
    assert (done.units, done.opened) == (1, 0)
    row = UnitIndex.objects.for_actor(SYSTEM).get()
    assert row.base == 40
    assert row.score == pytest.approx(row.base + sum(one["points"] for one in row.factors), abs=0.1)
    assert row.is_degraded


def test_missing_inputs_alone_warn_of_nothing(world, store, unit) -> None:
    store.is_away = True
    point(world.plant_a, "LI-1", installation=unit)
    assert assess_all(MORNING).opened == 0
    assert UnitIndex.objects.for_actor(SYSTEM).get().colour > Colour.YELLOW


def test_what_is_overdue_alone_warns_of_nothing(world, level, monkeypatch) -> None:
    lacks = {world.plant_a.pk: ["major_finding_overdue", "commitment_missing"]}
    monkeypatch.setattr("anlan.modules.warnings.services.inputs._lacks", lambda *_: lacks)
    assert assess_all(MORNING).opened == 0
    assert UnitIndex.objects.for_actor(SYSTEM).get().factors[-1]["points"] >= 0


def test_a_high_high_alarm_opens_a_warning_and_tells_its_levels(world, people, level) -> None:
    risen(level)
    assert assess_all(MORNING).opened == 1
    row = only()
    assert row.colour == Colour.RED
    asked = matrix.rows()[Colour.RED]
    assert row.acknowledge_by == MORNING + asked.acknowledge
    worst = row.factors[0]
    assert (worst["group"], worst["factors"][0]["of"]) == ("P", "LI-1 HH")
    assert told() == {
        "safety_manager-plant_a", "park_officer-park_a", "bureau_inspector-county_a",
        "bureau_inspector-city_a", "bureau_inspector-province",
    }  # fmt: skip
    assert assess_all(MORNING + MINUTE).opened == 0
    assert Notice.objects.filter(kind="warnings.raised").count() == 5
    told_once = Notice.objects.filter(kind="warnings.raised").first()
    with override("en"):
        assert told_once.title.startswith("Red warning: ")
    with override("zh-hans"):
        assert told_once.title.startswith("红色预警：")


def test_a_yellow_warning_stays_in_the_county(world, people, store) -> None:
    unit = make_unit(world.plant_a, level=4)
    made = point(world.plant_a, "LI-1", installation=unit)
    store.samples = [(made.number, now(), 60.0, 0)]
    risen(made, "H")
    assess_all(MORNING)
    assert only().colour in (Colour.YELLOW, Colour.ORANGE)
    if only().colour == Colour.YELLOW:
        assert "bureau_inspector-city_a" not in told()


def test_the_loop_from_the_plant_to_the_county_and_back(world, people, level) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    inspector = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    state = risen(level)
    assess_all(MORNING)
    row = only()
    acts.acknowledge(world.actor(Role.CONTROL_ROOM, "plant_a"), row.pk)
    with pytest.raises(Forbidden):
        acts.report(inspector, row.pk, cause="x", measure="y")
    acts.report(manager, row.pk, cause="进料过快", measure="停泵，倒罐")
    question = acts.ask(inspector, row.pk, "液位何时回到高限以下？")
    assert queries.counters(inspector).unanswered == 1
    principal = world.actor(Role.PRINCIPAL, "plant_a")
    with pytest.raises(StillStands):
        acts.clear(principal, row.pk, "已恢复")
    AlarmState.objects.for_actor(SYSTEM).filter(pk=state.pk).update(condition=False, shown="A")
    assert assess_all(MORNING + MINUTE).calmed == 1
    with pytest.raises(QuestionsOpen):
        acts.clear(principal, row.pk, "已恢复")
    acts.answer(manager, question.pk, "14:40 已降至 80 %")
    with pytest.raises(AnsweredAlready):
        acts.answer(manager, question.pk, "again")
    with pytest.raises(FourEyes):
        acts.clear(manager, row.pk, "已恢复")
    acts.clear(principal, row.pk, "液位回到正常，原因已消除")
    assert only().state == WarningState.CLEARED
    assert queries.counters(inspector).standing == 0


def test_a_warning_of_a_unit_out_of_use_can_be_cleared(world, people, level, unit) -> None:
    risen(level)
    assess_all(MORNING)
    MhiUnit.objects.for_actor(SYSTEM).filter(pk=unit.pk).update(state=OperatingState.STOPPED)
    # Asked for other installations alone, nothing is known of this one.
    assert assess_all(MORNING + MINUTE, []).calmed == 0
    assert assess_all(MORNING + MINUTE).calmed == 1
    assert assess_all(MORNING + 2 * MINUTE).calmed == 0
    acts.report(world.actor(Role.SAFETY_MANAGER, "plant_a"), only().pk, cause="x", measure="y")
    acts.clear(world.actor(Role.PRINCIPAL, "plant_a"), only().pk, "装置已停用")


def test_a_warning_that_rises_again_is_news_to_all(world, people, level) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    first = risen(level, "H")
    assess_all(MORNING)
    row = only()
    before = row.colour
    acts.report(manager, row.pk, cause="x", measure="y")
    first.rule.kind = "HH"
    first.rule.save()
    assess_all(MORNING + MINUTE)
    row = only()
    assert row.colour > before
    assert row.state == WarningState.OPEN


def test_the_number_of_statements_does_not_grow(
    world, store, django_assert_max_num_queries
) -> None:
    for n in range(12):
        unit = make_unit(world.plant_a, code=f"U{n}")
        risen(point(world.plant_a, f"LI-{n}", installation=unit))
    with django_assert_max_num_queries(40):
        assert assess_all(MORNING).opened == 12


def test_pages_show_it_to_those_who_see_the_plant(world, people, level, client) -> None:
    risen(level)
    assess_all(now())
    row = only()
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    page = client.get(f"/warnings/{row.pk}/").content.decode()
    assert "LI-1 HH" in page
    assert client.get("/warnings/").status_code == 200
    assert client.get("/warnings/matrix/").status_code == 200
    client.post(f"/warnings/{row.pk}/do/", {"move": "ask", "text": "请说明"})
    assert queries.requests(SYSTEM, row.pk).count() == 1
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_b"))
    assert client.get(f"/warnings/{row.pk}/").status_code == 404


def test_the_patrol_finds_what_was_not_reported(world, people, level, store, client) -> None:
    state = risen(level, "H")
    AlarmState.objects.for_actor(SYSTEM).filter(pk=state.pk).update(condition=False, shown="A")
    store.samples = [
        (level.number, now() - dt.timedelta(seconds=second), 91.0, 0) for second in range(0, 200, 5)
    ]
    found = queries_patrol.patrol(world.actor(Role.BUREAU_INSPECTOR, "county_a"), today())
    (one,) = found.hidden
    assert (one.tag, one.value, one.limit) == ("LI-1", 91.0, 85.0)
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    assert client.get("/warnings/patrol/").status_code == 200
    sheet = client.get("/warnings/patrol/?format=docx").content
    assert "LI-1" in str([c.text for t in Document(io.BytesIO(sheet)).tables for c in t._cells])
    assert client.get("/warnings/patrol/?format=xlsx").content[:2] == b"PK"


@pytest.mark.parametrize(
    ("values", "delay_s", "is_hidden"),
    [
        ([(0, 91), (30, 91), (60, 91), (90, 91)], 0, True),
        ([(0, 91), (30, 91), (60, 80), (90, 91)], 0, False),  # beyond for half a minute
        ([(0, 91), (30, 91), (60, 91), (90, 91)], 60, False),  # its delay and a minute
        ([(200, 91)], 60, True),  # silent since, and beyond all the same
        ([(0, 91)], 0, False),
    ],
)
def test_an_alarm_has_its_delay_and_a_minute_to_come(
    world, level, store, values, delay_s, is_hidden
) -> None:
    state = risen(level, "H")
    AlarmState.objects.for_actor(SYSTEM).filter(pk=state.pk).update(condition=False, shown="A")
    state.rule.on_delay_s = delay_s
    state.rule.save()
    moment = now()
    store.samples = [
        (level.number, moment - dt.timedelta(seconds=ago), float(value), 0) for ago, value in values
    ]
    found = queries_patrol.patrol(world.actor(Role.BUREAU_INSPECTOR, "county_a"), today())
    assert bool(found.hidden) is is_hidden


def test_a_silent_store_says_unknown_and_not_none(world, people, level, store, client) -> None:
    state = risen(level, "H")
    AlarmState.objects.for_actor(SYSTEM).filter(pk=state.pk).update(condition=False, shown="A")
    store.is_away = True
    officer = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    found = queries_patrol.patrol(officer, today())
    assert found.hidden is None
    assert {row.n_hidden for row in found.rows} == {None}
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    page = client.get("/warnings/patrol/").content.decode()
    assert "未发现" not in page
    assert client.get("/warnings/patrol/?format=docx").status_code == 200


def test_cameras_off_line_stand_in_the_patrol_and_weaken_the_barriers(world, level) -> None:
    places = [(level.installation_id, True), (None, False)]
    for n, (place, is_online) in enumerate(places):
        SafetyDevice.objects.create(
            enterprise=world.plant_a, scope_path=world.plant_a.path, kind="camera",
            tag=f"CAM-{n}", name="cam", address="rtsp://10.1.2.9/1", installation_id=place,
            is_online=is_online, probed_at=now(),
        )  # fmt: skip
    officer = world.actor(Role.PARK_OFFICER, "park_a")
    found = queries_patrol.patrol(officer, today())
    assert (found.video, found.rows[0].video, found.rows[0].n_cameras) == (0.5, 0.5, 2)
    assert queries_patrol.patrol(officer, today() - dt.timedelta(days=1)).video is None
    assess_all(MORNING)
    factors = {one["group"]: one for one in UnitIndex.objects.for_actor(SYSTEM).get().factors}
    assert factors["B"]["factors"][0]["of"] == "video_offline 1/2"


def test_the_home_page_tells_by_the_hour_that_a_step_is_late(world, people, level) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    risen(level)
    assess_all(now())

    def item() -> home.Item:
        (found,) = [
            one
            for one in home.today_of(manager, today()).items
            if one.icon == "alert-triangle" and str(only().unit.name) in str(one.title)
        ]
        return found

    assert item().due == only().acknowledge_by
    assert item().group(today()) != "overdue"
    EarlyWarning.objects.for_actor(SYSTEM).update(acknowledge_by=now() - 30 * MINUTE)
    assert item().group(today()) == "overdue"
    client = Client()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert "超期 30 分钟" in client.get("/").content.decode()
    # Once acknowledged the report is what is asked for, and by its own hour.
    acts.acknowledge(world.actor(Role.CONTROL_ROOM, "plant_a"), only().pk)
    assert item().due == only().report_by
    assert item().group(today()) != "overdue"
