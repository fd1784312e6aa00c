"""Sites (厂区)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import MhiUnit, Site
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_not_negative, check_past, check_position
from anlan.modules.registry.services.recalculation import units_changed


def _check(values: rows.Values, problems: Problems) -> None:
    check_position(values, problems)
    check_past(values, problems, "population_counted_on")
    check_not_negative(values, problems, "area_m2")


def _after(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    moved = [p.instance.pk for p in plans if {"off_site_population", "removed"} & p.after.keys()]
    if moved:
        units = MhiUnit.objects.for_actor(actor).filter(site__in=moved, removed_at__isnull=True)
        units_changed(units.values_list("pk", flat=True), "site")


SITE = rows.Register(
    model=Site,
    permission=policy.SITE_EDIT,
    created=events.SITE_CREATED,
    changed=events.SITE_CHANGED,
    removed=events.SITE_REMOVED,
    fields=(
        "code",
        "name",
        "address",
        "longitude",
        "latitude",
        "area_m2",
        "off_site_population",
        "population_basis",
        "population_counted_on",
        "note",
    ),
    key=("code",),
    searched=("name", "code"),
    check=_check,
    used_by=((MhiUnit, "site"),),
    after_write=_after,
)


def site_create(actor: Actor, values: Mapping[str, Any]) -> Site:
    """Enter a site; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, SITE, values)


def site_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Site:
    """Change a site; units on it are identified again when its residents change."""
    return rows.update_row(actor, SITE, pk, values, expected_version)


def site_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Site:
    """Take a site out of the lists. Raises StillUsed while units stand on it."""
    return rows.remove_row(actor, SITE, pk, reason, expected_version)


def site_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update sites by enterprise and code, all or none."""
    return rows.upsert_rows(actor, SITE, given)
