"""Setting up, changing and stopping plans."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import path_end
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.clock import day_of
from anlan.base.clock import now as clock_now
from anlan.base.duties import events
from anlan.base.duties.kinds import all_kinds
from anlan.base.duties.models import Horizon, Instance, Plan, ShiftPattern
from anlan.base.duties.models.plan import CycleUnit, Days, WorkType
from anlan.base.duties.policy import PLAN
from anlan.base.duties.problems import Stopped
from anlan.base.duties.services.making import default_until, make
from anlan.base.duties.services.places import enterprise_of, people_of
from anlan.base.duties.states import OPEN, WAITING, State
from anlan.base.errors import BadInput, Problem, Problems
from anlan.base.states.problems import ReasonMissing

FIELDS = (
    "kind", "title", "subject_id", "place_id", "place_text", "organisation_id", "assignee_id",
    "role", "work_type", "role_item", "cycle_n", "cycle_unit", "calendar", "shift_pattern_id",
    "starts_on", "ends_on", "time_from", "time_to", "grace_minutes",
)  # fmt: skip
WHEN = frozenset(FIELDS[FIELDS.index("cycle_n") :])
WHOSE = ("organisation_id", "assignee_id", "role", "work_type")
_SLOTS = {WorkType.PRINCIPAL: 9, WorkType.TECHNICAL: 9, WorkType.OPERATIONAL: 10}


def save(
    actor: Actor,
    enterprise: Organisation | UUID,
    *,
    plan_id: UUID | str | None = None,
    now: dt.datetime | None = None,
    **fields: Any,
) -> Plan:
    """Set up a plan of an enterprise, or change one; its instances follow at once.

    `fields` are the model's (`organisation`, `assignee`, `shift_pattern` as rows or, with `_id`,
    as ids); those left out keep their value, or the model's default. A change of when it recurs
    takes back what is not due yet and makes it anew; a change of whose it is moves what is open.
    Raises NotYours, Forbidden, BadInput with every problem, Stopped.
    """
    moment = now or clock_now()
    if plan_id is None:
        return save_many(actor, enterprise, [fields], now=moment)[0]
    with transaction.atomic():
        return _change(actor, plan_id, _plain(fields), moment)


@transaction.atomic
def save_many(
    actor: Actor,
    enterprise: Organisation | UUID,
    rows: Sequence[Mapping[str, Any]],
    *,
    now: dt.datetime | None = None,
) -> list[Plan]:
    """Set up many plans, all or none, with a number of statements that does not grow.

    Raises BadInput whose problems carry the row's number from 1; NotYours, Forbidden.
    """
    moment = now or clock_now()
    owner = enterprise_of(actor, enterprise)
    made = [
        Plan(enterprise=owner, make_from=moment, **_defaults(_plain(row), moment)) for row in rows
    ]
    _check(owner, made)
    for path in {plan.scope_path for plan in made}:
        policy.require(actor, PLAN, _Place(path, owner.pk))
    Plan.objects.bulk_create(made, batch_size=2000)
    record_many(actor, [Entry(events.PLAN_SAVED, plan, after=_shown(plan)) for plan in made])
    _make(owner.pk, moment)
    return made


class _Place:
    """A place to judge a permission at."""

    def __init__(self, scope_path: str, enterprise_id: UUID) -> None:
        self.scope_path, self.enterprise_id = scope_path, enterprise_id


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with rows as their ids. Raises TypeError for a field plans do not have."""
    plain = {}
    for name, value in fields.items():
        if name in ("organisation", "assignee", "shift_pattern"):
            name, value = f"{name}_id", getattr(value, "pk", value)
        if name not in FIELDS:
            raise TypeError(f"plans have no field {name!r}")
        plain[name] = value
    return plain


