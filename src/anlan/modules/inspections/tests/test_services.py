"""From a task to its plan, its duties, its records and the findings they raise."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now, today
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.duties.services import instances
from anlan.base.duties.states import State
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.ids import uuid7
from anlan.base.inbox.models import Notice
from anlan.modules.findings.models import Finding
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.inspections.problems import TaskStopped
from anlan.modules.inspections.services import records, tasks
from anlan.modules.inspections.tests import data
from anlan.modules.risk import queries as risk
from tests.support.world import World

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def check(actor: Any, task: InspectionTask, n: int = 0, **more: Any) -> records.Recorded:
    instance = data.duty(actor, task, n)
    from_phone = more.pop("from_phone", False)
    return records.record(
        actor, records.Check(instance_id=instance.pk, **more), from_phone=from_phone
    )


def again(instance: Instance) -> Instance:
    return Instance.objects.unscoped("test").get(pk=instance.pk)


def told(row: Any) -> list[str]:
    rows = AuditEvent.objects.filter(object_id=row.pk).order_by("seq")
    return list(rows.values_list("event", flat=True))


def test_a_measure_without_a_task_is_a_gap_until_it_has_one(world: World) -> None:
    manager = data.manager(world)
    measure = data.a_measure(world)
    assert [gap.code for gap in risk.gaps(manager, world.plant_a.pk)] == ["no_task"]
    task = data.a_task(world, measure)
    assert risk.gaps(manager, world.plant_a.pk) == []
    assert task.title == task.content == measure.inspection_content
    assert (task.unit_id, task.plan.place_id) == (measure.event.unit_id, measure.event.unit_id)
    assert task.plan.kind == "inspection"
    assert task.plan.subject_id == task.pk
    assert told(task) == ["inspections.task.saved"]


def test_daily_work_is_one_list_for_the_person(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    mine = duties.mine(operator, today())
    assert [row.plan_id for row in mine][:1] == [task.plan_id]


def test_a_normal_check_fulfils_the_duty_as_of_when_it_was_made(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    made = check(operator, task)
    duty = data.duty(operator, task)
    assert (duty.state, duty.record_id) == (State.DONE, made.row.pk)
    assert duty.done_at == made.row.occurred_at
    assert told(made.row) == ["inspections.record.made"]
    assert not Finding.objects.for_actor(operator).exists()


def test_the_same_record_twice_is_one(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    what = records.Check(instance_id=data.duty(operator, task).pk)
    first, second = records.record(operator, what), records.record(operator, what)
    assert first.row.pk == second.row.pk
    assert not second.is_new
    assert queries.records(operator).count() == 1


def test_abnormal_becomes_a_finding_with_its_origin(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    made = check(operator, task, result="abnormal", note="呼吸阀滴漏")
    finding = queries.findings_of(operator, made.row).get()
    assert (finding.title, finding.measure_id) == ("呼吸阀滴漏", task.measure_id)
    assert (finding.origin_kind, finding.origin_id) == (queries.ORIGIN, made.row.pk)
    assert made.row.finding_id == finding.pk
    assert data.duty(operator, task).state == State.DONE


def test_a_finding_of_its_own_is_not_reported_twice(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    made = check(operator, task, result="abnormal", finding_id=uuid7(), from_phone=True)
    assert made.row.finding_id
    assert not Finding.objects.for_actor(operator).exists()


def test_a_reading_outside_its_limits_is_abnormal(world: World) -> None:
    operator = data.operator(world)
    measure = data.a_measure(
        world, quantity="压力", reading_unit="MPa", low=Decimal("0.2"), high=Decimal("0.6")
    )
    task = data.a_task(world, measure)
    with pytest.raises(BadInput) as refused:
        check(operator, task, reading=Decimal("0.61"))
    assert refused.value.problems[0].code == "outside"
    assert check(operator, task, reading=Decimal("0.6")).row.result == "normal"
    made = check(operator, task, 1, reading=Decimal("0.61"), from_phone=True)
    assert made.row.result == "abnormal"
    assert len(made.remarks) == 2
    assert made.row.high == Decimal("0.6")
    assert "0.61 MPa" in queries.findings_of(operator, made.row).get().description


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_records_the_earlier_fulfils_and_the_worse_stands(
    world: World, turned: bool
) -> None:
    operator, head = data.operator(world), world.actor(Role.TEAM_LEADER, "workshop_a")
    task = data.a_task(world, starts_on=today() - dt.timedelta(days=1))
    opens = data.duty(operator, task).opens_at
    first = {"occurred_at": opens, "result": "normal"}
    second = {
        "occurred_at": opens + dt.timedelta(minutes=1), "result": "abnormal", "note": "x",
        "received_at": now(),
    }  # fmt: skip
    order = [second, first] if turned else [first, second]
    made = [check(operator, task, from_phone=True, **one).row.pk for one in order]
    duty = data.duty(operator, task)
    rows = {row.result: row for row in queries.records(operator)}
    assert set(made) == {row.pk for row in rows.values()}
    assert duty.record_id == rows["normal"].pk
    assert duty.done_at == opens
    assert (rows["normal"].stands, rows["normal"].is_repeat) == (False, False)
    assert (rows["abnormal"].stands, rows["abnormal"].is_repeat) == (True, True)
    assert Notice.objects.filter(recipient=head.user_id, kind="inspections.different").count() == 1


def test_a_timely_check_that_comes_late_is_timely_and_marked(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    duty = data.duty(operator, task)
    came = duty.grace_until + HOUR
    made = check(
        operator, task, occurred_at=duty.grace_until - HOUR, received_at=came, from_phone=True
    )
    assert made.row.is_late
    assert again(duty).state == State.DONE


def test_what_cannot_be_done_stays_to_do_and_the_lead_hears(world: World) -> None:
    operator, head = data.operator(world), world.actor(Role.TEAM_LEADER, "workshop_a")
    task = data.a_task(world)
    duty = data.duty(operator, task)
    with pytest.raises(BadInput):
        records.cannot_do(operator, duty.pk, "")
    made = records.cannot_do(operator, duty.pk, "weather", "大雾")
    assert again(duty).state in (State.PENDING, State.DUE_SOON)
    assert told(made.row) == ["inspections.record.cannot_do"]
    notice = Notice.objects.get(recipient=head.user_id, kind="inspections.cannot_do")
    assert notice.params["reason"] == "大雾"
    done = check(operator, task)
    rows = dict(queries.records(operator).values_list("pk", "stands"))
    assert rows == {made.row.pk: False, done.row.pk: True}


def test_a_check_of_a_task_taken_back_is_kept(world: World) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    gone = records.Check(instance_id=uuid7(), task_id=task.pk)
    with pytest.raises(NotYours):
        records.record(operator, gone)
    assert records.record(operator, gone, from_phone=True).row.task_id == task.pk


def test_rights(world: World) -> None:
    operator, task = data.operator(world), data.a_task(world)
    with pytest.raises(Forbidden):
        tasks.save(operator, world.plant_a.pk, title="x", organisation=world.workshop_a)
    with pytest.raises(Forbidden):
        check(world.actor(Role.BUREAU_INSPECTOR, "county_a"), task)
    stranger = world.actor(Role.OPERATOR, "plant_b")
    with pytest.raises(NotYours):
        records.record(stranger, records.Check(instance_id=data.duty(operator, task).pk))
    with pytest.raises(NotYours):
        tasks.stop(world.actor(Role.SAFETY_MANAGER, "plant_b"), task.pk, "x")
    measure = task.measure
    with pytest.raises(BadInput):
        tasks.save(world.actor(Role.SAFETY_MANAGER, "plant_b"), world.plant_b.pk, measure=measure)


def test_a_task_changes_and_stops_with_its_duties(world: World) -> None:
    manager = data.manager(world)
    task = data.a_task(world)
    changed = tasks.save(
        manager, world.plant_a.pk, task_id=task.pk, title="夜间巡查", cycle_n=2, cycle_unit="hour"
    )
    assert (changed.title, changed.plan.title, changed.plan.cycle_unit) == ("夜间巡查",) * 2 + (
        "hour",
    )
    assert changed.plan.organisation_id == world.workshop_a.pk
    assert duties.instances_of_plan(manager, changed.plan).count() > 10
    tasks.stop(manager, task.pk, "工艺停用")
    with pytest.raises(TaskStopped):
        tasks.save(manager, world.plant_a.pk, task_id=task.pk, title="x")
    assert [gap.code for gap in risk.gaps(manager, world.plant_a.pk)] == ["no_task"]
    assert not InspectionRecord.objects.for_actor(manager).exists()
    assert instances.make(now(), now()) == 0


def test_many_tasks_are_all_or_none_and_name_their_row(world: World) -> None:
    manager = data.manager(world)
    given = [{"title": "a", "organisation": world.plant_a}, {"title": ""}]
    with pytest.raises(BadInput) as refused:
        tasks.save_many(manager, world.plant_a.pk, given)
    assert {problem.row for problem in refused.value.problems} == {2}
    assert not queries.tasks(manager).exists()
