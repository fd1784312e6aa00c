"""Reading the chain."""

import pytest

from anlan.base.actors.roles import Role
from anlan.modules.risk import queries
from anlan.modules.risk.tests import data

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def test_gaps_name_what_is_missing_from_the_top_down(world, manager) -> None:
    plant = world.plant_a.pk
    thing = data.an_object(manager)
    assert [gap.code for gap in queries.gaps(manager, plant)] == ["no_unit"]
    unit = data.a_unit(manager, thing)
    assert [gap.code for gap in queries.gaps(manager, plant)] == ["no_event"]
    event = data.an_event(manager, unit)
    assert [gap.code for gap in queries.gaps(manager, plant)] == ["no_measure"]
    measure = data.a_measure(manager, event)
    (gap,) = queries.gaps(manager, plant)
    assert (gap.code, gap.measure_id) == ("no_task", measure.pk)
    assert queries.completion(manager, plant) == queries.Completion(0, 1)
    provider = queries.tasks_from(lambda actor, enterprise: {measure.pk: 1})
    try:
        assert queries.gaps(manager, plant) == []
        assert queries.completion(manager, plant).rate == 1
    finally:
        queries._task_counts.remove(provider)


def test_the_tree_counts(world, manager) -> None:
    thing = data.an_object(manager)
    event = data.an_event(manager, data.a_unit(manager, thing))
    data.a_measure(manager, event)
    (node,) = queries.tree(manager, world.plant_a.pk)
    assert (node.kind, node.level, node.n, node.gaps) == ("object", 1, 1, 1)
    assert node.below[0].below[0].n == 1


def test_the_tree_needs_as_many_queries_for_many(
    world, manager, django_assert_max_num_queries
) -> None:
    thing = data.an_object(manager)
    for number in range(6):
        unit = data.a_unit(manager, thing, f"U{number}")
        data.a_measure(manager, data.an_event(manager, unit, f"E{number}"), f"C{number}")
    with django_assert_max_num_queries(14):
        queries.tree(manager, world.plant_a.pk)


def test_strangers_see_nothing(world, manager) -> None:
    data.an_object(manager)
    stranger = world.actor(Role.BUREAU_INSPECTOR, "county_b")
    assert queries.tree(stranger, world.plant_a.pk) == []
