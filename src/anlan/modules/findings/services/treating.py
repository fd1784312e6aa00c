"""From a report to closure: the moves of the state machine and what they need."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.audit.services import record
from anlan.base.clock import day_of, now
from anlan.base.errors import Problems
from anlan.base.files.models import Attachment
from anlan.base.states.services import advance, check, effect
from anlan.modules.findings import events, notices, rules, subscribers, texts
from anlan.modules.findings.choices import Level, Treatment
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_CONFIRM, FINDING_REPORT
from anlan.modules.findings.problems import (
    FiveMissing,
    NothingDone,
    NotOnTheSpot,
    NotReviewed,
    NotSigned,
    OwnerAccepts,
)
from anlan.modules.findings.services import warning
from anlan.modules.findings.services.reporting import department_of
from anlan.modules.findings.states import FINDING


@dataclass(frozen=True, slots=True)
class Plan:
    """What confirmation fixes. `deadline` is the last day in Asia/Shanghai."""

    level: int
    owner_id: UUID | None
    deadline: dt.date | None
    measures: str = ""
    acceptor_id: UUID | None = None
    department_id: UUID | None = None
    interim: str = ""
    funds: Decimal | None = None
    funds_note: str = ""
    plan: str = ""
    discipline: int | None = None
    unsafe_factor: int | None = None
    link: int | None = None
    cause: str = ""
    root_cause: str = ""


@transaction.atomic
def confirm(actor: Actor, finding_id: UUID, plan: Plan) -> Finding:
    """Fix level, owner, deadline and measures of a reported finding.

    Raises BadInput naming what is missing, NotFromHere, Forbidden, NotYours.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    fields = _fields(row, plan, must=True)
    fields |= {
        "treatment": Treatment.DEADLINE,
        "confirmed_at": now(),
        "confirmed_by_id": actor.user_id,
        "first_deadline": row.first_deadline or plan.deadline,
    }
    confirmed = advance(actor, row, "confirm", events.CONFIRMED, changes=fields)
    notices.assigned(actor, confirmed)
    return confirmed


@transaction.atomic
def change(actor: Actor, finding_id: UUID, plan: Plan) -> Finding:
    """Change what was fixed, while the finding is open; the deadline only by an extension.

    Raises BadInput, Forbidden, NotYours.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_CONFIRM, row)
    fields = _fields(row, plan, must=row.confirmed_at is not None)
    fields.pop("level")
    if row.confirmed_at is not None:
        fields.pop("deadline")
    before = {name: getattr(row, name) for name in fields}
    fields = {name: value for name, value in fields.items() if before[name] != value}
    if not fields:
        return row
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*fields, "version", "updated_at"])
    record(actor, events.CHANGED, row, before={k: before[k] for k in fields}, after=fields)
    return row


def dismiss(actor: Actor, finding_id: UUID, reason: str) -> Finding:
    """Judge that a report is no finding, with a reason. Raises as `advance` does."""
    row = Finding.objects.for_actor(actor).one(finding_id)
    return advance(actor, row, "dismiss", events.DISMISSED, reason=reason)


@transaction.atomic
def close_on_the_spot(
    actor: Actor, finding_id: UUID, *, result: str, cost: Decimal | None = None
) -> Finding:
    """Close what was put right on the spot: both photos and a line on what was done.

    Raises NotOnTheSpot naming what is missing, and as `advance` does.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    text = result.strip() or row.result
    kinds = _photo_kinds(actor, row)
    missing = rules.on_the_spot_missing(
        is_major=row.level == Level.MAJOR, photo_kinds=kinds, made_safe=text
    )
    if missing:
        raise NotOnTheSpot(missing=texts.listed(missing, texts.ON_THE_SPOT))
    moment = now()
    fields = {
        "treatment": Treatment.IMMEDIATE,
        "result": text,
        "cost": cost if cost is not None else row.cost,
        "accepted_at": moment,
        "accepted_by_id": actor.user_id,
    }
    closed = advance(actor, row, "close_on_the_spot", events.CLOSED_ON_THE_SPOT, changes=fields)
    subscribers.closed(closed)
    return closed


def start(actor: Actor, finding_id: UUID) -> Finding:
    """Begin rectification. Raises as `advance` does."""
    row = Finding.objects.for_actor(actor).one(finding_id)
    return advance(actor, row, "start", events.STARTED)


@transaction.atomic
def submit(
    actor: Actor,
    finding_id: UUID,
    *,
    result: str,
    cost: Decimal | None = None,
    photo_follows: bool = False,
) -> Finding:
    """Hand a rectified finding to the acceptor.

    `photo_follows`: its picture is named by hash already and on its way from a phone.
    Raises NothingDone without words or a picture; for a major finding FiveMissing, NotSigned,
    NotReviewed; and as `advance` does.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    text = result.strip() or row.result
    is_shown = photo_follows or bool(_photo_kinds(actor, row) & {"after", "evidence"})
    if not text or not is_shown:
        raise NothingDone()
    moment = now()
    fields = {
        "result": text,
        "cost": cost if cost is not None else row.cost,
        "submitted_at": moment,
        "submitted_by_id": actor.user_id,
        "overdue_days": max(row.overdue_days, rules.days_over(row.deadline, day_of(moment))),
    }
    submitted = advance(actor, row, "submit", events.SUBMITTED, changes=fields)
    notices.submitted(actor, submitted)
    return submitted


@transaction.atomic
def reject(actor: Actor, finding_id: UUID, reason: str) -> Finding:
    """Send a finding back to rectification, with a reason. Raises as `advance` does."""
    row = Finding.objects.for_actor(actor).one(finding_id)
    submitter = row.submitted_by_id
    rejected = advance(actor, row, "reject", events.REJECTED, reason=reason)
    notices.rejected(actor, rejected, submitter)
    return rejected


@transaction.atomic
def accept(actor: Actor, finding_id: UUID, *, opinion: str = "") -> Finding:
    """Accept a rectified finding: by somebody else than owner and submitter.

    Raises OwnerAccepts, FourEyes and as `advance` does.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    fields = {
        "accepted_at": now(),
        "accepted_by_id": actor.user_id,
        "acceptance": opinion.strip(),
        "warning": 0,
    }
    accepted = advance(actor, row, "accept", events.ACCEPTED, changes=fields)
    subscribers.closed(accepted)
    warning.clear(actor, accepted, texts.CLOSED())
    notices.accepted(actor, accepted)
    return accepted


