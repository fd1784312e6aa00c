"""Inspection tasks with their plans, the duties of the last weeks, the records of rounds."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection

from anlan.base.duties.models import Instance, Plan
from anlan.base.duties.services import making, marking
from anlan.base.ids import uuid7
from anlan.base.search_key import search_key
from anlan.demo.history.plant import Plant, Round, at
from anlan.modules.inspections.duties import KIND
from anlan.modules.inspections.models import InspectionRecord, InspectionTask

DAYS_DEEP, DAYS_LIGHT, DAYS_ALL_NORMAL, DAYS_HEADS = 30, 10, 150, 90
RESPONSIBLE = (
    (1, 1, "month", "principal_responsible_person", "研究重大危险源包保工作，落实投入与人员"),
    (1, 2, "month", "principal_responsible_person", "带队检查重大危险源安全生产责任制落实"),
    (2, 1, "quarter", "technical_responsible_person", "组织检查重大危险源联锁、报警投用情况"),
    (2, 2, "quarter", "technical_responsible_person", "审查工艺变更与设计诊断问题整改"),
    (3, 1, "week", "operational_responsible_person", "每周检查重大危险源现场与交接班记录"),
    (3, 2, "week", "operational_responsible_person", "每周检查特殊作业与承包商现场管理"),
    (3, 3, "week", "operational_responsible_person", "每周核实未销号隐患的管控措施"),
)  # fmt: skip


@dataclass(slots=True)
class Task:
    """A task of a plant with the round it is part of; `round` is empty for a person's task."""

    plant: Plant
    row: InspectionTask
    round: Round | None


@dataclass(slots=True)
class Abnormal:
    """A check that found something; the finding gets the id that the record names."""

    plant: Plant
    record: InspectionRecord
    round: Round | None
    finding_id: UUID


def make_tasks(plants: Iterable[Plant], on: dt.date) -> list[Task]:
    """Write tasks and plans of all plants; return the tasks."""
    tasks = [task for plant in plants for task in _tasks(plant, on)]
    Plan._base_manager.bulk_create([task.row.plan for task in tasks], batch_size=2000)
    InspectionTask._base_manager.bulk_create([task.row for task in tasks], batch_size=2000)
    return tasks


def _tasks(plant: Plant, on: dt.date) -> Iterable[Task]:
    days = DAYS_DEEP if plant.is_deep else DAYS_LIGHT
    for number, one in enumerate(plant.rounds):
        content = one.measure.inspection_content
        is_long = plant.habit == "all_normal" and one.measure.reading_unit
        plan = _plan(plant, on, DAYS_ALL_NORMAL if is_long else days, one.unit.scope_path)
        plan.title, plan.place_id, plan.place_text = content[:200], one.unit.pk, one.unit.name
        plan.role, plan.cycle_n, plan.cycle_unit = one.role, one.n, one.cycle
        yield Task(
            plant,
            _task(
                plant,
                plan,
                code=f"{one.measure.code}-{number + 1:02}",
                content=content,
                measure=one.measure,
                unit=one.unit,
                object=one.unit.object,
                route=number,
            ),
            one,
        )
    for work_type, item, cycle, role, title in RESPONSIBLE:
        plan = _plan(plant, on, DAYS_HEADS if plant.is_deep else days * 3, plant.enterprise.path)
        plan.title, plan.role, plan.cycle_unit = title, role, cycle
        plan.work_type, plan.role_item = work_type, item
        code = f"BZ-{work_type}-{item}"
        yield Task(plant, _task(plant, plan, code=code, work_type=work_type, role_item=item), None)


def _plan(plant: Plant, on: dt.date, days: int, path: str) -> Plan:
    in_team = plant.team is not None and path == plant.team.path
    return Plan(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=path,
        organisation=plant.team if in_team else plant.enterprise,
        kind=KIND,
        starts_on=on - dt.timedelta(days=365),
        make_from=at(on - dt.timedelta(days=days), 0),
    )


def _task(plant: Plant, plan: Plan, **values: Any) -> InspectionTask:
    row = InspectionTask(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=plan.scope_path,
        plan=plan,
        title=plan.title,
        search_key=search_key(values["code"], plan.title, plan.place_text),
        **values,
    )
    plan.subject_id = row.pk
    return row


FULFIL = """
    UPDATE duties_instance i
       SET state = g.state, done_at = g.done_at, done_by_id = g.done_by, record_id = g.record_id,
           next_turn_at = NULL, updated_at = %s
      FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::uuid[], %s::uuid[])
           AS g (id, state, done_at, done_by, record_id)
     WHERE i.id = g.id
"""


