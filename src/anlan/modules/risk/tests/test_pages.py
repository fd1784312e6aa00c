"""The pages of the risk register."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.errors import BadInput
from anlan.modules.registry.services import rows
from anlan.modules.registry.tests.test_pages import signed_in
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskUnit
from anlan.modules.risk.services import branches, chain, editions, shutdowns
from anlan.modules.risk.tests import data

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def client(world):
    return signed_in(world, Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def branch(manager):
    thing = data.an_object(manager)
    unit = data.a_unit(manager, thing)
    event = data.an_event(manager, unit)
    return thing, unit, event, data.a_measure(manager, event)


def pages(branch):
    thing, unit, event, measure = branch
    return [
        reverse("risk:index"),
        reverse("risk:index") + "?q=zzz&level=1&gaps=1",
        reverse("risk:gaps"),
        reverse("risk:map"),
        reverse("risk:map_points"),
        reverse("risk:method"),
        reverse("risk:shutdowns"),
        reverse("risk:objects_show", args=[thing.pk]),
        reverse("risk:units_show", args=[unit.pk]),
        reverse("risk:events_show", args=[event.pk]) + "?by=2&class1=1",
        reverse("risk:objects_edit", args=[thing.pk]),
        reverse("risk:units_edit", args=[unit.pk]),
        reverse("risk:events_edit", args=[event.pk]),
        reverse("risk:measures_edit", args=[measure.pk]),
        reverse("risk:objects_new"),
        reverse("risk:units_new") + f"?object={thing.pk}",
        reverse("risk:events_new") + f"?unit={unit.pk}",
        reverse("risk:measures_new") + f"?event={event.pk}",
        reverse("risk:template", args=[unit.pk]),
        reverse("risk:template", args=[unit.pk]) + "?type=reactor",
        reverse("risk:editions", args=[thing.pk]),
        reverse("risk:shutdown_start", args=[unit.pk]),
        reverse("risk:many_units", args=[thing.pk]),
        reverse("risk:map") + f"?unit={unit.pk}",
        reverse("risk:measure_list") + "?unverified=30&unverified=never",
        *(reverse(f"risk:{name}") for name in ("object_list", "unit_list", "event_list")),
        reverse("risk:measure_list"),
        *(reverse("risk:branch", args=[k, r.pk]) for k, r in zip(
            ("object", "unit", "event"), branch, strict=False)),
    ]  # fmt: skip


def test_every_page_opens(client, branch) -> None:
    for address in pages(branch):
        assert client.get(address).status_code == 200, address


def test_the_page_costs_the_same_for_many(
    client, manager, branch, django_assert_max_num_queries
) -> None:
    for _ in range(3):
        branches.copy_unit(manager, branch[1].pk)
    with django_assert_max_num_queries(48):
        client.get(reverse("risk:events_show", args=[branch[2].pk]))


def test_an_event_is_entered_and_valued(client, branch) -> None:
    address = reverse("risk:events_new") + f"?unit={branch[1].pk}"
    given = {
        "unit": branch[1].pk, "code": "E9", "name": "满罐溢流", "method": "ls",
        "inherent_L": "4", "inherent_S": "5", "residual_L": "2", "residual_S": "5",
    }  # fmt: skip
    assert client.post(address, given).status_code == 302
    made = RiskEvent.objects.unscoped("test").get(code="E9")
    assert (made.inherent_level, made.level) == (0, 1)
    valuing = client.get(
        reverse("risk:value"),
        {"enterprise": made.enterprise_id, "method": "lec", "inherent_L": "6",
         "inherent_E": "3", "inherent_C": "15"},
    )  # fmt: skip
    assert "L6 × E3 × C15 = 270" in valuing.content.decode()


def test_a_template_is_entered_with_its_measures(client, branch) -> None:
    unit = branch[1]
    client.post(reverse("risk:template", args=[unit.pk]), {"events": ["T1", "T2"]})
    made = RiskEvent.objects.unscoped("test").filter(unit=unit, name__in=["储罐满罐溢流"]).get()
    assert ControlMeasure.objects.unscoped("test").filter(event=made).count() == 5


@pytest.mark.parametrize(
    "unit_type", ["tank_farm", "loading", "reactor", "pump_house", "warehouse", "utility"]
)
def test_every_template_can_be_entered(manager, branch, unit_type) -> None:
    codes = [one.code for one in branches.templates(unit_type)]
    assert len(codes) >= 4
    assert all(4 <= len(one.measures) <= 8 for one in branches.templates(unit_type))
    for one in branches.templates(unit_type):
        assert {row["class1"] for row in one.measures} == {1, 2, 3, 4}, one.code
    made = branches.apply_template(manager, branch[1].pk, unit_type, codes)
    assert len(made) == len(codes)
    assert all(row.level is not None for row in made)


def test_a_copy_has_everything_below(client, branch) -> None:
    client.post(reverse("risk:copy", args=["unit", branch[1].pk]))
    copy = RiskUnit.objects.unscoped("test").exclude(pk=branch[1].pk).get()
    (event,) = RiskEvent.objects.unscoped("test").filter(unit=copy)
    assert ControlMeasure.objects.unscoped("test").filter(event=event).count() == 1


def test_a_measure_of_a_template_is_left_out(client, branch) -> None:
    address = reverse("risk:template", args=[branch[1].pk])
    client.post(address, {"events": ["T5"], "picked": "1", "measures": ["T5:0", "T5:2"]})
    made = ControlMeasure.objects.unscoped("test").filter(event__name="切水作业跑料")
    assert made.count() == 2


def test_a_tank_farm_is_entered_in_one_step(client, branch) -> None:
    address = reverse("risk:many_units", args=[branch[0].pk])
    given = {"names": "T-102\n\nT-103\n T-102 ", "type": "tank_farm", "events": ["T1", "T3"]}
    assert client.post(address, given).status_code == 302
    made = RiskUnit.objects.unscoped("test").filter(name__in=["T-102", "T-103"])
    assert made.count() == 2
    assert {row.level for row in made} == {1}
    points = ControlMeasure.objects.unscoped("test").filter(tag__contains="?")
    assert points.count() == 6
    gaps = reverse("risk:gaps")
    one = points.first()
    assert f"tag_{one.pk}" in client.get(gaps).content.decode()
    client.post(gaps, {f"tag_{one.pk}": "LIA-102", f"tag_{points.last().pk}": "PIA-?"})
    assert points.count() == 5


def test_many_rows_get_what_they_share(world, client, branch) -> None:
    thing, unit, event, measure = branch
    workshop = world.workshop_a
    for noun, row, values in (
        ("measure", measure, {"post": "外操", "responsible_department": workshop.pk}),
        ("event", event, {"control_level": "company"}),
        ("unit", unit, {"department": workshop.pk, "unit_type": "reactor"}),
        ("object", thing, {"department": workshop.pk}),
    ):
        address = reverse(f"risk:{noun}_list_bulk")
        ids = [str(row.pk)]
        assert client.post(address, {"action": "change", "id": ids}).status_code == 200
        client.post(address, {"action": "change", "id": ids, "apply": "1", **values})
        row.refresh_from_db()
        assert AuditEvent.objects.filter(object_id=row.pk).count() == 2, noun
    assert (measure.post, measure.responsible_department_id) == ("外操", workshop.pk)
    assert event.control_level == "company"
    assert unit.unit_type == "reactor"
    assert thing.scope_path == workshop.path
    measure.refresh_from_db()
    assert measure.scope_path == workshop.path


def test_an_edition_needs_two_people(world, client, manager, branch) -> None:
    thing = branch[0]
    edition = editions.begin(manager, thing.pk)
    editions.submit(manager, edition.pk, "初版")
    address = reverse("risk:edition_move", args=[edition.pk, "approve"])
    client.post(address)
    edition.refresh_from_db()
    assert edition.state == "in_review"
    other = signed_in(world, Role.PRINCIPAL, "plant_a")
    other.post(address)
    edition.refresh_from_db()
    assert edition.state == "approved"
    assert edition.snapshot["measures"]["C1"]["class2"] == "1-3"
    data.an_event(manager, branch[1], "E2")
    page = client.get(reverse("risk:editions", args=[thing.pk])).content.decode()
    assert "E2" in page
    second = editions.begin(manager, thing.pk)
    editions.submit(manager, second.pk)
    editions.approve(world.actor(Role.PRINCIPAL, "plant_a"), second.pk)
    edition.refresh_from_db()
    assert edition.state == "superseded"


def test_a_unit_out_of_service_and_back(client, manager, branch) -> None:
    client.post(reverse("risk:shutdown_start", args=[branch[1].pk]), {"reason": "大修"})
    (record,) = branch[1].shutdowns.unscoped("test")
    client.post(reverse("risk:shutdown_end", args=[record.pk]))
    record.refresh_from_db()
    assert record.ended_at is not None
    with pytest.raises(BadInput):
        shutdowns.end(manager, record.pk)


def test_the_own_matrix_values_anew(client, branch, manager) -> None:
    event = data.an_event(manager, branch[1], "E5", method="own")
    client.post(reverse("risk:method"), {"cell_2_5": "0"})
    event.refresh_from_db()
    assert event.level == 0


def test_the_import_is_offered_to_those_who_may_edit(world, client, branch) -> None:
    address = reverse("imports:sheet", args=["risk_chain"])
    index = reverse("risk:index")
    assert address in client.get(index).content.decode()
    enterprise = f"?enterprise={world.plant_a.pk}"
    officer = signed_in(world, Role.BUREAU_INSPECTOR, "county_a")
    assert address not in officer.get(index + enterprise).content.decode()


@pytest.fixture
def plan(client):
    content = BytesIO()
    Image.new("RGB", (200, 100)).save(content, "PNG")
    picture = SimpleUploadedFile("plan.png", content.getvalue(), "image/png")
    client.post(reverse("risk:map"), {"file": picture})


def test_units_and_objects_are_drawn_on_the_site_plan(client, branch, plan) -> None:
    address = reverse("risk:map")
    thing, unit, _event, _measure = branch
    given = {"noun": "units", "row": unit.pk, "points": "[[10,10],[90,10],[90,60]]"}
    client.post(address, given)
    client.post(address, {"noun": "objects", "row": thing.pk, "points": "[[50,50]]"})
    page = client.get(address).content.decode()
    assert 'points="10,10 90,10 90,60"' in page
    assert "<circle" in page
    for wrong in ("[[1,1],[900,1],[2,2]]", "[[1,1],[2,2]]", "[[1]]", "x"):
        client.post(address, given | {"points": wrong})
    unit.refresh_from_db()
    assert unit.shape["points"][1] == [90, 10]
    deeper = client.get(address, {"object": str(thing.pk)}).content.decode()
    assert f"unit={unit.pk}" in deeper
    client.post(address, given | {"points": "[]"})
    unit.refresh_from_db()
    assert unit.shape is None


def test_a_plan_tied_to_the_ground_gives_positions(client, branch, plan) -> None:
    address = reverse("risk:map")
    unit = branch[1]
    given = {"noun": "units", "row": unit.pk, "points": "[[0,0],[200,0],[200,100],[0,100]]"}
    client.post(address, given)
    ties = {"x_0": "0", "y_0": "0", "longitude_0": "121.0", "latitude_0": "31.0"}
    client.post(address, {"tie": "1", **ties})
    unit.refresh_from_db()
    assert unit.longitude is None
    ties |= {"x_1": "200", "y_1": "0", "longitude_1": "121.002", "latitude_1": "31.0"}
    client.post(address, {"tie": "1", **ties})
    unit.refresh_from_db()
    assert float(unit.longitude) == pytest.approx(121.001)
    assert float(unit.latitude) == pytest.approx(30.99957, abs=2e-5)
    shapes = client.get(reverse("risk:map_points")).json()["features"]
    assert [one["geometry"]["type"] for one in shapes] == ["Polygon", "Point"]


def test_a_regulator_looks_and_cannot_draw(world, client, branch, plan) -> None:
    officer = signed_in(world, Role.BUREAU_INSPECTOR, "county_a")
    address = reverse("risk:map") + f"?enterprise={world.plant_a.pk}"
    page = officer.get(address).content.decode()
    assert "an-siteplan" in page
    assert "data-an-draw" not in page
    officer.post(address, {"noun": "units", "row": branch[1].pk, "points": "[[1,1]]"})
    branch[1].refresh_from_db()
    assert branch[1].shape is None


def test_two_editions_are_compared_in_words(world, client, manager, branch) -> None:
    thing, _unit, _event, measure = branch
    first = editions.begin(manager, thing.pk)
    editions.submit(manager, first.pk)
    editions.approve(world.actor(Role.PRINCIPAL, "plant_a"), first.pk)
    rows.update_row(
        manager,
        chain.MEASURE,
        measure.pk,
        {"text": "储罐呼吸阀、阻火器完好", "responsible_department": world.workshop_a.pk},
    )
    page = client.get(reverse("risk:editions", args=[thing.pk]), {"since": "1", "until": ""})
    text = page.content.decode()
    assert "储罐呼吸阀<ins>、阻火器</ins>完好" in text
    assert f"<ins>{world.workshop_a.name}</ins>" in text


def test_the_chain_is_read_over_the_api(world, client, branch) -> None:
    thing, unit, event, measure = branch
    read = client.get(f"/api/v1/risk_objects/{thing.pk}/chain").json()
    (one,) = read["units"]
    assert (one["id"], one["events"][0]["id"]) == (str(unit.pk), str(event.pk))
    (told,) = one["events"][0]["measures"]
    assert (told["id"], told["n_tasks"], told["verified_at"]) == (str(measure.pk), 0, None)
    assert client.get(f"/api/v1/risk_objects/{thing.pk}/editions").json() == []
    stranger = signed_in(world, Role.SAFETY_MANAGER, "plant_b")
    assert stranger.get(f"/api/v1/risk_objects/{thing.pk}/chain").status_code == 404


@pytest.mark.parametrize(
    ("role", "fixes", "plans"),
    [
        (Role.SAFETY_MANAGER, True, True),
        (Role.EQUIPMENT_ENGINEER, True, False),
        (Role.BUREAU_INSPECTOR, False, False),
    ],
)
def test_a_gap_offers_only_links_that_its_reader_may_follow(world, branch, role, fixes, plans):
    place = "county_a" if role == Role.BUREAU_INSPECTOR else "plant_a"
    reader = signed_in(world, role, place)
    _thing, _unit, event, measure = branch
    for address in (reverse("risk:gaps"), reverse("risk:events_show", args=[event.pk])):
        page = reader.get(f"{address}?enterprise={world.plant_a.pk}").content.decode()
        assert measure.text in page
        gaps = page[page.index("an-riskgaps") :].partition("</ul>")[0]
        assert (reverse("risk:measures_edit", args=[measure.pk]) in gaps) is fixes
        assert (f"?measure={measure.pk}" in gaps) is plans
        assert (reverse("inspections:suggest") in page) is (
            plans and address == reverse("risk:gaps")
        )
