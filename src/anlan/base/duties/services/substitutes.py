"""Who stands in for whom."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import record
from anlan.base.clock import now as clock_now
from anlan.base.duties import events
from anlan.base.duties.models import Substitute
from anlan.base.duties.policy import SUBSTITUTE
from anlan.base.duties.problems import AlreadyEnded
from anlan.base.duties.services.places import enterprise_of, people_of
from anlan.base.errors import Problems


@transaction.atomic
def add(
    actor: Actor,
    enterprise: Organisation | UUID,
    from_user: UUID,
    to_user: UUID,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    reason: str = "",
) -> Substitute:
    """Name a substitute for a time; both belong to the enterprise.

    Anybody may name one for themselves; for others by permission. Raises NotYours, Forbidden,
    BadInput.
    """
    owner = enterprise_of(actor, enterprise)
    if from_user != actor.user_id:
        policy.require(actor, SUBSTITUTE)
    problems = Problems()
    people = people_of(owner, {from_user, to_user})
    for name, person in (("from_user", from_user), ("to_user", to_user)):
        if person not in people:
            problems.add(name, _("This person does not belong to the enterprise."))
    if from_user == to_user:
        problems.add("to_user", _("Choose somebody else."))
    if ends_at <= starts_at:
        problems.add("ends_at", _("This lies before the beginning."))
    problems.raise_if_any()
    made = Substitute.objects.create(
        enterprise=owner,
        scope_path=owner.path,
        from_user_id=from_user,
        to_user_id=to_user,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
    )
    record(
        actor,
        events.SUBSTITUTE_ADDED,
        made,
        after={"from": from_user, "to": to_user, "starts_at": starts_at, "ends_at": ends_at},
        reason=made.reason,
    )
    return made


@transaction.atomic
def end(actor: Actor, substitute_id: UUID | str, *, now: dt.datetime | None = None) -> Substitute:
    """End a substitution early. Raises NotYours, Forbidden, AlreadyEnded."""
    moment = now or clock_now()
    row = Substitute.objects.for_actor(actor).lock(substitute_id)
    if row.from_user_id != actor.user_id:
        policy.require(actor, SUBSTITUTE)
    if row.ended_at is not None or row.ends_at <= moment:
        raise AlreadyEnded()
    row.ended_at = moment
    row.version += 1
    row.save(update_fields=["ended_at", "version", "updated_at"])
    record(actor, events.SUBSTITUTE_ENDED, row, after={"ended_at": moment})
    return row
