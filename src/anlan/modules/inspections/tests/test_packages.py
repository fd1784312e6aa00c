"""The phone's package of every role: whoever may sign in on a phone gets one."""

import pytest

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.pocket import parts
from anlan.modules.inspections.tests import data

pytestmark = pytest.mark.django_db

PLACES = {
    Role.CONTRACTOR: "contractor_a",
    Role.OPERATOR: "workshop_a",
    Role.SAFETY_MANAGER: "plant_a",
    Role.GROUP_HSE: "group",
    Role.PARK_OFFICER: "park_a",
    Role.BUREAU_INSPECTOR: "county_a",
    Role.EXPERT: "city_a",
    Role.SYSTEM_ADMIN: "province",
}


@pytest.mark.parametrize("role", PLACES)
def test_every_part_is_made_for_whoever_signs_in(world, role: Role) -> None:
    data.a_task(world)
    built = parts.build(world.actor(role, PLACES[role]), now())
    assert {"tasks", "places", "findings"} <= {part.name for part in built}
