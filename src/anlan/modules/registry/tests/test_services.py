"""What the registers accept, refuse and write down."""

from decimal import Decimal
from typing import Any

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.registry import services
from anlan.modules.registry.models import Enterprise, Equipment, Inventory, MhiUnit, Site
from anlan.modules.registry.services.recalculation import _LISTENERS
from anlan.modules.registry.tests import data


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def officer(world):
    return world.actor(Role.BUREAU_DATA_OFFICER, "city_a")


@pytest.fixture
def heard():
    """The (units, cause) pairs a listener hears."""
    calls: list[tuple[frozenset, str]] = []
    listener = services.on_change(lambda units, cause: calls.append((units, cause)))
    yield calls
    _LISTENERS.remove(listener)


def fields_of(caught) -> set[str]:
    return {problem.field for problem in caught.value.problems}


def history_of(row) -> list[str]:
    return list(
        AuditEvent.objects.filter(object_id=row.pk).order_by("seq").values_list("event", flat=True)
    )


def test_creating_an_enterprise_makes_its_node_and_history(world, officer):
    made = services.enterprise_create(officer, data.enterprise())
    node = Organisation.objects.get(pk=made.pk)
    assert node.path == made.scope_path == f"{world.county_a.path}e{made.pk.hex}/"
    assert node.name == made.name
    assert history_of(made) == ["registry.enterprise.created"]


def test_every_problem_of_an_enterprise_is_told_at_once(officer):
    values = data.enterprise(
        unified_social_credit_code="91990100MA00000019",
        area_code="123456",
        kind="x",
        longitude="200",
        founded_on="2999-01-01",
        key_processes=["alchemy"],
    )
    with pytest.raises(BadInput) as caught:
        services.enterprise_create(officer, values)
    assert fields_of(caught) == {
        "unified_social_credit_code",
        "area_code",
        "kind",
        "longitude",
        "founded_on",
        "key_processes",
    }


def test_an_officer_enters_enterprises_only_in_the_own_area(world, officer):
    with pytest.raises(Forbidden):
        services.enterprise_create(officer, data.enterprise(area_code="990202"))
    with pytest.raises(Forbidden):
        services.enterprise_create(world.actor(Role.SAFETY_MANAGER, "plant_a"), data.enterprise())


def test_a_park_officer_enters_an_enterprise_of_the_park_behind_the_second_wall(world):
    from anlan.base.actors.wall import acting_as

    officer = world.actor(Role.PARK_OFFICER, "park_a")
    with acting_as(officer.scope):
        made = services.enterprise_create(officer, data.enterprise(park=world.park_a.pk))
        with pytest.raises(Forbidden):
            services.enterprise_create(officer, data.enterprise(2))
    assert made.enterprise.park_id == world.park_a.pk


def test_a_taken_code_outside_the_own_area_is_told_without_more(world, officer):
    there = world.actor(Role.BUREAU_DATA_OFFICER, "city_b")
    services.enterprise_create(there, data.enterprise(area_code="990202"))
    with pytest.raises(BadInput) as caught:
        services.enterprise_create(officer, data.enterprise(company_code=""))
    assert fields_of(caught) == {"unified_social_credit_code"}


def test_moving_to_another_county_moves_every_row(world, officer, manager):
    unit = services.unit_create(manager, data.unit(department=world.workshop_a.pk))
    services.enterprise_update(officer, world.plant_a.pk, {"area_code": "990103"})
    moved = Enterprise.objects.for_actor(SYSTEM).one(world.plant_a.pk)
    unit = MhiUnit.objects.for_actor(SYSTEM).one(unit.pk)
    assert moved.scope_path.startswith(world.county_a2.path)
    assert unit.scope_path.startswith(moved.scope_path)
    workshop = Organisation.objects.get(pk=world.workshop_a.pk)
    assert unit.scope_path == workshop.path
    assert history_of(moved) == ["people.organisation.moved", "registry.enterprise.changed"]


def test_a_plant_cannot_move_itself_to_another_county(world, manager):
    with pytest.raises(Forbidden):
        services.enterprise_update(manager, world.plant_a.pk, {"area_code": "990103"})
    with pytest.raises(Forbidden):
        services.enterprise_update(manager, world.plant_a.pk, {"park": None})


