"""What early warning tells the daily commitment."""

import pytest

from anlan.base.actors.roles import Role
from anlan.base.clock import now, today
from anlan.modules.commitment import facts
from anlan.modules.commitment.models import Grade
from anlan.modules.commitment.services import days
from anlan.modules.monitoring.tests.test_overview import alarm
from anlan.modules.warnings.services.assessing import assess_all

pytestmark = pytest.mark.django_db


def test_a_red_warning_bears_no_general_grade(world, level) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    before = facts.known(manager, world.plant_a.pk, world.plant_a.path, today())
    assert before["n_warnings"] is None
    state = alarm(level, priority=1)
    state.rule.kind = "HH"
    state.rule.save()
    assess_all(now())
    row = days.open_day(manager, world.plant_a.pk, today())
    assert (row.counts["n_warnings"], row.grade) == (1, Grade.LARGER)
    days.prepare(
        manager, row.pk, counts=row.counts, grade=Grade.GENERAL, text="受控", committer="郭承安"
    )
    published = days.publish(world.actor(Role.PRINCIPAL, "plant_a"), row.pk)
    (flag,) = [one for one in published.flags if one["code"] == "grade_below_warning"]
    assert (flag["stated"], flag["actual"]) == (Grade.GENERAL, Grade.LARGER)


def test_a_plant_without_installations_has_no_warnings(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_b")
    known = facts.known(manager, world.plant_b.pk, world.plant_b.path, today())
    assert known["n_warnings"] == 0
