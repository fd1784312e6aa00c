"""Mixtures (GB 18218-2018, 4.2.3): entered, graded, shown, imported and exported."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.errors import BadInput
from anlan.modules.registry import services
from anlan.modules.registry.queries_identification import graded_units
from anlan.modules.registry.rules_mixture import mixture_fault, read_component
from anlan.modules.registry.services.identification import unit_identify
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.test_pages import signed_in
from anlan.modules.registry.tests.test_sheets import bring

METHANOL_WATER = {
    "name": "甲醇水溶液",
    "use": "raw",
    "components": ["甲醇 70%", "水 30%"],
    "mixture_of": "甲醇",
}


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def unit(manager):
    site = services.site_create(manager, data.site(off_site_population=0))
    return services.unit_create(manager, data.unit(site=site))


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def hold(actor, unit, tonnes, **chemical):
    """Enter a chemical and a design maximum of it in tonnes."""
    row = services.chemical_create(actor, {"use": "raw", **chemical})
    services.inventory_create(
        actor, {"unit": unit, "chemical": row, "basis": "stated", "quantity_t": str(tonnes)}
    )
    return row


def result_of(actor, unit):
    """Return today's result of a unit."""
    (graded,) = graded_units(actor, [unit])
    return graded.result


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("甲醇 40%", "甲醇 40%"),
        ("甲醇：40", "甲醇 40%"),
        ("甲醇40％", "甲醇 40%"),
        ("1,2-二氯乙烷 30 - 50 %", "1,2-二氯乙烷 30–50%"),
        ("二甲苯 ≤5%", "二甲苯 0–5%"),
        ("水 ≥ 95%", "水 95–100%"),
        ("苯 0.10%", "苯 0.1%"),
        ("D40 20%", "D40 20%"),
    ],
)
def test_components_are_read_as_people_write_them(text, kept):
    assert str(read_component(text)) == kept
    assert str(read_component(kept)) == kept


@pytest.mark.parametrize(
    "text", ["甲醇", "40%", "D40", "甲醇 四成", "甲醇 <5–10%", "甲醇 40 千克", ""]
)
def test_what_is_no_component_is_not_guessed_at(text):
    assert read_component(text) is None


@pytest.mark.parametrize(
    ("components", "pure", "fault"),
    [
        (["甲醇 70%", "水 30%"], "甲醇", ""),
        (["甲醇 10–20%"], "甲醇", ""),
        (["甲醇 70–90%", "水 10–30%"], "", ""),
        (["甲醇 70%", "水 31%"], "甲醇", "too_much"),
        (["甲醇 50–40%"], "甲醇", "range"),
        (["甲醇 101%"], "甲醇", "range"),
        (["甲醇 0%"], "甲醇", "range"),
        (["甲醇 40%", "甲醇 10%"], "甲醇", "repeated"),
        (["甲醇 70%"], "乙醇", "not_among"),
        (["甲醇"], "甲醇", "shape"),
        ([], "甲醇", ""),
    ],
)
def test_what_can_be_wrong_with_a_mixture(components, pure, fault):
    assert mixture_fault(components, pure)[0] == fault


def test_in_the_class_of_the_pure_substance_the_whole_mass_counts_as_it(manager, unit):
    # 600 t of a 70 % solution: 600 / 500, not 420 / 500.
    hold(manager, unit, 600, **METHANOL_WATER, same_class=True)
    result = result_of(manager, unit)
    assert (result.S, result.lines[0].critical) == (Fraction(6, 5), 500)
    # α = 0.5 without residents, β = 1: R = 0.6, level 4.
    assert (result.R, result.level) == (Fraction(3, 5), 4)
    step = next(item for s in result.steps for item in s.items if item.code == "q.mixture_same")
    assert step.clause == "4.2.3"


def test_in_another_class_its_own_category_decides_and_the_sum_lands_on_one(manager, unit):
    # 440 / 500 + 600 / 5000 = 0.88 + 0.12 = 1: a major hazard, equality counts.
    hold(manager, unit, 440, name="甲醇", cas="67-56-1")
    hold(
        manager,
        unit,
        600,
        name="乙醇稀溶液",
        components=["乙醇 12%", "水 88%"],
        mixture_of="乙醇",
        same_class=False,
        categories=["W5.4"],
    )
    result = result_of(manager, unit)
    assert (result.S, result.is_major_hazard) == (Fraction(1), True)
    item = next(i for s in result.steps for i in s.items if i.code == "q.mixture_other_class")
    assert item.clause == "4.2.3"
    assert "不同类" in item.render("zh")
    assert "another class" in item.render("en")


