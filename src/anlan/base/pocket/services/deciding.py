"""What people settle: conflicts, what the desk reviews, what was quarantined."""

from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy, wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, Problem
from anlan.base.pocket import events
from anlan.base.pocket.models import Submission, SubmissionState
from anlan.base.pocket.policy import REVIEW
from anlan.base.pocket.problems import NothingToDecide
from anlan.base.pocket.services import applying, receipts, receiving

IN_HAND = "a submission whose settling was allowed before"


def settle(actor: Actor, submission_id: UUID, choice: str) -> Submission:
    """Take one way out of a conflict; the kind does it, the other version stays in history.

    The caller has decided that the actor may, and sees everything. Raises NothingToDecide.
    """
    with transaction.atomic():
        row: Submission = Submission.objects.unscoped(IN_HAND).lock(submission_id)
        offered = {one["code"] for one in (row.conflict or {}).get("choices", ())}
        if row.state != SubmissionState.CONFLICT or choice not in offered:
            raise NothingToDecide()
        conflict = row.conflict
        blobs = receipts.blobs_of(row)
        applying.apply(row, blobs, now(), choice=choice)
        row.result = {**row.result, "choice": choice, "conflict": conflict}
        row.version += 1
        receipts.issue(row, blobs, now())
        row.save()
        record(actor, events.SETTLED, row, after={"choice": choice, "state": row.state})
    return row


def settle_at_desk(actor: Actor, submission_id: UUID | str, choice: str) -> Submission:
    """Settle somebody's conflict in their stead. Raises Forbidden, NotYours, NothingToDecide."""
    row = _allowed(actor, submission_id)
    with wall.acting_as(EVERYTHING):
        return settle(actor, row.pk, choice)


def try_again(actor: Actor, submission_id: UUID | str) -> bool:
    """Apply a quarantined or waiting submission again, say after an update; tell whether it went.

    Raises Forbidden, NotYours.
    """
    row = _allowed(actor, submission_id)
    if row.author_id is None or row.pk != row.envelope_id or row.applied_at is not None:
        raise NothingToDecide()
    with wall.acting_as(EVERYTHING):
        done = receiving.reapply(row.pk)
        if done:
            receiving.settle(row.pk)
    return done


def mark_reviewed(actor: Actor, submission_id: UUID | str, reason: str) -> Submission:
    """Note that the desk has looked at a submission, with what came of it.

    Raises Forbidden, NotYours, BadInput without a note.
    """
    if not reason.strip():
        raise BadInput(Problem("reason", "", code="missing"))
    row = _allowed(actor, submission_id)
    with transaction.atomic():
        row = Submission.objects.for_actor(actor).lock(row.pk)
        row.reviewed_at = now()
        row.version += 1
        row.save(update_fields=["reviewed_at", "version", "updated_at"])
        record(
            actor, events.SETTLED, row, after={"review": row.review}, reason=reason.strip()[:300]
        )
    return row


def _allowed(actor: Actor, submission_id: UUID | str) -> Submission:
    row: Submission = Submission.objects.for_actor(actor).one(submission_id)
    policy.require(actor, REVIEW, row)
    return row
