"""Inspection tasks as a spreadsheet: in, out, and in again."""

from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.imports.checking import Checked, check_table
from anlan.base.imports.reading import read_table
from anlan.base.imports.workbook import cell_value, write_rows
from anlan.base.lists.export import write_export
from anlan.base.lists.state import ListState
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.services import tasks
from anlan.modules.inspections.sheets import TASKS
from anlan.modules.inspections.tests import data
from anlan.modules.inspections.ui.lists import TASKS as PAGE
from tests.support.world import World

pytestmark = pytest.mark.django_db
HEADS = {column.name: column for column in TASKS.columns}


def bring(actor: Actor, path: Path, *given: dict[str, Any], write: bool = True) -> Checked:
    """Write rows into a file as a person would, check it and write what is good."""
    names = list(dict.fromkeys(name for row in given for name in row))
    heads = [(HEADS[name], HEADS[name].heading()) for name in names]
    lines = [[row.get(name, "") for name in names] for row in given]
    write_rows(path, "tasks", heads, lines, sheet=TASKS)
    return take(actor, path, write=write)


def take(actor: Actor, path: Path, *, write: bool = True) -> Checked:
    """Check a file and write what is good."""
    checked = check_table(actor, TASKS, read_table(path, TASKS))
    if write:
        TASKS.write(actor, [*checked.creates, *checked.updates])
    return checked


def wrong(checked: Checked) -> dict[int, list[tuple[str, str]]]:
    """Return field and code of every problem by row."""
    return {n: [(p.field, p.code) for p in found] for n, found in checked.wrong.items()}


ROW = {
    "code": "T-1", "title": "查呼吸阀", "measure": "C1", "cycle_n": 2, "cycle_unit": "小时",
    "time_from": "8:00", "time_to": "20:00", "organisation": "Workshop A", "role": "操作工",
}  # fmt: skip


@pytest.fixture
def manager(world: World) -> Actor:
    data.a_measure(world)
    return data.manager(world)


def test_a_row_becomes_a_task_with_its_plan_and_duties(
    world: World, manager: Actor, tmp_path: Path
) -> None:
    role = str(dict(HEADS["role"].choice_texts())[Role.OPERATOR])
    cycle = str(dict(HEADS["cycle_unit"].choice_texts())["hour"])
    checked = bring(manager, tmp_path / "a.xlsx", {**ROW, "role": role, "cycle_unit": cycle})
    assert wrong(checked) == {}
    task = queries.tasks(manager).get()
    assert (task.code, task.measure.code, task.unit.code) == ("T-1", "C1", "U-C1")
    assert task.content == task.measure.inspection_content
    plan = task.plan
    assert (plan.cycle_n, plan.cycle_unit, f"{plan.time_from:%H:%M}") == (2, "hour", "08:00")
    assert (plan.organisation_id, plan.role) == (world.workshop_a.pk, "operator")
    assert data.duty(manager, task)
    told = AuditEvent.objects.filter(object_id=task.pk).values_list("event", flat=True)
    assert list(told) == ["inspections.task.saved"]
    again = take(manager, tmp_path / "a.xlsx")
    assert again.counts() | {"unchanged": 1, "update": 0, "create": 0} == again.counts()
    assert AuditEvent.objects.filter(object_id=task.pk).count() == 1


def test_every_problem_names_its_row_and_cell(world: World, manager: Actor, tmp_path: Path) -> None:
    plain = {"title": "检查", "cycle_unit": "每周"}
    other = data.a_measure(world, "C2")
    assert other.event.unit.code == "U-C2"
    checked = bring(
        manager,
        tmp_path / "a.xlsx",
        {"code": "T-1", "title": "", "measure": "C1"},
        {**plain, "code": "T-2", "cycle_unit": "", "measure": "C9"},
        {**plain, "code": "T-3", "cycle_unit": "", "measure": "C1", "unit": "U-C2"},
        {**plain, "code": "T-4", "cycle_unit": "", "time_from": "25:00"},
        {**plain, "code": "T-5", "cycle_unit": "", "work_type": 1},
        {**plain, "code": "T-6", "cycle_unit": "", "organisation": "Nowhere"},
        {**plain, "code": "T-7", "cycle_unit": "", "ends_on": "2020-01-01"},
        {**plain, "code": "T-7", "cycle_unit": ""},
    )
    assert wrong(checked) == {
        2: [("title", "required")],
        3: [("measure", "reference")],
        4: [("unit", "contradicts")],
        5: [("time_from", "invalid")],
        6: [("role_item", "invalid")],
        7: [("organisation", "reference")],
        8: [("ends_on", "invalid")],
        9: [("code", "repeated")],
    }
    assert not any(p.text == "" for found in checked.wrong.values() for p in found)


def test_the_export_of_the_list_is_a_valid_import(
    world: World, manager: Actor, tmp_path: Path
) -> None:
    data.a_task(world, data.a_measure(world, "C2"))
    kept = data.a_task(world, data.a_measure(world, "C3"), role="", assignee=None)
    unit = data.a_measure(world, "C4").event.unit
    about_place = tasks.save(
        manager, world.plant_a.pk, unit=unit, title="看罐区", cycle_unit="week"
    )
    stopped = data.a_task(world, data.a_measure(world, "C5"))
    tasks.stop(manager, stopped.pk, "no longer")
    path = tmp_path / "out.xlsx"
    state = ListState.read(PAGE, QueryDict("view=all"))
    assert write_export(path, manager, PAGE, state, all_columns=True) == 4
    checked = take(manager, path)
    assert wrong(checked) == {}
    assert checked.unchanged == 4
    assert kept.code.startswith("RW-")
    assert about_place.code != kept.code


def test_a_change_of_many_rows_is_set_based_and_written_down(
    world: World, manager: Actor, tmp_path: Path, count_queries: Any
) -> None:
    made = [data.a_task(world, data.a_measure(world, f"M{n}")) for n in range(6)]
    rows = [{"code": one.code, "title": f"改 {one.code}", "cycle_n": 3} for one in made]
    few = count_queries(lambda: bring(manager, tmp_path / "a.xlsx", *rows[:2]))
    many = count_queries(lambda: bring(manager, tmp_path / "b.xlsx", *rows[2:]))
    assert many <= few
    for one in made:
        task = queries.task_one(manager, one.pk)
        assert (task.title, task.plan.cycle_n) == (f"改 {one.code}", 3)
        events = AuditEvent.objects.filter(object_id=one.pk).order_by("seq")
        events = events.values_list("event", flat=True)
        assert list(events) == ["inspections.task.saved", "inspections.task.changed"]
    assert cell_value(HEADS["cycle_n"], 3) == 3


def test_a_stopped_task_and_a_foreign_plant_stay_as_they_are(
    world: World, manager: Actor, tmp_path: Path
) -> None:
    task = data.a_task(world, data.a_measure(world, "C2"))
    tasks.stop(manager, task.pk, "no longer")
    checked = bring(manager, tmp_path / "a.xlsx", {"code": task.code, "title": "别的"})
    assert [p[0] for p in wrong(checked)[2]] == ["code"]
    foreign = bring(
        manager, tmp_path / "b.xlsx",
        {"enterprise": "plant_b", "code": "X-1", "title": "x"},
    )  # fmt: skip
    assert [p[0] for p in wrong(foreign)[2]] == ["enterprise"]
    assert InspectionTask.objects.unscoped("test").count() == 1
