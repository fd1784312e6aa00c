"""The only door for reads of the registers; each begins with the actor."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.modules.registry.models import (
    Chemical,
    Enterprise,
    Equipment,
    Facility,
    Inventory,
    Licence,
    MhiUnit,
    Person,
    Qualification,
    Site,
)
from anlan.modules.registry.models.base import RegisterModel
from anlan.modules.registry.models.facility import OperatingState

DUE_WITHIN = 30


def _live(model: type[RegisterModel], actor: Actor, *joined: str) -> ScopedQuerySet[Any]:
    return model.objects.for_actor(actor).filter(removed_at__isnull=True).select_related(*joined)


# What a list or a sheet says of a row's enterprise, unit or person; the rest stays unread.
_SAID_OF_JOINED = frozenset(
    {"id", "name", "short_name", "code", "kind", "path", "phone", "enterprise", "scope_path"}
)


def listed(query: Callable[[Actor], ScopedQuerySet[Any]]) -> Callable[[Actor], QuerySet[Any]]:
    """Return the query for a list: of what is joined to a row, only what names it.

    A unit is joined to its enterprise, its site and three persons of twenty columns each: reading
    these for fifty rows took longer than all the rest of the list.
    """

    def lean(actor: Actor) -> QuerySet[Any]:
        rows = query(actor)
        joined = rows.query.select_related
        return rows.defer(*_unsaid(rows.model, joined)) if isinstance(joined, dict) else rows

    return lean


def _unsaid(model: type[Model], joined: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, below in joined.items():
        other: Any = model._meta.get_field(name).related_model
        for field in other._meta.concrete_fields:
            # A relation that is followed further cannot be left unread.
            if field.name not in _SAID_OF_JOINED and field.name not in below:
                yield f"{before}{name}__{field.name}"
        yield from _unsaid(other, below, f"{before}{name}__")


def coded(rows: ScopedQuerySet[Any]) -> ScopedQuerySet[Any]:
    """Add the credit code of each row's enterprise, by which sheets name it."""
    enterprise = Enterprise.objects.unscoped("the owner of a row that the actor sees")
    code = enterprise.filter(pk=OuterRef("enterprise_id")).values("unified_social_credit_code")
    return rows.annotate(credit_code=Subquery(code[:1]))


def enterprises(actor: Actor) -> ScopedQuerySet[Enterprise]:
    """Enterprises the actor sees, with park and area joined."""
    joined = (
        "enterprise__park",
        "enterprise__group",
        "enterprise__parent",
        "enterprise__parent__parent",
    )
    # Outlines of parks and areas are for the map: reading them was a third of a list's time.
    outlines = [f"{name}__boundary" for name in joined]
    return _live(Enterprise, actor, *joined).defer(*outlines)


def sites(actor: Actor) -> ScopedQuerySet[Site]:
    """Sites (厂区) with their enterprise."""
    return coded(_live(Site, actor, "enterprise"))


def units(actor: Actor) -> ScopedQuerySet[MhiUnit]:
    """Units with enterprise, site and responsible persons."""
    return coded(
        _live(MhiUnit, actor, "enterprise", "site", "principal", "technical", "operational")
    )


def facilities(actor: Actor) -> ScopedQuerySet[Facility]:
    """Facilities of every kind with enterprise and unit."""
    return coded(_live(Facility, actor, "enterprise", "unit"))


def equipment(actor: Actor) -> ScopedQuerySet[Equipment]:
    """Equipment with enterprise and facility."""
    return coded(_live(Equipment, actor, "enterprise", "facility"))


def chemicals(actor: Actor) -> ScopedQuerySet[Chemical]:
    """Chemicals with their enterprise."""
    return coded(_live(Chemical, actor, "enterprise"))


def inventories(actor: Actor) -> ScopedQuerySet[Inventory]:
    """Design maxima with unit, chemical and equipment."""
    return coded(_live(Inventory, actor, "enterprise", "unit", "chemical", "equipment"))


