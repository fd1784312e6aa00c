"""Ready plans: for measures without a task, the ladder, the responsible persons."""

from collections import Counter

import pytest

from anlan.base.actors.roles import Role
from anlan.base.errors import BadInput, Forbidden
from anlan.modules.inspections import queries, ready
from anlan.modules.inspections.services import checklists, records, suggesting, tasks
from anlan.modules.inspections.tests import data
from anlan.modules.registry.services import unit_create
from anlan.modules.registry.tests import data as registry
from anlan.modules.risk import queries as risk
from anlan.modules.risk.choices import MeasureSubclass
from anlan.modules.risk.tests import data as risk_data
from tests.support.world import World

pytestmark = pytest.mark.django_db


def test_every_subclass_has_a_cycle() -> None:
    assert set(ready.cycles()) == set(MeasureSubclass.values)
    assert {rung.checklist for rung in ready.ladder()} <= set(ready.checklists())


def test_measures_get_the_cycle_of_their_subclass_once(world: World) -> None:
    manager = data.manager(world)
    first = data.a_measure(world)
    risk_data.a_measure(manager, first.event, "C2", class2="3-3")
    risk_data.a_measure(manager, first.event, "C3", verification=1, tag="LI-101", class2="1-1")
    offered = suggesting.for_measures(manager, world.plant_a.pk)
    assert [(one["cycle_unit"], one["role"]) for one in offered] == [
        ("week", "equipment_engineer"), ("day", "team_leader"),
    ]  # fmt: skip
    assert not queries.tasks(manager).exists()
    assert len(suggesting.apply_for_measures(manager, world.plant_a.pk, [first.pk])) == 1
    assert len(suggesting.apply_for_measures(manager, world.plant_a.pk)) == 1
    assert suggesting.for_measures(manager, world.plant_a.pk) == []
    assert risk.gaps(manager, world.plant_a.pk) == []


def test_what_the_register_says_comes_before_what_is_usual(world: World) -> None:
    first = data.a_measure(world, class2="2-2", cycle_n=1, cycle_unit="day", post="操作人员")
    manager = data.manager(world)
    risk_data.a_measure(manager, first.event, "C2", class2="2-2", post="Team leader")
    risk_data.a_measure(manager, first.event, "C3", class2="2-2", post="外操")
    offered = suggesting.for_measures(manager, world.plant_a.pk)
    assert [(one["cycle_n"], one["cycle_unit"], one["role"]) for one in offered] == [
        (1, "day", "operator"), (1, "week", "team_leader"), (1, "week", "equipment_engineer"),
    ]  # fmt: skip


def test_the_ladder_is_set_up_once(world: World) -> None:
    manager = data.manager(world)
    made = suggesting.apply_ladder(manager, world.plant_a.pk)
    assert [(task.plan.cycle_unit, task.plan.organisation_id) for task in made] == [
        ("quarter", world.plant_a.pk), ("month", world.plant_a.pk),
        ("week", world.workshop_a.pk), ("day", world.workshop_a.pk),
    ]  # fmt: skip
    assert suggesting.apply_ladder(manager, world.plant_a.pk) == []
    with pytest.raises(Forbidden):
        suggesting.apply_ladder(data.operator(world), world.plant_a.pk)


def test_the_responsible_persons_have_28_items_for_each_installation(world: World) -> None:
    manager = data.manager(world)
    unit = unit_create(manager, {**registry.unit(), "enterprise": world.plant_a.pk})
    risk_data.an_object(manager, "D9", mhi_unit=unit)
    made = suggesting.apply_responsible(manager, world.plant_a.pk)
    assert Counter(task.work_type for task in made) == {1: 9, 2: 9, 3: 10}
    assert {(task.plan.work_type, task.plan.cycle_unit) for task in made} == {
        (1, "month"), (2, "quarter"), (3, "week"),
    }  # fmt: skip
    assert suggesting.apply_responsible(manager, world.plant_a.pk) == []


def test_a_checklist_is_answered_item_by_item(world: World) -> None:
    manager, head = data.manager(world), world.actor(Role.TEAM_LEADER, "workshop_a")
    made = checklists.save(
        manager, world.plant_a.pk, title="节前检查", items=["值班安排", "库存"], source=5
    )
    task = tasks.save(
        manager, world.plant_a.pk, checklist=made, organisation=world.workshop_a, role="team_leader"
    )
    assert (task.title, task.source) == ("节前检查", 5)
    answers = (
        records.Answer("1", "normal"), records.Answer("2", "abnormal", "超储"),
    )  # fmt: skip
    check = records.Check(instance_id=data.duty(head, task).pk, answers=answers)
    row = records.record(head, check).row
    finding = queries.findings_of(head, row).get()
    assert row.result == "abnormal"
    assert (finding.title, finding.description, finding.source) == ("超储", "库存", 5)
    changed = checklists.save(
        manager, world.plant_a.pk, checklist_id=made.pk, title="节前检查", items=["库存", "通信"]
    )
    assert [one["id"] for one in changed.items] == ["2", "3"]
    with pytest.raises(BadInput):
        checklists.save(manager, world.plant_a.pk, title="节前检查", items=["x"])
