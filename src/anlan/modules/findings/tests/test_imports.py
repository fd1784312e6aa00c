"""Findings from a file: what comes in, what is refused, and that the same again changes nothing."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import day_of, today
from anlan.base.imports.checking import Checked, check_table
from anlan.base.imports.reading import Table, read_table
from anlan.base.inbox.models import Notice
from anlan.modules.findings import rules, sheets
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import treating
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db
SHEET = sheets.FINDINGS
CLOSED = {
    "number": "2024-017", "title": "法兰泄漏", "state": "已闭环", "found_on": "2024-03-01",
    "registered_on": "2024-03-02", "deadline": "2024-03-10", "owner": "张三", "acceptor": "李四",
    "result": "已更换垫片", "accepted_on": "2024-03-12",
}  # fmt: skip


def check(actor: Any, *rows: dict[str, Any]) -> Checked:
    """Check rows as a file with these columns would bring them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    heads: list[Any] = [SHEET.column(name).heading() for name in names]  # type: ignore[union-attr]
    cells = [(n, [row.get(name) for name in names]) for n, row in enumerate(rows, 2)]
    return check_table(actor, SHEET, Table("x", [(1, heads), *cells]))


def bring(actor: Any, *rows: dict[str, Any]) -> list[Finding]:
    """Check and write rows that must all be right."""
    checked = check(actor, *rows)
    assert not checked.wrong, checked.wrong
    SHEET.write(actor, [*checked.creates, *checked.updates])
    return list(Finding.objects.unscoped("test").order_by("number"))


def wrong(checked: Checked) -> set[tuple[str, str]]:
    return {(one.field, one.code) for found in checked.wrong.values() for one in found}


