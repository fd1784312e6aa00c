"""The pages show what was counted, and only to those whose it is."""

import pytest
from django.urls import reverse

from anlan.base.actors.roles import Role
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
