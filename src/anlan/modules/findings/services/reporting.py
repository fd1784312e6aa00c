"""A finding comes in, from whatever source."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy, wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import Scope
from anlan.base.audit.services import record
from anlan.base.clock import day_of, now
from anlan.base.errors import NotYours, Problems
from anlan.base.ids import uuid7
from anlan.base.numbers.services import next_number
from anlan.base.search_key import search_key
from anlan.modules.findings import events, notices, numbers, rules, subscribers
from anlan.modules.findings.choices import (
    OUTSIDE,
    Channel,
    Discipline,
    Level,
    RoleCategory,
    Source,
    Treatment,
)
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_REPORT
from anlan.modules.findings.services import outside
from anlan.modules.findings.texts import (
    DAY_AHEAD,
    INSPECTED_ON_MISSING,
    TITLE_MISSING,
    TITLE_TOO_LONG,
)
from anlan.modules.registry.models import Equipment
from anlan.modules.risk.models import ControlMeasure, RiskObject, RiskUnit

CLOCKS_DIFFER = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody saw. Times are aware UTC; `found_at` None means now.

    Of object, unit and measure the finest is enough; what lies above it follows. `id` is the
    UUIDv7 the sender made, so that a second arrival is the same finding.
    """

    title: str
    description: str = ""
    level: int = Level.GENERAL
    source: int = Source.DAILY
    channel: str = Channel.SELF
    discipline: int = Discipline.OTHER
    role_category: int = RoleCategory.OTHER
    treatment: int = Treatment.DEADLINE
    basis: str = ""
    object_id: UUID | None = None
    unit_id: UUID | None = None
    measure_id: UUID | None = None
    equipment_id: UUID | None = None
    department_id: UUID | None = None
    place: str = ""
    origin_kind: str = ""
    origin_id: UUID | None = None
    found_at: dt.datetime | None = None
    inspected_on: dt.date | None = None
    inspection_ref: str = ""
    criterion: str = ""
    result: str = ""
    cost: Decimal | None = None
    is_anonymous: bool = False
    id: UUID = field(default_factory=uuid7)


@transaction.atomic
def report(actor: Actor, enterprise_id: UUID, what: Report) -> Finding:
    """Enter a finding of an enterprise; return it, or the one that this id already made.

    People of a contractor report to the enterprise they work in; the finding is the enterprise's,
    and they see a line of it (`queries.own_reports`).

    Raises NotYours for an enterprise, place or measure outside the actor's scope, Forbidden
    without the right to report there, BadInput for texts or days that cannot be right.
    """
    # Anybody of the plant may report what they see anywhere in it, so no place is asked.
    policy.require(actor, FINDING_REPORT)
    if not actor.at_own_node_only:
        return _entered(actor, _enterprise(actor, enterprise_id), what)
    if what.unit_id or what.object_id or what.measure_id or what.equipment_id or what.department_id:
        raise NotYours()
    with at_plant(actor, enterprise_id) as (reporter, enterprise):
        return _entered(reporter, enterprise, replace(what, channel=Channel.EMPLOYEE))


@contextmanager
def at_plant(actor: Actor, enterprise_id: UUID) -> Iterator[tuple[Actor, Organisation]]:
    """Open the plant to a contractor's person for one report and what hangs on it.

    Both walls are widened to the enterprise in which a post of theirs lies, for the block alone:
    give nothing out of it but what they reported. Raises NotYours for any other enterprise.
    """
    if enterprise_id not in {post.enterprise_id for post in actor.posts}:
        raise NotYours()
    plant = Organisation.objects.filter(
        pk=enterprise_id, kind=OrganisationKind.ENTERPRISE, is_active=True
    ).first()
    if plant is None:
        raise NotYours()
    scope = Scope.of((plant.path,))
    with wall.acting_as(scope):
        yield replace(actor, scope=scope), plant


