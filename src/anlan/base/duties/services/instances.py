"""Doing duties, and handing them on; making and marking them live beside it."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, User
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import SHANGHAI
from anlan.base.clock import now as clock_now
from anlan.base.duties import events, kinds, notices, queries, rules, texts
from anlan.base.duties.models import Instance
from anlan.base.duties.policy import FULFIL, HAND_OVER
from anlan.base.duties.problems import AlreadyDone, NotACarer, NotOpen, TooEarly
from anlan.base.duties.services.making import default_until, make
from anlan.base.duties.services.marking import mark
from anlan.base.duties.services.warnings import clear_for
from anlan.base.duties.states import FINISHED, OPEN, State
from anlan.base.errors import BadInput, Problem
from anlan.base.inbox.services import notify
from anlan.base.states.problems import ReasonMissing
from anlan.base.states.services import advance

__all__ = ["default_until", "fulfil", "hand_over", "make", "mark"]


@transaction.atomic
def fulfil(
    actor: Actor,
    instance_id: UUID | str,
    at: dt.datetime,
    record_id: UUID | None,
    by: UUID | None = None,
) -> Instance:
    """Note a duty as done `at` (aware) by `by` (the actor unless said), proved by `record_id`.

    When it was done decides between done and done late, not when this is called; so a record that
    comes late turns overdue into done. The same record again changes nothing. Its warning is
    cleared. Raises NotYours, NotACarer, TooEarly, AlreadyDone (another record).
    """
    instance = Instance.objects.for_actor(actor).select_related("plan").lock(instance_id)
    if instance.state in FINISHED:
        if record_id is not None and instance.record_id == record_id:
            return instance
        raise AlreadyDone(done_at=shown(instance.done_at))
    if not may_fulfil(actor, instance):
        raise NotACarer()
    if at < instance.opens_at:
        raise TooEarly(opens_at=shown(instance.opens_at))
    is_late = instance.state != State.EXEMPT and rules.is_late(at, instance.grace_until)
    done = advance(
        actor,
        instance,
        "fulfil_late" if is_late else "fulfil",
        events.DONE,
        changes={
            "done_at": at,
            "done_by_id": by or actor.user_id,
            "record_id": record_id,
            "warning": 0,
            "next_turn_at": None,
        },
        is_allowed=True,
    )
    clear_for(actor, "duty", [done.pk], reason=texts.CARRIED_OUT())
    kinds.tell_fulfilled(actor, done)
    return done


def may_fulfil(actor: Actor, instance: Instance) -> bool:
    """Tell whether the actor may do this duty: by right at its place, or because it is theirs."""
    if actor.is_system:
        return True
    if policy.allows(actor, FULFIL, instance.scope_path, instance.enterprise_id):
        return True
    return policy.allows(actor, FULFIL) and queries.is_mine(actor, instance, clock_now())


def shown(moment: dt.datetime | None) -> str:
    """Return a moment as people in China read it."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


@transaction.atomic
def hand_over(
    actor: Actor, ids: Collection[UUID | str], to_user: UUID | str, reason: str
) -> list[Instance]:
    """Hand open duties to a person of the same enterprise; tell them once.

    Own ones anybody may hand over; others' by permission. Raises NotYours (one is not there),
    NotACarer, NotOpen, BadInput for a person from elsewhere, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing(move=_("Hand over"))
    wanted = {str(pk) for pk in ids}
    rows = [Instance.objects.for_actor(actor).lock(pk) for pk in sorted(wanted)]
    moment = clock_now()
    closed = [row for row in rows if row.state not in OPEN]
    if closed:
        raise NotOpen(count=len(closed))
    for row in rows:
        if not policy.allows(
            actor, HAND_OVER, row.scope_path, row.enterprise_id
        ) and not queries.is_mine(actor, row, moment):
            raise NotACarer()
    person = _colleague(rows, to_user)
    entries = []
    for row in rows:
        before = {"assignee": row.assignee_id}
        row.assignee = person
        row.version += 1
        row.save(update_fields=["assignee", "version", "updated_at"])
        entries.append(
            Entry(events.HANDED_OVER, row, before, {"assignee": person.pk}, reason=reason.strip())
        )
    record_many(actor, entries)
    if rows:
        notify(
            actor,
            [person.pk],
            notices.HANDED_OVER.code,
            {"who": actor.name, "count": len(rows), "reason": reason.strip()},
            row=rows[0],
            url="/duties/",
            needs_action=True,
        )
    return rows


def _colleague(rows: Collection[Instance], user_id: UUID | str) -> User:
    """Return the person. Raises BadInput unless they belong to every row's enterprise."""
    problem = BadInput(
        Problem("to_user", _("This person does not belong to the enterprise of the duty."))
    )
    enterprises = {row.enterprise_id for row in rows}
    held = Membership.objects.filter(
        user_id=user_id,
        user__is_active=True,
        ended_at__isnull=True,
        organisation__owner_enterprise_id__in=enterprises,
    )
    if set(held.values_list("organisation__owner_enterprise_id", flat=True)) != enterprises:
        raise problem
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None:
        raise problem
    return person