@transaction.atomic
def reopen(actor: Actor, finding_id: UUID, reason: str, deadline: dt.date) -> Finding:
    """Open a closed finding again with a new last day. Raises as `advance` does, BadInput."""
    row = Finding.objects.for_actor(actor).lock(finding_id)
    problems = Problems()
    if deadline < day_of(now()):
        problems.add("deadline", texts.DEADLINE_PAST, code="past")
    problems.raise_if_any()
    fields = {
        "treatment": Treatment.DEADLINE,
        "deadline": deadline,
        "accepted_at": None,
        "accepted_by_id": None,
        "acceptance": "",
        "submitted_at": None,
        "submitted_by_id": None,
        "cleared_at": None,
        "cleared_by_id": None,
    }
    return advance(actor, row, "reopen", events.REOPENED, reason=reason, changes=fields)


@transaction.atomic
def remark(actor: Actor, finding_id: UUID, text: str) -> Finding:
    """Add words to a finding's story without moving it. Raises BadInput, Forbidden, NotYours."""
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_REPORT)
    problems = Problems()
    if not text.strip():
        problems.add("text", texts.REASON_MISSING, code="missing")
    problems.raise_if_any()
    record(actor, events.REMARKED, row, after={"remark": text.strip()[:2000]})
    return row


@check(FINDING, "submit")
def _major_is_prepared(actor: Actor, row: Finding) -> None:
    if row.level != Level.MAJOR:
        return
    missing = fixed_of(row).missing()
    if missing:
        raise FiveMissing(missing=texts.listed(missing, texts.FIVE))
    if row.signed_at is None:
        raise NotSigned()
    if row.reviewed_at is None:
        raise NotReviewed()


@check(FINDING, "accept")
def _not_the_owner(actor: Actor, row: Finding) -> None:
    if actor.user_id is None or actor.user_id in (row.owner_id, row.submitted_by_id):
        raise OwnerAccepts()


@effect(FINDING, "reject")
def _forget_submission(actor: Actor, row: Finding) -> None:
    row.submitted_at = None
    row.submitted_by_id = None


def fixed_of(row: Finding) -> rules.Fixed:
    """Return the five of a finding as they stand."""
    return rules.Fixed(
        owner=row.owner_id is not None,
        measures=row.measures,
        funds=row.funds,
        deadline=row.deadline,
        plan=row.plan,
    )


def _photo_kinds(actor: Actor, row: Finding) -> set[str]:
    rows = Attachment.objects.for_actor(actor).filter(object_id=row.pk, removed_at__isnull=True)
    return set(rows.values_list("kind", flat=True))


def _fields(row: Finding, plan: Plan, *, must: bool) -> dict[str, Any]:
    """Check a treatment and return the columns it sets. Raises BadInput, NotYours."""
    problems = Problems()
    if must and plan.owner_id is None:
        problems.add("owner", texts.OWNER_MISSING, code="missing")
    if must and plan.deadline is None:
        problems.add("deadline", texts.DEADLINE_MISSING, code="missing")
    if row.confirmed_at is None and plan.deadline and plan.deadline < day_of(now()):
        problems.add("deadline", texts.DEADLINE_PAST, code="past")
    if must and not plan.measures.strip():
        problems.add("measures", texts.MEASURES_MISSING, code="missing")
    if plan.owner_id and plan.owner_id == plan.acceptor_id:
        problems.add("acceptor", texts.ACCEPTOR_IS_OWNER, code="same_person")
    for name, person in (("owner", plan.owner_id), ("acceptor", plan.acceptor_id)):
        if person and not _works_at(row, person):
            problems.add(name, texts.NOT_OF_THIS_PLANT, code="stranger")
    problems.raise_if_any()
    enterprise = Organisation.objects.get(pk=row.enterprise_id)
    node = department_of(enterprise, plan.department_id or row.department_id)
    return {
        "level": plan.level,
        "owner_id": plan.owner_id,
        "acceptor_id": plan.acceptor_id,
        "department_id": node.pk if node else None,
        "scope_path": (node or enterprise).path,
        "deadline": plan.deadline,
        "measures": plan.measures.strip(),
        "interim": plan.interim.strip(),
        "funds": plan.funds,
        "funds_note": plan.funds_note.strip(),
        "plan": plan.plan.strip(),
        "discipline": plan.discipline or row.discipline,
        "unsafe_factor": plan.unsafe_factor or row.unsafe_factor,
        "link": plan.link or row.link,
        "cause": plan.cause.strip() or row.cause,
        "root_cause": plan.root_cause or row.root_cause,
    }


def _works_at(row: Finding, user_id: UUID) -> bool:
    return Membership.objects.filter(
        user_id=user_id,
        organisation__owner_enterprise_id=row.enterprise_id,
        ended_at__isnull=True,
    ).exists()