def licences(actor: Actor) -> ScopedQuerySet[Licence]:
    """Licences and certificates with their enterprise."""
    return coded(_live(Licence, actor, "enterprise"))


def people(actor: Actor) -> ScopedQuerySet[Person]:
    """People of enterprises; those who left stay listed with the day."""
    return coded(_live(Person, actor, "enterprise"))


def qualifications(actor: Actor) -> ScopedQuerySet[Qualification]:
    """Certificates of people with the person."""
    return coded(_live(Qualification, actor, "enterprise", "person"))


# What is overdue or coming up, as conditions: lists, figures and reminders share them. `on` is a
# day in Asia/Shanghai; days are natural days; the last day of validity still counts as valid.


def expired(on: date, field: str = "valid_until") -> Q:
    """Documents whose last valid day has passed."""
    return Q(**{f"{field}__lt": on})


def renewal_due(on: date) -> Q:
    """Licences still valid whose reminder day has come."""
    return Q(valid_until__gte=on, remind_on__lte=on)


def due_within(on: date, days: int, field: str) -> Q:
    """Days from `on` through `days` later."""
    return Q(**{f"{field}__gte": on, f"{field}__lte": on + timedelta(days=days)})


def inspection_overdue(on: date) -> Q:
    """Equipment in use or standby whose statutory inspection day has passed."""
    return Q(inspect_by__lt=on) & _IN_SERVICE


def inspection_due(on: date, days: int = DUE_WITHIN) -> Q:
    """Equipment in use or standby to be inspected within `days`."""
    return due_within(on, days, "inspect_by") & _IN_SERVICE


