"""Imports over HTTP: from the template to the written rows."""

import io

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.wall import acting_as
from anlan.base.audit.models import AuditEvent
from anlan.base.imports.models import ImportRun
from anlan.base.jobs.models import Job
from anlan.base.jobs.testing import run_queued
from anlan.base.lists.tests import support

pytestmark = pytest.mark.urls("anlan.base.lists.tests.support")
SHEET = "/imports/organisations/"
LIST = "/test/organisations/"
HEADS = ["Code", "Name", "Short name", "Kind", "Belongs to", "Active"]


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def officer(world, client):
    """Sign in a county officer who sees county_a and what is in it, in English."""
    user = world.user(Role.BUREAU_INSPECTOR, "county_a")
    client.force_login(user)
    client.cookies["anlan_language"] = "en"
    return user


def xlsx(rows, heads=None) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    sheet = made.add_worksheet()
    for i, row in enumerate([heads or HEADS, *rows]):
        for j, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(i, j, value)
            elif value is not None:
                sheet.write(i, j, value)
    made.close()
    return SimpleUploadedFile("mine.xlsx", buffer.getvalue())


def bring(client, upload) -> ImportRun:
    response = client.post(SHEET, {"file": upload})
    assert response.status_code == 302, response.content.decode()
    run_queued()
    return ImportRun.objects.latest("created_at")


def apply(client, run, mode="all"):
    response = client.post(f"/imports/run/{run.pk}/apply/", {"mode": mode})
    run_queued()
    run.refresh_from_db()
    return response


def team(code, name=None, **more):
    row = {"Code": code, "Name": name or f"Team {code}", "Kind": "Team", "Belongs to": "plant_a"}
    row |= more
    return [row.get(head) for head in HEADS]


def read(response) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_template_to_written_rows(world, client, officer):
    template = read(client.get(f"{SHEET}template.xlsx"))
    sheet = template.worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADS
    assert {v.type for v in sheet.data_validations.dataValidation} == {"list"}
    assert sheet.freeze_panes == "B2"
    assert sheet["A1"].comment is not None
    assert template.sheetnames[1] == "Instructions"

    sheet.append(team("T1", "First"))
    sheet.append(team("T2", "Second", Active="no"))
    buffer = io.BytesIO()
    template.save(buffer)
    run = bring(client, SimpleUploadedFile("filled.xlsx", buffer.getvalue()))
    assert run.state == "checked", run.error
    assert run.counts == {
        "rows": 2, "create": 2, "update": 0, "unchanged": 0, "wrong": 0, "warnings": 0
    }  # fmt: skip
    assert "First" in client.get(f"/imports/run/{run.pk}/").content.decode()
    assert not Organisation.objects.filter(code="T1").exists()

    apply(client, run)
    assert run.state == "applied", run.error
    made = Organisation.objects.get(code="T2")
    assert (made.name, made.is_active, made.parent) == ("Second", False, world.plant_a)
    with acting_as(EVERYTHING):  # an officer's import belongs to no enterprise's history
        event = AuditEvent.objects.get(event="imports.run.applied")
    assert event.after["create"] == 2

    again = bring(client, SimpleUploadedFile("filled.xlsx", buffer.getvalue()))
    assert again.counts["unchanged"] == 2
    assert apply(client, again).status_code == 409
    assert again.state == "checked"


def test_all_mistakes_at_once_with_cell_and_remedy(world, client, officer):
    run = bring(
        client,
        xlsx(
            [
                team("T1"),
                team("T1"),
                team("T2", Kind="Taem"),
                team("T3", **{"Belongs to": "nowhere"}),
                team("", "Nameless"),
                team("T4", "x" * 200),
                team("T5", Active="maybe"),
            ]
        ),
    )
    assert run.counts["create"] == 1
    assert run.counts["wrong"] == 6
    told = {
        problem[0]: problem[2:] for row in run.rows.filter(kind="wrong") for problem in row.problems
    }
    assert "stands in row 2" in told["A3"][0]
    assert "Team" in told["D4"][1]
    assert "was not found" in told["E5"][0]
    assert "must be filled in" in told["A6"][0]
    assert "200 characters" in told["B7"][0]
    assert "neither yes nor no" in told["F8"][0]