def test_the_class_of_a_pure_substance_outside_table_1_counts_by_its_category(manager, unit):
    hold(
        manager,
        unit,
        500,
        name="稀释剂",
        components=["乙酸丁酯 60–80%", "丁醇 20–40%"],
        mixture_of="乙酸丁酯",
        same_class=True,
        categories=["W5.4"],
    )
    result = result_of(manager, unit)
    assert (result.S, result.level) == (Fraction(1, 10), None)
    assert any(i.code == "q.mixture_same_class" for s in result.steps for i in s.items)


def test_a_mixture_whose_class_nobody_compared_is_missing_data_not_a_no(manager, unit):
    hold(manager, unit, 600, **METHANOL_WATER)
    result = result_of(manager, unit)
    assert (result.is_major_hazard, result.problems[0].code) == (None, "mixture.class_unsaid")


def test_a_mixture_that_table_1_names_needs_no_comparison(manager, unit):
    hold(manager, unit, 200, name="汽油", components=["C4–C12 烃 100%"])
    assert result_of(manager, unit).S == 1


def test_answering_the_class_question_identifies_the_unit_again(manager, unit):
    row = hold(manager, unit, 600, **METHANOL_WATER)
    unit_identify(SYSTEM, [unit.pk], "all")
    row = services.chemical_update(manager, row.pk, {"same_class": True})
    assert unit_identify(SYSTEM, [unit.pk], "chemical").n_stored == 1
    unit.refresh_from_db()
    assert (unit.is_mhi, unit.level, unit.s_value) == (True, 4, Decimal("1.2"))


def test_other_chemicals_rest_on_what_they_did_before(manager, unit):
    hold(manager, unit, 60, name="苯", cas="71-43-2")
    (graded,) = graded_units(manager, [unit])
    assert not {"mixture_of", "same_class", "components"} & graded.inputs["chemicals"][0].keys()


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"components": ["甲醇七成"]}, "components"),
        ({"components": ["甲醇 70%", "水 40%"]}, "components"),
        ({"mixture_of": "乙醇"}, "mixture_of"),
        ({"mixture_of": "", "same_class": True}, "mixture_of"),
    ],
)
def test_a_mixture_that_cannot_be_is_refused_beside_the_field(manager, spoilt, field):
    with pytest.raises(BadInput) as refused:
        services.chemical_create(manager, {**METHANOL_WATER, **spoilt})
    assert refused.value.problems[0].field == field


def test_the_pages_show_what_a_mixture_is_judged_by_and_a_plan_keeps_it(world, manager, unit):
    row = hold(manager, unit, 600, **METHANOL_WATER, same_class=True)
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    page = client.get(reverse("registry:chemicals_show", args=[row.pk])).content.decode()
    assert "甲醇 70%" in page
    shown = client.get(reverse("grading:unit", args=[unit.pk])).content.decode()
    assert "混合物，与甲醇同类 · 甲醇 70% · 水 30%" in shown
    assert "与纯物质同类，整体按纯物质计（4.2.3）" in shown
    plan = {
        "row": ["0"],
        "c0-name": "甲醇水溶液",
        "c0-mixture_of": "甲醇",
        "c0-same_class": "yes",
        "c0-basis": "stated",
        "c0-quantity_t": "750",
        "population": "0",
    }
    tried = client.post(reverse("grading:compute", args=[unit.pk]), plan).content.decode()
    assert "1.5" in tried


def test_the_form_takes_a_mixture(world, manager):
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    answer = client.post(
        reverse("registry:chemicals_new"),
        {
            "name": "甲醇水溶液",
            "use": "raw",
            "components": "甲醇：70\n水 30 %",
            "mixture_of": "甲醇",
            "same_class": "true",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    made = services.CHEMICAL.model.objects.for_actor(manager).get()
    assert (made.components, made.same_class) == (["甲醇 70%", "水 30%"], True)


def test_the_sheet_takes_mixtures_and_gives_them_back(world, manager):
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    rows = [{**METHANOL_WATER, "components": "甲醇 70%; 水 30%", "same_class": "是"}]
    assert bring(client, "chemicals", rows).state == "applied"
    made = services.CHEMICAL.model.objects.for_actor(manager).get()
    assert (made.components, made.same_class) == (["甲醇 70%", "水 30%"], True)
    again = bring(client, "chemicals", rows)
    assert (again.counts["unchanged"], again.counts["update"]) == (1, 0)
