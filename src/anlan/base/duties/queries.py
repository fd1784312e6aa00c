"""The only door for reads of duties, actor first."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.queries import organisations
from anlan.base.actors.scope import path_end
from anlan.base.clock import SHANGHAI
from anlan.base.duties import ladder, rules
from anlan.base.duties.models import (
    Exemption,
    Instance,
    LadderRung,
    Plan,
    RaisedWarning,
    ShiftPattern,
    Substitute,
)
from anlan.base.duties.states import OPEN, State
from anlan.base.errors import NotYours

REACH = dt.timedelta(days=400)
"""How long ago an open duty may have opened to be on somebody's list. It tells the database which
months to look into; a year's duty and its grace fit."""


@dataclass(frozen=True, slots=True)
class Place:
    """A post for the matching of duties: a role at an organisation."""

    organisation_id: UUID
    path: str
    role: str


@dataclass(frozen=True, slots=True)
class Carers:
    """For whom somebody acts: themselves and those they stand in for, with all their posts."""

    users: frozenset[UUID]
    places: tuple[Place, ...]


def carers(actor: Actor, at: dt.datetime) -> Carers:
    """Return the people whose duties the actor carries at a moment, in two statements."""
    if actor.user_id is None:
        return Carers(frozenset(), ())
    own = tuple(
        Place(post.organisation_id, post.path, post.role)
        for post in actor.posts
        if post.enterprise_id is not None
    )
    absent = list(
        Substitute.objects.for_actor(actor)
        .filter(to_user=actor.user_id, starts_at__lte=at, ends_at__gt=at, ended_at__isnull=True)
        .values_list("from_user_id", flat=True)
    )
    if not absent:
        return Carers(frozenset({actor.user_id}), own)
    theirs = tuple(
        Place(organisation_id, path, role)
        for organisation_id, path, role in Membership.objects.filter(
            user__in=absent,
            ended_at__isnull=True,
            organisation__is_active=True,
            organisation__owner_enterprise_id__isnull=False,
        ).values_list("organisation_id", "organisation__path", "role")
    )
    return Carers(frozenset({actor.user_id, *absent}), own + theirs)


def mine_q(actor: Actor, at: dt.datetime) -> Q:
    """Return the filter for instances that are the actor's: by name; by role on the branch of
    the tree that leads through their place; or, where no role is named, by belonging to the
    department or something below it."""
    who = carers(actor, at)
    condition = Q(assignee__in=who.users)
    if not who.places:
        return condition
    nodes = _branches(who.places)
    open_to = Q(pk__in=[])
    for place in dict.fromkeys(who.places):
        above = [pk for pk, path in nodes if place.path.startswith(path)]
        below = [pk for pk, path in nodes if path.startswith(place.path) and path != place.path]
        open_to |= Q(organisation__in=above + below, role=place.role)
        open_to |= Q(organisation__in=above, role="")
    return condition | (Q(assignee__isnull=True) & open_to)


def _branches(places: Iterable[Place]) -> list[tuple[UUID, str]]:
    """Return the organisations above (within the enterprise) and below places, in one statement."""
    paths = sorted({place.path for place in places})
    above = sorted({one for path in paths for one in _above(path)})
    below = " OR path >= %s AND path < %s" * len(paths)
    ends = [end for path in paths for end in (path, path_end(path))]
    with connection.cursor() as cursor:
        # Each page of duties asks this. Only marks for values are put into it.
        sql = f"SELECT id, path FROM actors_organisation WHERE path = ANY(%s){below}"  # noqa: S608
        cursor.execute(sql, [above, *ends])
        return cursor.fetchall()


def _above(path: str) -> list[str]:
    """Return the paths from the enterprise down to a place: `…/e<id>/`, `…/e<id>/d<id>/`."""
    parts = path.split("/")[:-1]
    first = next((n for n, part in enumerate(parts) if part[0] == "e" and len(part) == 33), None)
    if first is None:
        return []
    return ["/".join(parts[: n + 1]) + "/" for n in range(first, len(parts))]


