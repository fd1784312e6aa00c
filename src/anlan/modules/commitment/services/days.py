"""A day: opened, judged from the shift upward, published by the top manager."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.services import record
from anlan.base.clock import SHANGHAI, now, today
from anlan.base.errors import NotYours, Problems
from anlan.base.states.services import advance, check
from anlan.modules.commitment import contradictions, events, facts, rules
from anlan.modules.commitment.fields import MOVING, NAMES
from anlan.modules.commitment.models import ChainNode, Commitment, Judgement
from anlan.modules.commitment.policy import COMMITMENT_PREPARE
from anlan.modules.commitment.problems import (
    LevelsUnsigned,
    NotPrepared,
    NotToday,
    UnitsDoNotAddUp,
)
from anlan.modules.commitment.services import steps
from anlan.modules.commitment.states import COMMITMENT, JudgementState
from anlan.modules.commitment.texts import (
    COUNT_WRONG,
    GRADE_MISSING,
    TEXT_MISSING,
    default_text,
)
from anlan.modules.registry.models import Enterprise


@transaction.atomic
def open_day(actor: Actor, enterprise_id: UUID, day: dt.date) -> Commitment:
    """Return the commitment of a day, made with its judgements and prefilled if need be.

    Raises NotYours, NotToday for a day that is not there and not today, Forbidden for somebody
    who neither judges nor publishes.
    """
    plant = _plant(actor, enterprise_id)
    found = Commitment.objects.for_actor(actor).filter(enterprise=plant, day=day).first()
    if found is not None:
        return found
    if day != today():
        raise NotToday()
    policy.require(actor, "commitment.judge")
    counts = facts.known(actor, plant.pk, plant.path, day)
    made, is_new = Commitment.objects.for_actor(actor).get_or_create(
        enterprise=plant,
        day=day,
        defaults={
            "scope_path": plant.path,
            "counts": {name: value for name, value in counts.items() if value is not None},
            "grade": facts.least_grade(actor, plant.pk, counts),
            "text": default_text(),
            "committer": _principal(actor, plant),
        },
    )
    if is_new:
        steps.ensure(actor, plant)
        nodes = ChainNode.objects.for_actor(actor).filter(enterprise=plant, removed_at__isnull=True)
        Judgement.objects.for_actor(actor).bulk_create(
            Judgement(commitment=made, node=node, enterprise=plant, scope_path=node.scope_path)
            for node in nodes
        )
        record(actor, events.STARTED, made, after={"day": day, "grade": made.grade})
    return made


def _plant(actor: Actor, enterprise_id: UUID) -> Organisation:
    plant = organisation_one(actor, enterprise_id)
    if plant.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    return plant


def _principal(actor: Actor, plant: Organisation) -> str:
    rows = Enterprise.objects.for_actor(actor).filter(pk=plant.pk)
    return rows.values_list("principal", flat=True).first() or ""


@transaction.atomic
def prepare(
    actor: Actor,
    commitment_id: UUID,
    *,
    counts: Mapping[str, int | None],
    grade: int | None,
    text: str,
    committer: str,
    has_trial: bool = False,
    has_pilot: bool = False,
) -> Commitment:
    """Write what the commitment will state. Raises BadInput, NotToday, Forbidden, NotYours."""
    row = Commitment.objects.for_actor(actor).lock(commitment_id)
    policy.require(actor, COMMITMENT_PREPARE, row)
    _only_today(row)
    if row.published_at is not None:
        raise NotToday()
    problems = Problems()
    if grade is None:
        problems.add("grade", GRADE_MISSING, code="missing")
    if not text.strip():
        problems.add("text", TEXT_MISSING, code="missing")
    for name in NAMES:
        value = counts.get(name)
        if value is not None and not 0 <= value <= 9_999:
            problems.add(name, COUNT_WRONG, code="range")
    problems.raise_if_any()
    after: dict[str, Any] = {
        "counts": {name: counts[name] for name in NAMES if counts.get(name) is not None},
        "grade": grade,
        "text": text.strip(),
        "committer": committer.strip(),
        "has_trial": has_trial,
        "has_pilot": has_pilot,
    }
    before = {name: getattr(row, name) for name in after}
    if before == after:
        return row
    for field, new in after.items():
        setattr(row, field, new)
    row.version += 1
    row.save()
    record(actor, events.PREPARED, row, before=before, after=after)
    return row


@transaction.atomic
def sign(actor: Actor, judgement_id: UUID, *, grade: int, text: str) -> Judgement:
    """Sign a level's judgement, with the facts of its place. Raises as `advance`, BadInput."""
    row = Judgement.objects.for_actor(actor).select_related("commitment").one(judgement_id)
    _only_today(row.commitment)
    problems = Problems()
    if grade not in range(4):
        problems.add("grade", GRADE_MISSING, code="missing")
    problems.raise_if_any()
    fields: dict[str, Any] = {
        "grade": grade,
        "text": text.strip(),
        "facts": facts.known(actor, row.enterprise_id, row.scope_path, row.commitment.day),
        "signed_at": now(),
        "signed_by_id": actor.user_id,
    }
    signed = advance(actor, row, "sign", events.SIGNED, changes=fields)
    steps.done(actor, row.enterprise_id, row.node_id, fields["signed_at"], row.pk)
    return signed


