"""Reminders of deadlines and of the month for outside inspections, on working days."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from anlan.base.actors.roles import Role
from anlan.base.inbox.models import Notice
from anlan.modules.findings import rules
from anlan.modules.findings.models import Finding, OutsideInspection
from anlan.modules.findings.services import outside, reminding
from anlan.modules.findings.services.outside import Given
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db


def workday(day: dt.date) -> bool:
    """Monday to Friday, without the first week of October."""
    return day.weekday() < 5 and not (day.month == 10 and day.day <= 8)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("end", "days", "expected"),
    [
        ("2026-11-26", 3, "2026-11-23"),  # Thursday: Monday
        ("2026-11-25", 3, "2026-11-20"),  # Wednesday: Sunday is not worked
        ("2026-10-08", 3, "2026-09-30"),  # within the holiday: before it
        ("2026-11-20", -1, "2026-11-23"),  # the day after a Friday: Monday
    ],
)
def test_a_reminder_falls_on_a_working_day(end: str, days: int, expected: str) -> None:
    assert rules.remind_on(day(end), days, workday) == day(expected)


def test_every_end_is_reminded_of_once_a_step() -> None:
    first, told = day("2026-09-01"), []
    for n in range(120):
        on = first + dt.timedelta(days=n)
        told += [
            (end, step.days) for end, step in reminding.ends_of("entry_limit", on, workday).items()
        ]
    assert len(told) == len(set(told))
    # Each end has its last reminder before it and the one after it, whatever holidays lie between.
    for n in range(20, 60):
        end = first + dt.timedelta(days=n)
        steps = {step for at, step in told if at == end}
        assert {-1} < steps, end


@time_machine.travel("2026-11-16 09:00+08:00", tick=False)
def test_owners_are_told_before_the_deadline_in_one_message(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    owner = world.user(Role.WORKSHOP_HEAD, "plant_a")
    rows = [data.report(manager, world.plant_a, title=f"隐患{n}") for n in range(3)]
    for row in rows:
        data.treating.confirm(manager, row.pk, data.plan(owner, deadline=day("2026-11-26")))
    Finding.objects.unscoped("test").filter(pk=rows[2].pk).update(state="awaiting_acceptance")
    mine = Notice.objects.filter(recipient=owner, kind="findings.due_soon")
    assert reminding.remind_deadlines(day("2026-11-20")) == 0
    assert reminding.remind_deadlines(day("2026-11-22")) == 0, "a Sunday"
    assert reminding.remind_deadlines(day("2026-11-23")) == 1
    assert reminding.remind_deadlines(day("2026-11-23")) == 0, "once a day"
    assert (mine.get().params["n"], str(mine.get().due_on)) == (2, "2026-11-26")
    assert mine.get().told_at is None, "with the digest"


@time_machine.travel("2026-11-16 09:00+08:00", tick=False)
def test_the_month_of_an_outside_inspection_is_watched(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    safety = world.user(Role.SAFETY_MANAGER, "plant_a")
    technical = world.user(Role.TECHNICAL, "plant_a")
    world.user(Role.PRINCIPAL, "plant_a")
    row = outside.register(
        manager,
        world.plant_a.pk,
        Given("粤应急检〔2026〕12号", "county", day("2026-10-26"), n_findings=2),
    )
    assert rules.entry_limit(row.ended_on) == day("2026-11-26")

    def told(kind: str) -> set[Any]:
        return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))

    reminding.remind_entries(day("2026-11-16"))
    assert told("findings.entry_soon") == {safety.pk}
    reminding.remind_entries(day("2026-11-23"))
    assert told("findings.entry_soon") == {safety.pk, technical.pk}
    reminding.remind_entries(day("2026-11-25"))
    assert told("findings.entry_now") == {safety.pk, technical.pk}
    for n in range(2):
        assert OutsideInspection.objects.unscoped("test").get().completed_at is None
        data.report(
            manager, world.plant_a, title=f"隐患{n}", channel="county",
            inspected_on=row.ended_on, inspection_ref=row.document,
        )  # fmt: skip
    assert OutsideInspection.objects.unscoped("test").get().completed_at
    reminding.remind_entries(day("2026-11-27"))
    assert not told("findings.entry_late")


@time_machine.travel("2026-11-16 09:00+08:00", tick=False)
def test_an_inspection_is_registered_once_and_closed_by_hand(world: Any) -> None:
    inspector = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    given = Given("检1", "county", day("2026-11-02"))
    row = outside.register(inspector, world.plant_a.pk, given)
    with pytest.raises(data.BadInput):
        outside.register(inspector, world.plant_a.pk, given)
    for wrong in (Given("", "county", day("2026-11-02")), Given("检2", "self", day("2026-11-02")),
                  Given("检2", "city", day("2026-12-02")), Given("检2", "city", None)):  # fmt: skip
        with pytest.raises(data.BadInput):
            outside.register(inspector, world.plant_a.pk, wrong)
    outside.complete(inspector, row.pk)
    with pytest.raises(data.Refused):
        outside.complete(inspector, row.pk)
    outside.reopen(inspector, row.pk, "漏录一条")
    changed = outside.change(inspector, row.pk, Given("检1", "city", day("2026-11-03")))
    assert (changed.channel, changed.completed_at) == ("city", None)
    with pytest.raises(data.NotYours):
        outside.complete(world.actor(Role.SAFETY_MANAGER, "plant_b"), row.pk)
