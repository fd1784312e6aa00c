"""Production and storage units, the objects of GB 18218."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import Facility, Inventory, MhiUnit
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_past, check_position
from anlan.modules.registry.services.enterprise_facts import enterprise_facts_refresh
from anlan.modules.registry.services.recalculation import units_changed

_GRADED_BY = {"kind", "site", "removed", "state"}


def _check(values: rows.Values, problems: Problems) -> None:
    check_position(values, problems)
    check_past(values, problems, "filed_on", "assessed_on")


def _after(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    touched = [p for p in plans if p.action == "create" or _GRADED_BY & p.after.keys()]
    enterprise_facts_refresh(p.instance.enterprise_id for p in touched)
    units_changed((p.instance.pk for p in touched if p.instance.removed_at is None), "unit")


UNIT = rows.Register(
    model=MhiUnit,
    permission=policy.UNIT_EDIT,
    created=events.UNIT_CREATED,
    changed=events.UNIT_CHANGED,
    removed=events.UNIT_REMOVED,
    fields=(
        "code",
        "name",
        "kind",
        "site",
        "boundary",
        "longitude",
        "latitude",
        "state",
        "commissioned_on",
        "mhi_code",
        "filing_number",
        "filed_on",
        "assessed_on",
        "principal",
        "technical",
        "operational",
        "note",
    ),
    key=("code",),
    searched=("name", "code", "mhi_code", "filing_number"),
    check=_check,
    placed=True,
    used_by=((Inventory, "unit"), (Facility, "unit")),
    after_write=_after,
)


def unit_create(actor: Actor, values: Mapping[str, Any]) -> MhiUnit:
    """Enter a unit; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, UNIT, values)


def unit_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> MhiUnit:
    """Change a unit. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, UNIT, pk, values, expected_version)


def unit_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> MhiUnit:
    """Take a unit out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, UNIT, pk, reason, expected_version)


def unit_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, UNIT, given)