_IN_SERVICE = Q(state__in=[OperatingState.IN_USE, OperatingState.STANDBY])
UNIT_DATA_MISSING = Q(is_mhi__isnull=True) & ~Q(state=OperatingState.SCRAPPED)
ENTERPRISE_DATA_MISSING = (
    Q(longitude__isnull=True) | Q(principal="") | Q(safety_manager="") | Q(duty_phone="")
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of an enterprise or of everything somebody sees."""

    n_units: int = 0
    n_units_missing: int = 0
    n_facilities: int = 0
    n_equipment: int = 0
    n_inspections_overdue: int = 0
    n_inspections_due: int = 0
    n_chemicals: int = 0
    n_inventories: int = 0
    n_licences: int = 0
    n_licences_expired: int = 0
    n_licences_due: int = 0
    n_people: int = 0
    n_qualifications: int = 0
    n_qualifications_expired: int = 0
    n_qualifications_due: int = 0
    n_sites: int = 0


def _counted(on: date) -> dict[str, tuple[type[RegisterModel], Q]]:
    return {
        "n_units": (MhiUnit, Q()),
        "n_units_missing": (MhiUnit, UNIT_DATA_MISSING),
        "n_facilities": (Facility, Q()),
        "n_equipment": (Equipment, Q()),
        "n_inspections_overdue": (Equipment, inspection_overdue(on)),
        "n_inspections_due": (Equipment, inspection_due(on)),
        "n_chemicals": (Chemical, Q()),
        "n_inventories": (Inventory, Q()),
        "n_licences": (Licence, Q()),
        "n_licences_expired": (Licence, expired(on)),
        "n_licences_due": (Licence, renewal_due(on)),
        "n_people": (Person, Q(left_on__isnull=True) | Q(left_on__gt=on)),
        "n_qualifications": (Qualification, Q()),
        "n_qualifications_expired": (Qualification, expired(on)),
        "n_qualifications_due": (Qualification, due_within(on, DUE_WITHIN, "valid_until")),
        "n_sites": (Site, Q()),
    }


def enterprise_file(actor: Actor, pk: UUID | str, on: date) -> tuple[Enterprise, Figures]:
    """Return an enterprise with the counts of its registers, in one query. Raises NotYours."""
    counted = _counted(on)
    row = (
        enterprises(actor)
        .annotate(**{name: _count_of(model, q) for name, (model, q) in counted.items()})
        .one(pk)
    )
    return row, Figures(**{name: getattr(row, name) for name in counted})


def _count_of(model: type[RegisterModel], condition: Q) -> Coalesce:
    counted = (
        model.objects.unscoped("inside an enterprise that the actor sees")
        .filter(condition, enterprise=OuterRef("enterprise"), removed_at__isnull=True)
        .order_by()
        .values("enterprise")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True, slots=True)
class FallingDue:
    """What somebody should see today about the registers they see."""

    n_licences_expired: int
    n_licences_due: int
    n_qualifications_expired: int
    n_qualifications_due: int
    n_inspections_overdue: int
    n_inspections_due: int
    n_units_missing: int


def falling_due(actor: Actor, on: date) -> FallingDue:
    """Count what expired, falls due or lacks data in the actor's scope: four queries."""
    licence = licences_calling(actor, on).order_by().aggregate(**licence_counts(on))
    inspection = inspections_calling(actor, on).order_by().aggregate(**inspection_counts(on))
    return FallingDue(
        licence["n_expired"],
        licence["n_due"],
        *qualifications_falling_due(actor, on),
        inspection["n_overdue"],
        inspection["n_due"],
        n_units_missing(actor),
    )


# Rows and counts apart, so that an office counts them by place and has its totals from the same
# pass. The bounds repeat what the conditions share, so that an index finds the rows.


def licences_calling(actor: Actor, on: date) -> ScopedQuerySet[Licence]:
    """Licences that expired or whose reminder day has come."""
    return licences(actor).filter(expired(on) | Q(remind_on__lte=on))


def licence_counts(on: date) -> dict[str, Count]:
    """What to count of `licences_calling`."""
    return {
        "n_expired": Count("pk", filter=expired(on)),
        "n_due": Count("pk", filter=renewal_due(on)),
    }


def inspections_calling(actor: Actor, on: date) -> ScopedQuerySet[Equipment]:
    """Equipment whose inspection day has passed or is near."""
    return equipment(actor).filter(_IN_SERVICE, inspect_by__lte=on + timedelta(days=DUE_WITHIN))


def inspection_counts(on: date) -> dict[str, Count]:
    """What to count of `inspections_calling`, which leaves those of the next `DUE_WITHIN` days."""
    return {
        "n_overdue": Count("pk", filter=Q(inspect_by__lt=on)),
        "n_due": Count("pk", filter=Q(inspect_by__gte=on)),
    }


def qualifications_falling_due(actor: Actor, on: date) -> tuple[int, int]:
    """Count the certificates of people that expired, and those that will soon."""
    soon = qualifications(actor).filter(valid_until__lte=on + timedelta(days=DUE_WITHIN))
    found = soon.order_by().aggregate(
        n_expired=Count("pk", filter=expired(on)),
        n_due=Count("pk", filter=due_within(on, DUE_WITHIN, "valid_until")),
    )
    return found["n_expired"], found["n_due"]


def n_units_missing(actor: Actor) -> int:
    """Count the units whose data do not suffice for a grading."""
    return units(actor).filter(UNIT_DATA_MISSING).count()


def departments(actor: Actor, enterprise_id: UUID) -> QuerySet[Organisation]:
    """Departments and teams of an enterprise, for choosing where something belongs."""
    scope = actor.scope.q("path", "owner_enterprise_id")
    return Organisation.objects.filter(
        scope,
        owner_enterprise_id=enterprise_id,
        kind__in=[OrganisationKind.DEPARTMENT, OrganisationKind.TEAM],
        is_active=True,
    ).order_by("path")


def department_names(paths: Sequence[str]) -> dict[str, str]:
    """Return the names of the departments at these scope paths, for rows already fetched."""
    found = Organisation.objects.filter(path__in=set(paths)).exclude(
        kind=OrganisationKind.ENTERPRISE
    )
    return dict(found.values_list("path", "name"))


def areas_for_enterprises(actor: Actor) -> QuerySet[Organisation]:
    """Counties where the actor may enter an enterprise; those of the own parks as well."""
    inside = actor.scope.q("path", "owner_enterprise_id")
    parks = [post.organisation_id for post in actor.posts if post.kind == OrganisationKind.PARK]
    around = Q(pk__in=Organisation.objects.filter(pk__in=parks).values("parent"))
    counties = Organisation.objects.filter(kind=OrganisationKind.AREA, is_active=True)
    return (
        counties.filter(inside | around)
        .exclude(
            pk__in=Organisation.objects.filter(
                kind=OrganisationKind.AREA, parent__isnull=False
            ).values("parent")
        )
        .order_by("code")
    )


def places_of_kind(actor: Actor, kind: OrganisationKind) -> QuerySet[Organisation]:
    """Parks or groups the actor sees."""
    return Organisation.objects.filter(
        actor.scope.q("path", "owner_enterprise_id"), kind=kind, is_active=True
    ).order_by("name")


def related_rows(model: type[RegisterModel], actor: Actor, **where: Any) -> ScopedQuerySet[Any]:
    """Live rows of a register that refer to a row, for the panels of its page."""
    return _live(model, actor).filter(**where)


def marked_on_map(actor: Actor) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    """Enterprises and units with a position, as plain values; level 0 means none."""
    columns = ("pk", "name", "longitude", "latitude")
    plants = _live(Enterprise, actor).filter(longitude__isnull=False).order_by("name", "pk")
    marked = _live(MhiUnit, actor).filter(longitude__isnull=False).order_by("name", "pk")
    return (
        plants.values(*columns, "n_mhi", "enterprise_id", level=F("mhi_level")),
        marked.values(*columns, "enterprise_id", "level", "is_mhi", "enterprise__name"),
    )


def outlines_on_map(actor: Actor) -> QuerySet[Organisation]:
    """Return areas and parks with an outline: those the actor sees, and those they lie in.

    `is_around` marks the latter. An outline is no secret; which enterprises lie in it is.
    """
    above: set[str] = set()
    for post in actor.posts:
        parts = post.path.rstrip("/").split("/")
        above |= {"/".join(parts[:n]) + "/" for n in range(1, len(parts))}
    own = [post.enterprise_id for post in actor.posts if post.enterprise_id]
    inside = actor.scope.q("path", "owner_enterprise_id")
    around = Q(path__in=above) | Q(pk__in=Organisation.objects.filter(pk__in=own).values("park"))
    return (
        Organisation.objects.filter(
            inside | around,
            kind__in=[OrganisationKind.AREA, OrganisationKind.PARK],
            boundary__isnull=False,
            is_active=True,
        )
        .annotate(is_around=Case(When(inside, then=False), default=True))
        .order_by("path")
    )


def place_of(row: Enterprise, name: str) -> QuerySet[Organisation]:
    """The park or group of an enterprise that the actor has been shown, as a choice of one."""
    return Organisation.objects.filter(pk=getattr(row.enterprise, f"{name}_id"))


def n_units_by_level(actor: Actor) -> dict[int, int]:
    """Count the major hazard installations the actor sees by level; levels without any are 0."""
    rows = units(actor).filter(level__isnull=False).order_by().values("level")
    found = {row["level"]: row["n"] for row in rows.annotate(n=Count("pk"))}
    return {level: found.get(level, 0) for level in range(1, 5)}


def calling_for_action(
    actor: Actor, on: date
) -> tuple[ScopedQuerySet[Any], ScopedQuerySet[Any], ScopedQuerySet[Any]]:
    """Licences, certificates of people and inspections that expired or are due, soonest first."""
    soon = on + timedelta(days=DUE_WITHIN)
    return (
        licences(actor).filter(expired(on) | renewal_due(on)).order_by("valid_until", "pk"),
        qualifications(actor)
        .filter(valid_until__lte=soon, person__left_on__isnull=True)
        .order_by("valid_until", "pk"),
        equipment(actor).filter(_IN_SERVICE, inspect_by__lte=soon).order_by("inspect_by", "pk"),
    )
