"""The switch of the home page: mine, my department's, the whole plant's."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.ids import uuid7
from anlan.base.inbox import today
from anlan.base.inbox.reach import reaches_of
from tests.support.world import World

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def work(world: World) -> Iterator[None]:
    """Work at the plant, at its workshop, in the workshop's team, and sent to the person."""
    kept, today._providers = today._providers, {}
    pk = uuid7()
    team = Organisation.objects.create(
        id=pk,
        kind=OrganisationKind.TEAM,
        name="Team",
        parent=world.workshop_a,
        path=f"{world.workshop_a.path}t{pk.hex}/",
    )
    world.places["team"] = team
    places = {
        "plant": world.plant_a.path,
        "workshop": world.workshop_a.path,
        "team": team.path,
        "person": "",
    }

    @today.provider("test")
    def some(_actor: Actor, day: dt.date) -> today.Contribution:
        items = [today.Item(f"at the {k}", "/", due=day, place=p) for k, p in places.items()]
        return today.Contribution(items)

    yield
    today._providers = kept


def titles(actor: Actor, whose: str = "") -> set[str]:
    return {str(item.title).removeprefix("at the ") for item in
            today.today_within(actor, DAY, whose).items}  # fmt: skip


def test_each_post_reads_its_own_place_first(world: World, work: None) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    assert [reach.key for reach in reaches_of(manager)] == ["mine", "plant"]
    assert titles(manager) == {"plant", "person"}
    assert titles(manager, "plant") == {"plant", "workshop", "team", "person"}
    head = world.actor(Role.WORKSHOP_HEAD, "workshop_a")
    assert titles(head, "mine") == {"workshop", "person"}
    assert titles(head, "department") == {"workshop", "team", "person"}
    operator = world.actor(Role.OPERATOR, "team")
    assert titles(operator, "mine") == {"team", "person"}
    assert titles(operator, "department") == {"workshop", "team", "person"}


def test_people_outside_a_plant_have_no_switch(world: World, work: None) -> None:
    officer = world.actor(Role.BUREAU_INSPECTOR, "city_a")
    assert [reach.key for reach in reaches_of(officer)] == ["plant"]
    assert not today.today_within(officer, DAY, "mine").choices
    contractor = world.actor(Role.CONTRACTOR, "contractor_a")
    assert len(reaches_of(contractor)) == 1


def test_the_choice_stays_in_the_address_and_counts_agree(
    world: World, work: None, client: Client
) -> None:
    client.force_login(world.user(Role.WORKSHOP_HEAD, "workshop_a"))
    page = client.get("/?whose=department").content.decode()
    assert page.count("at the ") >= 3
    assert "at the plant" not in page
    for key, n in (("mine", 2), ("department", 3), ("plant", 4)):
        assert f'href="?whose={key}"' in page
        assert f"<span>{n}</span>" in page


def test_an_empty_reading_leads_to_the_wider_one(world: World, client: Client) -> None:
    kept, today._providers = today._providers, {}
    try:

        @today.provider("test")
        def elsewhere(_actor: Actor, day: dt.date) -> today.Contribution:
            return today.Contribution([today.Item("x", "/", due=day, place=world.plant_a.path)])

        head = world.actor(Role.WORKSHOP_HEAD, "workshop_a")
        assert titles(head) == {"x"}  # without a choice, the narrowest that holds something
        client.force_login(world.user(Role.WORKSHOP_HEAD, "workshop_a"))
        page = client.get("/?whose=mine").content.decode()
        assert 'href="?whose=plant"' in page
    finally:
        today._providers = kept
