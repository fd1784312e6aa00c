"""Setting up, changing and stopping plans."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.clock import day_of
from anlan.base.clock import now as clock_now
from anlan.base.duties import events
from anlan.base.duties.models import Horizon, Instance, Plan
from anlan.base.duties.policy import PLAN
from anlan.base.duties.problems import Stopped
from anlan.base.duties.services.checking import plan_problems
from anlan.base.duties.services.making import default_until, make
from anlan.base.duties.services.places import enterprise_of
from anlan.base.duties.states import OPEN, WAITING, State
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.states.problems import ReasonMissing

FIELDS = (
    "kind", "title", "subject_id", "place_id", "place_text", "organisation_id", "assignee_id",
    "role", "work_type", "role_item", "cycle_n", "cycle_unit", "calendar", "shift_pattern_id",
    "starts_on", "ends_on", "time_from", "time_to", "grace_minutes",
)  # fmt: skip
WHEN = frozenset(FIELDS[FIELDS.index("cycle_n") :])
WHOSE = ("organisation_id", "assignee_id", "role", "work_type")
_COLUMNS = tuple(
    name.removesuffix("_id") if name in ("organisation_id", "assignee_id", "shift_pattern_id")
    else name
    for name in FIELDS
)  # fmt: skip


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
    return change_many(actor, [(plan_id, fields)], now=moment)[0]


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


@transaction.atomic
def change_many(
    actor: Actor,
    given: Sequence[tuple[UUID | str, Mapping[str, Any]]],
    *,
    now: dt.datetime | None = None,
) -> list[Plan]:
    """Change plans of one enterprise, all or none; statements do not grow with their number.

    Each is the plan's id with the fields to change; see `save`. Raises NotYours (one is not there
    or of another enterprise), Forbidden, Stopped, BadInput whose problems carry the row's number.
    """
    if not given:
        return []
    moment = now or clock_now()
    edits = _edits(actor, given, lock=True)
    owner = edits[0].plan.enterprise
    for edit in edits:
        policy.require(actor, PLAN, _Place(edit.was_at, owner.pk))
        if not edit.plan.is_active:
            raise Stopped()
    _check(owner, [edit.plan for edit in edits])
    for path in {edit.plan.scope_path for edit in edits}:
        policy.require(actor, PLAN, _Place(path, owner.pk))
    changed = [edit for edit in edits if edit.after]
    for edit in changed:
        edit.plan.version += 1
        edit.plan.updated_at = moment
    Plan.objects.for_actor(actor).bulk_update(
        [edit.plan for edit in changed],
        [*_COLUMNS, "scope_path", "version", "updated_at"],
        batch_size=500,
    )
    anew = [edit.plan for edit in changed if WHEN & edit.after.keys()]
    taken_back = remake(owner.pk, [plan.pk for plan in anew], moment)
    made = dict(
        Plan.objects.for_actor(actor)
        .filter(pk__in=[plan.pk for plan in anew])
        .values_list("pk", "made_until")
    )
    for plan in anew:
        plan.make_from, plan.made_until = moment, made[plan.pk]
    _move_open(actor, owner.pk, [edit.plan for edit in changed if edit.only_moves], moment)
    record_many(
        actor,
        [
            Entry(
                events.PLAN_CHANGED,
                edit.plan,
                before=edit.before,
                after=edit.after | ({"taken_back": taken_back} if anew == [edit.plan] else {}),
            )
            for edit in changed
        ],
    )
    return [edit.plan for edit in edits]


@dataclass(slots=True)
class _Edit:
    """A plan with its new values set, and what they were."""

    plan: Plan
    was_at: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def only_moves(self) -> bool:
        """Tell whether it is somebody else's now, at the same times."""
        return bool(set(WHOSE) & self.after.keys()) and not WHEN & self.after.keys()


def _edits(
    actor: Actor, given: Sequence[tuple[UUID | str, Mapping[str, Any]]], *, lock: bool
) -> list[_Edit]:
    """Return the plans with their new values set; nothing is written. Raises NotYours."""
    rows = Plan.objects.for_actor(actor).select_related("enterprise")
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    known = {str(row.pk): row for row in rows.filter(pk__in=[pk for pk, _fields in given])}
    edits = []
    for pk, fields in given:
        plan = known.get(str(pk))
        if plan is None or plan.enterprise_id != next(iter(known.values())).enterprise_id:
            raise NotYours()
        before, after = {}, {}
        for name, value in _plain(fields).items():
            if getattr(plan, name) != value:
                before[name], after[name] = getattr(plan, name), value
        edit = _Edit(plan, plan.scope_path, before, after)
        for name, value in after.items():
            setattr(plan, name, value)
        edits.append(edit)
    return edits


def _move_open(actor: Actor, enterprise_id: UUID, plans: Sequence[Plan], now: dt.datetime) -> None:
    """Let what is open and not due follow its plans, one statement for all of the same people."""
    alike: dict[tuple[Any, ...], list[UUID]] = {}
    for plan in plans:
        key = (plan.scope_path, *(getattr(plan, name) for name in WHOSE))
        alike.setdefault(key, []).append(plan.pk)
    for (path, *whose), ids in alike.items():
        Instance.objects.for_actor(actor).filter(
            enterprise=enterprise_id, plan__in=ids, due_at__gt=now, state__in=OPEN
        ).update(scope_path=path, updated_at=now, **dict(zip(WHOSE, whose, strict=True)))


def problems_of(
    actor: Actor,
    enterprise: Organisation | UUID,
    given: Sequence[tuple[UUID | None, Mapping[str, Any]]],
    *,
    now: dt.datetime | None = None,
) -> list[list[Problem]]:
    """Return what each of these new plans (id None) or changes would be refused for.

    Nothing is written; the number of statements does not grow. Raises NotYours.
    """
    moment = now or clock_now()
    owner = enterprise_of(actor, enterprise)
    edits = iter(_edits(actor, [(pk, row) for pk, row in given if pk is not None], lock=False))
    plans = [
        Plan(enterprise=owner, make_from=moment, **_defaults(_plain(row), moment))
        if pk is None
        else next(edits).plan
        for pk, row in given
    ]
    found = plan_problems(owner, plans)
    for plan, problems in zip(plans, found, strict=True):
        if problems.found:
            continue
        if not policy.allows(actor, PLAN, plan.scope_path, owner.pk):
            problems.add("organisation", _("You may not plan the duties of this department."))
    return [problems.found for problems in found]


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
    found = [
        Problem(p.field, p.text, p.remedy, row=number if len(plans) > 1 else None, code=p.code)
        for number, problems in enumerate(plan_problems(owner, plans), start=1)
        for p in problems.found
    ]
    if found:
        raise BadInput(found)
