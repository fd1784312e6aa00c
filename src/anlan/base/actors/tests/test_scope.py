"""Who sees which enterprises, through both walls."""

import pytest
from django.db import connection
from django.db.models import Model

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import Scope
from anlan.base.actors.scoped import UnscopedQuery, by_key
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


@pytest.mark.parametrize(("role", "place", "seen"), SEEN)
def test_rows_looked_up_by_key_are_still_only_those_seen(
    world: World, role: Role, place: str, seen: set[str]
) -> None:
    """Their place is asked, though no index may be used for it; the query itself stays."""
    every = [row.pk for row in Enterprise.objects.unscoped("a test")]
    rows = Enterprise.objects.for_actor(world.actor(role, place))
    before = str(rows.query)
    assert {row.name for row in by_key(rows, every)} == seen
    assert str(rows.query) == before


def test_a_row_is_made_as_django_makes_it(world: World) -> None:
    rows = Enterprise.objects.unscoped("a test").select_related("enterprise__parent")
    some = rows.only("name", "enterprise__name", "enterprise__parent__name")
    for query in (rows, some, rows.defer("search_key")):
        for row in query:
            for made in (row, row.enterprise):
                model: type[Model] = type(made)
                names = [f.attname for f in model._meta.concrete_fields if f.attname in vars(made)]
                plainly = Model.from_db.__func__  # type: ignore[attr-defined]
                plain = plainly(model, "default", names, [vars(made)[name] for name in names])
                kept = {name: vars(made)[name] for name in vars(plain) if name != "_state"}
                assert kept == {k: v for k, v in vars(plain).items() if k != "_state"}
                assert (made._state.db, made._state.adding) == ("default", False)
                assert made.get_deferred_fields() == plain.get_deferred_fields()
    row.name += " again"
    row.save(update_fields=["name"])
    row.refresh_from_db()
    assert row.name.endswith(" again")


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
