"""Tasks and records as another system keeps them."""

from typing import Any

import pytest

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.api.tests.test_api import Caller
from anlan.base.ids import uuid7
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.inspections.tests import data
from tests.support.world import World

pytestmark = pytest.mark.django_db
# A task carries a duty plan, and what is abnormal becomes a finding.
SCOPES = ("read", "inspections", "duties", "findings")


@pytest.fixture
def manager(world: World) -> Caller:
    return Caller(world, Role.SAFETY_MANAGER, "plant_a", *SCOPES)


def count(model: Any) -> int:
    with wall.acting_as(EVERYTHING):
        found: int = model.objects.unscoped("test").count()
    return found


def test_a_task_is_set_up_once_changed_with_its_version_and_stopped(
    world: World, manager: Caller
) -> None:
    measure = data.a_measure(world)
    body = {
        "code": "SYS-1", "measure": str(measure.pk), "cycle_n": 2, "cycle_unit": "hour",
        "organisation": str(world.workshop_a.pk), "role": "operator", "time_from": "08:00",
        "time_to": "20:00",
    }  # fmt: skip
    key = {"Idempotency-Key": "set-up-1"}
    made = manager("POST", "inspections/tasks", body, **key)
    assert made.status_code == 201, made.content
    task = made.json()
    assert manager("POST", "inspections/tasks", body, **key).json()["id"] == task["id"]
    assert count(InspectionTask) == 1
    assert (task["unit"], task["time_from"]) == (str(measure.event.unit_id), "08:00")
    again = manager("POST", "inspections/tasks", body)
    assert again.status_code == 422
    assert list(again.json()["fields"]) == ["code"]

    path = f"inspections/tasks/{task['id']}"
    read = manager("GET", path)
    assert manager("GET", path, **{"If-None-Match": read["ETag"]}).status_code == 304
    assert manager("PATCH", path, {"title": "x"}).status_code == 428
    assert manager("PATCH", path, {"title": "x"}, **{"If-Match": '"old"'}).status_code == 412
    changed = manager("PATCH", path, {"cycle_n": 4}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["cycle_n"]) == (200, 4)
    assert changed["ETag"] != read["ETag"]
    wrong = manager("PATCH", path, {"work_type": 1}, **{"If-Match": "*"})
    assert list(wrong.json()["fields"]) == ["role_item"]

    assert manager("POST", f"{path}/stop", {"reason": "x"}).status_code == 428
    stopped = manager("POST", f"{path}/stop", {"reason": "拆除"}, **{"If-Match": changed["ETag"]})
    assert stopped.json()["is_active"] is False
    assert manager("PATCH", path, {"title": "x"}, **{"If-Match": "*"}).status_code == 409
    listed = manager("GET", "inspections/tasks?active=true").json()["items"]
    assert listed == []


def test_a_record_comes_once_and_is_read_again(world: World, manager: Caller) -> None:
    task = data.a_task(world)
    body = {"task": str(task.pk), "result": "abnormal", "note": "渗漏"}
    key = {"Idempotency-Key": "r-1"}
    made = manager("POST", "inspections/records", body, **key)
    assert made.status_code == 200, made.content
    assert manager("POST", "inspections/records", body, **key).json() == made.json()
    own = {**body, "id": str(uuid7()), "result": "normal"}
    for _try in range(2):
        assert manager("POST", "inspections/records", own).status_code == 200
    assert count(InspectionRecord) == 2
    path = f"inspections/records/{made.json()['id']}"
    read = manager("GET", path)
    assert read.json()["finding"]
    assert manager("GET", path, **{"If-None-Match": read["ETag"]}).status_code == 304


def test_foreign_tasks_and_records_are_not_there(world: World) -> None:
    task = data.a_task(world)
    stranger = Caller(world, Role.SAFETY_MANAGER, "plant_b", *SCOPES)
    path = f"inspections/tasks/{task.pk}"
    assert stranger("GET", path).status_code == 404
    assert stranger("PATCH", path, {"title": "x"}, **{"If-Match": "*"}).status_code == 404
    assert stranger("POST", f"{path}/stop", {"reason": "x"}, **{"If-Match": "*"}).status_code == 404
    record = {"task": str(task.pk), "result": "normal"}
    assert stranger("POST", "inspections/records", record).status_code == 404
    given = {"enterprise": str(world.plant_a.pk), "title": "x"}
    assert stranger("POST", "inspections/tasks", given).status_code == 404
    looker = Caller(world, Role.OPERATOR, "workshop_a", *SCOPES)
    assert looker("POST", "inspections/tasks", {"title": "x"}).status_code == 403
