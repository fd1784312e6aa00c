"""What comes back: within an enterprise, across the region, with the reason."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.modules.findings import queries_repeats as repeats
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import repeating
from anlan.modules.findings.tests import data
from anlan.modules.registry import services
from anlan.modules.registry.tests import data as registry

pytestmark = pytest.mark.django_db
CLAUSE = "GB 50160-2008 5.2.1"


def client_of(world: Any, role: Role, place: str) -> Client:
    client = Client()
    user = world.user(role, place)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def found(world: Any) -> dict[str, Any]:
    """Findings at two plants that come back by equipment, clause, criterion and words."""
    a = world.actor(Role.SAFETY_MANAGER, "plant_a")
    b = world.actor(Role.SAFETY_MANAGER, "plant_b")
    pump = services.equipment_create(a, registry.equipment())
    rows = [
        data.report(a, world.plant_a, "P-101 机泵密封泄漏", equipment_id=pump.pk, basis=CLAUSE),
        data.report(a, world.plant_a, "P-101 机泵密封泄漏", equipment_id=pump.pk),
        data.report(a, world.plant_a, "防火堤开裂", basis=CLAUSE.replace(" ", "").lower()),
        data.report(b, world.plant_b, "防火堤破损", basis=CLAUSE),
    ]
    for row in (rows[2], rows[3]):
        Finding.objects.unscoped("test").filter(pk=row.pk).update(criterion="MH26-5.4.2", level=1)
    return {"a": a, "b": b, "rows": rows, "pump": pump}


def test_each_kind_names_what_is_the_same(world: Any, found: dict[str, Any]) -> None:
    a, rows = found["a"], found["rows"]
    (equipment,) = repeats.groups(a, "equipment")
    assert (equipment.key, equipment.n, equipment.n_open) == (str(found["pump"].pk), 2, 2)
    (clause,) = repeats.groups(a, "clause")
    assert (clause.key, clause.n) == (CLAUSE.replace(" ", "").upper(), 2)
    assert repeats.groups(a, "criterion") == []
    (text,) = repeats.alike_texts(a, world.plant_a.pk)
    assert text.n == 2
    home = world.plant_a.pk
    for group in (equipment, clause, text):
        assert len(repeats.findings_of(a, group.kind, group.key, home)) == group.n
    assert repeats.groups(a, "linked") == []
    repeating.link(a, rows[1].pk, rows[0].pk)
    (linked,) = repeats.groups(a, "linked")
    assert (linked.n, linked.label) == (2, "P-101 机泵密封泄漏")
    assert len(repeats.findings_of(a, "linked", linked.key, home)) == 2


def test_the_region_sees_what_several_enterprises_break(world: Any, found: dict[str, Any]) -> None:
    province = world.actor(Role.BUREAU_INSPECTOR, "province")
    (matter,) = repeats.region(province, "region_criterion")
    assert (matter.n_enterprises, matter.n, matter.enterprise) == (2, 2, None)
    county = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    assert repeats.region(county, "region_criterion") == []
    ranked = repeats.ranking(province)
    assert [(one.pk, one.n, one.n_all) for one in ranked] == [(world.plant_a.pk, 3, 3)]
    (area,) = repeats.ranking(province, "area")
    assert (area.pk, area.share) == (world.places["county_a"].pk, 100)


def test_a_finding_says_why_it_is_the_same_again(found: dict[str, Any]) -> None:
    first, second = found["rows"][:2]
    (alike,) = repeating.alike(found["a"], second)
    assert alike.row == first
    assert "设备" in alike.why
    by_clause = repeating.alike(found["a"], found["rows"][2])
    assert [one.row for one in by_clause] == [first]
    assert by_clause[0].why == "同一条款"


def test_the_pages_lead_to_the_findings_behind(world: Any, found: dict[str, Any]) -> None:
    page = reverse("findings:repeated")
    own = client_of(world, Role.SAFETY_MANAGER, "plant_a").get(page).content.decode()
    assert "P-101 机泵密封泄漏" in own
    assert "?view=region" not in own, "one plant has no region"
    inspector = client_of(world, Role.BUREAU_INSPECTOR, "province")
    for view in ("enterprise", "region", "ranking", "ranking&by=area"):
        assert inspector.get(f"{page}?view={view}").status_code == 200
    at = inspector.get(f"{page}?enterprise={world.plant_a.pk}").content.decode()
    assert "描述相同" in at, "words are compared at one enterprise"
    assert world.plant_b.name not in at
    group = reverse("findings:repeated_group")
    matter = f"{group}?kind=region_criterion&key=MH26-5.4.2"
    shown = inspector.get(matter).content.decode()
    assert "防火堤开裂" in shown
    assert "防火堤破损" in shown
    county = client_of(world, Role.BUREAU_INSPECTOR, "county_a").get(matter).content.decode()
    assert "防火堤破损" not in county, "of another county"
    for wrong in ("", "?kind=unit&key=x|y", "?kind=equipment&key=1", "?kind=x&key=1",
                  "?kind=clause&key=A&enterprise=1"):  # fmt: skip
        assert inspector.get(group + wrong).status_code == 404, wrong


def test_groups_cost_one_statement_a_kind(found: dict[str, Any], count_queries: Any) -> None:
    for kind in repeats.KINDS:
        assert count_queries(lambda kind=kind: repeats.groups(found["a"], kind)) == 1
    assert count_queries(lambda: repeats.ranking(found["a"])) == 2