def test_an_old_ledger_comes_in_with_its_history(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    head = world.user(Role.WORKSHOP_HEAD, "plant_a")
    planned = {
        "number": "2026-101", "title": "护栏缺失", "state": "整改中", "deadline": "2026-11-01",
        "owner": head.display_name, "measures": "补装", "department": "Workshop A",
    }  # fmt: skip
    rows = (CLOSED, planned, {"number": "2026-102", "title": "标识不清"})
    done, doing, told = bring(manager, *rows)
    assert (done.state, day_of(done.accepted_at), done.overdue_days) == (
        FindingState.ACCEPTED, dt.date(2024, 3, 12), 2,
    )  # fmt: skip
    assert (done.rectifier, done.judge, done.owner_id) == ("张三", "李四", None)
    assert (day_of(done.registered_at), done.criteria_edition) == (dt.date(2024, 3, 2), "2017")
    assert (doing.state, doing.owner_id, doing.confirmed_by_id) == (
        FindingState.RECTIFYING, head.pk, manager.user_id,
    )  # fmt: skip
    assert doing.scope_path == world.places["workshop_a"].path
    assert (told.state, day_of(told.registered_at)) == (FindingState.REPORTED, today())
    events = AuditEvent.objects.filter(event="findings.imported")
    assert {event.after["state"] for event in events} == {"accepted", "rectifying", "reported"}
    assert Notice.objects.get(recipient=head).params["n"] == 1
    again = check(manager, *rows)
    assert (again.unchanged, again.creates, again.updates) == (3, [], []), again.wrong
    # What came in goes on by the rules of the machine: the owner does not accept.
    data.photo(doing)
    treating.submit(world.actor(Role.WORKSHOP_HEAD, "plant_a"), doing.pk, result="已补装")
    with pytest.raises(data.Refused):
        treating.accept(world.actor(Role.WORKSHOP_HEAD, "plant_a"), doing.pk)
    treating.accept(manager, doing.pk)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"acceptor": "张三"}, {("acceptor", "same_person")}),
        ({"acceptor": None}, {("acceptor", "acceptor_missing")}),
        ({"accepted_on": None, "result": None},
         {("accepted_on", "accepted_on_missing"), ("result", "result_missing")}),
        ({"accepted_on": "2999-01-01"}, {("accepted_on", "future")}),
        ({"accepted_on": "2024-02-01"}, {("accepted_on", "before_found")}),
        ({"state": "待验收"}, {("state", "state")}),
        ({"state": "不是隐患"}, {("state", "dismissed")}),
        ({"state": "整改中"},
         {("accepted_on", "not_closed"), ("owner", "nobody"), ("measures", "measures_missing")}),
        ({"level": "重大"}, {("criterion", "criterion_missing"), ("state", "closed_major")}),
        ({"level": "重大", "criterion": "MH26-5.4.2"},
         {("criterion", "criterion"), ("state", "closed_major")}),
        ({"channel": "县级检查"}, {("inspected_on", "inspected_on_missing")}),
        ({"number": "YH-2024-0001"}, {("number", "own_series")}),
        ({"department": "没有的车间"}, {("department", "department")}),
    ],
)  # fmt: skip
def test_a_row_that_breaks_a_rule_says_which(world: Any, row: Any, expected: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    assert wrong(check(manager, CLOSED | row)) == expected


def test_the_month_of_an_outside_inspection_is_counted_to_the_real_day(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = {
        "number": "检1-1", "title": "泄漏", "channel": "县级检查", "inspected_on": "2026-09-01",
        "inspection_ref": "检1", "registered_on": "2026-09-02",
    }  # fmt: skip
    assert wrong(check(manager, row)) == {("registered_on", "month_counts")}
    (made,) = bring(manager, row | {"registered_on": None})
    assert day_of(made.registered_at) == today()


def test_an_authority_brings_reports_and_closed_ones_of_its_plants(world: Any) -> None:
    inspector = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    at = {"enterprise": world.plant_a.name}
    planned = at | CLOSED | {"state": "已确认", "accepted_on": None, "measures": "换"}
    assert ("state", "confirm_right") in wrong(check(inspector, planned))
    major = at | CLOSED | {"level": "重大", "criterion": sorted(_codes_2017())[0]}
    (made,) = bring(inspector, major)
    assert (made.level, made.enterprise_id) == (1, world.plant_a.pk)
    foreign = at | CLOSED | {"enterprise": world.plant_b.name}
    assert {name for name, _code in wrong(check(inspector, foreign))} == {"enterprise"}
    operator = world.actor(Role.OPERATOR, "workshop_a")
    with pytest.raises(data.Forbidden):
        sheets.importing.enter(operator, [])


def _codes_2017() -> set[str]:
    from anlan.modules.findings import criteria

    return set(criteria.criteria("2017"))


def test_a_file_corrects_words_and_moves_nothing(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = data.report(manager, world.plant_a)
    told = {"number": row.number, "title": "法兰垫片泄漏", "basis": "GB 50160"}
    (changed,) = bring(manager, told)
    assert (changed.title, changed.basis, changed.state) == ("法兰垫片泄漏", "GB 50160", "reported")
    assert AuditEvent.objects.filter(event="findings.corrected", object_id=row.pk).count() == 1
    moved = told | {"state": "已确认", "level": "重大"}
    assert wrong(check(manager, moved)) == {("state", "moved"), ("level", "moved")}
    treating.dismiss(manager, row.pk, "不成立")
    assert wrong(check(manager, told | {"title": "新"})) == {("title", "closed")}


def test_the_export_of_the_list_is_a_valid_import(world: Any, tmp_path: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    head = world.user(Role.WORKSHOP_HEAD, "plant_a")
    bring(manager, CLOSED)
    row = data.report(manager, world.plant_a, found_at=None, place="泵房")
    treating.confirm(manager, row.pk, data.plan(head, interim="隔离"))
    client = Client()
    client.force_login(
        world.user(Role.SAFETY_MANAGER, "plant_a"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    answer = client.get(reverse("findings:list_export") + "?view=all&all=1")
    path = tmp_path / "findings.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    checked = check_table(manager, SHEET, read_table(path, SHEET))
    assert (checked.unchanged, checked.wrong) == (2, {})
    assert not checked.creates + checked.updates


def test_many_rows_cost_no_more_statements(world: Any, count_queries: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")

    def run(first: int, n: int) -> Any:
        rows = [CLOSED | {"number": f"N{first + i}", "title": f"隐患{i}"} for i in range(n)]
        return lambda: bring(manager, *rows)

    run(0, 1)()
    assert count_queries(run(10, 3)) == count_queries(run(100, 60))


def test_two_of_one_name_must_be_told_apart(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    for role in (Role.WORKSHOP_HEAD, Role.TEAM_LEADER):
        user = world.user(role, "plant_a")
        user.display_name = "王伟"
        user.save()
    assert wrong(check(manager, CLOSED | {"owner": "王伟"})) == {("owner", "several")}


def test_a_bare_report_is_enough() -> None:
    row = rules.Brought(state="reported", is_major=False, is_outside=False)
    assert rules.brought_wrong(row, today()) == ()
