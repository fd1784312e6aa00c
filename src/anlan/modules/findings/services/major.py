"""Major accident hazards: judging, two-level confirmation, listed supervision, clearing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit import Event
from anlan.base.audit.services import record
from anlan.base.clock import day_of, now
from anlan.base.errors import Problems
from anlan.base.numbers.services import next_number
from anlan.modules.findings import criteria, events, notices, numbers, texts
from anlan.modules.findings.choices import Level
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import (
    FINDING_CLEAR,
    FINDING_LEVEL,
    FINDING_LIST,
    FINDING_REPORT,
    FINDING_REVIEW,
    FINDING_SIGN,
)
from anlan.modules.findings.problems import AlreadyDone, NotMajor, NotYetClosed, WrongCriterion
from anlan.modules.findings.states import OPEN, FindingState

UNSIGNED: dict[str, Any] = dict.fromkeys(
    ("signed_at", "signed_by_id", "reviewed_at", "reviewed_by_id")
)
"""What lapses when the judgement it confirmed is another."""


@transaction.atomic
def raise_level(actor: Actor, finding_id: UUID, criterion: str, reason: str) -> Finding:
    """Judge an open finding major by a criterion of the set in force when it was registered.

    Anybody who may report may raise: it tightens. Another criterion than before has to be signed
    and reviewed anew. Raises WrongCriterion, NotFromHere-like
    AlreadyDone for a closed one, BadInput without a reason, NotYours.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_REPORT)
    if row.state not in OPEN:
        raise AlreadyDone()
    _reason(reason)
    if criteria.find(row.criteria_edition, criterion) is None:
        raise WrongCriterion(criterion=criterion)
    changes: dict[str, Any] = {"level": int(Level.MAJOR), "criterion": criterion}
    if row.criterion not in ("", criterion):
        # Who signed or reviewed did so for another criterion.
        changes |= UNSIGNED
    raised = _set(actor, row, events.LEVEL_RAISED, changes, reason)
    notices.raised(actor, raised)
    return raised


@transaction.atomic
def lower_level(actor: Actor, finding_id: UUID, reason: str) -> Finding:
    """Judge a major finding general after all; signatures lapse.

    Raises NotMajor, AlreadyDone once it is listed or closed, BadInput, Forbidden, NotYours.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_LEVEL, row)
    if row.level != Level.MAJOR:
        raise NotMajor()
    if row.listed_at is not None or row.state not in OPEN:
        raise AlreadyDone()
    _reason(reason)
    changes = {"level": int(Level.GENERAL), "criterion": "", **UNSIGNED}
    return _set(actor, row, events.LEVEL_LOWERED, changes, reason)


@transaction.atomic
def judge(actor: Actor, finding_id: UUID, answers: Mapping[str, Any]) -> Finding:
    """Keep the guided judgement: the questions answered, the criteria offered, the reasons."""
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_LEVEL, row)
    return _set(actor, row, events.JUDGED, {"judgement": dict(answers)}, "")


@transaction.atomic
def sign(actor: Actor, finding_id: UUID) -> Finding:
    """Sign a major finding as the principal: the first of two levels. Raises NotMajor."""
    row = _major(actor, finding_id, FINDING_SIGN)
    if row.signed_at is not None or row.state not in OPEN:
        raise AlreadyDone()
    changes = {"signed_at": now(), "signed_by_id": actor.user_id}
    return _set(actor, row, events.SIGNED, changes, "")


@transaction.atomic
def review(actor: Actor, finding_id: UUID, opinion: str = "") -> Finding:
    """Review a major finding as parent company, park or bureau: the second level."""
    row = _major(actor, finding_id, FINDING_REVIEW)
    if row.reviewed_at is not None or row.state not in OPEN:
        raise AlreadyDone()
    changes = {"reviewed_at": now(), "reviewed_by_id": actor.user_id}
    return _set(actor, row, events.REVIEWED, changes, opinion)


@transaction.atomic
def list_for_supervision(actor: Actor, finding_id: UUID, number: str = "") -> Finding:
    """List a major finding for supervision, under the authority's number or our own."""
    row = _major(actor, finding_id, FINDING_LIST)
    if row.listed_at is not None or row.state == FindingState.DISMISSED:
        raise AlreadyDone()
    given = number.strip() or next_number(row, numbers.LISTING, day_of(now()))
    changes = {"listed_at": now(), "listed_by_id": actor.user_id, "listing_number": given}
    listed = _set(actor, row, events.LISTED, changes, "")
    notices.listed(actor, listed)
    return listed


@transaction.atomic
def clear(actor: Actor, finding_id: UUID, opinion: str = "") -> Finding:
    """Close the number of an accepted major finding (对账销号). Raises NotYetClosed, NotMajor."""
    row = _major(actor, finding_id, FINDING_CLEAR)
    if row.state != FindingState.ACCEPTED:
        raise NotYetClosed()
    if row.cleared_at is not None:
        raise AlreadyDone()
    changes = {"cleared_at": now(), "cleared_by_id": actor.user_id}
    return _set(actor, row, events.CLEARED, changes, opinion)


def _major(actor: Actor, finding_id: UUID, permission: str) -> Finding:
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, permission, row)
    if row.level != Level.MAJOR:
        raise NotMajor()
    return row


def _reason(reason: str) -> None:
    problems = Problems()
    if not reason.strip():
        problems.add("reason", texts.REASON_MISSING, code="missing")
    problems.raise_if_any()


def _set(actor: Actor, row: Finding, event: Event, changes: dict[str, Any], reason: str) -> Finding:
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*changes, "version", "updated_at"])
    record(actor, event, row, before=before, after=changes, reason=reason.strip())
    return row