def mine(actor: Actor, day: dt.date) -> QuerySet[Instance]:
    """Return the actor's open duties that open by the end of a day (Asia/Shanghai), the soonest
    due first, with what is overdue."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), SHANGHAI)
    return (
        Instance.objects.for_actor(actor)
        .filter(
            mine_q(actor, end - dt.timedelta(hours=12)),
            state__in=OPEN,
            opens_at__lt=end,
            # The month of an instance follows from its id: this leaves the others unread.
            id__gte=rules.id_bound(end - REACH),
            id__lt=rules.id_bound(end),
        )
        .select_related("plan", "organisation")
        .order_by("due_at", "id")
    )


def done_by(actor: Actor, since: dt.datetime) -> QuerySet[Instance]:
    """Return the duties of the actor's enterprise that the actor did since a moment, and that
    were due then or later."""
    return (
        Instance.objects.for_actor(actor)
        .filter(
            enterprise=actor.own_enterprise_id,
            due_at__gte=since,
            done_by=actor.user_id,
            done_at__gte=since,
            id__gte=rules.id_bound(since - REACH),
        )
        .select_related("plan", "organisation")
        .order_by("due_at", "id")
    )


_LISTED = (
    "state", "warning", "opens_at", "due_at", "done_at",
    "plan__kind", "plan__title", "plan__place_text", "plan__subject_id", "organisation__name",
)  # fmt: skip


def listed(rows: QuerySet[Instance]) -> QuerySet[Instance]:
    """Return duties with what a list says of each, of its plan and of its department; the rest
    stays unread (of a department that is mostly its outline)."""
    return rows.only(*_LISTED)


def is_mine(actor: Actor, instance: Instance, at: dt.datetime) -> bool:
    """Tell whether a duty is the actor's at a moment, by name, role or as substitute."""
    return Instance.objects.for_actor(actor).filter(mine_q(actor, at), pk=instance.pk).exists()


def instances(actor: Actor) -> QuerySet[Instance]:
    """Return every instance the actor sees. Filter by `enterprise` and `due_at`: there is an
    index for both."""
    return Instance.objects.for_actor(actor).select_related("plan", "organisation", "assignee")


def instance_one(actor: Actor, instance_id: UUID | str) -> Instance:
    """Return one instance. Raises NotYours."""
    rows: Any = instances(actor)
    found: Instance = rows.one(instance_id)
    return found


def instance_at(actor: Actor, plan_id: UUID, at: dt.datetime) -> Instance | None:
    """Return the instance of a plan whose window holds a moment, or the last that opened before."""
    plan = plan_one(actor, plan_id)
    return (
        Instance.objects.for_actor(actor)
        .filter(
            enterprise=plan.enterprise_id,
            plan=plan,
            opens_at__lte=at,
            due_at__gt=at - REACH,
            id__gte=rules.id_bound(at - REACH),
            id__lte=rules.instance_id(plan.pk, at),
        )
        .order_by("-opens_at")
        .first()
    )