def make_rounds(tasks: list[Task], moment: dt.datetime) -> list[Abnormal]:
    """Make the duties of the last weeks and what became of them; return what was found."""
    making.make(making.default_until(moment), moment)
    by_plan = {task.row.plan_id: task for task in tasks}
    rows = (
        Instance.objects.unscoped("the demo's own")
        .filter(plan__in=by_plan, opens_at__lt=moment)
        .order_by("opens_at", "id")
        .values_list("id", "plan_id", "opens_at", "due_at", "grace_until")
    )
    records: list[InspectionRecord] = []
    done: list[tuple[Any, ...]] = []
    found: list[Abnormal] = []
    for pk, plan_id, opens_at, due_at, grace_until in rows.iterator(chunk_size=10_000):
        task = by_plan[plan_id]
        checked = _checked(task, opens_at, due_at, grace_until, moment)
        if checked is None:
            continue
        when, state = checked
        record = _record(task, pk, when, opens_at)
        done.append((pk, state, when, record.by_id, record.pk))
        if record.result == "abnormal":
            record.finding_id = uuid7()
            found.append(Abnormal(task.plant, record, task.round, record.finding_id))
        records.append(record)
    InspectionRecord._base_manager.bulk_create(records, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(FULFIL, [moment, *(list(column) for column in zip(*done, strict=True))])
    marking.mark(moment)
    return found


def _checked(
    task: Task,
    opens_at: dt.datetime,
    due_at: dt.datetime,
    grace_until: dt.datetime,
    moment: dt.datetime,
) -> tuple[dt.datetime, str] | None:
    """Return when a duty was done and its state; None when it was not."""
    random = task.plant.random
    ended = min(due_at, moment)
    length = ended - opens_at
    if due_at - opens_at <= dt.timedelta(days=1):
        # One walk a day: places follow one another.
        walk = Random(f"{task.plant.number} {opens_at:%Y%m%d} {task.row.plan.role}")  # noqa: S311
        start = opens_at + dt.timedelta(hours=walk.uniform(8, 13))
        pace = 3 if task.plant.habit == "impossible_rounds" else 260
        noise = 0 if pace == 3 else random.uniform(0, 120)
        when = start + dt.timedelta(seconds=task.row.route * pace + noise)
    else:
        when = opens_at + length * random.uniform(0.15, 0.9)
    if due_at > moment and random.random() < 0.6:
        return None
    if when >= ended:
        return None if due_at > moment else (ended - dt.timedelta(minutes=7), "done")
    roll = random.random()
    age = moment - due_at
    if roll > 0.012 or task.plant.habit == "all_normal":
        return when, "done"
    # What nobody did lies open for days, not for ever.
    if age < dt.timedelta(days=4):
        return None
    return grace_until + dt.timedelta(hours=random.uniform(1, 30)), "done_late"


def _record(
    task: Task, instance_id: UUID, when: dt.datetime, opens_at: dt.datetime
) -> InspectionRecord:
    plant, random, one = task.plant, task.plant.random, task.round
    habit = plant.habit
    row = InspectionRecord(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=task.row.scope_path,
        task=task.row,
        instance_id=instance_id,
        unit_id=task.row.unit_id,
        place=task.row.plan.place_text,
        result="normal",
        occurred_at=when,
        received_at=when + dt.timedelta(seconds=random.randrange(4, 90)),
        started_at=when - dt.timedelta(seconds=random.randrange(40, 200)),
        finished_at=when,
        arrived_by=random.choice(("qr", "qr", "qr", "nfc", "position")) if one else "none",
        by=plant.who(task.row.plan.role, task.row.scope_path),
    )
    if one is not None and habit != "late":
        # A phone of the person's own; who types rounds in the evening has none with them.
        row.device_id = uuid5(NAMESPACE_OID, f"{row.by_id}")
    if habit == "impossible_rounds":
        row.started_at = when - dt.timedelta(seconds=2)
        row.arrived_by = "none"
    elif habit == "late" and random.random() < 0.35:
        # A week's rounds typed in one evening.
        monday = when.date() - dt.timedelta(days=when.weekday())
        row.received_at = max(at(monday + dt.timedelta(days=6), 20.5), row.received_at)
        row.is_late = True
    is_bad = habit != "all_normal" and random.random() < 0.008
    row.result = "abnormal" if is_bad and one is not None else "normal"
    if one is not None and one.measure.reading_unit:
        row.low, row.high = one.measure.low, one.measure.high
        row.reading_unit = one.measure.reading_unit
        row.reading = _reading(one, row.result == "abnormal", random, habit == "all_normal")
    if row.result == "abnormal":
        row.note = "现场不符合要求，已上报隐患"
    return row


def _reading(one: Round, is_bad: bool, random: Random, is_fixed: bool) -> Decimal:
    high = float(one.measure.high or 0)
    low = float(one.measure.low) if one.measure.low is not None else high * 0.3
    if is_bad:
        value = high * random.uniform(1.04, 1.2)
    elif is_fixed:
        value = (low + high) / 2
    else:
        value = random.triangular(low, high, (low + high) / 2)
    return Decimal(f"{value:.2f}")
