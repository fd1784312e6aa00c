"""The cards of the home page."""

import datetime as dt

from anlan.base.actors.roles import Role
from anlan.modules.registry import queries, queries_overview, services
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.filled import filled
from anlan.modules.registry.ui.today_cards import cards

DAY = dt.date(2026, 11, 22)


def test_an_office_sees_its_places_and_nothing_beyond(world):
    filled(world)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")

    def overdue(city):
        office = world.actor(Role.BUREAU_INSPECTOR, city)
        found = queries_overview.places_below(office, DAY).places
        assert sum(one.n_enterprises for one in found) == queries.enterprises(office).count()
        return sum(one.n_inspections_overdue for one in found)

    before = overdue("city_a"), overdue("city_b")
    services.equipment_create(manager, data.equipment(code="E9", inspect_by="2026-01-01"))
    assert (overdue("city_a"), overdue("city_b")) == (before[0] + 1, before[1])


def test_a_plant_sees_its_units(world):
    rows = filled(world)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    tables = [card.table for card in cards(manager, DAY) if card.table]
    assert any(str(rows["units"].pk) in line[0].url for table in tables for line in table.rows)
