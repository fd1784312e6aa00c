"""The pages: who sees them, what they cost, what they never do."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.wall import bind
from anlan.modules.registry import services
from anlan.modules.registry.models import Enterprise, Site
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.filled import filled
from anlan.modules.registry.ui.kinds import KINDS
from anlan.modules.registry.ui.lists import BY_KEY

READERS = [
    (Role.SAFETY_MANAGER, "plant_a"),
    (Role.OPERATOR, "workshop_a"),
    (Role.BUREAU_INSPECTOR, "county_a"),
    (Role.BUREAU_DATA_OFFICER, "city_a"),
    (Role.PARK_OFFICER, "park_a"),
    (Role.GROUP_HSE, "group"),
    (Role.AUDITOR, "province"),
]
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Visitor(Client):
    """A client that gives the connection back to the test with the wall open."""

    def request(self, **request):
        try:
            return super().request(**request)
        finally:
            bind(EVERYTHING)


def signed_in(world, role, place) -> Client:
    client = Visitor()
    client.force_login(world.user(role, place))
    return client


@pytest.fixture
def manager_client(world):
    return signed_in(world, Role.SAFETY_MANAGER, "plant_a")


@pytest.mark.parametrize(("role", "place"), READERS)
def test_every_page_opens_for_those_who_see_the_plant(world, role, place):
    rows = filled(world)
    client = signed_in(world, role, place)
    addresses = [reverse(f"registry:{key}") for key in BY_KEY]
    addresses += [reverse(f"registry:{key}_show", args=[rows[key].pk]) for key in KINDS]
    file = reverse("registry:enterprises_show", args=[world.plant_a.pk])
    addresses += [file, *(f"{file}?tab={tab}" for tab in (*KINDS, "files", "history", "nonsense"))]
    addresses += [reverse("registry:map"), reverse("registry:map") + "?layer=units&level=1&level=x"]
    for address in addresses:
        assert client.get(address, follow=True).status_code == 200, address


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.SAFETY_MANAGER, "plant_b"),
        (Role.BUREAU_DATA_OFFICER, "city_b"),
        (Role.PARK_OFFICER, "park_b"),
        (Role.CONTRACTOR, "contractor_a"),
    ],
)
def test_foreign_records_are_not_found_anywhere(world, role, place):
    rows = filled(world)
    client = signed_in(world, role, place)
    plant = world.plant_a.pk
    for key in ("enterprises", *KINDS):
        pk = plant if key == "enterprises" else rows[key].pk
        for verb in ("show", "edit"):
            assert client.get(reverse(f"registry:{key}_{verb}", args=[pk])).status_code == 404
        assert client.post(reverse(f"registry:{key}_remove", args=[pk])).status_code == 404
        listed = client.get(reverse(f"registry:{key}")).content.decode()
        assert str(pk) not in listed
    new = reverse("registry:sites_new")
    assert client.get(f"{new}?enterprise={plant}").status_code == 404
    points = client.get(reverse("registry:map_points") + "?layer=units").json()
    assert points["features"] == []


@pytest.mark.parametrize("place", ["plant_a", "workshop_a"])
def test_people_of_one_plant_land_on_its_file_instead_of_a_list_of_one(world, place):
    role = Role.SAFETY_MANAGER if place == "plant_a" else Role.OPERATOR
    client = signed_in(world, role, place)
    answer = client.get(reverse("registry:enterprises"))
    assert answer["Location"] == reverse("registry:enterprises_show", args=[world.plant_a.pk])
    shown = client.get(answer["Location"]).content.decode()
    assert f'href="{reverse("registry:enterprises")}"' not in shown.split("<main")[1]
    assert client.get(reverse("registry:enterprises") + "?view=all").status_code == 200


def test_those_who_see_more_than_one_plant_keep_the_list(world):
    for role, place in [(Role.GROUP_HSE, "group"), (Role.BUREAU_INSPECTOR, "county_a")]:
        assert signed_in(world, role, place).get(reverse("registry:enterprises")).status_code == 200


def test_the_enterprise_column_is_left_out_where_every_row_would_repeat_it(world):
    filled(world)
    head = re.compile(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)')

    def heads(client, query=""):
        found = client.get(reverse("registry:equipment") + query).content.decode()
        return head.findall(found), 'id="an-f-enterprise"' in found

    plant = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    officer = signed_in(world, Role.BUREAU_INSPECTOR, "county_a")
    (shown, offered), (all_rows, filterable) = heads(plant), heads(officer)
    assert ("企业" in shown, offered) == (False, False)
    assert ("企业" in all_rows, filterable) == (True, True)
    assert "企业" not in heads(officer, f"?enterprise={world.plant_a.pk}")[0]
    # Asked for, it is shown all the same.
    assert "企业" in heads(plant, "?columns=enterprise")[0]


def test_nobody_signed_out_sees_anything(world, client):
    rows = filled(world)
    for key in KINDS:
        response = client.get(reverse(f"registry:{key}_show", args=[rows[key].pk]))
        assert response.status_code == 302
    assert client.get(reverse("registry:map_points")).status_code == 302


def test_readers_get_no_form(world):
    rows = filled(world)
    client = signed_in(world, Role.BUREAU_INSPECTOR, "county_a")
    for key in KINDS:
        edit = reverse(f"registry:{key}_edit", args=[rows[key].pk])
        assert client.get(edit).status_code == 403
        new = reverse(f"registry:{key}_new") + f"?enterprise={world.plant_a.pk}"
        assert client.get(new).status_code == 403
        assert (
            client.post(reverse(f"registry:{key}_remove", args=[rows[key].pk])).status_code == 403
        )
    assert client.get(reverse("registry:enterprises_new")).status_code == 403


def test_hostile_text_is_shown_as_text_everywhere(world):
    rows = filled(world, name=HOSTILE[:40])
    officer = world.actor(Role.BUREAU_DATA_OFFICER, "city_a")
    services.enterprise_update(officer, world.plant_a.pk, {"name": HOSTILE, "short_name": "<b>x"})
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    addresses = [reverse(f"registry:{key}") for key in BY_KEY]
    addresses += [reverse(f"registry:{key}_show", args=[rows[key].pk]) for key in KINDS]
    addresses += [reverse(f"registry:{key}_edit", args=[rows[key].pk]) for key in KINDS]
    file = reverse("registry:enterprises_show", args=[world.plant_a.pk])
    addresses += [
        file,
        *(f"{file}?tab={tab}" for tab in (*KINDS, "history")),
        reverse("registry:map"),
    ]
    for address in addresses:
        page = client.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address


def test_a_form_saves_and_shows_the_record(world, manager_client):
    response = manager_client.post(
        reverse("registry:sites_new"), data.site(name="东厂区"), follow=True
    )
    assert response.status_code == 200
    assert "东厂区" in response.content.decode()


def test_a_wrong_form_keeps_what_was_typed_and_says_why_beside_the_field(world, manager_client):
    typed = data.chemical(cas="71-43-3", name="苯", density_t_m3="零点八")
    response = manager_client.post(reverse("registry:chemicals_new"), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="71-43-3"' in page
    assert 'value="零点八"' in page
    fixed = typed | {"density_t_m3": "0.8"}
    page = manager_client.post(reverse("registry:chemicals_new"), fixed).content.decode()
    assert 'id="id_cas_error"' in page


def test_saving_over_a_newer_version_is_refused_with_the_name_and_then_possible(
    world, manager_client
):
    row = services.site_create(world.actor(Role.SAFETY_MANAGER, "plant_a"), data.site())
    other = world.actor(Role.PRINCIPAL, "plant_a")
    services.site_update(other, row.pk, {"name": "北厂区"})
    edit = reverse("registry:sites_edit", args=[row.pk])
    stale = data.site(name="南厂区") | {"version": "1"}
    response = manager_client.post(edit, stale)
    page = response.content.decode()
    assert response.status_code == 422
    assert other.name in page
    assert "南厂区" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert manager_client.post(edit, stale | {"version": version}).status_code == 302


def test_a_tampered_form_cannot_reach_into_another_plant(world, manager_client):
    foreign = services.site_create(world.actor(Role.SAFETY_MANAGER, "plant_b"), data.site())
    values = data.unit(
        state="in_use", site=str(foreign.pk), enterprise=str(world.plant_b.pk), scope_path="cn/"
    )
    response = manager_client.post(reverse("registry:units_new"), values)
    assert response.status_code == 422
    ok = {name: value for name, value in values.items() if name != "site"}
    assert manager_client.post(reverse("registry:units_new"), ok).status_code == 302
    assert (
        not Site.objects.for_actor(world.actor(Role.SAFETY_MANAGER, "plant_b"))
        .exclude(pk=foreign.pk)
        .exists()
    )


def test_each_category_is_chosen_from_its_own_list(world, manager_client):
    rows = filled(world)
    piece = reverse("registry:equipment_edit", args=[rows["equipment"].pk])
    page = manager_client.get(piece).content.decode()
    assert f'<option value="{rows["equipment"].category}" selected>' in page
    assert "W5.1" not in page
    held = manager_client.get(reverse("registry:inventories_new")).content.decode()
    assert 'value="W5.1"' in held


def test_an_officer_enters_an_enterprise(world):
    client = signed_in(world, Role.BUREAU_DATA_OFFICER, "county_a")
    page = client.get(reverse("registry:enterprises_new")).content.decode()
    assert "990102" in page
    assert "990202" not in page
    response = client.post(
        reverse("registry:enterprises_new"), data.enterprise(state="running"), follow=True
    )
    assert response.status_code == 200
    assert data.enterprise()["name"] in response.content.decode()


def test_a_safety_manager_cannot_move_the_plant_by_form_tampering(world, manager_client):
    edit = reverse("registry:enterprises_edit", args=[world.plant_a.pk])
    page = manager_client.get(edit).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    values = data.enterprise(area_code="990103", park="", version=version)
    values |= {"unified_social_credit_code": "91990100MA00000000", "state": "running"}
    assert manager_client.post(edit, values).status_code == 302
    row = Enterprise.objects.for_actor(world.actor(Role.SAFETY_MANAGER, "plant_a")).get()
    assert row.area_code == world.county_a.code
    assert row.enterprise.park_id == world.park_a.pk


@pytest.mark.parametrize("key", ["enterprises", "units", "equipment"])
def test_a_list_costs_the_same_for_few_and_many_rows(world, key, count_queries):
    client = signed_in(world, Role.BUREAU_DATA_OFFICER, "city_a")
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    officer = world.actor(Role.BUREAU_DATA_OFFICER, "city_a")

    def more(start: int, stop: int) -> None:
        numbers = range(start, stop)
        services.enterprise_upsert_many(officer, [data.enterprise(n) for n in numbers])
        services.unit_upsert_many(manager, [data.unit(code=f"U{n}") for n in numbers])
        services.equipment_upsert_many(manager, [data.equipment(code=f"E{n}") for n in numbers])

    more(1, 4)
    client.get(reverse(f"registry:{key}"))
    few = count_queries(lambda: client.get(reverse(f"registry:{key}")))
    more(4, 45)
    assert count_queries(lambda: client.get(reverse(f"registry:{key}"))) == few


def test_the_file_of_an_enterprise_costs_the_same_for_few_and_many_rows(world, count_queries):
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    address = reverse("registry:enterprises_show", args=[world.plant_a.pk]) + "?tab=equipment"
    services.equipment_upsert_many(manager, [data.equipment(code="E0")])
    client.get(address)
    few = count_queries(lambda: client.get(address))
    services.equipment_upsert_many(manager, [data.equipment(code=f"E{n}") for n in range(1, 40)])
    assert count_queries(lambda: client.get(address)) == few


def test_search_finds_by_characters_initials_and_tag(world):
    from anlan.base.ui.searching import search

    filled(world)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    bureau = world.actor(Role.BUREAU_INSPECTOR, "city_a")
    for actor in (manager, bureau):
        for text in ("苯类", "blgq", "t-101"):
            assert any(found.hits for found in search(actor, text)), (actor.name, text)
    assert search(world.actor(Role.SAFETY_MANAGER, "plant_b"), "苯") == []