def _defaults(fields: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    return {"starts_on": day_of(now), **fields}


def _make(enterprise_id: UUID, now: dt.datetime) -> None:
    horizon = (
        Horizon.objects.unscoped("how far this enterprise is made")
        .filter(enterprise=enterprise_id)
        .first()
    )
    until = default_until(now)
    # A horizon beyond today's is kept; one behind it is brought up for every plan of the place.
    make(max(until, horizon.made_until) if horizon else until, now, enterprise_id)


def _change(actor: Actor, plan_id: UUID | str, given: dict[str, Any], now: dt.datetime) -> Plan:
    plan = Plan.objects.for_actor(actor).select_related("enterprise").lock(plan_id)
    policy.require(actor, PLAN, plan)
    if not plan.is_active:
        raise Stopped()
    before = {name: getattr(plan, name) for name in FIELDS}
    changed = {name: value for name, value in given.items() if before[name] != value}
    if not changed:
        return plan
    for name, value in changed.items():
        setattr(plan, name, value)
    _check(plan.enterprise, [plan])
    policy.require(actor, PLAN, plan)
    after: dict[str, Any] = dict(changed)
    plan.version += 1
    plan.save()
    if WHEN & changed.keys():
        after["taken_back"] = remake(plan.enterprise_id, [plan.pk], now)
        plan.refresh_from_db(fields=["make_from", "made_until"])
    elif set(WHOSE) & changed.keys():
        Instance.objects.for_actor(actor).filter(
            enterprise=plan.enterprise_id, plan=plan, due_at__gt=now, state__in=OPEN
        ).update(scope_path=plan.scope_path, updated_at=now, **{n: getattr(plan, n) for n in WHOSE})
    record(actor, events.PLAN_CHANGED, plan, before={n: before[n] for n in changed}, after=after)
    return plan


def remake(enterprise_id: UUID, plan_ids: Sequence[UUID], now: dt.datetime) -> int:
    """Take back what is not done nor due of these plans and make it anew; return how many went.

    For services that have changed when the plans recur.
    """
    if not plan_ids:
        return 0
    taken_back, _rows = (
        Instance.objects.unscoped("the caller has shown the right to the plans")
        .filter(enterprise=enterprise_id, plan__in=plan_ids, due_at__gt=now, state__in=WAITING)
        .delete()
    )
    Plan.objects.unscoped("the same plans").filter(pk__in=plan_ids).update(
        make_from=now, made_until=None
    )
    _make(enterprise_id, now)
    return taken_back


@transaction.atomic
def stop(actor: Actor, plan_id: UUID | str, reason: str, *, now: dt.datetime | None = None) -> Plan:
    """End a plan: what has not opened is taken back, what is open no longer counts.

    What is overdue stays so. Raises NotYours, Forbidden, Stopped, ReasonMissing.
    """
    moment = now or clock_now()
    plan = Plan.objects.for_actor(actor).lock(plan_id)
    policy.require(actor, PLAN, plan)
    if not plan.is_active:
        raise Stopped()
    if not reason.strip():
        raise ReasonMissing(move=_("Stop the plan"))
    plan.is_active, plan.stopped_at = False, moment
    plan.version += 1
    plan.save(update_fields=["is_active", "stopped_at", "version", "updated_at"])
    waiting = Instance.objects.for_actor(actor).filter(
        enterprise=plan.enterprise_id, plan=plan, due_at__gt=moment, state__in=WAITING
    )
    taken_back, _rows = waiting.filter(opens_at__gt=moment).delete()
    exempt = waiting.update(
        state=State.EXEMPT,
        exempt_reason=reason.strip()[:200],
        warning=0,
        next_turn_at=None,
        updated_at=moment,
    )
    record(
        actor,
        events.PLAN_STOPPED,
        plan,
        after={"taken_back": taken_back, "exempt": exempt},
        reason=reason.strip(),
    )
    return plan


def _shown(plan: Plan) -> dict[str, Any]:
    return {name: value for name in FIELDS if (value := getattr(plan, name)) not in (None, "")}


def _check(owner: Organisation, plans: Sequence[Plan]) -> None:
    """Complete scope paths and raise BadInput with every problem of every plan."""
    places = _places(owner, (plan.organisation_id for plan in plans))
    people = people_of(owner, {plan.assignee_id for plan in plans if plan.assignee_id})
    patterns = {
        row.pk: row
        for row in ShiftPattern.objects.unscoped("checked against the enterprise").filter(
            enterprise=owner, pk__in={plan.shift_pattern_id for plan in plans}
        )
    }
    found: list[Problem] = []
    for number, plan in enumerate(plans, start=1):
        problems = Problems()
        place = places.get(plan.organisation_id)
        if place is None:
            problems.add("organisation", _("Choose a department of this enterprise."))
        else:
            plan.scope_path = place
        _check_one(plan, problems)
        if plan.assignee_id and plan.assignee_id not in people:
            problems.add("assignee", _("This person does not belong to the enterprise."))
        if plan.shift_pattern_id and plan.shift_pattern_id not in patterns:
            problems.add("shift_pattern", _("Choose a shift pattern of this enterprise."))
        found += [
            Problem(p.field, p.text, p.remedy, row=number if len(plans) > 1 else None, code=p.code)
            for p in problems.found
        ]
    if found:
        raise BadInput(found)


def _check_one(plan: Plan, problems: Problems) -> None:
    if not plan.title.strip():
        problems.add("title", _("Fill this in."))
    if plan.kind not in all_kinds():
        problems.add("kind", _("Choose one."))
    if plan.cycle_unit not in CycleUnit.values:
        problems.add("cycle_unit", _("Choose one."))
    if plan.calendar not in Days.values:
        problems.add("calendar", _("Choose one."))
    if plan.role and plan.role not in Role.values:
        problems.add("role", _("Choose one."))
    if not 1 <= plan.cycle_n <= 1000:
        problems.add("cycle_n", _("Give a whole number from 1 to 1000."))
    if plan.cycle_unit == CycleUnit.HOUR and plan.cycle_n > 24:
        problems.add("cycle_n", _("More than 24 hours: choose days."))
    if plan.cycle_unit == CycleUnit.SHIFT and plan.shift_pattern_id is None:
        problems.add("shift_pattern", _("Choose the shifts that it follows."))
    if plan.ends_on is not None and plan.ends_on < plan.starts_on:
        problems.add("ends_on", _("This lies before the first day."))
    slots = _SLOTS.get(WorkType(plan.work_type)) if plan.work_type in WorkType.values else None
    if plan.work_type not in WorkType.values:
        problems.add("work_type", _("Choose one."))
    elif slots and not (plan.role_item and 1 <= plan.role_item <= slots):
        problems.add(
            "role_item", _("Name the item of the responsible person's list, 1 to %s.") % slots
        )


def _places(owner: Organisation, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    return dict(
        Organisation.objects.filter(
            pk__in={pk for pk in ids if pk},
            is_active=True,
            path__gte=owner.path,
            path__lt=path_end(owner.path),
        ).values_list("pk", "path")
    )
