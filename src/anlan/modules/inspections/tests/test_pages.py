"""The pages: what a manager sets up and a person enters, in a fixed number of statements."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.clock import now
from anlan.base.files.models import Attachment
from anlan.base.ids import uuid7
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.services import checklists, records, suggesting
from anlan.modules.inspections.tests import data
from anlan.modules.risk.models import ControlMeasure, RiskUnit
from tests.support.world import World

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: Any) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    return sign_in(client, world.user(Role.SAFETY_MANAGER, "plant_a"))


def test_every_page_opens(world: World, desk: Client) -> None:
    task = data.a_task(world)
    row = records.record(data.operator(world), records.Check(task_id=task.pk)).row
    pages = ["board", "tasks", "records", "checklists", "tasks_new", "suggest", "checklists_new"]
    addresses = [reverse(f"inspections:{name}") for name in pages]
    own = ("tasks_show", "tasks_edit", "record_new")
    addresses += [reverse(f"inspections:{name}", args=[task.pk]) for name in own]
    addresses.append(reverse("inspections:records_show", args=[row.pk]))
    addresses += [reverse("inspections:place", args=[task.unit_id]), f"/p/at/{task.unit_id}/"]
    addresses.append(reverse("inspections:tasks_new") + f"?measure={task.measure_id}")
    for address in addresses:
        assert desk.get(address).status_code == 200, address


def test_who_may_not_change_a_checklist_reads_it(
    world: World, desk: Client, client: Client
) -> None:
    made = checklists.save(data.manager(world), world.plant_a.pk, title="L", items=["看呼吸阀"])
    address = reverse("inspections:checklists_edit", args=[made.pk])
    assert 'name="items"' in desk.get(address).content.decode()
    sign_in(client, world.user(Role.BUREAU_INSPECTOR, "county_a"))
    read = client.get(address).content.decode()
    assert "看呼吸阀" in read
    assert 'name="items"' not in read
    assert client.post(address, {"title": "M", "items": "x"}).status_code == 403


def test_ready_plans_are_shown_then_set_up(world: World, desk: Client) -> None:
    measure = data.a_measure(world)
    address = reverse("inspections:suggest")
    assert measure.inspection_content in desk.get(address).content.decode()
    desk.post(address, {"measures": [str(measure.pk), "x"]})
    manager = data.manager(world)
    assert [task.measure_id for task in queries.tasks(manager)] == [measure.pk]
    desk.post(reverse("inspections:ready", args=["ladder"]))
    assert queries.tasks(manager).count() == 5


def test_a_check_is_entered_once_however_often_it_is_sent(world: World, desk: Client) -> None:
    task = data.a_task(world)
    address = reverse("inspections:record_new", args=[task.pk])
    given = {"id": str(uuid7()), "result": "abnormal", "note": ""}
    assert desk.post(address, given).status_code == 422
    given["note"] = "呼吸阀堵塞"
    for _again in range(2):
        assert desk.post(address, given).status_code == 302
    row = queries.records(data.manager(world)).get()
    assert queries.findings_of(data.manager(world), row).get().title == "呼吸阀堵塞"
    assert (
        "呼吸阀堵塞"
        in desk.get(reverse("inspections:records_show", args=[row.pk])).content.decode()
    )


def test_a_task_is_set_up_and_changed_by_its_form(world: World, desk: Client) -> None:
    given = {
        "title": "夜巡", "source": 1, "cycle_n": 1, "cycle_unit": "day", "calendar": "every_day",
        "organisation": str(world.workshop_a.pk), "role": "operator", "work_type": 0,
    }  # fmt: skip
    assert desk.post(reverse("inspections:tasks_new"), given).status_code == 302
    task = queries.tasks(data.manager(world)).get()
    edit = reverse("inspections:tasks_edit", args=[task.pk])
    assert desk.post(edit, {**given, "cycle_unit": "week"}).status_code == 302
    assert desk.post(edit, {**given, "work_type": 1}).status_code == 422
    desk.post(reverse("inspections:tasks_stop", args=[task.pk]), {"reason": "停用"})
    assert not queries.task_one(data.manager(world), task.pk).is_active


def test_labels_are_a_pdf(world: World, desk: Client) -> None:
    data.a_measure(world)
    answer = desk.get(reverse("inspections:labels"))
    assert answer.content.startswith(b"%PDF")


def test_lists_take_the_same_number_of_statements(
    world: World, desk: Client, django_assert_max_num_queries: Any
) -> None:
    first = data.a_measure(world)
    manager = data.manager(world)
    suggesting.apply_for_measures(manager, world.plant_a.pk)
    suggesting.apply_ladder(manager, world.plant_a.pk)
    for task in queries.tasks(manager):
        records.record(manager, records.Check(task_id=task.pk))
    assert first.pk
    for name in ("board", "tasks", "records"):
        with django_assert_max_num_queries(30):
            desk.get(reverse(f"inspections:{name}"))


def test_others_see_nothing(world: World, client: Client) -> None:
    task = data.a_task(world)
    sign_in(client, world.user(Role.SAFETY_MANAGER, "plant_b"))
    for name in ("tasks_show", "tasks_edit", "record_new"):
        assert client.get(reverse(f"inspections:{name}", args=[task.pk])).status_code == 404
    assert client.get(f"/p/at/{task.unit_id}/").status_code == 404


def test_another_system_reads_and_enters(world: World, desk: Client) -> None:
    task = data.a_task(world)
    given = {"id": str(uuid7()), "task": str(task.pk), "result": "normal"}
    for _again in range(2):
        answer = desk.post("/api/v1/inspections/records", given, content_type="application/json")
        assert answer.status_code == 200, answer.content
    for what in ("tasks", "records"):
        found = desk.get(f"/api/v1/inspections/{what}").json()
        assert len(found["items"]) == 1


def test_who_only_looks_on_is_shown_the_task_instead_of_the_check(
    world: World, client: Client
) -> None:
    task = data.a_task(world)
    inspector = sign_in(client, world.user(Role.BUREAU_INSPECTOR, "county_a"))
    address = reverse("inspections:record_new", args=[task.pk])
    answer = inspector.get(address)
    assert answer.headers["Location"] == reverse("inspections:tasks_show", args=[task.pk])
    assert inspector.get(answer.headers["Location"]).status_code == 200
    assert inspector.post(address, {"result": "normal"}).status_code == 403


def test_a_check_at_the_desk_takes_photos_and_its_measure_stays_readable(
    world: World, client: Client
) -> None:
    with wall.acting_as(EVERYTHING):
        measure = data.a_measure(world, photo="required")
        task = data.a_task(world, measure)
    sign_in(client, world.user(Role.SAFETY_MANAGER, "plant_a"))
    address = f"/inspections/tasks/{task.pk}/record/"
    given = {"id": str(uuid7()), "result": "abnormal", "note": "阀门渗漏"}
    asked = client.post(address, given)
    assert asked.status_code == 422
    assert "photos" in asked.context["form"].errors
    wrong = SimpleUploadedFile("a.png", b"<html>", "image/png")
    assert client.post(address, given | {"photos": [wrong]}).status_code == 422
    both = [SimpleUploadedFile(f"{n}.png", picture(n), "image/png") for n in (1, 2)]
    done = client.post(address, given | {"photos": both})
    assert done.status_code == 302, done.context["form"].errors
    page = client.get(done["Location"]).content.decode()
    assert page.count("<img") == 2
    with wall.acting_as(EVERYTHING):
        record = InspectionRecord.objects.unscoped("test").get()
        assert Attachment.objects.unscoped("test").filter(object_id=record.finding_id).count() == 2
        ControlMeasure.objects.unscoped("test").update(removed_at=now())
        RiskUnit.objects.unscoped("test").update(removed_at=now())
    for path in (
        f"/inspections/measures/{measure.pk}/",
        f"/inspections/places/{task.unit_id}/",
        f"/inspections/records/{record.pk}/",
        f"/inspections/tasks/{task.pk}/",
        f"/inspections/records/?measure={measure.pk}",
        "/inspections/tasks/?view=gone",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert task.title in answer.content.decode(), path


def picture(shade: int) -> bytes:
    content = BytesIO()
    Image.new("RGB", (8, 8), (shade, shade, shade)).save(content, "PNG")
    return content.getvalue()