def _entered(actor: Actor, enterprise: Organisation, what: Report) -> Finding:
    again = Finding.objects.for_actor(actor).filter(pk=what.id).first()
    if again is not None:
        if actor.at_own_node_only and again.registered_by_id != actor.user_id:
            raise NotYours()
        return again
    _check(what)
    moment = now()
    place = _placed(actor, enterprise, what)
    row = Finding(
        id=what.id,
        enterprise=enterprise,
        number=next_number(enterprise, numbers.FINDING, day_of(moment)),
        title=what.title.strip(),
        description=what.description.strip(),
        level=what.level,
        source=what.source,
        channel=what.channel,
        discipline=what.discipline,
        role_category=what.role_category,
        treatment=what.treatment,
        basis=what.basis.strip(),
        found_at=what.found_at or moment,
        registered_at=moment,
        registered_by_id=None if what.is_anonymous else actor.user_id,
        inspected_on=what.inspected_on,
        inspection_ref=what.inspection_ref.strip(),
        criterion=what.criterion,
        criteria_edition=rules.criteria_edition(day_of(moment)),
        origin_kind=what.origin_kind,
        origin_id=what.origin_id,
        result=what.result.strip(),
        cost=what.cost,
        is_anonymous=what.is_anonymous,
        **place,
    )
    row.search_key = search_key(row.number, row.title, row.place)
    row.save(force_insert=True)
    record(author_of(actor, what), events.REPORTED, row, after=_told(row))
    outside.settle(actor, {(row.enterprise_id, row.inspection_ref)})
    subscribers.reported(row)
    notices.reported(author_of(actor, what), row)
    return row


def author_of(actor: Actor, what: Report) -> Actor:
    """Return whom history names: never whom the enterprise promised not to name."""
    if not what.is_anonymous:
        return actor
    return Actor(user_id=None, name="", posts=(), scope=actor.scope, language=actor.language)


def _told(row: Finding) -> dict[str, object]:
    names = ("number", "title", "level", "source", "channel", "treatment", "place", "found_at")
    return {name: getattr(row, name) for name in names}


def _enterprise(actor: Actor, enterprise_id: UUID) -> Organisation:
    found = organisation_one(actor, enterprise_id)
    if found.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    return found


def _check(what: Report) -> None:
    problems = Problems()
    if not what.title.strip():
        problems.add("title", TITLE_MISSING, code="missing")
    if len(what.title) > 200:
        problems.add("title", TITLE_TOO_LONG, code="too_long")
    moment = now()
    if what.found_at and what.found_at > moment + CLOCKS_DIFFER:
        problems.add("found_at", DAY_AHEAD, code="future")
    if what.inspected_on and what.inspected_on > day_of(moment):
        problems.add("inspected_on", DAY_AHEAD, code="future")
    if what.channel in OUTSIDE and what.inspected_on is None:
        problems.add("inspected_on", INSPECTED_ON_MISSING, code="missing")
    problems.raise_if_any()


def _placed(actor: Actor, enterprise: Organisation, what: Report) -> dict[str, object]:
    """Return the place's columns: what is above the finest thing named follows from it."""
    measure = unit = thing = equipment = None
    if what.measure_id:
        rows = ControlMeasure.objects.for_actor(actor).select_related("event__unit__object")
        measure = rows.filter(enterprise=enterprise).one(what.measure_id)
        unit, thing = measure.event.unit, measure.event.unit.object
    elif what.unit_id:
        units = RiskUnit.objects.for_actor(actor).select_related("object")
        unit = units.filter(enterprise=enterprise).one(what.unit_id)
        thing = unit.object
    elif what.object_id:
        thing = (
            RiskObject.objects.for_actor(actor).filter(enterprise=enterprise).one(what.object_id)
        )
    if what.equipment_id:
        rows = Equipment.objects.for_actor(actor).filter(enterprise=enterprise)
        equipment = rows.one(what.equipment_id)
    node = department_of(enterprise, what.department_id)
    nearest = unit or thing
    if node is None and nearest is not None and nearest.scope_path != enterprise.path:
        node = Organisation.objects.filter(path=nearest.scope_path).first()
    return {
        "scope_path": (node or enterprise).path,
        "object": thing,
        "unit": unit,
        "measure": measure,
        "equipment": equipment,
        "department": node,
        "place": what.place.strip() or (unit.name if unit else thing.name if thing else ""),
    }


def department_of(enterprise: Organisation, department_id: UUID | None) -> Organisation | None:
    """Return a department or team of the enterprise; None for none. Raises NotYours."""
    if department_id is None or department_id == enterprise.pk:
        return None
    node = Organisation.objects.filter(pk=department_id, owner_enterprise_id=enterprise.pk).first()
    if node is None:
        raise NotYours()
    return node
