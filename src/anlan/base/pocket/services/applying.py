"""Doing what a submission asks for: rights, the kind's apply, its files."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.loading import load_actor, load_actor_at
from anlan.base.actors.models import User
from anlan.base.actors.policy import allows
from anlan.base.errors import AnlanError, BadInput, Unavailable
from anlan.base.files import services as files
from anlan.base.files.kinds import VOICE
from anlan.base.files.sniff import EXTENSIONS, IMAGES
from anlan.base.pocket.canonical import parse
from anlan.base.pocket.kinds import (
    BaseVersion,
    Conflict,
    Envelope,
    Given,
    Kind,
    NotYet,
    Outcome,
    UnknownSchema,
    kind_of,
    read_payload,
)
from anlan.base.pocket.models import Submission, SubmissionBlob, SubmissionState
from anlan.base.pocket.problems import NoRightThen, OnlyWithALine
from anlan.base.pocket.shapes import Sealed, sealed_from

log = logging.getLogger(__name__)


def author_of(submission: Submission) -> Actor:
    """Return who sealed it, with the posts held when it happened."""
    user = _user_of(submission)
    return load_actor_at(user, submission.occurred_at)


def _user_of(submission: Submission) -> User:
    assert submission.author_id is not None
    return User.objects.get(pk=submission.author_id)


def apply(
    submission: Submission, blobs: Sequence[SubmissionBlob], moment: datetime, *, choice: str = ""
) -> None:
    """Apply a submission that is stored and locked; set its state, the caller saves.

    Runs in the caller's transaction with everything visible; the kind runs in a savepoint behind
    the author's wall. Raises Unavailable and database errors, which undo everything.
    """
    kind = kind_of(submission.kind)
    if kind is None:
        return _quarantine(submission, "unknown_kind", submission.kind)
    sealed = sealed_from(parse(submission.content))
    try:
        payload = read_payload(kind, sealed.schema, sealed.payload)
    except UnknownSchema as error:
        return _quarantine(submission, "unknown_schema", str(error))
    author = author_of(submission)
    with translation.override(author.language):
        if kind.loosening:
            return _refuse(submission, OnlyWithALine())
        if not _had_right(author, kind):
            if not kind.is_fact:
                return _refuse(submission, NoRightThen())
            # A fact of safety by somebody without the right: read by the desk, never lost.
            note_review(submission, "no_right")
            return _settle(submission, blobs)
        envelope = _envelope(submission, sealed, payload, choice)
        given = [_given(blob) for blob in blobs]
        outcome = _run(kind, author, envelope, given, submission)
    if outcome is None:
        return None
    submission.waits_for = None
    submission.problem = None
    if outcome.conflict is not None:
        submission.state = SubmissionState.CONFLICT
        submission.conflict = _told(outcome.conflict)
        return None
    return _applied(submission, blobs, kind, author, envelope, outcome, moment)


def _applied(
    submission: Submission,
    blobs: Sequence[SubmissionBlob],
    kind: Kind,
    author: Actor,
    envelope: Envelope,
    outcome: Outcome,
    moment: datetime,
) -> None:
    submission.applied_at = moment
    submission.conflict = None
    submission.number = outcome.number[:40]
    submission.record_version = max(0, outcome.version)
    submission.url = outcome.url[:200]
    if outcome.record is not None:
        submission.record_type = outcome.record._meta.label_lower
        submission.record_id = outcome.record.pk
    if outcome.remark:
        submission.result = {**submission.result, "remark": outcome.remark}
    if not load_actor(_user_of(submission)).posts:
        note_review(submission, "right_lost_since")
    link(submission, blobs, author, moment, record=outcome.record, envelope=envelope, kind=kind)
    _settle(submission, blobs)


def _run(
    kind: Kind, author: Actor, envelope: Envelope, given: list[Given], submission: Submission
) -> Outcome | None:
    """Run the kind behind the author's wall; None when it did not come to an outcome."""
    try:
        with wall.acting_as(author.scope), transaction.atomic():
            outcome = kind.apply(author, envelope, given)
            if outcome.conflict is not None:
                transaction.set_rollback(True)
            return outcome
    except NotYet as error:
        submission.waits_for = error.waits_for
        submission.state = SubmissionState.ACCEPTED
        submission.problem = None
    except (Unavailable, OperationalError):
        raise
    except AnlanError as error:
        _refuse(submission, error)
    except Exception:
        # The bytes are safe here and the desk is told; the phone need not try for ever.
        log.exception("submission %s of kind %s failed", submission.pk, kind.code)
        _quarantine(submission, "failed", kind.code)
    return None


