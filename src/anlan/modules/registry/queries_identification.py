"""Reads for grading units: what they hold, their results, the plans tried on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.roles import RESPONSIBLE, Role
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.engines import gb18218
from anlan.modules.registry.models import (
    Enterprise,
    GradingSettings,
    Identification,
    Inventory,
    MhiUnit,
    Scenario,
)
from anlan.modules.registry.models.grading import SETTINGS_FIELDS
from anlan.modules.registry.rules_grading import (
    Held,
    Json,
    inputs_of,
    judge,
    load_result,
    settings_of,
)


def unit_to_grade(actor: Actor, pk: UUID | str) -> MhiUnit:
    """Return a unit with enterprise and site. Raises NotYours."""
    rows = MhiUnit.objects.for_actor(actor).filter(removed_at__isnull=True)
    unit: MhiUnit = rows.select_related("enterprise", "site").one(pk)
    return unit


def enterprise_to_grade(actor: Actor, pk: UUID | str) -> Enterprise:
    """Return an enterprise. Raises NotYours."""
    return Enterprise.objects.for_actor(actor).filter(removed_at__isnull=True).one(pk)


def enterprise_units(actor: Actor, enterprise_id: UUID) -> list[MhiUnit]:
    """Return the units of an enterprise, the worst first."""
    rows = MhiUnit.objects.for_actor(actor).filter(
        enterprise=enterprise_id, removed_at__isnull=True
    )
    return list(
        rows.select_related("enterprise", "site").order_by(
            F("level").asc(nulls_last=True), "name", "pk"
        )
    )


def grading_settings(actor: Actor, enterprise_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the settings in force by enterprise; the product's defaults where none are set."""
    wanted = set(enterprise_ids)
    found = GradingSettings.objects.for_actor(actor).filter(enterprise__in=wanted)
    chosen = {
        row["enterprise_id"]: {name: row[name] for name in SETTINGS_FIELDS}
        for row in found.values("enterprise_id", *SETTINGS_FIELDS)
    }
    return {pk: chosen.get(pk) or default_settings() for pk in wanted}


def default_settings() -> dict[str, str]:
    """Return the product's defaults for the open points."""
    defaults = gb18218.Settings()
    return {name: str(getattr(defaults, name)) for name in SETTINGS_FIELDS}


_HELD = (
    "unit_id",
    "pk",
    "chemical__name",
    "chemical__cas",
    "chemical__categories",
    "category",
    "place",
    "basis",
    "volume_m3",
    "fill_factor",
    "density_t_m3",
    "quantity_t",
    "chemical__components",
    "chemical__mixture_of",
    "chemical__same_class",
)


def held_by_unit(actor: Actor, unit_ids: Sequence[UUID]) -> dict[UUID, list[Held]]:
    """Return what each unit is designed to hold, in a steady order, in one query."""
    rows = Inventory.objects.for_actor(actor).filter(unit__in=unit_ids, removed_at__isnull=True)
    found: dict[UUID, list[Held]] = defaultdict(list)
    ordered = rows.order_by("unit", "chemical__name", "place", "pk")
    for unit_id, pk, name, cas, categories, *rest, parts, pure, same in ordered.values_list(*_HELD):
        kinds, components = tuple(categories or ()), tuple(parts or ())
        values: tuple[Any, ...] = (str(pk), name, cas, kinds, *rest, components, pure, same)
        found[unit_id].append(Held(*values))
    return found


def inputs_by_unit(actor: Actor, units: Sequence[MhiUnit]) -> dict[UUID, Json]:
    """Return what an identification of each unit rests on today. `site` must be loaded."""
    held = held_by_unit(actor, [unit.pk for unit in units])
    settings = grading_settings(actor, {unit.enterprise_id for unit in units})
    return {
        unit.pk: inputs_of(
            held.get(unit.pk, ()),
            unit.site.off_site_population if unit.site else None,
            unit.site.population_basis if unit.site else "",
            settings[unit.enterprise_id],
        )
        for unit in units
    }


def newest_identifications(actor: Actor, unit_ids: Sequence[UUID]) -> dict[UUID, Identification]:
    """Return the newest identification of each unit that has one, in one query."""
    rows = Identification.objects.for_actor(actor).filter(unit__in=unit_ids)
    newest = rows.order_by("unit_id", "-created_at", "-pk").distinct("unit_id")
    return {row.unit_id: row for row in newest}


