"""Entering the chain from object to measure."""

import pytest

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.registry.services import rows
from anlan.modules.risk.services import chain
from anlan.modules.risk.tests import data

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def fields_of(caught) -> set[str]:
    return {problem.field for problem in caught.value.problems}


def test_levels_follow_the_events(manager) -> None:
    thing = data.an_object(manager)
    unit = data.a_unit(manager, thing)
    event = data.an_event(manager, unit)
    event.refresh_from_db()
    assert (event.inherent_level, event.level, event.control_level) == (0, 1, "plant")
    worse = data.an_event(manager, unit, "E2", residual={"L": 5, "S": 5})
    unit.refresh_from_db()
    thing.refresh_from_db()
    assert (unit.level, thing.level) == (0, 0)
    rows.update_row(manager, chain.EVENT, worse.pk, {"residual": {"L": 1, "S": 1}})
    thing.refresh_from_db()
    assert thing.level == 1


def test_a_measure_says_how_it_is_verified(manager) -> None:
    event = data.an_event(manager, data.a_unit(manager, data.an_object(manager)))
    with pytest.raises(BadInput) as caught:
        data.a_measure(manager, event, verification=1)
    assert fields_of(caught) == {"tag"}
    with pytest.raises(BadInput) as caught:
        data.a_measure(manager, event, class1=2)
    assert fields_of(caught) == {"class2"}
    with pytest.raises(BadInput) as caught:
        data.a_measure(manager, event, low="2", high="1", reading_unit="MPa")
    assert fields_of(caught) == {"high"}
    made = data.a_measure(manager, event)
    assert made.class1 == 1
    told = AuditEvent.objects.filter(object_id=made.pk).values_list("event", flat=True)
    assert list(told) == ["risk.measure.created"]


def test_a_workshop_keeps_its_own(world, manager) -> None:
    thing = data.an_object(manager, department=world.workshop_a.pk)
    assert thing.scope_path == world.workshop_a.path
    head = world.actor(Role.WORKSHOP_HEAD, "workshop_a")
    unit = data.a_unit(head, thing)
    assert unit.scope_path == world.workshop_a.path
    elsewhere = data.an_object(manager, "D2")
    with pytest.raises((BadInput, Forbidden)):
        data.a_unit(head, elsewhere, "U2")


def test_strangers_enter_nothing(world, manager) -> None:
    thing = data.an_object(manager)
    stranger = world.actor(Role.SAFETY_MANAGER, "plant_b")
    with pytest.raises(BadInput):
        data.a_unit(stranger, thing)
    with pytest.raises(NotYours):
        rows.update_row(stranger, chain.OBJECT, thing.pk, {"name": "x"})


def test_what_is_used_stays(manager) -> None:
    thing = data.an_object(manager)
    data.a_unit(manager, thing)
    with pytest.raises(rows.StillUsed):
        rows.remove_row(manager, chain.OBJECT, thing.pk)