def instances_of_plan(actor: Actor, plan: Plan) -> QuerySet[Instance]:
    """Return the instances of a plan, newest first."""
    return (
        instances(actor).filter(enterprise=plan.enterprise_id, plan=plan).order_by("-due_at", "-id")
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How duties that fell due in a period went. `due` leaves exempt ones out."""

    due: int
    done: int
    done_late: int
    overdue: int
    exempt: int

    @property
    def rate(self) -> float | None:
        """Return done in time ÷ due, None when nothing was due."""
        return self.done / self.due if self.due else None


COUNTED = {
    "n_due": Count("pk", filter=~Q(state=State.EXEMPT)),
    "n_done": Count("pk", filter=Q(state=State.DONE)),
    "n_late": Count("pk", filter=Q(state=State.DONE_LATE)),
    "n_overdue": Count("pk", filter=Q(state=State.OVERDUE)),
    "n_exempt": Count("pk", filter=Q(state=State.EXEMPT)),
}
"""The figures of `counts` for `.values(…).annotate(**COUNTED)` by any other grouping."""


def counts(
    actor: Actor,
    since: dt.datetime,
    until: dt.datetime,
    *,
    enterprise_id: UUID | None = None,
    work_type: int | None = None,
) -> Counts:
    """Return how the duties that fell due in (since, until] went, over what the actor sees."""
    rows = due_between(actor, since, until)
    if enterprise_id is not None:
        rows = rows.filter(enterprise=enterprise_id)
    if work_type is not None:
        rows = rows.filter(work_type=work_type)
    found = rows.aggregate(**COUNTED)
    return Counts(
        found["n_due"], found["n_done"], found["n_late"], found["n_overdue"], found["n_exempt"]
    )


def due_between(actor: Actor, since: dt.datetime, until: dt.datetime) -> QuerySet[Instance]:
    """Return the instances that fall due in (since, until], for sums over groups.

    What is due at midnight is due at 24:00 of the day that ends, so it counts in that day.
    """
    return Instance.objects.for_actor(actor).filter(
        due_at__gt=since,
        due_at__lte=until,
        id__gte=rules.id_bound(since - REACH),
        id__lt=rules.id_bound(until),
    )


def plans(actor: Actor) -> QuerySet[Plan]:
    """Return the plans the actor sees."""
    return Plan.objects.for_actor(actor).select_related(
        "organisation", "assignee", "shift_pattern", "enterprise"
    )


def plan_one(actor: Actor, plan_id: UUID | str) -> Plan:
    """Return one plan. Raises NotYours."""
    rows: Any = plans(actor)
    found: Plan = rows.one(plan_id)
    return found


def plans_of(actor: Actor, kind: str, subject_ids: Sequence[UUID]) -> QuerySet[Plan]:
    """Return the plans of a kind about these subjects."""
    return plans(actor).filter(kind=kind, subject_id__in=subject_ids)


def warnings(actor: Actor) -> QuerySet[RaisedWarning]:
    """Return the warnings the actor sees, the open and worst first."""
    return (
        RaisedWarning.objects.for_actor(actor)
        .select_related("organisation", "assignee", "cleared_by", "enterprise")
        .order_by("-colour", "raised_at", "id")
    )


def open_warnings(actor: Actor) -> QuerySet[RaisedWarning]:
    """Return the warnings not cleared yet, the worst and oldest first."""
    return warnings(actor).filter(cleared_at__isnull=True)


def open_warning_counts(actor: Actor) -> dict[int, int]:
    """Return how many open warnings there are of each colour."""
    found = (
        RaisedWarning.objects.for_actor(actor)
        .filter(cleared_at__isnull=True)
        .values_list("colour")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(found)


def warning_one(actor: Actor, warning_id: UUID | str) -> RaisedWarning:
    """Return one warning. Raises NotYours."""
    rows: Any = warnings(actor)
    found: RaisedWarning = rows.one(warning_id)
    return found


def exemptions(actor: Actor) -> QuerySet[Exemption]:
    """Return exemptions, the newest first."""
    rows = Exemption.objects.for_actor(actor).select_related("enterprise")
    return rows.order_by("-starts_at", "id")


def exemption_one(actor: Actor, exemption_id: UUID | str) -> Exemption:
    """Return one exemption. Raises NotYours."""
    rows: Any = exemptions(actor)
    found: Exemption = rows.one(exemption_id)
    return found


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A place that has duties, and the department of the first of them."""

    place_id: UUID
    text: str
    organisation_id: UUID


def places(actor: Actor, enterprise_id: UUID) -> list[PlannedPlace]:
    """Return the places of an enterprise that have duties, by name."""
    rows = (
        Plan.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, is_active=True, place_id__isnull=False)
        .order_by("place_id", "organisation__path")
        .distinct("place_id")
        .values_list("place_id", "place_text", "organisation_id")
    )
    return sorted((PlannedPlace(*row) for row in rows), key=lambda one: (one.text, one.place_id))


def substitutes(actor: Actor) -> QuerySet[Substitute]:
    """Return substitutions, the newest first."""
    return (
        Substitute.objects.for_actor(actor)
        .select_related("from_user", "to_user", "enterprise")
        .order_by("-starts_at", "id")
    )


def stand_ins(enterprises: Iterable[UUID], at: dt.datetime) -> list[tuple[UUID, UUID]]:
    """Return who is away and who stands in for them at a moment. For runs that tell people."""
    rows = Substitute.objects.unscoped("every enterprise's people are told").filter(
        enterprise__in=list(enterprises), starts_at__lte=at, ends_at__gt=at, ended_at__isnull=True
    )
    return list(rows.values_list("from_user_id", "to_user_id"))


