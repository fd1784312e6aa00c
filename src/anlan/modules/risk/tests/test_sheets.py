"""The whole chain as a sheet."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.ids import uuid7
from anlan.modules.registry.sheets import Ref
from anlan.modules.registry.tests.test_pages import signed_in
from anlan.modules.risk import queries
from anlan.modules.risk.models import ControlMeasure, RiskEvent
from anlan.modules.risk.sheets import CHAIN, chain_write

pytestmark = pytest.mark.django_db

ROW = {
    "object_code": "D1", "object_name": "苯类罐区", "object_kind": "tank_farm",
    "unit_code": "U1", "unit_name": "T-101", "unit_type": "tank_farm",
    "event_code": "E1", "event_name": "泄漏着火", "method": "ls",
    "inherent": "L4 S5", "residual": "L=2, S=5",
    "verification": 2, "class2": "1-3", "inspection_content": "无渗漏",
}  # fmt: skip


def a_node(name, kind, parent):
    pk = uuid7()
    path = f"{parent.path}d{pk.hex}/"
    return Organisation.objects.create(id=pk, kind=kind, name=name, parent=parent, path=path)


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def rows_of(world, *changes):
    start = {**ROW, "enterprise": world.plant_a.pk}
    return [
        {**start, "code": f"C{n}", "text": f"措施{n}", **more} for n, more in enumerate(changes)
    ]


def test_a_chain_is_entered_parents_first_and_once(world, manager) -> None:
    given = rows_of(world, {}, {}, {"event_code": "E2", "event_name": "溢流"})
    assert chain_write(manager, given) == {}
    assert ControlMeasure.objects.unscoped("test").count() == 3
    event = RiskEvent.objects.unscoped("test").get(code="E1")
    assert (event.inherent_level, event.level) == (0, 1)
    version = event.version
    assert chain_write(manager, given) == {}
    event.refresh_from_db()
    assert event.version == version
    assert queries.measures(manager).count() == 3


def test_what_is_wrong_names_its_row_and_cell(world, manager) -> None:
    given = rows_of(
        world,
        {},
        {"unit_name": "别的名字"},
        {"class2": "9-9"},
        {"event_code": ""},
        {"code": "C0"},
    )
    problems = chain_write(manager, given)
    assert {row: found[0][0] for row, found in problems.items()} == {
        1: "unit_name",
        2: "class2",
        3: "event_code",
        4: "text",
    }


def test_departments_and_heads_travel_with_the_chain(world, manager) -> None:
    team = a_node("罐区一班", OrganisationKind.TEAM, world.workshop_a)
    given = rows_of(world, {}, {"event_code": "E2", "event_name": "溢流"})
    for row in given:
        row["object_department"] = world.workshop_a.pk
        row["unit_department"] = team.pk
        row["responsible_department"] = team.pk
    assert chain_write(manager, given) == {}
    unit = queries.units(manager).get(code="U1")
    assert (unit.object.scope_path, unit.scope_path) == (world.workshop_a.path, team.path)
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    answer = client.get(reverse("risk:measure_list_export"), {"all": "1"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"对象责任部门", "单元责任部门", world.workshop_a.name, team.name} <= cells


def test_an_unknown_or_shared_department_name_is_wrong_at_its_cell(world, manager) -> None:
    other = a_node("灌装车间", OrganisationKind.DEPARTMENT, world.plant_a)
    for above in (world.workshop_a, other):
        a_node("一班", OrganisationKind.TEAM, above)
    owner = Ref(world.plant_a.pk, "")
    asked = [(owner, text) for text in ("一班", "灌装车间/一班", "没有的部门", other.name)]
    column = next(one for one in CHAIN.columns if one.name == "unit_department")
    found = column.find(manager, asked)
    assert {text for _owner, text in found} == {"灌装车间/一班", other.name}
