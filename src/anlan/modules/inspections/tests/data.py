"""Rows for tests of inspections, made through the services."""

from typing import Any

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.services import tasks
from anlan.modules.risk.models import ControlMeasure
from anlan.modules.risk.tests import data as risk
from tests.support.world import World


def manager(world: World) -> Actor:
    """Return plant A's safety manager."""
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def operator(world: World) -> Actor:
    """Return an operator of workshop A."""
    return world.actor(Role.OPERATOR, "workshop_a")


def a_measure(world: World, code: str = "C1", **more: Any) -> ControlMeasure:
    """Enter a whole chain down to one inspected measure."""
    actor = manager(world)
    thing = risk.an_object(actor, f"D-{code}")
    unit = risk.a_unit(actor, thing, f"U-{code}")
    event = risk.an_event(actor, unit, f"E-{code}")
    return risk.a_measure(actor, event, code, **more)


def a_task(world: World, measure: ControlMeasure | None = None, **more: Any) -> InspectionTask:
    """Set up a daily task of workshop A's operators."""
    given = {
        "measure": measure or a_measure(world),
        "organisation": world.workshop_a,
        "role": Role.OPERATOR,
        **more,
    }
    return tasks.save(manager(world), world.plant_a.pk, **given)


def duty(actor: Actor, task: InspectionTask, n: int = 0) -> Instance:
    """Return the n-th duty of a task, the first being open now."""
    return duties.instances_of_plan(actor, task.plan).order_by("opens_at")[n]
