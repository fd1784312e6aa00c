"""List pages over HTTP."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.http import QueryDict

from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.ids import uuid7
from anlan.base.jobs.testing import run_queued
from anlan.base.lists.columns import Column
from anlan.base.lists.models import SavedView
from anlan.base.lists.showing import Head, show
from anlan.base.lists.tests.support import PAGE

pytestmark = pytest.mark.urls("anlan.base.lists.tests.support")
URL = "/test/organisations/"


@pytest.fixture
def officer(world, client):
    """Sign in a county officer who sees county_a and what is in it, in English."""
    user = world.user(Role.BUREAU_INSPECTOR, "county_a")
    client.force_login(user)
    client.cookies["anlan_language"] = "en"
    return user


def teams(world, n):
    """Make n teams of plant_a."""
    made = []
    for i in range(n):
        pk = uuid7()
        made.append(
            Organisation(
                id=pk,
                kind=OrganisationKind.TEAM,
                code=f"T{i:03}",
                name=f"Team {i:03}",
                parent=world.plant_a,
                path=f"{world.plant_a.path}t{pk.hex}/",
            )
        )
    Organisation.objects.bulk_create(made)


def names(client, query="", **headers):
    html = client.get(URL + query, **headers).content.decode()
    return re.findall(r"data-an-main>([^<]*)</a>", html)


def test_only_what_is_in_scope_is_listed(world, client, officer):
    found = names(client)
    assert "plant_a" in found
    assert not {"plant_b", "plant_a2"} & set(found)


def test_nobody_is_asked_to_sign_in(client, db):
    assert client.get(URL).status_code == 302
    assert client.get(f"{URL}export.xlsx").status_code == 302
    assert client.get("/choose/test_organisations/").status_code == 302


def test_search_filters_sort_and_pages_live_in_the_address(world, client, officer):
    teams(world, 120)
    assert len(names(client)) == 50
    assert names(client, "?q=T00")[:2] == ["Team 000", "Team 001"]
    assert names(client, "?kind=enterprise") == ["plant_a"]
    assert names(client, "?kind=enterprise&kind=department") == ["Workshop A", "plant_a"]
    assert names(client, "?sort=-code&q=Team")[0] == "Team 119"
    assert names(client, "?q=Team&page=3")[-1] == "Team 119"
    assert names(client, "?q=Team&page=9999") == []
    assert names(client, f"?above={world.plant_a.pk}&q=Workshop") == ["Workshop A"]
    assert names(client, "?made_from=today&q=Team")[0] == "Team 000"
    assert names(client, "?made_to=today-1") == []


def test_a_range_of_days_takes_whole_days_of_shanghai(world, client, officer):
    teams(world, 3)
    day = dt.date(2026, 3, 31)
    for code, moment in (
        ("T000", dt.datetime(2026, 3, 30, 15, 59, 59, tzinfo=dt.UTC)),
        ("T001", dt.datetime(2026, 3, 30, 16, tzinfo=dt.UTC)),
        ("T002", dt.datetime(2026, 3, 31, 15, 59, 59, 999_999, tzinfo=dt.UTC)),
    ):
        Organisation.objects.filter(code=code).update(created_at=moment)
    assert names(client, f"?q=Team&made_from={day}") == ["Team 001", "Team 002"]
    assert names(client, f"?q=Team&made_to={day}") == ["Team 000", "Team 001", "Team 002"]
    assert names(client, f"?q=Team&made_from={day}&made_to={day}") == ["Team 001", "Team 002"]
    assert names(client, f"?q=Team&made_from={day}&made_to=2026-03-30") == []
    for ends in ("made_from=0001-01-01", "made_to=9999-12-31", "made_to=9999-12-30"):
        assert names(client, f"?q=Team&{ends}") == ["Team 000", "Team 001", "Team 002"]


def test_what_is_not_understood_is_said_and_not_obeyed(world, client, officer):
    for query in ("?kind=spaceship", "?made_from=soon", "?sort=path", "?above=x"):
        page = client.get(URL + query)
        assert page.status_code == 200
        assert "an-banner--warn" in page.content.decode(), query


@pytest.mark.parametrize("query", ["?page=-1", "?page=x", "?q=%00", "?columns=,,", "?view=zz&q=a"])
def test_odd_addresses_do_not_break_it(world, client, officer, query):
    assert client.get(URL + query).status_code == 200


def test_every_value_is_escaped(world, client, officer):
    world.plant_a.name = "<script>alert(1)</script>"
    world.plant_a.save()
    html = client.get(URL + "?q=<script>").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_htmx_gets_the_rows_alone_and_the_canonical_address(world, client, officer):
    response = client.get(
        URL + "?q=plant&kind=&made_from=&made_to=", headers={"HX-Request": "true"}
    )
    html = response.content.decode()
    assert "<html" not in html
    assert 'id="an-list-rows"' in html
    assert response["HX-Push-Url"] == f"{URL}?q=plant"
    assert 'id="an-f-kind" hx-swap-oob="true"' in html


def test_tabs_count_what_they_open(world, client, officer):
    teams(world, 3)
    html = client.get(URL).content.decode()
    tabs = dict(re.findall(r">([A-Z]\w+) <span class=\"an-count\">(\d+)", html))
    for label, query in (("All", "?view=all"), ("Areas", "?view=areas&kind=area&kind=park")):
        assert int(tabs[label]) == len(names(client, query))


def test_a_page_costs_the_same_for_1_and_200_rows(world, officer, count_queries):
    actor = load_actor(officer)

    def page():
        return count_queries(lambda: show(actor, PAGE, QueryDict("q=Team")))

    teams(world, 1)
    first = page()
    teams(world, 200)
    assert page() == first


def test_columns_can_be_chosen_and_the_fixed_one_stays(world, client, officer):
    html = client.get(URL + "?columns=kind").content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html)
    assert heads == ["Name", "Kind"]


def test_export_is_what_is_shown(world, client, officer):
    teams(world, 60)
    response = client.get(f"{URL}export.xlsx?q=Team&sort=-code&columns=kind")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Code", "Name", "Kind")  # the sheet's key always leaves
    assert rows[1] == ("T059", "Team 059", "Team")
    assert len(rows) == 61


def test_export_never_makes_a_formula(world, client, officer):
    world.plant_a.name = "=HYPERLINK(1)"
    world.plant_a.save()
    response = client.get(f"{URL}export.xlsx?kind=enterprise")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=HYPERLINK(1)", "s")


def test_saved_views_are_kept_shared_and_deleted_by_their_owner(world, client, officer):
    client.post(f"{URL}views/", {"label": "Mine", "query": "?q=Team&sort=-code", "shared": "1"})
    saved = SavedView.objects.get()
    assert saved.params == "q=Team&sort=-code"
    assert "Mine" in client.get(URL).content.decode()

    colleague = world.user(Role.BUREAU_LEADER, "county_a")
    client.force_login(colleague)
    assert "Mine" in client.get(URL).content.decode()
    assert client.post(f"{URL}views/{saved.pk}/delete/").status_code == 404

    client.force_login(world.user(Role.BUREAU_LEADER, "city_b"))
    assert "Mine" not in client.get(URL).content.decode()

    client.force_login(officer)
    assert client.post(f"{URL}views/{saved.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_bulk_runs_on_what_was_ticked_and_only_on_ones_own(world, client, officer):
    client.post(f"{URL}bulk/", {"action": "touch", "id": [world.plant_a.pk, world.plant_b.pk]})
    touched = set(Organisation.objects.filter(short_name="touched"))
    assert touched == {world.plant_a}
    foreign = {"action": "touch", "id": [world.plant_b.pk]}
    assert client.post(f"{URL}bulk/", foreign).status_code == 422
    assert (
        client.post(f"{URL}bulk/", {"action": "drop", "id": [world.plant_a.pk]}).status_code == 404
    )
    assert client.post(f"{URL}bulk/", {"action": "touch", "id": ["x"]}).status_code == 404


def test_bulk_on_all_takes_the_whole_search_not_the_page(world, client, officer):
    teams(world, 70)
    client.post(f"{URL}bulk/", {"action": "touch", "all": "1", "query": "?q=Team"})
    assert Organisation.objects.filter(short_name="touched").count() == 70


def test_bulk_on_all_refuses_a_search_it_does_not_understand(world, client, officer):
    data = {"action": "touch", "all": "1", "query": "?kind=spaceship"}
    assert client.post(f"{URL}bulk/", data).status_code == 422
    assert not Organisation.objects.filter(short_name="touched").exists()


def test_bulk_needs_its_permission(world, client):
    client.force_login(world.user(Role.OPERATOR, "plant_a"))
    data = {"action": "touch", "id": [world.plant_a.pk]}
    assert client.post(f"{URL}bulk/", data).status_code == 403
    assert "an-table__check" not in client.get(URL).content.decode()


def test_choosers_offer_ones_own_rows_only(world, client, officer):
    offered = client.get("/choose/test_organisations/?q=plant").json()["items"]
    assert [item["label"] for item in offered] == ["plant_a"]
    ids = f"?id={world.plant_a.pk}&id={world.plant_b.pk}&id=x"
    assert len(client.get(f"/choose/test_organisations/{ids}").json()["items"]) == 1
    assert client.get("/choose/nothing/").status_code == 404


def test_a_large_export_is_made_in_the_background(
    world, client, officer, monkeypatch, settings, tmp_path
):
    from anlan.base.lists import export

    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(export, "AT_ONCE", 10)
    teams(world, 30)
    response = client.get(f"{URL}export.xlsx?q=Team&columns=kind")
    assert response.status_code == 302
    (job,) = run_queued()
    assert job.state == "done", job.error_text
    content = b"".join(client.get(f"/jobs/{job.pk}/file/").streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.max_row == 31


def test_a_long_head_of_several_words_takes_two_lines() -> None:
    def head(label: str, css: str = "") -> str:
        return str(Head(Column("a", label), label, "", "", css).shown)

    assert head("Kind") == "Kind"
    assert head("Risk analysis complete, %") == "<span>Risk analysis<br>complete, %</span>"
    assert head("风险分析完成率，百分比与说明") == "风险分析完成率，百分比与说明"
    assert head("A & <b> of several") == "<span>A &amp; &lt;b&gt; of<br>several</span>"
    assert head("Risk analysis complete, %", "an-fill") == "Risk analysis complete, %"
