"""The official tables: head for head as printed, and out and in again without a change."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from anlan.base.actors.roles import Role
from anlan.base.clock import today
from anlan.base.imports.checking import Checked, check_table
from anlan.base.imports.reading import read_table
from anlan.modules.findings.models import Finding
from anlan.modules.findings.tests import data as findings
from anlan.modules.ledgers import official, queries, services
from anlan.modules.ledgers.definitions import BY_CODE
from anlan.modules.ledgers.sheets import SHEETS
from anlan.modules.registry import services as registry
from anlan.modules.registry.tests import data
from tests.support.world import World

# The heads of annexes 2-1-1, 2-2-1 and 2-2-2 as the district printed them.
PRINTED = Path(__file__).parent / "forms.csv"
OLD = today() - dt.timedelta(days=25 * 366)


def printed() -> dict[str, list[str]]:
    with PRINTED.open(encoding="utf-8") as file:
        return {row["ledger"]: row["columns"].split("|") for row in csv.DictReader(file)}


def manager(world: World) -> Any:
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def fill(world: World) -> None:
    """Put a row with everything on every ledger, and one that was only found on each."""
    actor = manager(world)
    registry.enterprise_update(
        actor, world.plant_a.pk, {"key_processes": ["nitration", "peroxidation"]}
    )
    for n in (1, 2):
        for kind in ("pipeline", "installation", "tank_farm"):
            given = {"code": f"{kind}{n}", "name": f"{kind}{n}", "kind": kind,
                     "commissioned_on": OLD, "medium": "液化石油气"}  # fmt: skip
            registry.facility_create(actor, data.facility(**given))
        findings.report(actor, world.plant_a, f"机泵轴封泄漏{n}", discipline=7)
    due = today() + dt.timedelta(days=30)
    officer = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    for ledger in BY_CODE.values():
        row = queries.rows(actor, ledger).order_by("pk").first()
        assert row is not None, ledger.code
        given = {"township": "东升街道", "measures": "更换机封", "due": due, "note": "停车检修"}
        if ledger.subject == "facility":
            given |= {"risk": "high", "decision": "renew", "responsible": "郭承安",
                      "assessed_on": today(), "assessment": "腐蚀减薄"}  # fmt: skip
        services.save(actor, ledger, row.pk, given)
        services.save(officer, ledger, row.pk, {"authority": "已督办"})


def came_back(world: World, code: str, path: Path) -> Checked:
    official.write(path, manager(world), BY_CODE[code], today())
    return check_table(manager(world), SHEETS[code], read_table(path, SHEETS[code]))


@pytest.mark.parametrize("code", sorted(printed()))
def test_the_head_is_the_printed_one(code: str) -> None:
    assert [column.zh for column in BY_CODE[code].columns] == printed()[code]


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_table_taken_out_comes_in_without_a_change(
    world: World, tmp_path: Path, code: str
) -> None:
    fill(world)
    path = tmp_path / "a.xlsx"
    checked = came_back(world, code, path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    heads = [cell.value for cell in sheet[3]]
    assert heads == printed().get(code, [column.zh for column in BY_CODE[code].columns])
    assert checked.wrong == {}
    assert [change.changed for change in checked.updates] == []
    assert (checked.unchanged, len(checked.creates)) == (2, 0)


def test_what_is_written_into_the_table_arrives(world: World, tmp_path: Path) -> None:
    fill(world)
    path = tmp_path / "a.xlsx"
    official.write(path, manager(world), BY_CODE["defects"], today())
    book = openpyxl.load_workbook(path)
    target = book.active
    assert target is not None
    place = printed()["defects"].index("安全防范措施") + 1
    target.cell(4, place).value = "现场监护"
    target.append([3, "东升街道", "plant_a", "压缩机振动超限", "降负荷", "检修", today(), "是"])
    book.save(path)
    sheet = SHEETS["defects"]
    checked = check_table(manager(world), sheet, read_table(path, sheet))
    assert checked.wrong == {}
    assert (len(checked.creates), len(checked.updates), checked.unchanged) == (1, 1, 1)
    sheet.write(manager(world), [*checked.creates, *checked.updates])
    made = Finding.objects.for_actor(manager(world)).get(title="压缩机振动超限")
    assert made.level == 1
    again = came_back(world, "defects", path)
    assert (again.wrong, again.unchanged) == ({}, 3)
