"""The whole chain as a sheet."""

import pytest

from anlan.base.actors.roles import Role
from anlan.modules.risk import queries
from anlan.modules.risk.models import ControlMeasure, RiskEvent
from anlan.modules.risk.sheets import chain_write

pytestmark = pytest.mark.django_db

ROW = {
    "object_code": "D1", "object_name": "苯类罐区", "object_kind": "tank_farm",
    "unit_code": "U1", "unit_name": "T-101", "unit_type": "tank_farm",
    "event_code": "E1", "event_name": "泄漏着火", "method": "ls",
    "inherent": "L4 S5", "residual": "L=2, S=5",
    "verification": 2, "class2": "1-3", "inspection_content": "无渗漏",
}  # fmt: skip


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