def test_good_rows_only_and_the_rest_comes_back_marked(world, client, officer):
    run = bring(client, xlsx([team("T1"), team("T2", Kind="Taem"), team("=1+1", "=cmd|x")]))
    assert run.counts["wrong"] == 1
    assert apply(client, run).status_code == 409  # all rows are not to be had
    assert run.state == "checked"
    apply(client, run, "good")
    assert run.state == "applied"
    assert Organisation.objects.filter(code="T1").exists()

    rest = read(client.get(f"/imports/run/{run.pk}/rest.xlsx")).active
    assert rest.max_row == 2
    assert rest["D2"].fill.fgColor.rgb == "FFFDE7E7"
    assert "Taem" in rest["G2"].value
    marked = read(client.get(f"/imports/run/{run.pk}/marked.xlsx")).active
    assert marked.max_row == 4
    assert (marked["A4"].value, marked["A4"].data_type) == ("=1+1", "s")

    rest["D2"] = "Team"
    buffer = io.BytesIO()
    rest.parent.save(buffer)
    second = bring(client, SimpleUploadedFile("rest.xlsx", buffer.getvalue()))
    assert second.counts["create"] == 1
    assert second.notes == []


def test_a_row_changed_meanwhile_is_refused(world, client, officer):
    apply(client, bring(client, xlsx([team("T1"), team("T2")])))
    run = bring(client, xlsx([team("T1", "New name"), team("T2")]))
    assert run.counts["update"] == 1
    Organisation.objects.filter(code="T1").update(name="Changed by hand")
    apply(client, run)
    assert run.state == "failed"
    assert "rows 2" in run.error
    # My jobs says so as well, why, and leads to the import.
    assert (run.job.state, run.job.look) == ("failed", "refused")
    jobs = client.get("/jobs/").content.decode()
    assert "Refused" in jobs
    assert escape(run.error) in jobs
    assert f'href="/imports/run/{run.pk}/">See why' in jobs
    assert Organisation.objects.get(code="T1").name == "Changed by hand"
    client.post(f"/imports/run/{run.pk}/again/")
    run_queued()
    run.refresh_from_db()
    assert run.state == "checked"
    apply(client, run)
    assert Organisation.objects.get(code="T1").name == "New name"


def test_a_failing_write_leaves_nothing(world, client, officer, monkeypatch):
    real = support.SHEET.write

    def half(actor, changes):
        real(actor, changes[:1])
        Organisation.objects.create(name="x", kind="team", path=world.plant_a.path)  # taken

    run = bring(client, xlsx([team("T1"), team("T2")]))
    object.__setattr__(support.SHEET, "write", half)
    try:
        apply(client, run)
    finally:
        object.__setattr__(support.SHEET, "write", real)
    assert run.state == "failed"
    assert not Organisation.objects.filter(code="T1").exists()


def test_columns_left_out_keep_what_is_stored(world, client, officer):
    apply(client, bring(client, xlsx([team("T1", "First", **{"Short name": "F"})])))
    run = bring(client, xlsx([["T1", "Renamed"]], heads=["Code", "Name"]))
    assert run.counts["update"] == 1
    apply(client, run)
    row = Organisation.objects.get(code="T1")
    assert (row.name, row.short_name) == ("Renamed", "F")
    run = bring(client, xlsx([["T9", "New"]], heads=["Code", "Name"]))
    assert "Add this column" in run.rows.get().problems[0][3]


def test_chinese_heads_and_choices_are_read_too(world, client, officer):
    from django.utils import translation

    with translation.override("zh-hans"):
        heads = [column.heading() for column in support.SHEET.columns]
        kind = dict(support.SHEET.column("kind").choice_texts())["team"]
    run = bring(client, xlsx([["T1", "一班", None, kind, "plant_a", "是"]], heads=heads))
    assert run.state == "checked", run.error
    assert run.counts["create"] == 1


def test_rows_outside_scope_are_as_if_they_were_not_there(world, client, officer):
    run = bring(client, xlsx([team("T1", **{"Belongs to": "plant_b"})]))
    assert run.counts["wrong"] == 1


def test_runs_are_their_owners_alone(world, client, officer):
    run = bring(client, xlsx([team("T1")]))
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "city_a"))
    for url in ("", "source.xlsx", "marked.xlsx", "progress/"):
        assert client.get(f"/imports/run/{run.pk}/{url}").status_code == 404
    for url in ("apply/", "cancel/", "again/"):
        assert client.post(f"/imports/run/{run.pk}/{url}").status_code == 404
    assert "mine.xlsx" not in client.get("/imports/").content.decode()