@transaction.atomic
def withdraw(actor: Actor, judgement_id: UUID, reason: str) -> Judgement:
    """Take a signed judgement back, with a reason. Raises as `advance`."""
    row = Judgement.objects.for_actor(actor).select_related("commitment").one(judgement_id)
    _only_today(row.commitment)
    fields = {"signed_at": None, "signed_by_id": None}
    return advance(actor, row, "withdraw", events.WITHDRAWN, reason=reason, changes=fields)


@transaction.atomic
def publish(actor: Actor, commitment_id: UUID, *, reason: str = "") -> Commitment:
    """Publish the commitment; its contradictions to the facts are kept and shown, not hidden.

    Raises NotPrepared, UnitsDoNotAddUp, LevelsUnsigned unless `reason` says why levels are
    missing, NotToday, and as `advance`.
    """
    row = Commitment.objects.for_actor(actor).lock(commitment_id)
    _only_today(row)
    unsigned = row.judgements.for_actor(actor).filter(state=JudgementState.OPEN).count()
    if unsigned and not reason.strip():
        raise LevelsUnsigned(n=unsigned)
    moment = now()
    actual = facts.known(actor, row.enterprise_id, row.scope_path, row.day)
    found = rules.flags(
        stated=row.counts,
        facts=actual,
        grade=row.grade,
        published=moment.astimezone(SHANGHAI).time(),
        unsigned=unsigned,
        moving=MOVING,
    )
    found = (*found, *contradictions.found(actor, row, actual))
    fields: dict[str, Any] = {
        "published_at": moment,
        "published_by_id": actor.user_id,
        "facts": actual,
        "flags": [asdict(flag) for flag in found],
    }
    published = advance(actor, row, "publish", events.PUBLISHED, reason=reason, changes=fields)
    steps.done(actor, row.enterprise_id, row.enterprise_id, moment, row.pk)
    return published


@transaction.atomic
def correct(actor: Actor, commitment_id: UUID, reason: str) -> Commitment:
    """Take today's commitment back to correct it; history keeps what had been published."""
    row = Commitment.objects.for_actor(actor).lock(commitment_id)
    _only_today(row)
    fields: dict[str, Any] = {
        "published_at": None,
        "published_by_id": None,
        "flags": [],
        "facts": {},
    }
    return advance(actor, row, "correct", events.CORRECTED, reason=reason, changes=fields)


@check(COMMITMENT, "publish")
def _is_prepared(actor: Actor, row: Commitment) -> None:
    if row.grade is None or not row.text or not row.committer:
        raise NotPrepared()
    if not rules.units_add_up(row.counts):
        raise UnitsDoNotAddUp()


def _only_today(row: Commitment) -> None:
    if row.day != today():
        raise NotToday()
