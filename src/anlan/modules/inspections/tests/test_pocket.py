"""The phone's side: what it takes along and what becomes of what it brings."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.base.actors.roles import Role
from anlan.base.clock import day_of, now
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.ids import uuid7
from anlan.base.pocket.testing import Phone
from anlan.modules.inspections import queries
from anlan.modules.inspections.services import checklists, records, tasks
from anlan.modules.inspections.tests import data
from tests.support.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def phone(world: World, client: Client) -> Phone:
    return Phone.registered(client, world.user(Role.OPERATOR, "workshop_a"))


def package(phone: Phone) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = phone.get("/api/pocket/package").json()["parts"]
    return found


def test_a_package_holds_the_round(world: World, phone: Phone) -> None:
    operator = data.operator(world)
    measure = data.a_measure(world, quantity="压力", reading_unit="MPa", low="0.2", high="0.6")
    task = data.a_task(world, measure)
    records.record(operator, records.Check(task_id=task.pk, reading=Decimal("0.5")))
    other = tasks.save(
        data.manager(world), world.plant_a.pk, measure=measure, role=Role.OPERATOR,
        organisation=world.workshop_a, cycle_n=2, cycle_unit="hour",
    )  # fmt: skip
    found = package(phone)
    assert {row["task_id"] for row in found["tasks"]} >= {str(other.pk)}
    # What was done this shift stays in the round.
    assert {row["task_id"] for row in found["tasks"] if row["done_at"]} == {str(task.pk)}
    assert [row["code"] for row in found["places"]] == [measure.event.unit.code]
    # As everywhere else 0 is the worst; the phone finds the word.
    assert [row["level"] for row in found["places"]] == [measure.event.unit.level]
    item = next(row for row in found["items"] if row["task_id"] == str(other.pk))
    assert (item["low"], item["high"], item["unit"]) == ("0.2", "0.6", "MPa")
    assert (item["level"], item["class2"]) == (measure.event.level, "安全附件")
    assert {row["id"] for row in found["people"]} >= {str(operator.user_id)}


def test_a_record_arrives_once_and_fulfils(world: World, phone: Phone) -> None:
    operator, task = data.operator(world), data.a_task(world)
    row = package(phone)["tasks"][0]
    payload = {
        "instance_id": row["instance_id"], "task_id": row["task_id"], "place_id": row["place_id"],
        "result": "normal", "reading": None, "unit": "", "reason": "", "note": "",
        "started_at": "2026-11-22T01:00:00.000Z", "finished_at": None, "arrived_by": "qr",
        "finding_id": None,
    }  # fmt: skip
    envelope = phone.seal("inspection.record", payload)
    assert phone.send(envelope)[0]["state"] == "complete"
    phone.send(envelope)
    made = queries.records(operator).get()
    assert (made.pk, made.arrived_by, str(made.device_id)) == (
        made.pk, "qr", str(phone.id),
    )  # fmt: skip
    assert str(made.pk) == envelope["id"]
    assert data.duty(operator, task).record_id == made.pk
    open_ones = [one["instance_id"] for one in package(phone)["tasks"] if not one["done_at"]]
    assert row["instance_id"] not in open_ones


def test_what_could_not_be_done_and_a_checklist(world: World, phone: Phone) -> None:
    operator = data.operator(world)
    task = data.a_task(world)
    instance = data.duty(operator, task)
    sent = phone.send(
        phone.seal(
            "task.cannot_do", {"instance_id": str(instance.pk), "reason": "大雾", "note": ""}
        )
    )
    assert sent[0]["state"] == "complete", sent
    row = queries.records(operator).get()
    assert (row.result, row.reason, row.note) == ("not_inspected", "other", "大雾")
    listed = checklists.save(data.manager(world), world.plant_a.pk, title="L", items=["a", "b"])
    task = data.a_task(world, checklist=listed, measure=row.task.measure)
    finding = str(uuid7())
    payload = {
        "instance_id": str(data.duty(operator, task).pk), "task_id": str(task.pk),
        "result": "abnormal", "finding_id": finding, "note": "", "items": [
            {"part": 0, "result": "normal"},
            {"part": 1, "result": "abnormal", "finding_id": finding, "at": "x"},
        ],
    }  # fmt: skip
    assert phone.send(phone.seal("inspection.record", payload))[0]["state"] == "complete"
    row = queries.records(operator).get(task=task)
    assert [(one["item"], one["text"]) for one in row.answers] == [("1", "a"), ("2", "b")]
    assert row.answers[1]["finding_id"] == finding
    assert duties.mine(operator, day_of(row.occurred_at)).count() >= 1


def test_what_is_done_before_its_window_is_kept_and_still_to_do(world: World, phone: Phone) -> None:
    operator, task = data.operator(world), data.a_task(world)
    duty = data.duty(operator, task)
    opens = now() + dt.timedelta(hours=1)
    Instance.objects.unscoped("the test's own row").filter(pk=duty.pk).update(opens_at=opens)
    payload = {"instance_id": str(duty.pk), "task_id": str(task.pk), "result": "normal"}
    (verdict,) = phone.send(phone.seal("inspection.record", payload))
    assert verdict["state"] == "complete", verdict
    assert verdict["remark"]
    assert queries.records(operator).get().instance_id == duty.pk
    assert data.duty(operator, task).record_id is None
