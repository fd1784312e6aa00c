"""Raising and clearing warnings (预警 and 消警)."""

import datetime as dt
from collections.abc import Collection
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.policy import Placed
from anlan.base.audit.services import Entry, named, record, record_many
from anlan.base.clock import now as clock_now
from anlan.base.duties import events, ladder, queries
from anlan.base.duties.models import Instance, RaisedWarning
from anlan.base.duties.policy import CLEAR
from anlan.base.duties.problems import AlreadyCleared
from anlan.base.duties.states import OPEN
from anlan.base.files.services import attach
from anlan.base.phrases import Phrase
from anlan.base.states.problems import ReasonMissing

EVIDENCE = "document"


@transaction.atomic
def raise_(
    actor: Actor,
    row: Placed,
    *,
    trigger: str,
    subject_kind: str,
    subject_id: UUID,
    title: Phrase | str,
    colour: int,
    cause: Phrase | str = "",
    url: str = "",
    organisation_id: UUID | None = None,
    assignee_id: UUID | None = None,
    role: str = "",
    due_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> RaisedWarning:
    """Raise a warning about `row`'s place, or change the open one's colour and words.

    `trigger` (`duty`, `finding`, `score`) chooses the ladder, whose recipients up to `colour` are
    told by the next run of `telling.tell`. The same colour again changes nothing. Writes an event
    when something changed.
    """
    assert row.enterprise_id is not None
    moment = now or clock_now()
    rungs = queries.ladder_of(row.enterprise_id)
    recipients = ladder.recipients_up_to(rungs, trigger, colour)
    warning = (
        RaisedWarning.objects.unscoped("the caller has shown the right to the subject")
        .select_for_update(of=("self",))
        .filter(subject_kind=subject_kind, subject_id=subject_id, cleared_at__isnull=True)
        .first()
    )
    if warning is None:
        warning = RaisedWarning(
            enterprise_id=row.enterprise_id,
            scope_path=row.scope_path,
            trigger=trigger,
            subject_kind=subject_kind,
            subject_id=subject_id,
            raised_at=moment,
        )
        before = None
    else:
        if (warning.colour, warning.title, warning.cause) == (colour, title, cause):
            return warning
        before = {"colour": warning.colour, "cause": warning.cause}
        warning.version += 1
    warning.colour, warning.title, warning.cause = colour, Phrase(title), Phrase(cause)
    warning.url, warning.recipients, warning.due_at = url, recipients, due_at
    warning.organisation_id, warning.assignee_id, warning.role = organisation_id, assignee_id, role
    warning.told_colour = min(warning.told_colour, colour)
    warning.save()
    record(
        actor,
        events.WARNING_RAISED,
        warning,
        before=before,
        after={"colour": colour, "cause": cause, "recipients": recipients, **named(warning.title)},
    )
    return warning


@transaction.atomic
def clear(
    actor: Actor,
    warning_id: UUID | str,
    reason: str,
    evidence: IO[bytes] | None = None,
    evidence_name: str = "",
) -> RaisedWarning:
    """Clear a warning by hand: who, when, why, and a file that proves it if there is one.

    Time does not raise it again for the same duty. Raises NotYours, Forbidden, AlreadyCleared,
    ReasonMissing, BadInput for a file that may not be kept.
    """
    warning = RaisedWarning.objects.for_actor(actor).lock(warning_id)
    policy.require(actor, CLEAR, warning)
    if warning.cleared_at is not None:
        raise AlreadyCleared()
    if not reason.strip():
        raise ReasonMissing(move=_("Clear the warning"))
    _clear(actor, [warning], reason.strip(), clock_now())
    if evidence is not None:
        attach(actor, warning, evidence, evidence_name, kind=EVIDENCE)
    if warning.subject_kind == "duty":
        Instance.objects.for_actor(actor).filter(pk=warning.subject_id, state__in=OPEN).update(
            next_turn_at=None
        )
    return warning


def clear_many(actor: Actor, ids: Collection[UUID | str], reason: str) -> int:
    """Clear several warnings for one reason, all or none; return how many."""
    with transaction.atomic():
        return len([clear(actor, pk, reason) for pk in ids])


@transaction.atomic
def clear_for(
    actor: Actor,
    subject_kind: str,
    subject_ids: Collection[UUID],
    *,
    reason: Phrase | str,
    now: dt.datetime | None = None,
) -> int:
    """Clear the open warnings of subjects that are put right (done, accepted, exempt).

    For the service that put them right, which has shown the right to do so. Returns how many.
    """
    found = list(
        RaisedWarning.objects.unscoped("the caller has shown the right to the subjects")
        .filter(subject_kind=subject_kind, subject_id__in=subject_ids, cleared_at__isnull=True)
        .select_for_update(of=("self",))
    )
    _clear(actor, found, reason, now or clock_now())
    return len(found)


def _clear(actor: Actor, found: list[RaisedWarning], reason: Phrase | str, at: dt.datetime) -> None:
    for warning in found:
        warning.cleared_at, warning.cleared_by_id = at, actor.user_id
        warning.clear_reason = Phrase(reason)
        warning.version += 1
    RaisedWarning.objects.unscoped("locked above").bulk_update(
        found, ["cleared_at", "cleared_by", "clear_reason", "version"], batch_size=1000
    )
    # What a person wrote is the reason of the event; what the product says is worded when read.
    own_words = reason if isinstance(reason, str) else ""
    after = {"cleared_at": at} | ({} if own_words else {"clear_reason": reason})
    record_many(
        actor,
        [
            Entry(
                events.WARNING_CLEARED,
                warning,
                after=after | named(warning.title),
                reason=own_words,
            )
            for warning in found
        ],
    )
