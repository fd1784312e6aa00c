"""The only door for reading the risk register, actor first."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.modules.risk import rules
from anlan.modules.risk.choices import Method, Verification
from anlan.modules.risk.models import (
    ControlMeasure,
    RiskEdition,
    RiskEvent,
    RiskMethod,
    RiskObject,
    RiskUnit,
    ShutdownRecord,
    SitePlan,
)

TaskCounts = Callable[[Actor, UUID], Mapping[UUID, int]]
"""What inspections provide: active inspection tasks by measure, of an enterprise."""

_task_counts: list[TaskCounts] = []


def tasks_from(provider: TaskCounts) -> TaskCounts:
    """Let inspections, which lie above, say which measures have an active task."""
    _task_counts.append(provider)
    return provider


def task_counts(actor: Actor, enterprise_id: UUID) -> Mapping[UUID, int]:
    """Return the number of active inspection tasks by measure."""
    found: dict[UUID, int] = {}
    for provider in _task_counts:
        found |= provider(actor, enterprise_id)
    return found


def objects(actor: Actor) -> ScopedQuerySet[RiskObject]:
    """Return the analysis objects the actor sees."""
    rows = RiskObject.objects.for_actor(actor).filter(removed_at__isnull=True)
    return rows.order_by("position", "code")


def units(actor: Actor) -> ScopedQuerySet[RiskUnit]:
    """Return the units the actor sees, with their object."""
    rows = RiskUnit.objects.for_actor(actor).filter(removed_at__isnull=True)
    return rows.select_related("object").order_by("route", "code")


def events(actor: Actor) -> ScopedQuerySet[RiskEvent]:
    """Return the risk events the actor sees, with unit and object."""
    rows = RiskEvent.objects.for_actor(actor).filter(removed_at__isnull=True)
    return rows.select_related("unit__object").order_by("code")


def measures(actor: Actor) -> ScopedQuerySet[ControlMeasure]:
    """Return the control measures the actor sees, with all above them."""
    rows = ControlMeasure.objects.for_actor(actor).filter(removed_at__isnull=True)
    return rows.select_related("event__unit__object").order_by("code")


def departments(actor: Actor) -> QuerySet[Organisation]:
    """Return the departments and teams in the actor's area."""
    return Organisation.objects.filter(
        actor.scope.q("path", "owner_enterprise_id"),
        kind__in=[OrganisationKind.DEPARTMENT, OrganisationKind.TEAM],
        is_active=True,
    ).order_by("path")


def editions(actor: Actor, object_id: UUID) -> QuerySet[RiskEdition]:
    """Return the editions of an object's analysis, the newest first."""
    rows = RiskEdition.objects.for_actor(actor).filter(object=object_id)
    return rows.select_related("submitted_by", "approved_by").order_by("-number")


def edition_one(actor: Actor, pk: UUID | str) -> RiskEdition:
    """Return one edition. Raises NotYours."""
    return RiskEdition.objects.for_actor(actor).one(pk)


def enterprises(actor: Actor) -> list[dict[str, Any]]:
    """Return enterprises that have a risk register: name, objects and the worst level."""
    rows = RiskObject.objects.for_actor(actor).filter(removed_at__isnull=True)
    return list(
        rows.order_by()
        .values("enterprise_id", "enterprise__name")
        .annotate(n=Count("pk"), worst=Min("level"))
        .order_by("worst", "enterprise__name")
    )


def usual_method(actor: Actor, enterprise_id: UUID) -> str:
    """Return the method new events of an enterprise are valued by."""
    rows = RiskMethod.objects.for_actor(actor).filter(enterprise=enterprise_id, is_default=True)
    return rows.values_list("method", flat=True).first() or Method.LS


CODE_OF = {"units": "", "events": "E", "measures": "M"}


def next_code(actor: Actor, noun: str, parent: Any) -> str:
    """Propose a code: that of the parent with the next number free in the enterprise."""
    return next_codes(actor, noun, parent, 1)[0]


def next_codes(actor: Actor, noun: str, parent: Any, many: int) -> list[str]:
    """Return that many free codes below a parent; those of removed rows stay taken."""
    model: Any = {"units": RiskUnit, "events": RiskEvent, "measures": ControlMeasure}[noun]
    stem = f"{parent.code}-{CODE_OF[noun]}"[:34]
    taken = set(
        model.objects.for_actor(actor)
        .filter(enterprise=parent.enterprise_id, code__startswith=stem)
        .values_list("code", flat=True)
    )
    free = (code for n in count(1) if (code := f"{stem}{n:02d}") not in taken)
    return list(islice(free, many))


def site_plan(actor: Actor, enterprise_id: UUID) -> SitePlan | None:
    """Return the enterprise's site plan, None while there is none."""
    return SitePlan.objects.for_actor(actor).filter(enterprise=enterprise_id).first()


def own_method(actor: Actor, enterprise_id: UUID, code: str) -> RiskMethod | None:
    """Return the enterprise's own table of a method, None where the product's holds."""
    return RiskMethod.objects.for_actor(actor).filter(enterprise=enterprise_id, method=code).first()


def shutdowns(actor: Actor) -> QuerySet[ShutdownRecord]:
    """Return shutdown records the actor sees, the newest first."""
    rows = ShutdownRecord.objects.for_actor(actor).select_related("unit__object", "entered_by")
    return rows.order_by("-started_at")


@dataclass(slots=True)
class Node:
    """A row of the tree; `kind` is object, unit, event or class; `n` counts what is below.

    `stale` counts the measures in it that have gone unverified for too long.
    """

    kind: str
    id: UUID
    code: str
    name: str
    level: int | None
    n: int = 0
    gaps: int = 0
    stale: int = 0
    below: "list[Node]" = field(default_factory=list)


