"""Imports and exports of the registers, through the pages."""

import io

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.imports.models import ImportRun
from anlan.base.imports.sheet import sheet_for
from anlan.base.jobs.testing import run_queued
from anlan.modules.registry import services
from anlan.modules.registry.facility_kinds import LOOKS
from anlan.modules.registry.models import Enterprise, Inventory, MhiUnit
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.filled import filled
from anlan.modules.registry.tests.test_pages import Visitor
from anlan.modules.registry.ui.lists import BY_KEY


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def visitor(world, role, place) -> Visitor:
    client = Visitor()
    client.force_login(world.user(role, place))
    return client


def xlsx(rows: list[dict]) -> SimpleUploadedFile:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    sheet = made.add_worksheet()
    for i, row in enumerate([dict(zip(heads, heads, strict=True)), *rows]):
        for j, head in enumerate(heads):
            if row.get(head) is not None:
                sheet.write_string(i, j, str(row[head]))
    made.close()
    return SimpleUploadedFile("mine.xlsx", buffer.getvalue())


def bring(client, name, rows, mode="all") -> ImportRun:
    response = client.post(f"/imports/{name}/", {"file": xlsx(rows)})
    assert response.status_code == 302, response.content.decode()
    run_queued()
    run = ImportRun.objects.latest("created_at")
    client.post(f"/imports/run/{run.pk}/apply/", {"mode": mode})
    run_queued()
    run.refresh_from_db()
    return run


def test_a_plant_fills_its_file_from_sheets_without_naming_itself(world, manager):
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    assert bring(client, "sites", [{"厂区编码": "S1", "名称": "主厂区"}]).state == "applied"
    bring(client, "people", [{"工号": "P1", "姓名": "郭承安"}])
    units = [
        {
            "单元编码": "U1",
            "名称": "罐区",
            "类型": "储存单元",
            "厂区编码": "S1",
            "主要负责人工号": "P1",
        }
    ]
    assert bring(client, "units", units).state == "applied"
    bring(client, "chemicals", [{"名称": "苯", "用途": "原料", "CAS 号": "71-43-2"}])
    rows = [
        {
            "单元编码": "U1",
            "化学品": "苯",
            "位置": f"T-{n}",
            "取值依据": "volume × fill factor × density",
            "容积（m³）": "1000",
            "充装系数": "85%",
            "密度（t/m³）": "0.879",
        }
        for n in range(3)
    ]
    assert bring(client, "inventories", rows).state == "applied"
    stored = Inventory.objects.for_actor(manager).filter(removed_at=None)
    assert [str(row.quantity_t.normalize()) for row in stored] == ["747.15"] * 3
    unit = MhiUnit.objects.for_actor(manager).get()
    assert (unit.site.code, unit.principal.name) == ("S1", "郭承安")


def test_an_officer_loads_enterprises_and_a_second_time_nothing_changes(world):
    client = visitor(world, Role.BUREAU_DATA_OFFICER, "city_a")
    names = ("unified_social_credit_code", "name", "kind", "area_code", "longitude", "latitude")
    rows = [{name: data.enterprise(n)[name] for name in names} for n in range(1, 30)]
    assert bring(client, "enterprises", rows).state == "applied"
    officer = world.actor(Role.BUREAU_DATA_OFFICER, "city_a")
    assert Enterprise.objects.for_actor(officer).count() == 29 + 2
    services.enterprise_update(
        officer, Enterprise.objects.for_actor(officer).get(name=rows[0]["name"]).pk, {"note": "x"}
    )
    versions = dict(Enterprise.objects.for_actor(officer).values_list("pk", "version"))
    bring(client, "enterprises", rows)
    assert dict(Enterprise.objects.for_actor(officer).values_list("pk", "version")) == versions


def test_wrong_rows_stop_the_import_and_good_rows_may_go_alone(world, manager):
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    rows = [
        {"name": "苯", "use": "raw", "cas": "71-43-2"},
        {"name": "甲苯", "use": "raw", "cas": "108-88-4"},
    ]
    bring(client, "chemicals", rows)
    found = services.CHEMICAL.model.objects.for_actor(manager)
    assert not found.exists()
    bring(client, "chemicals", rows, mode="good")
    assert [row.name for row in found.all()] == ["苯"]


def test_another_plants_rows_cannot_be_reached_by_naming_it(world):
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    foreign = Enterprise.objects.unscoped("test").get(pk=world.plant_b.pk)
    bring(client, "sites", [{"enterprise": foreign.name, "code": "S1", "name": "x"}])
    there = world.actor(Role.SAFETY_MANAGER, "plant_b")
    assert not services.SITE.model.objects.for_actor(there).exists()


