"""Plans tried on a unit and kept by name; they change nothing in the registers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import BadInput, Problem
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import MhiUnit, Scenario

NAME_LENGTH = 60


@transaction.atomic
def scenario_save(
    actor: Actor, unit_id: UUID | str, name: str, inputs: Mapping[str, Any]
) -> Scenario:
    """Keep a plan for a unit; one of the same name is replaced.

    Raises NotYours, Forbidden, BadInput for an empty or overlong name.
    """
    unit = MhiUnit.objects.for_actor(actor).lock(unit_id)
    policy.require(actor, policy.SCENARIO_EDIT, unit)
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > NAME_LENGTH:
        raise BadInput([Problem("name", _("Give the plan a name of at most 60 characters."))])
    row = Scenario.objects.for_actor(actor).filter(unit=unit, name=name).first()
    if row is None:
        row = Scenario(  # type: ignore[misc]  # the product itself saves no plans
            enterprise_id=unit.enterprise_id,
            scope_path=unit.scope_path,
            unit=unit,
            name=name,
            inputs=dict(inputs),
            created_by_id=actor.user_id,
        )
        row.save(force_insert=True)
    else:
        row.inputs = dict(inputs)
        row.version += 1
        row.save(update_fields=["inputs", "version", "updated_at"])
    record(actor, events.SCENARIO_SAVED, unit, after={"name": name})
    return row


@transaction.atomic
def scenario_remove(actor: Actor, pk: UUID | str) -> MhiUnit:
    """Throw a plan away and return its unit. Raises NotYours, Forbidden."""
    row = Scenario.objects.for_actor(actor).lock(pk)
    policy.require(actor, policy.SCENARIO_EDIT, row)
    unit: MhiUnit = row.unit
    record(actor, events.SCENARIO_REMOVED, unit, before={"name": row.name})
    row.delete()
    return unit
