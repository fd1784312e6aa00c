"""The cards of the home page."""

import datetime as dt

from anlan.base.actors.roles import Role
from anlan.modules.registry import queries_overview, services
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.filled import filled
from anlan.modules.registry.ui.today_cards import cards

DAY = dt.date(2026, 11, 22)


def test_an_office_sees_its_places_and_nothing_beyond(world):
    filled(world)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    services.equipment_create(manager, data.equipment(code="E9", inspect_by="2026-01-01"))
    inspector = world.actor(Role.BUREAU_INSPECTOR, "city_a")
    found = queries_overview.places_below(inspector, DAY)
    assert sum(place.n_enterprises for place in found.places) == 1
    assert sum(place.n_inspections_overdue for place in found.places) == 1
    elsewhere = queries_overview.places_below(world.actor(Role.BUREAU_INSPECTOR, "city_b"), DAY)
    assert sum(place.n_inspections_overdue for place in elsewhere.places) == 0


def test_a_plant_sees_its_units(world):
    rows = filled(world)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    tables = [card.table for card in cards(manager, DAY) if card.table]
    assert any(str(rows["units"].pk) in line[0].url for table in tables for line in table.rows)
