"""More time: asked with a reason, decided by somebody else, kept as the deadline's history."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import day_of, now
from anlan.base.errors import Problems
from anlan.base.states.services import advance, check
from anlan.modules.findings import events, rules, texts
from anlan.modules.findings.models import Extension, Finding
from anlan.modules.findings.policy import FINDING_EXTEND_LATE, FINDING_RECTIFY
from anlan.modules.findings.problems import AlreadyDone, NotConfirmedYet
from anlan.modules.findings.services import warning
from anlan.modules.findings.states import EXTENSION, ExtensionState, FindingState


@transaction.atomic
def request(
    actor: Actor, finding_id: UUID, *, new_deadline: dt.date, reason: str, interim: str = ""
) -> Extension:
    """Ask for more time. Raises NotConfirmedYet, AlreadyDone, BadInput, Forbidden, NotYours.

    Asked after the deadline it is late: a higher approver decides, the days over stay counted.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_RECTIFY, row)
    if row.deadline is None or row.state not in (
        FindingState.CONFIRMED,
        FindingState.RECTIFYING,
    ):
        raise NotConfirmedYet()
    if row.extensions.for_actor(actor).filter(state=ExtensionState.REQUESTED).exists():
        raise AlreadyDone()
    problems = Problems()
    if new_deadline <= row.deadline:
        problems.add("new_deadline", texts.NOT_LATER, code="not_later")
    if not reason.strip():
        problems.add("reason", texts.REASON_MISSING, code="missing")
    problems.raise_if_any()
    made = Extension(
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        finding=row,
        old_deadline=row.deadline,
        new_deadline=new_deadline,
        reason=reason.strip(),
        interim=interim.strip(),
        is_late=day_of(now()) > row.deadline,
        requested_by_id=actor.user_id,
    )
    made.save(force_insert=True)
    asked = {"state": made.state, "old": row.deadline, "new": new_deadline}
    record(actor, events.EXTENSION_REQUESTED, made, after=asked, reason=made.reason)
    record(actor, events.EXTENSION_REQUESTED, row, after=asked, reason=made.reason)
    return made


@transaction.atomic
def grant(actor: Actor, extension_id: UUID) -> Extension:
    """Grant more time: the finding's deadline moves. Raises as `advance` does."""
    made = Extension.objects.for_actor(actor).one(extension_id)
    row = Finding.objects.for_actor(actor).lock(made.finding_id)
    decided = advance(
        actor,
        made,
        "grant",
        events.EXTENSION_GRANTED,
        changes={"decided_by_id": actor.user_id, "decided_at": now()},
    )
    before = {"deadline": row.deadline, "overdue_days": row.overdue_days}
    row.overdue_days = max(row.overdue_days, rules.days_over(row.deadline, day_of(now())))
    row.deadline = decided.new_deadline
    row.version += 1
    row.save(update_fields=["deadline", "overdue_days", "version", "updated_at"])
    after = {"deadline": row.deadline, "overdue_days": row.overdue_days}
    record(actor, events.EXTENSION_GRANTED, row, before=before, after=after)
    warning.clear(actor, row, texts.MORE_TIME())
    return decided


@transaction.atomic
def refuse(actor: Actor, extension_id: UUID, reason: str) -> Extension:
    """Refuse more time, with a reason. Raises as `advance` does."""
    made = Extension.objects.for_actor(actor).one(extension_id)
    decided = advance(
        actor,
        made,
        "refuse",
        events.EXTENSION_REFUSED,
        reason=reason,
        changes={"decided_by_id": actor.user_id, "decided_at": now()},
    )
    row = Finding.objects.for_actor(actor).one(made.finding_id)
    record(actor, events.EXTENSION_REFUSED, row, reason=reason.strip())
    return decided


@check(EXTENSION, "grant")
def _late_needs_more(actor: Actor, made: Extension) -> None:
    if made.is_late:
        policy.require(actor, FINDING_EXTEND_LATE, made)