def link(
    submission: Submission,
    blobs: Sequence[SubmissionBlob],
    author: Actor,
    moment: datetime,
    *,
    record: Any,
    envelope: Envelope | None = None,
    kind: Kind | None = None,
) -> None:
    """Hang the files that are here on the record; a file that will not hang is kept and named."""
    for blob in blobs:
        if blob.file is None or blob.linked_at is not None or record is None:
            continue
        try:
            with transaction.atomic():
                if kind is not None and kind.attach is not None and envelope is not None:
                    kind.attach(author, envelope, record, _given(blob))
                else:
                    _hang(author, record, blob)
        except AnlanError as error:
            blob.problem = str(error)[:200]
        blob.linked_at = moment
        blob.save(update_fields=["linked_at", "problem", "updated_at"])


def _hang(author: Actor, record: Any, blob: SubmissionBlob) -> None:
    assert blob.file is not None
    mime = blob.file.mime
    kind = "photo" if mime in IMAGES else "voice" if mime in VOICE.types else "document"
    end = EXTENSIONS.get(mime, (".bin",))[0]
    details = {"role": blob.role, "sha256": blob.sha256}
    if blob.taken_at is not None:
        details["taken_at"] = blob.taken_at.isoformat()
    title = _(_ROLES[blob.role]) if blob.role in _ROLES else ""
    files.hang(
        author, record, blob.file, f"{blob.role or 'file'}-{blob.sha256[:8]}{end}",
        kind=kind, title=title, details=details,
    )  # fmt: skip


_ROLES = {
    "before": gettext_noop("Before"),
    "after": gettext_noop("After"),
    "scene": gettext_noop("On the spot"),
    "voice": gettext_noop("Voice note"),
    "evidence": gettext_noop("Evidence"),
}


def envelope_of(submission: Submission) -> tuple[Kind, Envelope] | None:
    """Return kind and envelope of a stored submission, None when nobody reads it any more."""
    kind = kind_of(submission.kind)
    if kind is None:
        return None
    sealed = sealed_from(parse(submission.content))
    try:
        payload = read_payload(kind, sealed.schema, sealed.payload)
    except UnknownSchema:
        return None
    return kind, _envelope(submission, sealed, payload, "")


def _envelope(submission: Submission, sealed: Sealed, payload: Any, choice: str) -> Envelope:
    base = sealed.base
    return Envelope(
        id=submission.envelope_id,
        kind=submission.kind,
        schema=submission.schema,
        actor_id=sealed.actor,
        device_id=sealed.device,
        seq=sealed.seq,
        auth=sealed.auth,
        payload=payload,
        base=BaseVersion(base.type, base.id, base.version) if base else None,
        where=sealed.where,
        occurred_at=submission.occurred_at,
        occurred_from=submission.occurred_from,
        time_doubtful=submission.time_doubtful,
        created_at=submission.sealed_at,
        received_at=submission.received_at,
        stale_package=sealed.stale_package,
        choice=choice,
    )


def _given(blob: SubmissionBlob) -> Given:
    return Given(blob.sha256, blob.size, blob.mime, blob.role, blob.taken_at, blob.file)


def _had_right(author: Actor, kind: Kind) -> bool:
    if not author.posts:
        return False
    return not kind.permission or allows(author, kind.permission)


def _settle(submission: Submission, blobs: Sequence[SubmissionBlob]) -> None:
    whole = all(blob.file_id is not None for blob in blobs)
    submission.state = SubmissionState.COMPLETE if whole else SubmissionState.ACCEPTED


def note_review(submission: Submission, why: str) -> None:
    """Put a submission before the desk; the reasons add up."""
    if why not in submission.review:
        submission.review = [*submission.review, why]
    submission.reviewed_at = None


def _refuse(submission: Submission, error: AnlanError) -> None:
    fields = dict(error.by_field()) if isinstance(error, BadInput) else {}
    submission.state = SubmissionState.REFUSED
    submission.waits_for = None
    submission.problem = {
        "code": error.code,
        "text": error.message(),
        "clause": error.clause,
        "remedy": error.remedy_text(),
        "fields": {name: [str(text) for text in texts] for name, texts in fields.items()},
    }


def _quarantine(submission: Submission, code: str, detail: str) -> None:
    submission.state = SubmissionState.QUARANTINED
    submission.waits_for = None
    submission.problem = {"code": code, "text": detail[:300]}


def _told(conflict: Conflict) -> dict[str, Any]:
    def side(value: Any) -> dict[str, str]:
        return {**asdict(value), "at": value.at.isoformat()}

    return {
        "title": conflict.title,
        "mine": side(conflict.mine),
        "theirs": side(conflict.theirs),
        "choices": [asdict(choice) for choice in conflict.choices],
    }


def waiting_for(found: UUID | None, envelope_id: UUID) -> list[UUID]:
    """Return the ids of submissions that wait for a record or an envelope."""
    wanted = [envelope_id, *([found] if found else [])]
    return list(
        Submission.objects.unscoped("others that waited for this one")
        .filter(waits_for__in=wanted, state=SubmissionState.ACCEPTED)
        .order_by("seq")
        .values_list("pk", flat=True)
    )