def substitute_one(actor: Actor, substitute_id: UUID | str) -> Substitute:
    """Return one substitution. Raises NotYours."""
    rows: Any = substitutes(actor)
    found: Substitute = rows.one(substitute_id)
    return found


def shift_patterns(actor: Actor) -> QuerySet[ShiftPattern]:
    """Return shift patterns by name."""
    return ShiftPattern.objects.for_actor(actor).select_related("enterprise").order_by("name", "id")


def shift_pattern_one(actor: Actor, pattern_id: UUID | str) -> ShiftPattern:
    """Return one shift pattern. Raises NotYours."""
    rows: Any = shift_patterns(actor)
    found: ShiftPattern = rows.one(pattern_id)
    return found


def ladder_of(enterprise_id: UUID) -> tuple[ladder.Rung, ...]:
    """Return the ladder of an enterprise: its own rungs in place of the product's."""
    return ladder.with_own(_rungs(Q(enterprise=enterprise_id)).get(enterprise_id, ()))


def own_rung(
    actor: Actor, enterprise_id: UUID, trigger: str, condition: str, colour: int
) -> LadderRung | None:
    """Return an enterprise's own rung, None where the product's holds."""
    rows = LadderRung.objects.for_actor(actor).filter(enterprise=enterprise_id)
    return rows.filter(trigger=trigger, condition=condition, colour=colour).first()


def own_ladders(trigger: str) -> dict[UUID, tuple[ladder.Rung, ...]]:
    """Return the whole ladders of the enterprises that have rungs of their own for a trigger."""
    return {
        enterprise_id: ladder.with_own(rungs)
        for enterprise_id, rungs in _rungs(Q(trigger=trigger)).items()
    }


def own_ladders_of(enterprises: Iterable[UUID]) -> dict[UUID, tuple[ladder.Rung, ...]]:
    """Return the whole ladders of those of these enterprises that have rungs of their own."""
    return {
        enterprise_id: ladder.with_own(rungs)
        for enterprise_id, rungs in _rungs(Q(enterprise__in=set(enterprises))).items()
    }


def _rungs(which: Q) -> dict[UUID, list[ladder.Rung]]:
    found: dict[UUID, list[ladder.Rung]] = {}
    units = {(r.trigger, r.condition): r.unit for r in ladder.product_default()}
    for row in LadderRung.objects.unscoped("limits decide for whoever asks").filter(which):
        found.setdefault(row.enterprise_id, []).append(
            ladder.Rung(
                row.trigger,
                row.condition,
                row.colour,
                row.threshold,
                units.get((row.trigger, row.condition), ""),
                tuple(row.recipients),
                row.told,
            )
        )
    return found


def departments(actor: Actor, enterprise_id: UUID) -> QuerySet[Organisation]:
    """Return an enterprise with its active departments and teams, in the order of the tree."""
    return (
        organisations(actor)
        .filter(owner_enterprise_id=enterprise_id, is_active=True)
        .order_by("path")
    )


def done_on(actor: Actor, day: dt.date) -> QuerySet[Instance]:
    """Return what the actor has done on a day, the last first."""
    begins = dt.datetime.combine(day, dt.time(0), SHANGHAI)
    return (
        Instance.objects.for_actor(actor)
        .filter(
            enterprise=actor.own_enterprise_id,
            due_at__gte=begins - dt.timedelta(days=31),
            id__gte=rules.id_bound(begins - REACH),
            id__lt=rules.id_bound(begins + dt.timedelta(days=1)),
            done_by=actor.user_id,
            done_at__gte=begins,
            done_at__lt=begins + dt.timedelta(days=1),
        )
        .select_related("plan", "organisation")
        .order_by("-done_at", "id")
    )


def colleagues(actor: Actor, enterprise_id: UUID) -> QuerySet[Membership]:
    """Return the current posts of an enterprise the actor sees, by person.

    Raises NotYours for an enterprise outside the scope.
    """
    enterprise = Organisation.objects.filter(pk=enterprise_id).first()
    if enterprise is None or not actor.scope.covers(enterprise.path, enterprise.pk):
        raise NotYours()
    return (
        Membership.objects.filter(
            organisation__owner_enterprise_id=enterprise_id,
            ended_at__isnull=True,
            user__is_active=True,
        )
        .select_related("user", "organisation")
        .order_by("user__display_name", "pk")
    )
