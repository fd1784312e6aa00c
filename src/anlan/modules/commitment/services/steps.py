"""The steps of the chain as duties: each level judges in its hours, the company publishes."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.models import Organisation
from anlan.base.clock import today
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Plan
from anlan.base.duties.services import instances, plans
from anlan.base.duties.services.telling import roster
from anlan.base.duties.states import FINISHED
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.services import notify_many
from anlan.modules.commitment import notices, queries, ready, rules
from anlan.modules.commitment.duties import KIND
from anlan.modules.commitment.models import ChainLevel, ChainNode, Commitment
from anlan.modules.commitment.states import CommitmentState

KEPT_UP = dt.timedelta(days=30)
"""An enterprise that has committed within this time goes on being asked to."""


@dataclass(frozen=True, slots=True)
class _Step:
    subject_id: UUID
    organisation_id: UUID
    level: str
    title: str


@transaction.atomic
def ensure(actor: Actor, enterprise: Organisation) -> list[Plan]:
    """See that each step of an enterprise's chain is a duty, and no step that is gone.

    Plans that are there stay as the enterprise set them. Returns those made. For services that
    have shown the right to the chain, and for the nightly run.
    """
    wanted = {step.subject_id: step for step in _steps(actor, enterprise)}
    rows = Plan.objects.for_actor(actor).filter(enterprise=enterprise, kind=KIND, is_active=True)
    there = {plan.subject_id: plan.pk for plan in rows}
    for subject_id, plan_id in there.items():
        if subject_id not in wanted:
            plans.stop(SYSTEM, plan_id, _("This level no longer judges."))
    fresh = [step for pk, step in wanted.items() if pk not in there]
    # Who has begun the day has its levels: a level added now begins tomorrow.
    begun = Commitment.objects.for_actor(actor).filter(enterprise=enterprise, day=today())
    starts_on = today() + dt.timedelta(days=1) if begun.exists() else today()
    return plans.save_many(SYSTEM, enterprise, [_fields(step, starts_on) for step in fresh])


def _steps(actor: Actor, enterprise: Organisation) -> Iterable[_Step]:
    yield _Step(
        enterprise.pk, enterprise.pk, ChainLevel.COMPANY, _("Publish the safety-risk commitment")
    )
    nodes = ChainNode.objects.for_actor(actor).filter(
        enterprise=enterprise, removed_at__isnull=True
    )
    for node in nodes.select_related("organisation"):
        title = _("Judge the safety risk: %(place)s") % {"place": node.organisation.name}
        yield _Step(node.pk, node.organisation_id, node.level, title)


def _fields(step: _Step, starts_on: dt.date) -> dict[str, object]:
    one = ready.steps()[step.level]
    return {
        "kind": KIND,
        "title": step.title[:200],
        "subject_id": step.subject_id,
        "organisation_id": step.organisation_id,
        "role": one.role,
        "cycle_unit": "day",
        "starts_on": starts_on,
        "time_from": one.time_from,
        "time_to": one.time_to,
    }


def done(
    actor: Actor, enterprise_id: UUID, subject_id: UUID, at: dt.datetime, row_id: UUID
) -> None:
    """Note that a step was taken, if it is a duty of this day that is still open."""
    plan = (
        Plan.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, kind=KIND, subject_id=subject_id, is_active=True)
        .first()
    )
    found = duties.instance_at(actor, plan.pk, at) if plan is not None else None
    if found is not None and found.state not in FINISHED:
        instances.fulfil(actor, found.pk, at, row_id)


def ensure_all() -> dict[str, int]:
    """Keep the steps of all enterprises that commit; stop those of whoever need not any more.

    Returns how many plans were made and how many enterprises stopped. Runs as the system.
    """
    obliged = set(queries.obliged(SYSTEM).values_list("pk", flat=True))
    chains = ChainNode.objects.for_actor(SYSTEM).filter(removed_at__isnull=True)
    recent = Commitment.objects.for_actor(SYSTEM).filter(day__gte=today() - KEPT_UP)
    commits = {
        *chains.values_list("enterprise", flat=True),
        *recent.order_by().values_list("enterprise", flat=True).distinct(),
    }
    active = Plan.objects.for_actor(SYSTEM).filter(kind=KIND, is_active=True)
    n_made = 0
    for enterprise in _of(_lacking(commits & obliged, active.values_list("subject_id", flat=True))):
        n_made += len(ensure(SYSTEM, enterprise))
    over = active.exclude(enterprise__in=obliged).values_list("pk", flat=True)
    stopped = [plans.stop(SYSTEM, pk, _("The enterprise is not in operation.")) for pk in over]
    return {"made": n_made, "stopped": len(stopped)}


def _lacking(enterprises: Collection[UUID], subjects: Iterable[UUID | None]) -> set[UUID]:
    """Return the enterprises with a step that is no duty yet, in one statement."""
    known = set(subjects)
    nodes = ChainNode.objects.for_actor(SYSTEM).filter(
        enterprise__in=enterprises, removed_at__isnull=True
    )
    without = {owner for pk, owner in nodes.values_list("pk", "enterprise") if pk not in known}
    return without | {pk for pk in enterprises if pk not in known}


def _of(ids: Collection[UUID]) -> Iterable[Organisation]:
    return Organisation.objects.filter(pk__in=ids).order_by("pk")


def tell_missing(day: dt.date) -> int:
    """Tell park and county which enterprises have not published, one message a person and day.

    Returns how many people were told.
    """
    missing = queries.missing(SYSTEM, day).values_list("pk", "name")
    return _tell_officers(day, list(missing), notices.MISSING.code, "missing", Urgency.ORANGE)


def tell_doubtful(day: dt.date) -> int:
    """Tell park and county whose commitment contradicts the facts, one message a person and day.

    Coming late alone is told with those missing. Returns how many people were told.
    """
    rows = queries.commitments(SYSTEM).filter(day=day, state=CommitmentState.PUBLISHED)
    doubtful = [
        (row.enterprise_id, row.enterprise.name)
        for row in rows.exclude(flags=[])
        if any(flag["code"] != rules.LATE for flag in row.flags)
    ]
    return _tell_officers(day, doubtful, notices.DOUBTFUL.code, "doubtful", Urgency.YELLOW)


def _tell_officers(
    day: dt.date, found: Sequence[tuple[UUID, str]], code: str, only: str, urgency: Urgency
) -> int:
    who = roster(pk for pk, _name in found)
    names: dict[UUID, list[str]] = defaultdict(list)
    for pk, name in found:
        for place in (who.parks.get(pk), who.areas.get(pk)):
            for user in who.officers[place] if place is not None else ():
                names[user].append(name)
    return notify_many(
        SYSTEM,
        [
            Draft(
                recipient=user,
                kind=code,
                params={"count": len(those), "first": _(", ").join(those[:3])},
                url=f"/commitment/overview/?day={day}&only={only}",
                urgency=urgency,
                due_on=day,
                needs_action=True,
                dedupe_key=f"{code}:{day}",
            )
            for user, those in names.items()
        ],
    ).people
