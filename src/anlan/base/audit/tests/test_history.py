"""History is read in words, by whom it concerns."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.audit import Event
from anlan.base.audit.events import all_events
from anlan.base.audit.queries import events_for, events_of, history_of
from anlan.base.audit.services import record
from anlan.modules.registry.events import UNIT_IDENTIFIED as IDENTIFIED
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

RENAMED = all_events().get("test.renamed") or Event("test.renamed", "%(actor)s renamed %(object)s")
ENTERED = all_events().get("test.entered") or Event("test.entered", "Enterprise entered")


@pytest.fixture
def told(world: World) -> Enterprise:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row: Enterprise = Enterprise.objects.for_actor(actor).get()
    record(actor, ENTERED, row, after={"name": "plant_a"})
    record(
        actor,
        RENAMED,
        row,
        before={
            "name": "old",
            "kind": "production",
            "has_key_process": False,
            "founded_on": None,
            "enterprise_id": None,
            "scope_path": "x",
            "address": "",
        },
        after={
            "name": "new",
            "kind": "storage",
            "has_key_process": True,
            "founded_on": dt.date(2020, 1, 2),
            "enterprise_id": world.plant_a.pk,
            "scope_path": "y",
            "address": None,
        },
        reason="by decree",
    )
    return row


def test_a_record_tells_its_history_in_words(world: World, told: Enterprise) -> None:
    actor = world.actor(Role.OPERATOR, "plant_a")
    with translation.override("en"):
        newest, oldest = history_of(actor, told)
        assert newest.sentence == "safety_manager plant_a renamed plant_a"
        assert newest.reason == "by decree"
        changes = {change.label: (change.old, change.new) for change in newest.changes}
        assert changes["Name"] == ("old", "new")
        assert changes["Founded on"] == ("", "2020-01-02")
        assert changes["Enterprise"] == ("", "plant_a")
        assert list(changes.values()).count(("No", "Yes")) == 1
        assert changes["Type"][0].startswith("Production")
        assert len(changes) == 6 - 1
        assert oldest.sentence == "safety_manager plant_a: Enterprise entered, plant_a"
        # Beside the name of who did it, the deed alone.
        assert (newest.deed, oldest.deed) == (newest.sentence, "Enterprise entered, plant_a")
    with translation.override("zh-hans"):
        newest, _oldest = history_of(actor, told)
        assert ("否", "是") in {(change.old, change.new) for change in newest.changes}


def test_another_plant_reads_nothing(world: World, told: Enterprise) -> None:
    stranger = world.actor(Role.SAFETY_MANAGER, "plant_b")
    assert not events_of(stranger, told).exists()
    assert not events_for(stranger).exists()
    with wall.acting_as(stranger.scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event")
        assert cursor.fetchone() == (0,)


def test_whoever_acts_writes_history_even_where_they_cannot_read_it(world: World) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    with wall.acting_as(actor.scope):
        record(actor, ENTERED, None)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_event")
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("role", "place", "count"),
    [
        (Role.AUDITOR, "plant_a", 2),
        (Role.BUREAU_LEADER, "city_a", 2),
        (Role.GROUP_HSE, "group", 2),
        (Role.PARK_OFFICER, "park_a", 2),
        (Role.AUDITOR, "city_b", 0),
        (Role.OPERATOR, "plant_a", None),
        (Role.CONTRACTOR, "contractor_a", None),
    ],
)
def test_the_history_page_shows_the_scope_to_those_who_may(
    world: World, told: Enterprise, client: Client, role: Role, place: str, count: int | None
) -> None:
    actor = world.actor(role, place)
    assert events_for(actor).count() == (count or 0)
    client.force_login(world.user(role, place))
    page = client.get("/history/")
    assert page.status_code == (403 if count is None else 200)
    if count is not None:
        assert ("plant_a renamed plant_a" in page.text) == bool(count)


def test_the_page_filters_and_exports(world: World, told: Enterprise, client: Client) -> None:
    client.force_login(world.user(Role.AUDITOR, "plant_a"))
    assert "plant_a renamed plant_a" in client.get("/history/?event=test.renamed").text
    assert "plant_a renamed plant_a" not in client.get("/history/?event=test.entered").text
    assert "plant_a renamed plant_a" not in client.get("/history/?day_to=2020-01-01").text
    assert "plant_a renamed plant_a" in client.get("/history/?q=safety_manager").text
    assert "plant_a renamed plant_a" not in client.get("/history/?q=nobody").text


def test_the_page_costs_the_same_for_one_and_for_many(
    world: World, told: Enterprise, client: Client, count_queries
) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    client.force_login(world.user(Role.AUDITOR, "plant_a"))
    client.get("/history/")
    few = count_queries(lambda: client.get("/history/"))
    for _number in range(30):
        record(actor, ENTERED, told)
    assert count_queries(lambda: client.get("/history/")) == few


def test_an_enterprise_that_moved_takes_its_history_along(world: World, told: Enterprise) -> None:
    old, new = world.plant_a.path, world.city_b.path + f"e{world.plant_a.pk.hex}/"
    Organisation.objects.filter(pk=world.plant_a.pk).update(path=new)
    Enterprise.objects.unscoped("test").filter(pk=told.pk).update(scope_path=new)
    assert old != new
    for role, place in ((Role.SAFETY_MANAGER, "plant_a"), (Role.BUREAU_LEADER, "city_b")):
        actor = world.actor(role, place)
        with wall.acting_as(actor.scope):
            assert events_for(actor).count() == 2
            assert len(history_of(actor, told)) == 2


def test_the_product_itself_is_called_the_system(world: World) -> None:
    row = Enterprise.objects.unscoped("a test").get(name="plant_a")
    record(SYSTEM, ENTERED, row)
    record(SYSTEM, IDENTIFIED, row, after={"cause": "sweep", "edition": "2018"})
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    with translation.override("zh-hans"):
        newest, oldest = history_of(actor, row)
        assert (newest.who, oldest.sentence) == ("系统", "系统：Enterprise entered，plant_a")
        assert [change.words() for change in newest.changes] == ["原因：夜间核对", "标准版本：2018"]
    with translation.override("en"):
        assert history_of(actor, row)[0].who == "System"
        assert str(history_of(actor, row)[0].changes[0].label) == "Cause"


def test_a_moment_of_an_event_is_shown_as_people_read_it(world: World) -> None:
    row = Enterprise.objects.unscoped("a test").get(name="plant_a")
    record(SYSTEM, IDENTIFIED, row, after={"until": "2026-11-24T00:00:00+08:00"})
    (newest,) = history_of(world.actor(Role.SAFETY_MANAGER, "plant_a"), row)
    assert newest.changes[0].new == "2026-11-24 00:00"