def identifications_of(actor: Actor, unit: MhiUnit) -> ScopedQuerySet[Identification]:
    """Return the history of a unit, newest first, without the bulky result."""
    rows = Identification.objects.for_actor(actor).filter(unit=unit)
    return rows.defer("inputs", "result").order_by("-created_at", "-pk")


def identification(actor: Actor, pk: UUID | str) -> Identification:
    """Return one identification with its unit. Raises NotYours."""
    rows = Identification.objects.for_actor(actor).select_related(
        "unit__site", "unit__enterprise", "enterprise"
    )
    return rows.one(pk)


@dataclass(frozen=True, slots=True)
class Graded:
    """A unit with what it holds and the result to show.

    `kept` is the stored identification that `result` comes from; None when the figures have
    never been identified, or have moved on and the result is computed for this page.
    """

    unit: MhiUnit
    inputs: Json
    result: gb18218.Result
    kept: Identification | None


def graded_units(actor: Actor, units: Sequence[MhiUnit]) -> list[Graded]:
    """Return units with their results, in a fixed number of queries."""
    inputs = inputs_by_unit(actor, units)
    newest = newest_identifications(actor, [unit.pk for unit in units])
    return [_graded(unit, inputs[unit.pk], newest.get(unit.pk)) for unit in units]


def _graded(unit: MhiUnit, inputs: Json, kept: Identification | None) -> Graded:
    if kept is not None and kept.inputs == inputs:
        return Graded(unit, inputs, stored_result(kept), kept)
    return Graded(unit, inputs, judge(inputs), None)


def stored_result(kept: Identification) -> gb18218.Result:
    """Return the result of a stored identification."""
    return load_result(kept.edition, settings_of(kept.inputs), kept.result)


def scenarios_of(actor: Actor, unit: MhiUnit) -> ScopedQuerySet[Scenario]:
    """Return the plans kept for a unit, oldest first."""
    rows = Scenario.objects.for_actor(actor).filter(unit=unit)
    return rows.select_related("created_by").order_by("created_at", "pk")


def scenario(actor: Actor, pk: UUID | str) -> Scenario:
    """Return one plan with its unit. Raises NotYours."""
    return (
        Scenario.objects.for_actor(actor)
        .select_related("unit__site", "unit__enterprise", "enterprise", "created_by")
        .one(pk)
    )


def stale_units(actor: Actor) -> ScopedQuerySet[Any]:
    """Return ids of units never identified, or whose figures moved after they were."""
    rows = MhiUnit.objects.for_actor(actor).filter(removed_at__isnull=True)
    held = Inventory.objects.unscoped("inside a unit that the actor sees").filter(
        unit=OuterRef("pk")
    )
    since = OuterRef("identified_at")
    moved = held.filter(Q(updated_at__gt=since) | Q(chemical__updated_at__gt=since))
    return rows.filter(
        Q(identified_at__isnull=True) | Q(site__updated_at__gt=F("identified_at")) | Exists(moved)
    ).values_list("pk", flat=True)


def live_units(actor: Actor) -> ScopedQuerySet[Any]:
    """Return ids of all units in the registers."""
    rows = MhiUnit.objects.for_actor(actor).filter(removed_at__isnull=True)
    return rows.values_list("pk", flat=True)


_PLANT_ROLES = (Role.SAFETY_MANAGER, *RESPONSIBLE)


def people_to_tell(enterprise_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Return whom a change of level concerns, by enterprise: account id → enterprise name.

    The plant's safety manager and responsible persons, the inspectors of its county, the
    officers of its park. Two queries for any number of enterprises.
    """
    plants = list(
        Organisation.objects.filter(pk__in=set(enterprise_ids)).values_list(
            "pk", "name", "parent_id", "park_id"
        )
    )
    places = {place for _pk, _name, *around in plants for place in around if place}
    held = Membership.objects.filter(
        Q(organisation__owner_enterprise_id__in=[pk for pk, *_rest in plants])
        & Q(role__in=_PLANT_ROLES)
        | Q(organisation_id__in=places, role__in=[Role.BUREAU_INSPECTOR, Role.PARK_OFFICER]),
        ended_at__isnull=True,
        organisation__is_active=True,
        user__is_active=True,
    ).values_list("user_id", "organisation_id", "organisation__owner_enterprise_id")
    at: dict[UUID, set[UUID]] = defaultdict(set)
    for user_id, place, owner in held:
        at[owner or place].add(user_id)
    return {
        pk: dict.fromkeys(sorted(at[pk].union(*(at[place] for place in around if place))), name)
        for pk, name, *around in plants
    }