def test_a_foreign_enterprise_is_not_found(world, manager):
    with pytest.raises(NotYours):
        services.enterprise_update(manager, world.plant_b.pk, {"name": "x"})
    with pytest.raises(BadInput) as caught:
        services.site_create(manager, data.site(enterprise=world.plant_b.pk))
    assert fields_of(caught) == {"enterprise"}


def test_a_stale_version_names_who_changed_it(world, manager):
    other = world.actor(Role.PRINCIPAL, "plant_a")
    site = services.site_create(manager, data.site())
    services.site_update(other, site.pk, {"name": "北厂区"}, expected_version=1)
    with pytest.raises(services.ChangedMeanwhile) as caught:
        services.site_update(manager, site.pk, {"name": "南厂区"}, expected_version=1)
    assert other.name in caught.value.message()


def test_unchanged_values_write_nothing(manager):
    site = services.site_create(manager, data.site())
    again = services.site_update(manager, site.pk, data.site())
    assert again.version == 1
    assert history_of(site) == ["registry.site.created"]


def test_a_reference_to_another_enterprises_row_is_refused(world, manager):
    there = world.actor(Role.SAFETY_MANAGER, "plant_b2")
    foreign = services.site_create(there, data.site())
    group = world.actor(Role.GROUP_HSE, "group")
    with pytest.raises(BadInput) as caught:
        services.unit_create(manager, data.unit(site=foreign.pk))
    assert fields_of(caught) == {"site"}
    with pytest.raises(Forbidden):
        services.unit_create(group, data.unit(enterprise=world.plant_a.pk))


def test_an_inventory_is_computed_from_its_factors(manager):
    unit = services.unit_create(manager, data.unit())
    chemical = services.chemical_create(manager, data.chemical())
    row = services.inventory_create(
        manager,
        {
            "unit": unit.pk,
            "chemical": chemical.pk,
            "volume_m3": "1000",
            "fill_factor": "0.85",
            "quantity_t": "1",
        },
    )
    assert row.quantity_t == Decimal("747.15")
    assert row.density_t_m3 == Decimal("0.879")
    with pytest.raises(BadInput) as caught:
        services.inventory_update(manager, row.pk, {"fill_factor": "85"})
    assert "fill_factor" in fields_of(caught)


def test_units_are_reported_for_recalculation_once_per_import(
    manager, heard, django_capture_on_commit_callbacks
):
    unit = services.unit_create(manager, data.unit())
    chemical = services.chemical_create(manager, data.chemical())
    with django_capture_on_commit_callbacks(execute=True):
        services.inventory_upsert_many(
            manager,
            [
                {
                    "unit": unit,
                    "chemical": chemical,
                    "place": f"T-{n}",
                    "basis": "stated",
                    "quantity_t": n,
                }
                for n in range(50)
            ],
        )
    assert heard == [(frozenset({unit.pk}), "inventory")]


def test_moving_an_inventory_reports_both_units(manager, heard, django_capture_on_commit_callbacks):
    first = services.unit_create(manager, data.unit())
    second = services.unit_create(manager, data.unit(code="U2"))
    chemical = services.chemical_create(manager, data.chemical())
    row = services.inventory_create(
        manager, {"unit": first, "chemical": chemical, "basis": "stated", "quantity_t": 5}
    )
    with django_capture_on_commit_callbacks(execute=True):
        services.inventory_update(manager, row.pk, {"unit": second.pk})
    assert heard == [(frozenset({first.pk, second.pk}), "inventory")]


def test_residents_and_chemicals_report_their_units(
    manager, heard, django_capture_on_commit_callbacks
):
    site = services.site_create(manager, data.site())
    unit = services.unit_create(manager, data.unit(site=site))
    chemical = services.chemical_create(manager, data.chemical())
    services.inventory_create(
        manager, {"unit": unit, "chemical": chemical, "basis": "stated", "quantity_t": 5}
    )
    with django_capture_on_commit_callbacks(execute=True):
        services.site_update(manager, site.pk, {"off_site_population": 120})
        services.site_update(manager, site.pk, {"address": "x"})
        services.chemical_update(manager, chemical.pk, {"categories": ["W5.3"]})
        services.chemical_update(manager, chemical.pk, {"note": "x"})
    assert heard == [(frozenset({unit.pk}), "site"), (frozenset({unit.pk}), "chemical")]


