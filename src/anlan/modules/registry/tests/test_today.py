"""What the registers put on the home page."""

import datetime as dt

from anlan.base.actors.roles import Role
from anlan.modules.registry import queries, services
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.filled import filled
from anlan.modules.registry.ui.today import contribution

DAY = dt.date(2026, 11, 22)


def test_a_safety_manager_is_told_what_runs_out(world):
    rows = filled(world)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    found = contribution(manager, DAY)
    assert {str(rows["licences"].pk) in item.url for item in found.items} == {True, False}
    assert any(str(rows["equipment"].pk) in item.url for item in found.items)


def test_an_officer_gets_figures_but_no_foreign_work(world):
    filled(world)
    found = contribution(world.actor(Role.BUREAU_INSPECTOR, "city_a"), DAY)
    assert found.items == []
    assert any(figure.is_over or figure.note for figure in found.figures)
    elsewhere = contribution(world.actor(Role.BUREAU_INSPECTOR, "city_b"), DAY)
    assert not any(figure.is_over for figure in elsewhere.figures)


def test_the_last_day_is_due_and_the_day_after_is_expired(world):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    services.licence_create(manager, data.licence(valid_until=DAY.isoformat()))
    before = queries.falling_due(manager, DAY)
    assert (before.n_licences_expired, before.n_licences_due) == (0, 1)
    after = queries.falling_due(manager, DAY + dt.timedelta(days=1))
    assert (after.n_licences_expired, after.n_licences_due) == (1, 0)


def test_scrapped_equipment_calls_for_no_inspection(world):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = services.equipment_create(manager, data.equipment(inspect_by="2026-01-01"))
    assert queries.falling_due(manager, DAY).n_inspections_overdue == 1
    services.equipment_update(manager, row.pk, {"state": "scrapped"})
    assert queries.falling_due(manager, DAY).n_inspections_overdue == 0


def test_the_home_page_costs_the_same_for_few_and_many_rows(world, count_queries):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    few = count_queries(lambda: contribution(manager, DAY))
    services.equipment_upsert_many(
        manager, [data.equipment(code=f"E{n}", inspect_by="2026-01-01") for n in range(30)]
    )
    assert count_queries(lambda: contribution(manager, DAY)) == few
