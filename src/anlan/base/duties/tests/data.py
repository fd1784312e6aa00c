"""Rows for tests of duties, made through the services."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.duties.models import Plan, ShiftPattern
from anlan.base.duties.services import plans, shifts
from tests.support.world import World


def plan(world: World, *, now: dt.datetime, actor: Actor | None = None, **fields: Any) -> Plan:
    """Return a plan of workshop A, daily from midnight to midnight unless said."""
    given = {"kind": "plain", "title": "Walk round", "organisation": world.workshop_a, **fields}
    who = actor or world.actor(Role.SAFETY_MANAGER, "plant_a")
    return plans.save(who, world.plant_a, now=now, **given)


def foreign_plan(world: World, *, now: dt.datetime) -> Plan:
    """Return a daily plan of plant B."""
    who = world.actor(Role.SAFETY_MANAGER, "plant_b")
    given = {"kind": "plain", "title": "Walk round", "organisation": world.plant_b}
    return plans.save(who, world.plant_b, now=now, **given)


def shift_pattern(world: World, crews: Sequence[UUID], anchor: dt.date) -> ShiftPattern:
    """Return three shifts a day, with these crews in turn."""
    return shifts.save(
        world.actor(Role.SAFETY_MANAGER, "plant_a"),
        world.plant_a,
        name="Three shifts",
        starts=[dt.time(0), dt.time(8), dt.time(16)],
        rotation=crews,
        anchor_on=anchor,
    )
