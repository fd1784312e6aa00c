"""What the database itself holds of monitoring."""

import pytest
from django.db import DatabaseError, transaction

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, Point
from tests.support.world import World

pytestmark = pytest.mark.django_db


def rule_of(world: World, tag: str = "LI-101") -> AlarmRule:
    plant = world.plant_a
    here = {"enterprise": plant, "scope_path": plant.path}
    point = Point.objects.create(**here, tag=tag, name="液位", kind="level")
    return AlarmRule.objects.create(**here, point=point, kind="HH", limit=9.5)


def test_numbers_of_points_come_from_the_database_and_differ(world: World) -> None:
    first, second = rule_of(world, "LI-101").point, rule_of(world, "LI-102").point
    assert 0 < first.number < second.number


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_alarm_journal_is_append_only(world: World, deed: str) -> None:
    rule, moment = rule_of(world), now()
    AlarmEvent.objects.create(
        enterprise=world.plant_a,
        scope_path=world.plant_a.path,
        rule=rule,
        what="raised",
        at=moment,
        since=moment,
        priority=1,
    )
    rows = AlarmEvent.objects.for_actor(world.actor(Role.SAFETY_MANAGER, "plant_a"))
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(comment="x") if deed == "update" else rows.delete()


def test_other_plants_see_nothing(world: World) -> None:
    rule_of(world)
    assert Point.objects.for_actor(world.actor(Role.SAFETY_MANAGER, "plant_b")).count() == 0
    assert Point.objects.for_actor(world.actor(Role.BUREAU_INSPECTOR, "county_a")).count() == 1