def test_upserting_the_same_rows_twice_changes_nothing(manager):
    given = [data.equipment(code=f"P-{n}", category="pump") for n in range(30)]
    assert services.equipment_upsert_many(manager, given) == services.Upserted(30, 0, 0)
    assert services.equipment_upsert_many(manager, given) == services.Upserted(0, 0, 30)
    given[3]["name"] = "给料泵"
    assert services.equipment_upsert_many(manager, given) == services.Upserted(0, 1, 29)


def test_one_wrong_row_stops_all_and_every_wrong_row_is_named(manager):
    given = [
        data.equipment(code="A"),
        data.equipment(code="B", category="?"),
        data.equipment(code="A"),
        data.equipment(code=""),
    ]
    with pytest.raises(BadInput) as caught:
        services.equipment_upsert_many(manager, given)
    assert {problem.row for problem in caught.value.problems} == {2, 3, 4}
    assert not Equipment.objects.for_actor(manager).exists()


def test_upserting_costs_the_same_queries_for_few_and_many(manager, count_queries):
    few = [data.equipment(code=f"A-{n}") for n in range(3)]
    many = [data.equipment(code=f"B-{n}") for n in range(300)]
    services.equipment_upsert_many(manager, [data.equipment(code="warm")])
    assert count_queries(lambda: services.equipment_upsert_many(manager, few)) == count_queries(
        lambda: services.equipment_upsert_many(manager, many)
    )


def test_a_workshop_head_edits_only_the_equipment_of_the_workshop(world, manager):
    head = world.actor(Role.WORKSHOP_HEAD, "workshop_a")
    own = services.equipment_create(head, data.equipment(code="V-1"))
    assert own.scope_path == world.workshop_a.path
    elsewhere = services.equipment_create(manager, data.equipment(code="V-2"))
    with pytest.raises(Forbidden):
        services.equipment_update(head, elsewhere.pk, {"name": "x"})
    with pytest.raises(Forbidden):
        services.unit_create(head, data.unit())


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.OPERATOR, "workshop_a"),
        (Role.AUDITOR, "plant_a"),
        (Role.BUREAU_INSPECTOR, "county_a"),
        (Role.BUREAU_LEADER, "city_a"),
        (Role.GROUP_HSE, "group"),
        (Role.CONTROL_ROOM, "plant_a"),
    ],
)
def test_readers_change_nothing(world, manager, role, place):
    site = services.site_create(manager, data.site())
    reader = world.actor(role, place)
    with pytest.raises(Forbidden):
        services.site_update(reader, site.pk, {"name": "x"})
    with pytest.raises(Forbidden):
        services.enterprise_update(reader, world.plant_a.pk, {"name": "x"})


def test_a_contractor_finds_nothing_of_the_enterprise(world, manager):
    site = services.site_create(manager, data.site())
    with pytest.raises(NotYours):
        services.site_update(world.actor(Role.CONTRACTOR, "contractor_a"), site.pk, {"name": "x"})


def test_a_row_in_use_cannot_be_removed_and_a_removed_one_comes_back(manager):
    site = services.site_create(manager, data.site())
    unit = services.unit_create(manager, data.unit(site=site))
    with pytest.raises(services.StillUsed):
        services.site_remove(manager, site.pk)
    services.unit_remove(manager, unit.pk, reason="entered twice")
    services.site_remove(manager, site.pk)
    back = services.site_create(manager, data.site(name="西厂区"))
    assert back.pk == site.pk
    assert history_of(site) == [
        "registry.site.created",
        "registry.site.removed",
        "registry.site.changed",
    ]


def test_the_reminder_of_a_licence_follows_its_end(manager):
    row = services.licence_create(manager, data.licence())
    assert row.remind_on.isoformat() == "2026-10-02"
    row = services.licence_update(manager, row.pk, {"valid_until": "2027-12-31"})
    assert row.remind_on.isoformat() == "2027-10-02"
    row = services.licence_update(manager, row.pk, {"remind_on": "2027-06-01"})
    assert row.remind_on.isoformat() == "2027-06-01"
    with pytest.raises(BadInput) as caught:
        services.licence_update(manager, row.pk, {"valid_from": "2028-01-01"})
    assert fields_of(caught) == {"valid_until"}