def tree(
    actor: Actor,
    enterprise_id: UUID,
    known_gaps: "Sequence[Gap] | None" = None,
    stale: Collection[UUID] = (),
) -> list[Node]:
    """Return the whole chain of an enterprise down to events, in four queries.

    Events carry the number of their measures; every node the number of gaps in it, which are
    looked for unless given, and of the `stale` measures.
    """
    mine = ControlMeasure.objects.for_actor(actor).filter(
        enterprise=enterprise_id, removed_at__isnull=True
    )
    counted = dict(mine.order_by().values_list("event").annotate(n=Count("pk")))
    stale_in = dict(
        mine.filter(pk__in=stale).order_by().values_list("event").annotate(n=Count("pk"))
        if stale
        else ()
    )
    wrong: dict[UUID | None, int] = {}
    for gap in gaps(actor, enterprise_id) if known_gaps is None else known_gaps:
        wrong[gap.event_id or gap.unit_id or gap.object_id] = (
            wrong.get(gap.event_id or gap.unit_id or gap.object_id, 0) + 1
        )
    of_unit: dict[UUID, list[Node]] = defaultdict(list)
    for event in events(actor).select_related(None).filter(enterprise=enterprise_id):
        leaf = Node("event", event.pk, event.code, event.name, event.level)
        leaf.n, leaf.gaps = counted.get(event.pk, 0), wrong.get(event.pk, 0)
        leaf.stale = stale_in.get(event.pk, 0)
        of_unit[event.unit_id].append(leaf)
    of_object: dict[UUID, list[Node]] = defaultdict(list)
    for unit in units(actor).select_related(None).filter(enterprise=enterprise_id):
        of_object[unit.object_id].append(_branch("unit", unit, of_unit[unit.pk], wrong))
    return [
        _branch("object", thing, of_object[thing.pk], wrong)
        for thing in objects(actor).filter(enterprise=enterprise_id)
    ]


def _branch(
    kind: str, row: RiskObject | RiskUnit, below: list[Node], wrong: Mapping[UUID | None, int]
) -> Node:
    n_gaps = wrong.get(row.pk, 0) + sum(one.gaps for one in below)
    n_stale = sum(one.stale for one in below)
    return Node(kind, row.pk, row.code, row.name, row.level, len(below), n_gaps, n_stale, below)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing missing in the chain, and where; `text` is the name of what lacks it."""

    code: str
    text: str
    object_id: UUID | None = None
    unit_id: UUID | None = None
    event_id: UUID | None = None
    measure_id: UUID | None = None


def gaps(actor: Actor, enterprise_id: UUID) -> list[Gap]:
    """Return what keeps the analysis from being complete, in a fixed number of queries.

    Complete means: each object a unit, each unit an event, each event a measure and a value, each
    measure verified by inspection an active task, each one verified by monitoring a tag (templates
    leave a question mark in it).
    """
    mine = Q(enterprise=enterprise_id, removed_at__isnull=True)
    with_units = set(_parents(RiskUnit, actor, mine, "object"))
    with_events = set(_parents(RiskEvent, actor, mine, "unit"))
    with_measures = set(_parents(ControlMeasure, actor, mine, "event"))
    tasks = task_counts(actor, enterprise_id)
    found = [
        Gap(rules.NO_UNIT, thing.name, thing.pk)
        for thing in objects(actor).filter(mine)
        if thing.pk not in with_units
    ]
    found += [
        Gap(rules.NO_EVENT, unit.name, unit.object_id, unit.pk)
        for unit in units(actor).filter(mine).select_related(None)
        if unit.pk not in with_events
    ]
    for event in events(actor).filter(mine).select_related("unit"):
        where = (event.unit.object_id, event.unit_id, event.pk)
        if event.pk not in with_measures:
            found.append(Gap(rules.NO_MEASURE, event.name, *where))
        if event.level is None:
            found.append(Gap(rules.NOT_VALUED, event.name, *where))
    unnamed = measures(actor).filter(mine, verification=Verification.MONITORING)
    found += [
        Gap(
            rules.NO_TAG,
            measure.text,
            measure.event.unit.object_id,
            measure.event.unit_id,
            measure.event_id,
            measure.pk,
        )
        for measure in unnamed.filter(Q(tag="") | Q(tag__contains="?")).select_related(
            "event__unit"
        )
    ]
    inspected = measures(actor).filter(mine, verification=Verification.INSPECTION)
    return found + [
        Gap(
            rules.NO_TASK,
            measure.text,
            measure.event.unit.object_id,
            measure.event.unit_id,
            measure.event_id,
            measure.pk,
        )
        for measure in inspected.select_related("event__unit")
        if not tasks.get(measure.pk)
    ]


def _parents(model: Any, actor: Actor, mine: Q, name: str) -> Iterable[UUID]:
    rows = model.objects.for_actor(actor).filter(mine)
    return rows.values_list(name, flat=True).distinct().order_by()


@dataclass(frozen=True, slots=True)
class Completion:
    """How far the analysis of an enterprise is: complete objects of all objects."""

    complete: int
    total: int

    @property
    def rate(self) -> float | None:
        """Return the completion rate, None without objects."""
        return self.complete / self.total if self.total else None


def completion(actor: Actor, enterprise_id: UUID) -> Completion:
    """Return the risk analysis completion (风险分析完成率) of an enterprise."""
    total = objects(actor).filter(enterprise=enterprise_id).count()
    lacking = {gap.object_id for gap in gaps(actor, enterprise_id)}
    return Completion(total - len(lacking), total)
