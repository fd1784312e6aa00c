"""Equipment with design data, statutory inspection and life."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import Equipment, Inventory
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_not_negative, check_order, check_past


def _check(values: rows.Values, problems: Problems) -> None:
    check_past(values, problems, "inspected_on")
    check_order(values, problems, "inspected_on", "inspect_by")
    check_not_negative(values, problems, "volume_m3")


EQUIPMENT = rows.Register(
    model=Equipment,
    permission=policy.EQUIPMENT_EDIT,
    created=events.EQUIPMENT_CREATED,
    changed=events.EQUIPMENT_CHANGED,
    removed=events.EQUIPMENT_REMOVED,
    fields=(
        "code",
        "name",
        "category",
        "facility",
        "state",
        "medium",
        "model",
        "manufacturer",
        "material",
        "volume_m3",
        "design_pressure_mpa",
        "design_temperature_c",
        "operating_pressure_mpa",
        "operating_temperature_c",
        "commissioned_on",
        "design_life_years",
        "is_special",
        "registration_number",
        "inspected_on",
        "inspect_by",
        "note",
    ),
    key=("code",),
    searched=("code", "name", "medium", "registration_number"),
    check=_check,
    inherits=("facility",),
    placed=True,
    used_by=((Inventory, "equipment"),),
)


def equipment_create(actor: Actor, values: Mapping[str, Any]) -> Equipment:
    """Enter a piece of equipment; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, EQUIPMENT, values)


def equipment_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Equipment:
    """Change a piece of equipment. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, EQUIPMENT, pk, values, expected_version)


def equipment_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Equipment:
    """Take a piece of equipment out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, EQUIPMENT, pk, reason, expected_version)


def equipment_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, EQUIPMENT, given)
