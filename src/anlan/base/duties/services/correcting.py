"""A second proof of a duty turns out to be the earlier one."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from anlan.base.actors.actor import Actor
from anlan.base.duties import events, rules
from anlan.base.duties.models import Instance
from anlan.base.duties.problems import AlreadyDone, NotACarer
from anlan.base.duties.services.instances import may_fulfil, shown
from anlan.base.duties.states import FINISHED
from anlan.base.errors import NotYours
from anlan.base.states.services import advance


@transaction.atomic
def done_earlier(
    actor: Actor, instance_id: UUID | str, at: dt.datetime, record_id: UUID
) -> Instance:
    """Note that a duty already done was done earlier, `at` (aware), as `record_id` proves.

    Phones come back in any order: whichever record arrives first, the earliest one fulfils. Done
    late becomes done when the earlier one was in time. Raises NotYours, NotACarer, AlreadyDone
    when `at` is not earlier or lies before the window.
    """
    instance = Instance.objects.for_actor(actor).lock(instance_id)
    if instance.state not in FINISHED:
        raise NotYours()
    if instance.done_at is None or not instance.opens_at <= at < instance.done_at:
        raise AlreadyDone(done_at=shown(instance.done_at))
    if not may_fulfil(actor, instance):
        raise NotACarer()
    is_late = rules.is_late(at, instance.grace_until)
    return advance(
        actor,
        instance,
        "prove_earlier_late" if is_late else "prove_earlier",
        events.DONE_EARLIER,
        changes={"done_at": at, "done_by_id": actor.user_id, "record_id": record_id},
        is_allowed=True,
    )