@pytest.mark.parametrize("key", list(BY_KEY))
def test_the_export_of_each_list_is_a_valid_import_that_changes_nothing(world, key):
    filled(world)
    client = visitor(world, Role.BUREAU_DATA_OFFICER, "city_a")
    if key in ("people", "qualifications"):
        client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    answer = client.get(reverse(f"registry:{key}_export"))
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.worksheets[0].max_row >= 2
    upload = SimpleUploadedFile("export.xlsx", content)
    name = BY_KEY[key].sheet.name
    assert client.post(f"/imports/{name}/", {"file": upload}).status_code == 302
    run_queued()
    run = ImportRun.objects.latest("created_at")
    assert run.state == "checked", (run.error, run.remedy)
    found = {name: run.counts[name] for name in ("create", "update", "wrong")}
    assert found == {"create": 0, "update": 0, "wrong": 0}
    assert run.counts["unchanged"] == book.worksheets[0].max_row - 1


def test_every_template_opens_with_its_columns(world):
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    for key, page in BY_KEY.items():
        answer = client.get(f"/imports/{page.sheet.name}/template.xlsx")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        heads = [cell.value for cell in sheet[1] if cell.value]
        assert len(heads) == len(sheet_for(page.sheet.name).columns), key


ONE_OF_A_KIND = {
    "installation": {"fire_class": "甲类", "medium": "苯"},
    "tank_farm": {"fire_class": "甲B", "n_tanks": "6", "volume_m3": "12000", "area_m2": "5400"},
    "warehouse": {"fire_class": "乙类", "area_m2": "1500", "volume_m3": "9000"},
    "pipeline": {"length_m": "3200", "diameter_mm": "219", "runs_from": "罐区", "runs_to": "码头"},
    "filling_station": {"station_level": 2, "n_tanks": "4", "volume_m3": "120"},
    "loading": {"fire_class": "甲类", "medium": "甲醇"},
    "utility": {"medium": "氮气"},
}


@pytest.mark.parametrize("kind", list(LOOKS))
def test_the_list_of_a_kind_of_facility_leaves_as_the_sheet_of_that_kind(world, manager, kind):
    filled(world)
    look = LOOKS[kind]
    values = {"code": "X-1", "name": "某处", "kind": kind.value, **ONE_OF_A_KIND[kind.value]}
    services.facility_create(manager, values)
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    query = f"?view={kind}&kind={kind}"
    page = client.get(reverse("registry:facilities") + query).content.decode()
    assert f"/imports/{look.sheet}/" in page
    for all_columns in ("", "&all=1"):
        answer = client.get(reverse("registry:facilities_export") + query + all_columns)
        content = b"".join(answer.streaming_content)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        upload = SimpleUploadedFile("export.xlsx", content)
        assert client.post(f"/imports/{look.sheet}/", {"file": upload}).status_code == 302
        run_queued()
        run = ImportRun.objects.latest("created_at")
        assert run.state == "checked", (run.error, run.remedy)
        assert run.counts["unchanged"] == sheet.max_row - 1
        assert run.counts["create"] == run.counts["update"] == run.counts["wrong"] == 0


def test_the_sheet_of_a_kind_has_its_columns_alone_and_says_the_kind_itself(world, manager):
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    answer = client.get("/imports/pipelines/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    heads = [cell.value for cell in book.worksheets[0][1] if cell.value]
    assert "类型" not in heads
    assert not [head for head in heads if "储罐" in head or "等级" in head]
    assert any("长度" in head for head in heads)
    rows = [{"code": "L-1", "name": "苯管线", "length_m": "800"}]
    assert bring(client, "pipelines", rows).state == "applied"
    made = services.FACILITY.model.objects.for_actor(manager).get(code="L-1")
    assert (made.kind, made.length_m) == ("pipeline", 800)


def test_drop_downs_offer_fire_classes_without_refusing_others(world):
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    answer = client.get("/imports/tank_farms/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    lists = [v.formula1 for v in book.worksheets[0].data_validations.dataValidation]
    assert any("甲B" in (formula or "") for formula in lists)
    rows = [{"code": "T-1", "name": "罐区", "fire_class": "甲B 类"}]
    assert bring(client, "tank_farms", rows).state == "applied"


def test_a_code_of_another_kind_is_refused_instead_of_changing_what_it_is(world, manager):
    filled(world)
    client = visitor(world, Role.SAFETY_MANAGER, "plant_a")
    run = bring(client, "pipelines", [{"code": "F1", "name": "苯管线", "length_m": "800"}])
    assert run.state == "checked"
    assert run.counts["wrong"] == 1
    assert services.FACILITY.model.objects.for_actor(manager).get(code="F1").kind == "tank_farm"
