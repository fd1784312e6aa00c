"""Installations, tank farms, warehouses, pipelines, filling stations."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import Equipment, Facility
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import (
    check_not_negative,
    check_past,
    check_position,
)


def _check(values: rows.Values, problems: Problems) -> None:
    check_position(values, problems)
    check_past(values, problems, "commissioned_on")
    check_not_negative(values, problems, "area_m2", "volume_m3", "length_m", "diameter_mm")
    if values.get("station_level") not in (None, 1, 2, 3):
        problems.add(
            "station_level",
            _("A filling station has level 1, 2 or 3."),
            _("See its licence; leave it empty if it is none."),
        )


FACILITY = rows.Register(
    model=Facility,
    permission=policy.FACILITY_EDIT,
    created=events.FACILITY_CREATED,
    changed=events.FACILITY_CHANGED,
    removed=events.FACILITY_REMOVED,
    fields=(
        "code",
        "name",
        "kind",
        "unit",
        "longitude",
        "latitude",
        "state",
        "commissioned_on",
        "fire_class",
        "medium",
        "area_m2",
        "n_tanks",
        "volume_m3",
        "length_m",
        "diameter_mm",
        "design_pressure_mpa",
        "runs_from",
        "runs_to",
        "station_level",
        "note",
    ),
    key=("code",),
    searched=("name", "code", "medium"),
    check=_check,
    inherits=("unit",),
    placed=True,
    used_by=((Equipment, "facility"),),
)


def facility_create(actor: Actor, values: Mapping[str, Any]) -> Facility:
    """Enter a facility; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, FACILITY, values)


def facility_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Facility:
    """Change a facility. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, FACILITY, pk, values, expected_version)


def facility_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Facility:
    """Take a facility out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, FACILITY, pk, reason, expected_version)


def facility_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, FACILITY, given)