def test_without_the_permission_there_is_no_sheet(world, client):
    client.force_login(world.user(Role.OPERATOR, "plant_a"))
    assert client.get(SHEET).status_code == 403
    assert client.get(f"{SHEET}template.xlsx").status_code == 403
    assert client.post(SHEET, {"file": xlsx([team("T1")])}).status_code == 403
    assert ImportRun.objects.count() == 0


def test_a_permission_lost_before_writing_stops_it(world, client, officer):
    run = bring(client, xlsx([team("T1")]))
    client.post(f"/imports/run/{run.pk}/apply/", {"mode": "all"})
    officer.memberships.update(role=Role.AUDITOR)
    run_queued()
    run.refresh_from_db()
    assert run.state == "failed"
    assert not Organisation.objects.filter(code="T1").exists()


def test_too_large_is_cut_while_it_streams(world, client, officer, monkeypatch):
    from anlan.base.imports import limits

    monkeypatch.setattr(limits, "MAX_MB", 1)
    big = SimpleUploadedFile("big.xlsx", b"PK\x03\x04" + b"0" * 1_050_000)
    response = client.post(SHEET, {"file": big})
    assert response.status_code == 413
    assert "1 MB" in response.content.decode()
    huge = SimpleUploadedFile("big.xlsx", b"PK\x03\x04" + b"0" * 3_000_000)
    assert client.post(SHEET, {"file": huge}).status_code == 413
    assert ImportRun.objects.count() == 0


def test_csrf_still_holds_behind_the_upload_limit(world, officer):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    assert strict.post(SHEET, {"file": xlsx([team("T1")])}).status_code == 403


def test_a_refused_file_says_why_on_its_page(world, client, officer):
    run = bring(client, SimpleUploadedFile("a.xlsx", b"%PDF-1.7"))
    assert run.state == "failed"
    page = client.get(f"/imports/run/{run.pk}/").content.decode()
    assert "PDF" in page


def test_checking_costs_the_same_for_10_and_500_rows(world, client, officer, count_queries):
    from anlan.base.actors.loading import load_actor
    from anlan.base.imports.checking import check_table
    from anlan.base.imports.reading import Table

    actor = load_actor(officer)

    def check(n):
        rows = [(1, HEADS), *((i + 2, team(f"T{i}")) for i in range(n))]
        return lambda: check_table(actor, support.SHEET, Table("x", rows))

    assert count_queries(check(10)) == count_queries(check(500))


def test_the_export_of_a_list_is_a_valid_import(world, client, officer):
    apply(client, bring(client, xlsx([team("T1", "=SUM(A1)"), team("T2", "二班", Active="no")])))
    export = client.get(f"{LIST}export.xlsx?kind=team&all=1")
    content = b"".join(export.streaming_content)
    run = bring(client, SimpleUploadedFile("export.xlsx", content))
    assert run.state == "checked", run.error
    assert run.counts["unchanged"] == 2, [r.problems for r in run.rows.all()]
    assert run.counts["rows"] == 2
    assert run.notes == []


@pytest.mark.parametrize("ended", ["cancelled", "failed"])
def test_an_import_whose_work_was_given_up_can_be_begun_again(world, client, officer, ended):
    run = bring(client, xlsx([team("T1")]))
    page = f"/imports/run/{run.pk}/"
    client.post(page + "apply/", {"mode": "all"})
    run.refresh_from_db()
    # Stopped by its owner on the page of jobs, or three workers died over it.
    Job.objects.filter(pk=run.job_id).update(state=ended, error_text="It broke.")
    assert client.get(page + "progress/")["HX-Refresh"] == "true"
    shown = client.get(page).content.decode()
    assert "It broke." in shown
    assert page + "again/" in shown
    assert "Failed" in client.get("/imports/").content.decode()
    client.post(page + "again/")
    run_queued()
    run.refresh_from_db()
    assert run.state == "checked"
    apply(client, run)
    assert run.state == "applied", run.error


def test_where_every_row_is_wrong_the_page_says_what_to_do(world, client, officer):
    run = bring(client, xlsx([team("T1", Kind="Heap")]))
    page = client.get(f"/imports/run/{run.pk}/").text
    assert "No row would change anything" not in page
    assert "correct the rows below" in page
    assert f'href="{SHEET}"' in page
