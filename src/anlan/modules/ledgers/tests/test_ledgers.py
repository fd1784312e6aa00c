"""Special ledgers: who belongs, what they say, how the official tables come in and leave."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from anlan.base.actors.roles import Role
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.imports.sheet import RowChange, SheetRow
from anlan.modules.findings.models import Finding
from anlan.modules.findings.tests import data as findings
from anlan.modules.ledgers import official, queries, services, sheets
from anlan.modules.ledgers.definitions import (
    BY_CODE,
    LEDGERS,
    age,
    suggested_situation,
    years_before,
)
from anlan.modules.registry import services as registry
from anlan.modules.registry.sheets import Ref
from anlan.modules.registry.tests import data
from tests.support.world import World

# The columns of the district's annexes 2-1-1 and 2-2-1, as printed.
DEFECTS = [
    "序号", "镇（街道）", "企业名称", "带“病”运行问题隐患", "安全防范措施", "整改措施",
    "计划整改完成时间", "是否构成重大隐患", "应急管理部门处置情况", "备注",
]  # fmt: skip
OLD = today() - dt.timedelta(days=25 * 366)


def manager(world: World) -> Any:
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def facility(world: World, code: str, **more: Any) -> Any:
    given = {"code": code, "name": f"设施{code}", "kind": "pipeline"} | more
    return registry.facility_create(manager(world), data.facility(**given))


def codes(world: World, ledger: str) -> set[str]:
    return {row.code for row in queries.rows(manager(world), BY_CODE[ledger])}


def test_the_official_forms_have_exactly_their_columns() -> None:
    assert [column.zh for column in BY_CODE["defects"].columns] == DEFECTS
    assert [column.zh for column in BY_CODE["segments-1"].columns][3:6] == [
        "涉及高危细分种类（硝化、丁二烯、硝化纤维素、环氧乙烷、硝酸铵）",
        "企业类型（生产、使用许可、储存经营、化工、医药）",
        "问题隐患情况",
    ]
    assert len(BY_CODE["segments-2"].columns) == 11
    assert not BY_CODE["pipelines"].is_official


def test_what_is_old_is_found_with_its_reason(world: World) -> None:
    facility(world, "P1", commissioned_on=OLD)
    facility(world, "P2", commissioned_on=today() - dt.timedelta(days=19 * 365))
    facility(world, "P3", commissioned_on=OLD, state="scrapped")
    facility(world, "I1", kind="installation", commissioned_on=OLD)
    facility(world, "T1", kind="tank_farm", medium="液化石油气")
    facility(world, "T2", kind="tank_farm", medium="苯")
    # 乙烯 and 丙烷 stand in names of what is no liquefied hydrocarbon.
    for number, medium in enumerate(("苯乙烯", "环氧丙烷", "丙烯腈", "氯乙烯"), start=3):
        facility(world, f"T{number}", kind="tank_farm", medium=medium)
    facility(world, "T8", kind="tank_farm", medium="1,3-丁二烯、丙烯")
    facility(world, "T9", kind="tank_farm", name="丁二烯球罐区", medium="")
    assert codes(world, "pipelines") == {"P1"}
    assert codes(world, "installations") == {"I1"}
    assert codes(world, "tank-farms") == {"T1", "T8", "T9"}
    (row,) = queries.rows(manager(world), BY_CODE["pipelines"])
    assert "2" in BY_CODE["pipelines"].why(row, today())
    assert years_before(dt.date(2024, 2, 29), 1) == dt.date(2023, 2, 28)
    assert age(dt.date(2006, 11, 23), dt.date(2026, 11, 22)) == 19


def test_an_entry_adds_what_the_facility_does_not_have(world: World) -> None:
    row = facility(world, "P1", commissioned_on=OLD)
    ledger, actor = BY_CODE["pipelines"], manager(world)
    with pytest.raises(BadInput):
        services.save(actor, ledger, row.pk, {"decision": "phase_out"})
    due = today() + dt.timedelta(days=30)
    services.save(actor, ledger, row.pk, {"decision": "phase_out", "due": due, "risk": "high"})
    (total,) = queries.sums(actor, ledger)
    assert (total.rows, total.major, total.unassessed, total.overdue) == (1, 1, 0, 0)
    with pytest.raises(Forbidden):
        services.save(actor, ledger, row.pk, {"authority": "已督办"})
    officer = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    services.save(officer, ledger, row.pk, {"authority": "已督办"})
    with pytest.raises(Forbidden):
        services.save(officer, ledger, row.pk, {"note": "x"})
    with pytest.raises(NotYours):
        services.save(world.actor(Role.SAFETY_MANAGER, "plant_b"), ledger, row.pk, {})
    assert queries.sums(world.actor(Role.BUREAU_INSPECTOR, "county_b"), ledger) == []


def test_taking_off_needs_a_reason_and_lasts(world: World) -> None:
    row = facility(world, "P1", commissioned_on=OLD)
    ledger, actor = BY_CODE["pipelines"], manager(world)
    with pytest.raises(BadInput):
        services.take_off(actor, ledger, row.pk, " ")
    services.take_off(actor, ledger, row.pk, "已停用并吹扫置换")
    assert queries.sums(actor, ledger) == []
    assert services.put_on(actor, ledger, [row.pk]) == 1
    assert queries.sums(actor, ledger)[0].rows == 1


def test_defects_suggest_their_situation(world: World) -> None:
    assert suggested_situation("P-101泵轴封泄漏")[0] == "DEF-01"
    row = findings.report(manager(world), world.plant_a, "安全阀根部阀关闭", discipline=7)
    ledger = BY_CODE["defects"]
    assert [one.pk for one in queries.rows(manager(world), ledger)] == [row.pk]
    assert services.save(manager(world), ledger, row.pk, {}).situation == "DEF-07"


def test_segments_follow_the_registers(world: World) -> None:
    actor = manager(world)
    row = findings.report(actor, world.plant_a, "氯气库未设事故池")
    assert not queries.rows(actor, BY_CODE["segments-2"]).exists()
    registry.enterprise_update(actor, world.plant_a.pk, {"key_processes": ["peroxidation"]})
    assert [one.pk for one in queries.rows(actor, BY_CODE["segments-2"])] == [row.pk]
    entry = services.save(actor, BY_CODE["segments-2"], row.pk, {})
    assert (entry.segment, entry.enterprise_kind) == ("peroxidation", "生产")


def change(sheet: Any, actor: Any, values: dict[str, Any]) -> RowChange:
    key = tuple(values[name] for name in sheet.key)
    old = sheet.existing(actor, [key]).get(key)
    return RowChange(1, key, values, old, {})


def test_an_official_table_comes_in_and_its_export_is_unchanged(
    world: World, tmp_path: Path
) -> None:
    actor, ledger = manager(world), BY_CODE["defects"]
    sheet = sheets.SHEETS["defects"]
    ref = Ref(world.plant_a.pk, "plant_a")
    values = {
        "enterprise": ref, "problem": "反应釜机封泄漏", "interim": "现场监护",
        "measures": "更换机封", "due": today(), "major": True,
        "township": "东升街道", "note": "", "authority": "",
    }  # fmt: skip
    sheet.write(actor, [change(sheet, actor, values)])
    finding = Finding.objects.for_actor(actor).get()
    assert (finding.title, finding.level) == ("反应釜机封泄漏", 1)
    again = change(sheet, actor, values)
    assert again.old is not None
    for column in sheet.columns:
        assert column.same(again.old[column.name], values[column.name]), column.name
    path = tmp_path / "a.xlsx"
    assert official.write(path, actor, ledger, today()) == 1
    target = openpyxl.load_workbook(path).active
    assert target is not None
    assert target["A1"].value == ledger.official
    assert [cell.value for cell in target[3]] == DEFECTS
    assert [cell.value for cell in target[4]][:6] == [
        1, "东升街道", "plant_a", "反应釜机封泄漏", "现场监护", "更换机封",
    ]  # fmt: skip


def test_what_the_finding_says_is_changed_there(world: World) -> None:
    actor = manager(world)
    row = findings.report(actor, world.plant_a, "机泵振动", discipline=7)
    Finding.objects.for_actor(actor).filter(pk=row.pk).update(measures="更换轴承")
    sheet = sheets.SHEETS["defects"]
    ref = Ref(world.plant_a.pk, "plant_a")
    key = (ref, "机泵振动")
    old = sheet.existing(actor, [key])[key]
    given = SheetRow(1, {"enterprise": ref, "problem": "机泵振动", "measures": "其他",
                         "authority": "已处罚"}, old)  # fmt: skip
    sheet.row_checks[0](actor, [given])
    assert {problem.field for problem in given.problems} == {"measures", "authority"}


@pytest.mark.parametrize("code", [ledger.code for ledger in LEDGERS])
def test_pages(world: World, client: Client, code: str) -> None:
    row = facility(world, "P1", commissioned_on=OLD)
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    for address in (f"/ledgers/{code}/", f"/ledgers/{code}/areas/", f"/ledgers/{code}/print/",
                    f"/ledgers/{code}/official.xlsx"):  # fmt: skip
        assert client.get(address).status_code == 200, address
    if BY_CODE[code].subject == "facility":
        assert client.get(f"/ledgers/{code}/{row.pk}/").status_code == 200
        page = client.post(f"/ledgers/{code}/{row.pk}/", {"risk": "high", "note": "x"})
        assert page.status_code == 302
        page = client.post(f"/ledgers/{code}/{row.pk}/off/", {"reason": "停用"})
        assert page.status_code == 302
        assert client.get(f"/ledgers/{code}/{row.pk}/").status_code == 200


def test_overview_and_statements(world: World, client: Client, count_queries: Any) -> None:
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    facility(world, "P1", commissioned_on=OLD)
    assert client.get("/ledgers/").status_code == 200
    few = count_queries(lambda: client.get("/ledgers/pipelines/?view=all"))
    for n in range(2, 8):
        facility(world, f"P{n}", commissioned_on=OLD)
    assert count_queries(lambda: client.get("/ledgers/pipelines/?view=all")) == few
