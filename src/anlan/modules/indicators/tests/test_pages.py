"""The pages show what was counted, and only to those whose it is."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.modules.findings.services import rewarding
from anlan.modules.indicators import queries
from anlan.modules.indicators.services.rating import rate_week
from anlan.modules.indicators.tests import data

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(world):
    with data.everything():
        data.duties(world.plant_a, "done", 8)
        data.duties(world.workshop_a and world.plant_a, "overdue", 2, work_type=2)
        data.finding(world.plant_a)
        data.finding(world.plant_a, "accepted")
        data.duties(world.plant_b, "done", 3)
        rate_week(data.WEEK)
    return world


def get(client, user, url):
    client.force_login(user)
    return client.get(url, follow=True)


def test_a_plant_sees_its_score_and_every_figure_leads_somewhere(client, rated) -> None:
    user = rated.user(Role.SAFETY_MANAGER, "plant_a")
    page = get(client, user, reverse("indicators:scores"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "50 × 8 ÷ 10" in text
    assert "50 × 1 ÷ 2" in text
    for which, n in (("planned", 10), ("done", 8), ("missed", 2), ("late", 0), ("exempt", 0)):
        url = (
            f"{reverse('indicators:duties', args=[rated.plant_a.pk])}?week={data.WEEK}&set={which}"
        )
        assert url.replace("&", "&amp;") in text or n == 0 or which == "late"
        assert client.get(url).context["total"] == n
    for which, n in (("due", 2), ("accepted", 1), ("open", 1), ("new", 2), ("late_entries", 0)):
        url = reverse("indicators:findings", args=[rated.plant_a.pk])
        assert client.get(f"{url}?week={data.WEEK}&set={which}").context["total"] == n
    roles = reverse("indicators:duties", args=[rated.plant_a.pk])
    assert client.get(f"{roles}?week={data.WEEK}&set=missed&work_type=role").context["total"] == 2
    assert client.get(f"{roles}?week={data.WEEK}&set=nonsense").status_code == 404


def test_a_county_ranks_its_own_and_another_sees_nothing(client, rated) -> None:
    page = get(client, rated.user(Role.BUREAU_INSPECTOR, "county_a"), reverse("indicators:scores"))
    text = page.content.decode()
    assert "plant_a" in text
    assert "plant_b" not in text
    other = rated.user(Role.BUREAU_INSPECTOR, "county_b")
    url = reverse("indicators:enterprise", args=[rated.plant_a.pk])
    assert get(client, other, url).status_code == 404


def test_the_running_week_is_shown(client, rated) -> None:
    from anlan.base.clock import today
    from anlan.modules.indicators.rules import week_of

    user = rated.user(Role.SAFETY_MANAGER, "plant_a")
    url = f"{reverse('indicators:enterprise', args=[rated.plant_a.pk])}?week={week_of(today())}"
    assert get(client, user, url).context["is_running"] is True


def test_reports_are_written_and_printed(client, rated) -> None:
    user = rated.user(Role.SAFETY_MANAGER, "plant_a")
    client.force_login(user)
    month = f"{reverse('indicators:analysis')}?month={data.WEEK:%Y-%m}"
    assert client.get(month).status_code == 200
    given = {"conclusion": "泄漏最多", "measures": "更换垫片", "finish": "1"}
    page = client.post(month, given, follow=True)
    assert page.context["row"].finished_at is not None
    row = page.context["row"]
    half = f"{reverse('indicators:evaluation')}?half=2026-2"
    assert client.post(half, {"points_1_1": "9"}).status_code == 422
    kept = client.post(half, {"points_1_1": "2", "summary": "总体良好"}, follow=True)
    assert kept.context["row"].total == 2
    for name, one in (("analysis", row), ("evaluation", kept.context["row"])):
        word = client.get(reverse("papers:paper", args=[f"indicators.{name}", one.pk, "docx"]))
        assert word.status_code == 200
        assert b"".join(word)[:2] == b"PK"


def test_the_records_behind_a_figure_leave_as_a_spreadsheet(client, rated) -> None:
    client.force_login(rated.user(Role.SAFETY_MANAGER, "plant_a"))
    for what, which, n in (("duties", "missed", 2), ("findings", "due", 2)):
        url = f"{reverse(f'indicators:{what}', args=[rated.plant_a.pk])}?week={data.WEEK}"
        page = client.get(f"{url}&set={which}")
        answer = client.get(url.split("?")[0] + page.context["export_url"])
        book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
        assert book.worksheets[0].max_row == n + 1
    client.force_login(rated.user(Role.SAFETY_MANAGER, "plant_b"))
    assert client.get(f"{url}&format=xlsx").status_code == 404


def test_a_rewarded_report_stands_in_the_ledger_once(client, rated) -> None:
    user = rated.user(Role.SAFETY_MANAGER, "plant_a")
    finding = data.finding(rated.plant_a, channel="employee", registered_by=user)
    actor = rated.actor(Role.SAFETY_MANAGER, "plant_a")
    rewarding.grant(actor, finding.pk, Decimal(80))
    rewarding.grant(actor, finding.pk, Decimal(120), "举报属实")
    rows = {row.amount: row for row in queries.incentives(actor)}
    assert rows[Decimal(80)].revoked_at is not None
    assert (rows[Decimal(120)].finding_id, rows[Decimal(120)].rule.code) == (finding.pk, "J2")
    client.force_login(user)
    (month,) = client.get(reverse("indicators:incentive_months")).context["rows"]
    assert (month["rewards"], month["rewarded"]) == (1, Decimal(120))
    assert "120" in client.get(month["url"]).content.decode()
    stop = reverse("indicators:rule_stop", args=[rows[Decimal(120)].rule_id])
    assert client.post(stop, {"reason": ""}).status_code == 422
    client.post(stop, {"reason": "改为季度奖"})
    assert not client.get(reverse("indicators:rules")).context["rows"]


def test_the_ledger_and_its_rules(client, rated) -> None:
    client.force_login(rated.user(Role.SAFETY_MANAGER, "plant_a"))
    client.post(reverse("indicators:rules_adopt"))
    rules = client.get(reverse("indicators:rules")).context["rows"]
    assert len(rules) == 6
    given = {"rule": rules[0].pk, "happened_on": "2026-01-05", "person_name": "甲", "reason": "x"}
    page = client.post(reverse("indicators:incentive_new"), given, follow=True)
    assert "甲" in page.content.decode()
    assert client.get(reverse("indicators:rule_new")).status_code == 200


def test_advice_and_parameters_are_for_authorities(client, rated) -> None:
    url, parameters = reverse("indicators:advice"), reverse("indicators:parameters")
    assert get(client, rated.user(Role.SAFETY_MANAGER, "plant_a"), url).status_code == 403
    assert client.get(parameters).context["form"] is None
    leader = rated.user(Role.BUREAU_LEADER, "county_a")
    page = get(client, leader, url)
    assert [one["row"].enterprise.name for one in page.context["rows"]] == ["plant_a"]
    form = client.get(parameters).context["form"]
    given = {name: field.initial for name, field in form.fields.items() if name != "reason"}
    assert client.post(parameters, given).status_code == 422
    page = client.post(parameters, {**given, "band_good": "75", "reason": "试行"}, follow=True)
    assert page.context["form"].fields["band_good"].initial == "75"
    # A switch is a tick, not a figure; whoever cannot change it reads yes or no.
    assert 'type="checkbox" name="ranking_shown"' in page.text
    client.post(
        parameters, {k: v for k, v in given.items() if k != "ranking_shown"} | {"reason": "不公开"}
    )
    assert client.get(parameters).context["form"].fields["ranking_shown"].initial is False
    rows = get(client, rated.user(Role.SAFETY_MANAGER, "plant_a"), parameters).context["rows"]
    assert next(one["value"] for one in rows if one["key"] == "ranking_shown") == "否"
    assert get(client, leader, reverse("indicators:analysis")).status_code == 200
    assert client.get(reverse("indicators:evaluation")).status_code == 200


def test_the_api_reads_scores_of_the_scope(client, rated) -> None:
    found = get(client, rated.user(Role.SAFETY_MANAGER, "plant_a"), "/api/v1/scores").json()
    assert [one["enterprise"] for one in found["items"]] == [str(rated.plant_a.pk)]
    one = client.get(f"/api/v1/scores/{found['items'][0]['id']}").json()
    assert one["planned"] == 10


def test_the_api_reads_what_is_behind_the_scores(client, rated) -> None:
    own, other = rated.plant_a.pk, rated.plant_b.pk
    user = rated.user(Role.SAFETY_MANAGER, "plant_a")
    found = get(client, user, f"/api/v1/score-rates?enterprise={own}&week_on={data.WEEK}").json()
    assert (found["nodes"][0]["planned"], found["nodes"][0]["done"]) == (10, 8)
    assert found["roles"][2]["planned"] == 2
    found = client.get(f"/api/v1/finding-months?month_on={data.WEEK}&enterprise={own}").json()
    assert found["total"] == 2
    assert sum(one["n"] for one in found["groups"]["discipline"]) == 2
    found = client.get(f"/api/v1/score-parameters?enterprise={own}").json()
    assert found["values"]["inspection_points"] == "50"
    for address in ("incentives", "self-evaluations"):
        assert client.get(f"/api/v1/{address}").json() == {"items": [], "next": None}
    for address in ("score-rates", "score-parameters"):
        assert client.get(f"/api/v1/{address}?enterprise={other}").status_code == 404
    address = f"/api/v1/finding-months?month_on={data.WEEK}&enterprise={other}"
    assert client.get(address).status_code == 404
