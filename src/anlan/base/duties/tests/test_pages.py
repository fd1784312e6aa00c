"""The pages of duties, as people use them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.clock import now, today
from anlan.base.duties import queries
from anlan.base.duties.models import Instance, Plan, RaisedWarning
from anlan.base.duties.services import instances
from anlan.base.duties.states import State
from anlan.base.duties.tests import data
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
    assert leader.post(rung, {"threshold": "2", "told": "digest"}).status_code == 302
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
