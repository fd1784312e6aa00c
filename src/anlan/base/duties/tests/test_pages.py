"""The pages of duties, as people use them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import SHANGHAI, now, today
from anlan.base.duties import queries
from anlan.base.duties.models import Instance, Plan, RaisedWarning
from anlan.base.duties.services import exemptions, instances
from anlan.base.duties.states import State
from anlan.base.duties.tests import data
from anlan.base.ids import uuid7
from anlan.base.inbox.today import today_of
from tests.support.world import World

pytestmark = pytest.mark.django_db
RUNG = ("duty", "overdue", 3)


@pytest.fixture
def operator(world: World, client: Client) -> Client:
    client.force_login(world.user(Role.OPERATOR, "workshop_a"))
    return client


@pytest.fixture
def leader(world: World, client: Client) -> Client:
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    return client


def plan(world: World, **fields: Any) -> Plan:
    with wall.acting_as(EVERYTHING):
        return data.plan(world, now=fields.pop("now", now()), **fields)


def first(made: Plan) -> Instance:
    with wall.acting_as(EVERYTHING):
        return Instance.objects.unscoped("test").filter(plan=made).earliest("opens_at")


def test_ticking_off_a_duty_on_the_list(world: World, operator: Client) -> None:
    row = first(plan(world, title="Read the level", role=Role.OPERATOR))
    page = operator.get("/duties/")
    assert page.status_code == 200
    assert "Read the level" in page.content.decode()
    answer = operator.post(f"/duties/{row.pk}/done/", follow=True)
    assert answer.status_code == 200
    assert first(row.plan).state == State.DONE
    operator.post(f"/duties/{row.pk}/done/")
    assert operator.get(f"/duties/{row.pk}/").status_code == 200
    assert "Read the level" in operator.get("/duties/").content.decode()


def test_the_back_address_leads_nowhere_else(world: World, operator: Client) -> None:
    row = first(plan(world))
    answer = operator.post(f"/duties/{row.pk}/done/", {"back": "https://evil.example/"})
    assert answer.headers["Location"] == "/duties/"


def test_setting_up_changing_and_stopping_a_plan(world: World, leader: Client) -> None:
    given = {
        "title": "Check the grounding", "kind": "plain", "organisation": world.workshop_a.pk,
        "work_type": 0, "cycle_n": 4, "cycle_unit": "hour", "calendar": "every_day",
        "starts_on": today().isoformat(), "time_from": "00:00", "time_to": "00:00",
        "grace_minutes": 0,
    }  # fmt: skip
    assert leader.post("/duties/plans/new/", given | {"title": ""}).status_code == 422
    answer = leader.post("/duties/plans/new/", given)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert "Check the grounding" in leader.get(address).content.decode()
    assert leader.get(address + "edit/").status_code == 200
    assert leader.post(address + "edit/", given | {"cycle_n": 2}).status_code == 302
    assert leader.post(address + "stop/", {"reason": ""}).status_code == 422
    assert leader.post(address + "stop/", {"reason": "unit closed"}).status_code == 302
    assert "Check the grounding" not in leader.get("/duties/plans/").content.decode()


def test_clearing_a_warning_with_evidence(world: World, leader: Client) -> None:
    yesterday = now() - dt.timedelta(days=2)
    plan(world, now=yesterday, title="Missed round")
    with wall.acting_as(EVERYTHING):
        instances.mark(now())
        warning = RaisedWarning.objects.unscoped("test").earliest("due_at")
    assert "Missed round" in leader.get("/duties/warnings/").content.decode()
    address = f"/duties/warnings/{warning.pk}/"
    assert leader.get(address).status_code == 200
    assert leader.post(address + "clear/", {"reason": ""}).status_code == 422
    assert leader.post(address + "clear/", {"reason": "tank was empty"}).status_code == 302
    assert "tank was empty" in leader.get(address).content.decode()
    rest = [str(w.pk) for w in _open()]
    asked = leader.post("/duties/warnings/bulk/", {"action": "clear", "id": rest})
    assert asked.status_code == 200
    leader.post("/duties/warnings/clear/", {"id": rest, "reason": "same"})
    assert not _open()


def _open() -> list[RaisedWarning]:
    with wall.acting_as(EVERYTHING):
        return list(RaisedWarning.objects.unscoped("test").filter(cleared_at__isnull=True))


def test_shift_patterns_substitutes_and_the_ladder(world: World, leader: Client) -> None:
    shift = {
        "name": "Three shifts", "starts": "00:00 08:00 16:00", "anchor_on": "2026-01-01",
        "rotation": "Workshop A", "is_active": "on",
    }  # fmt: skip
    assert leader.post("/duties/shifts/new/", shift | {"starts": "soon"}).status_code == 422
    assert leader.post("/duties/shifts/new/", shift).status_code == 302
    assert "Three shifts" in leader.get("/duties/shifts/").content.decode()
    world.user(Role.OPERATOR, "workshop_a")
    stand_in = {
        "from_user": world.user(Role.SAFETY_MANAGER, "plant_a").pk,
        "to_user": world.user(Role.OPERATOR, "workshop_a").pk,
        "starts_at": "2026-11-01T08:00", "ends_at": "2036-11-02T08:00",
    }  # fmt: skip
    assert leader.post("/duties/substitutes/new/", stand_in).status_code == 302
    assert leader.get("/duties/substitutes/").status_code == 200
    assert leader.get("/duties/ladder/").status_code == 200
    rung = "/duties/ladder/duty/overdue/3/"
    given = {"threshold": "2", "told": "digest", "recipients": ["workshop_head"]}
    assert leader.post(rung, given).status_code == 302
    with wall.acting_as(EVERYTHING):
        own = queries.ladder_of(world.plant_a.pk)
    assert [r.threshold for r in own if (r.trigger, r.condition, r.colour) == RUNG] == [2]


def test_home_shows_my_duties_folded(world: World) -> None:
    plan(world, now=now() - dt.timedelta(days=2), cycle_unit="hour", cycle_n=4, title="Round")
    actor = world.actor(Role.OPERATOR, "workshop_a")
    with wall.acting_as(EVERYTHING):
        instances.mark(now())
        items = [item for item in today_of(actor, today()).items if item.title == "Round"]
    overdue = [item for item in items if item.due and item.due <= now()]
    assert len(overdue) == 1
    assert str(overdue[0].context).count(" · ") == 2


def test_home_tells_by_the_hour_that_a_duty_is_late(world: World) -> None:
    row = first(plan(world, title="Read the level"))
    actor = world.actor(Role.OPERATOR, "workshop_a")

    def group() -> str:
        with wall.acting_as(EVERYTHING):
            shown = today_of(actor, today()).items
        return next(one for one in shown if one.title == "Read the level").group(today())

    assert group() != "overdue"
    with wall.acting_as(EVERYTHING):
        hour_ago = now() - dt.timedelta(hours=1)
        Instance.objects.unscoped("test").filter(pk=row.pk).update(due_at=hour_ago)
    assert group() == "overdue"


def test_my_page_costs_the_same_for_1_and_20(
    world: World, operator: Client, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    plan(world)
    operator.get("/duties/")
    few = count_queries(lambda: operator.get("/duties/"))
    for _ in range(20):
        plan(world)
    assert count_queries(lambda: operator.get("/duties/")) == few


def test_the_api_reads_within_scope(world: World, client: Client) -> None:
    made = plan(world)
    row = first(made)
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert client.get("/api/v1/duties/plans").json()["items"][0]["id"] == str(made.pk)
    found = client.get("/api/v1/duties/instances").json()["items"]
    assert [one["id"] for one in found] == [str(row.pk)]
    assert client.get(f"/api/v1/duties/instances/{row.pk}").json()["state"] == "pending"
    assert client.get("/api/v1/duties/warnings?open=true").json()["items"] == []
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_b"))
    assert client.get("/api/v1/duties/instances").json()["items"] == []
    assert client.get(f"/api/v1/duties/instances/{row.pk}").status_code == 404


def test_a_place_is_taken_out_of_service_and_put_back(world: World, leader: Client) -> None:
    place = uuid7()
    row = first(plan(world, place_id=place, place_text="T-101"))
    page = leader.get("/duties/exemptions/new/")
    assert "T-101" in page.content.decode()
    given = {"place": str(place), "starts_at": f"{today()}T00:00", "reason": "overhaul"}
    assert leader.post("/duties/exemptions/new/", given | {"place": ""}).status_code == 422
    assert leader.post("/duties/exemptions/new/", given | {"reason": ""}).status_code == 422
    made = leader.post("/duties/exemptions/new/", given)
    assert made.status_code == 302
    assert first(row.plan).state == State.EXEMPT
    address = made.headers["Location"]
    assert "overhaul" in leader.get(address).content.decode()
    assert "T-101" in leader.get("/duties/exemptions/").content.decode()
    early = {"ends_at": f"{today() - dt.timedelta(days=1)}T00:00"}
    assert leader.post(address, early).status_code == 422
    later = (now() + dt.timedelta(minutes=1)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    assert leader.post(address, {"ends_at": later}).status_code == 302
    assert first(row.plan).state == State.PENDING
    with wall.acting_as(EVERYTHING):
        told = AuditEvent.objects.filter(object_id=made.headers["Location"].split("/")[3])
        events = list(told.order_by("seq").values_list("event", flat=True))
    assert events == ["duties.exemption.added", "duties.exemption.ended"]


def test_an_exemption_that_follows_a_shutdown_ends_with_it(world: World, leader: Client) -> None:
    with wall.acting_as(EVERYTHING):
        made = exemptions.add(
            world.actor(Role.SAFETY_MANAGER, "plant_a"), world.workshop_a, uuid7(),
            starts_at=now(), reason="shutdown", place_text="T-1", source_id=uuid7(),
        )  # fmt: skip
    address = f"/duties/exemptions/{made.pk}/"
    assert "<form" not in leader.get(address).content.decode().split("an-main")[-1].split("foot")[0]
    assert leader.post(address, {"ends_at": "2036-01-01T00:00"}).status_code == 404


def test_who_is_told_of_a_colour_is_chosen_and_given_back(world: World, leader: Client) -> None:
    rung = "/duties/ladder/duty/overdue/3/"
    given = {"threshold": "1", "told": "immediate", "recipients": ["safety_manager", "park"]}
    assert 'value="technical_responsible_person" id=' in leader.get(rung).content.decode()
    assert leader.post(rung, given | {"recipients": ["nobody"]}).status_code == 422
    assert leader.post(rung, given | {"recipients": []}).status_code == 422
    assert leader.post(rung, given).status_code == 302
    assert _told(world) == ("safety_manager", "park")
    with wall.acting_as(EVERYTHING):
        saved = AuditEvent.objects.get(event="duties.ladder.saved")
    assert saved.after["recipients"] == ["safety_manager", "park"]
    assert "duties.ladder.saved" not in leader.get(rung).content.decode()
    plan(world, now=now() - dt.timedelta(days=3), title="Missed")
    with wall.acting_as(EVERYTHING):
        instances.mark(now())
        orange = RaisedWarning.objects.unscoped("test").filter(colour=3).first()
    assert orange is not None
    assert orange.recipients[-2:] == ["safety_manager", "park"]
    assert leader.post(f"{rung}restore/").status_code == 302
    assert "technical_responsible_person" in _told(world)
    assert leader.post(f"{rung}restore/").status_code == 404


def _told(world: World) -> tuple[str, ...]:
    with wall.acting_as(EVERYTHING):
        own = queries.ladder_of(world.plant_a.pk)
    return next(r.recipients for r in own if (r.trigger, r.condition, r.colour) == RUNG)


def test_an_empty_list_tells_its_first_step_though_its_first_view_filters(
    world: World, leader: Client
) -> None:
    leader.cookies["anlan_language"] = "en"
    page = leader.get("/duties/exemptions/").content.decode()
    assert "Duties of a place out of service do not count" in page
    assert "No row matches" not in page
    plan(world)
    assert "No row matches" in leader.get("/duties/plans/?q=zzz").content.decode()


def test_figures_without_duties_are_nought(operator: Client) -> None:
    page = operator.get("/duties/").content.decode()
    figures = page[page.index('href="#an-duties-overdue"') : page.index('href="#an-duties-done"')]
    assert figures.count('an-figure__value">0') == 3
