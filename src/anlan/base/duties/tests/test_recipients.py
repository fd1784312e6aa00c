"""Each rung of the ladder tells exactly the people it names, and those who stand in for them."""

import datetime as dt
from uuid import uuid4

import pytest

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.clock import now
from anlan.base.duties.services import substitutes, telling, warnings
from anlan.base.inbox.models import Notice, Urgency
from tests.support.world import World

pytestmark = pytest.mark.django_db
PEOPLE = {
    "operator": (Role.OPERATOR, "workshop_a"),
    "manager": (Role.SAFETY_MANAGER, "plant_a"),
    "head": (Role.WORKSHOP_HEAD, "workshop_a"),
    "technical": (Role.TECHNICAL, "plant_a"),
    "operational": (Role.OPERATIONAL, "plant_a"),
    "principal": (Role.PRINCIPAL, "plant_a"),
    "park": (Role.PARK_OFFICER, "park_a"),
    "county": (Role.BUREAU_INSPECTOR, "county_a"),
    # Never told: a colleague without a part in it, the city, another plant, the county's leader.
    "engineer": (Role.EQUIPMENT_ENGINEER, "plant_a"),
    "leader": (Role.BUREAU_LEADER, "city_a"),
    "stranger": (Role.PRINCIPAL, "plant_b"),
}
STEPS = ({"head"}, {"technical", "operational"}, {"principal", "park", "county"})
AT_ONCE = 4


def told(world: World) -> dict[str, str]:
    """Return by name the urgency of what people were told."""
    names = {world.user(*post).pk: name for name, post in PEOPLE.items()}
    return {names[one.recipient_id]: one.urgency for one in Notice.objects.all()}


@pytest.mark.parametrize("colour", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("trigger", "executor"), [("duty", "operator"), ("finding", "operator"), ("score", "manager")]
)
def test_a_colour_tells_whom_the_ladder_names(
    world: World, trigger: str, executor: str, colour: int
) -> None:
    for post in PEOPLE.values():
        world.user(*post)
    place = world.plant_a if trigger == "score" else world.workshop_a
    row = type("Row", (), {"enterprise_id": world.plant_a.pk, "scope_path": place.path})()
    with wall.acting_as(EVERYTHING):
        warnings.raise_(
            SYSTEM, row, trigger=trigger, subject_kind=trigger, subject_id=uuid4(), title="x",
            colour=colour, role=Role.SAFETY_MANAGER if trigger == "score" else Role.OPERATOR,
        )  # fmt: skip
        assert telling.tell_red(now()) == (1 if colour == AT_ONCE else 0)
        telling.tell_warnings(now())
    wanted = set().union(*STEPS[: colour - 1])
    if trigger == "score" and colour > 1:
        # At the plant itself nobody heads a workshop: its safety manager stands for the rung.
        wanted = (wanted - {"head"}) | {"manager"}
    if trigger != "duty":
        wanted.add(executor)
    found = told(world)
    assert set(found) == wanted
    as_it_is = {2: Urgency.YELLOW, 3: Urgency.ORANGE, 4: Urgency.RED}.get(colour, Urgency.YELLOW)
    assert set(found.values()) <= {as_it_is}


def test_who_stands_in_is_told_too(world: World) -> None:
    head, other = world.user(*PEOPLE["head"]), world.user(*PEOPLE["engineer"])
    manager = world.actor(*PEOPLE["manager"])
    substitutes.add(
        manager, world.plant_a, head.pk, other.pk, starts_at=now() - dt.timedelta(hours=1),
        ends_at=now() + dt.timedelta(hours=8),
    )  # fmt: skip
    with wall.acting_as(EVERYTHING):
        warnings.raise_(
            SYSTEM, type("Row", (), {"enterprise_id": world.plant_a.pk,
                                     "scope_path": world.workshop_a.path})(),
            trigger="duty", subject_kind="duty", subject_id=uuid4(), title="x", colour=2,
        )  # fmt: skip
        telling.tell_warnings(now())
    assert set(told(world)) == {"head", "engineer"}