def test_an_old_entry_that_breaks_a_newer_rule_does_not_block_other_changes(world, manager):
    # The world's plants carry codes whose check character is wrong.
    old = Enterprise.objects.for_actor(manager).one(world.plant_a.pk)
    values = {"unified_social_credit_code": old.unified_social_credit_code, "duty_phone": "119"}
    assert services.enterprise_update(manager, old.pk, values).duty_phone == "119"


def test_enterprise_facts_follow_chemicals_and_processes(world, manager):
    services.chemical_create(manager, data.chemical(is_key_regulated=True))
    services.enterprise_update(manager, world.plant_a.pk, {"key_processes": ["nitration"]})
    row = Enterprise.objects.for_actor(manager).one(world.plant_a.pk)
    assert row.has_key_chemical
    assert row.has_key_process
    services.enterprise_update(manager, world.plant_a.pk, {"key_processes": []})
    assert not Enterprise.objects.for_actor(manager).one(world.plant_a.pk).has_key_process


def test_enterprises_upsert_by_credit_code(world, officer):
    given = [data.enterprise(n) for n in range(1, 40)]
    assert services.enterprise_upsert_many(officer, given) == services.Upserted(39, 0, 0)
    given[0]["duty_phone"] = "0750-1234567"
    given[1]["name"] = "新名称化工有限公司"
    assert services.enterprise_upsert_many(officer, given) == services.Upserted(0, 2, 37)
    renamed = Enterprise.objects.for_actor(officer).get(name="新名称化工有限公司")
    assert Organisation.objects.get(pk=renamed.pk).name == renamed.name


def test_an_enterprise_with_registers_is_closed_not_removed(world, officer, manager):
    services.chemical_create(manager, data.chemical())
    with pytest.raises(services.StillUsed):
        services.enterprise_remove(officer, world.plant_a.pk)
    made = services.enterprise_create(officer, data.enterprise())
    services.enterprise_remove(officer, made.pk, reason="entered twice")
    assert not Organisation.objects.get(pk=made.pk).is_active


@pytest.mark.parametrize("text", ["a\x00b", "a\x07b"])
def test_unprintable_characters_are_refused(manager, text):
    with pytest.raises(BadInput):
        services.site_create(manager, data.site(name=text))


def test_a_failed_import_leaves_no_trace(manager):
    before = AuditEvent.objects.count()
    with pytest.raises(BadInput):
        services.site_upsert_many(manager, [data.site(), data.site(code="S2", longitude="1")])
    assert AuditEvent.objects.count() == before
    assert not Site.objects.for_actor(manager).exists()


def test_a_changed_inventory_raises_its_version(manager):
    unit = services.unit_create(manager, data.unit())
    chemical = services.chemical_create(manager, data.chemical())
    given = {"unit": unit, "chemical": chemical, "basis": "stated", "quantity_t": 5}
    row = services.inventory_create(manager, given)
    services.inventory_upsert_many(manager, [given | {"quantity_t": 6}])
    assert Inventory.objects.for_actor(manager).one(row.pk).version == 2


def test_a_quantity_left_empty_follows_or_is_asked_for(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    unit = services.unit_create(manager, data.unit())
    chemical = services.chemical_create(manager, data.chemical())
    given = {"unit": unit, "chemical": chemical, "place": "T-1", "quantity_t": None}
    # As a sheet or a form gives it: the cell is there and empty.
    row = services.inventory_create(
        manager, given | {"basis": "computed", "volume_m3": "100", "fill_factor": "0.5"}
    )
    assert row.quantity_t == Decimal("43.95")
    for values in (given | {"basis": "stated"}, given | {"basis": "computed"}):
        with pytest.raises(BadInput):
            services.inventory_create(manager, values | {"place": "T-2"})
    with pytest.raises(BadInput):
        services.inventory_update(manager, row.pk, {"basis": "stated", "quantity_t": ""})
