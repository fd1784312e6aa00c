"""Who sees which enterprises, through both walls."""

import pytest
from django.db import connection

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import Scope
from anlan.base.actors.scoped import UnscopedQuery
from anlan.base.errors import NotYours
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

SEEN = [
    (Role.BUREAU_LEADER, "province", {"plant_a", "plant_a2", "plant_b", "plant_b2"}),
    (Role.BUREAU_INSPECTOR, "city_a", {"plant_a", "plant_a2"}),
    (Role.BUREAU_INSPECTOR, "county_a", {"plant_a"}),
    (Role.PARK_OFFICER, "park_a", {"plant_a"}),
    (Role.GROUP_HSE, "group", {"plant_a", "plant_b2"}),
    (Role.SAFETY_MANAGER, "plant_b", {"plant_b"}),
    (Role.WORKSHOP_HEAD, "workshop_a", {"plant_a"}),
    (Role.CONTRACTOR, "contractor_a", set()),
]


@pytest.mark.parametrize(("role", "place", "seen"), SEEN)
def test_each_role_sees_its_enterprises(
    world: World, role: Role, place: str, seen: set[str]
) -> None:
    actor = world.actor(role, place)
    assert set(Enterprise.objects.for_actor(actor).values_list("name", flat=True)) == seen


@pytest.mark.parametrize(("role", "place", "seen"), SEEN)
def test_the_database_hides_the_rest_even_from_a_query_that_forgot(
    world: World, role: Role, place: str, seen: set[str]
) -> None:
    actor = world.actor(role, place)
    with wall.acting_as(actor.scope), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM registry_enterprise")
        assert {name for (name,) in cursor.fetchall()} == seen


def test_a_query_that_does_not_say_for_whom_is_an_error(world: World) -> None:
    with pytest.raises(UnscopedQuery):
        list(Enterprise.objects.all())
    with pytest.raises(UnscopedQuery):
        Enterprise.objects.filter(name="plant_a").exists()


def test_a_foreign_id_and_a_malformed_id_are_not_found(world: World) -> None:
    rows = Enterprise.objects.for_actor(world.actor(Role.SAFETY_MANAGER, "plant_a"))
    for pk in (world.plant_b.pk, "not-an-id", ""):
        with pytest.raises(NotYours):
            rows.one(pk)


def test_a_path_prefix_stops_at_its_slash() -> None:
    scope = Scope.of(["cn/99/"])
    assert scope.covers("cn/99/e1/")
    assert not scope.covers("cn/990/e1/")
