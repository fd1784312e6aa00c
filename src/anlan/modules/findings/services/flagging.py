"""Flags of the honest-work analysis: raised once, dismissed with a reason, never deleted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import Entry, named, record, record_many
from anlan.base.clock import now
from anlan.base.errors import Problems
from anlan.base.phrases import Phrase
from anlan.modules.findings import events, texts
from anlan.modules.findings.models import Flag
from anlan.modules.findings.policy import FLAG_DISMISS
from anlan.modules.findings.problems import AlreadyDone


@transaction.atomic
def raise_(
    actor: Actor,
    row: Any,
    code: str,
    why: Phrase | str,
    *,
    score: float = 0,
    evidence: dict[str, Any] | None = None,
) -> Flag:
    """Flag a scoped row, or return the flag it has of this kind, dismissed or not."""
    known = Flag.objects.unscoped("the caller has shown the right to the row")
    found: Flag | None = known.filter(subject_id=row.pk, code=code).first()
    if found is not None:
        return found
    made = Flag(
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        subject_type=row._meta.label_lower,
        subject_id=row.pk,
        code=code,
        why=Phrase(why),
        score=score,
        evidence=evidence or {},
        raised_at=now(),
    )
    made.save(force_insert=True)
    record(actor, events.FLAGGED, made, after={"code": code, "why": made.why, **named(made.why)})
    return made


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is to be flagged: a scoped row, the kind of doubt and its reason.

    `others` are ids of further rows of the same doubt; where one of them already has a flag of
    this kind, standing or dismissed, the doubt is known and no second flag is raised.
    """

    row: Any
    code: str
    why: Phrase | str
    score: float = 0
    evidence: dict[str, Any] = field(default_factory=dict)
    others: tuple[UUID, ...] = ()


@transaction.atomic
def raise_many(actor: Actor, doubts: Iterable[Doubt]) -> list[Flag]:
    """Flag many rows the caller has shown the right to; return the flags that are new.

    Three statements however many there are. Safe to repeat.
    """
    given = list(doubts)
    ids = {pk for one in given for pk in (one.row.pk, *one.others)}
    known = set(
        Flag.objects.unscoped("the caller has shown the right to the rows")
        .filter(subject_id__in=ids)
        .values_list("subject_id", "code")
    )
    moment, made = now(), []
    for one in given:
        keys = {(pk, one.code) for pk in (one.row.pk, *one.others)}
        if known & keys:
            continue
        known |= keys
        made.append(
            Flag(
                enterprise_id=one.row.enterprise_id,
                scope_path=one.row.scope_path,
                subject_type=one.row._meta.label_lower,
                subject_id=one.row.pk,
                code=one.code,
                why=Phrase(one.why),
                score=one.score,
                evidence=one.evidence,
                raised_at=moment,
            )
        )
    Flag.objects.bulk_create(made, batch_size=1000)
    record_many(
        actor,
        [
            Entry(events.FLAGGED, row, after={"code": row.code, "why": row.why, **named(row.why)})
            for row in made
        ],
    )
    return made


@transaction.atomic
def dismiss(actor: Actor, flag_id: UUID | str, reason: str) -> Flag:
    """Dismiss a flag with a reason. Raises NotYours, Forbidden, AlreadyDone, BadInput."""
    flag = Flag.objects.for_actor(actor).lock(flag_id)
    policy.require(actor, FLAG_DISMISS, flag)
    if flag.dismissed_at is not None:
        raise AlreadyDone()
    problems = Problems()
    if not reason.strip():
        problems.add("reason", texts.REASON_MISSING, code="missing")
    problems.raise_if_any()
    flag.dismissed_at, flag.dismissed_by_id = now(), actor.user_id
    flag.dismissal = reason.strip()[:300]
    flag.version += 1
    flag.save(update_fields=["dismissed_at", "dismissed_by", "dismissal", "version", "updated_at"])
    record(actor, events.FLAG_DISMISSED, flag, after=named(flag.why), reason=flag.dismissal)
    return flag
