"""Taking submissions in: every envelope ends once in the table, whatever happens on the way."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import DatabaseError, transaction

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import Unavailable
from anlan.base.ids import uuid7
from anlan.base.pocket import events, keys
from anlan.base.pocket.canonical import NotCanonical, canonical, digest
from anlan.base.pocket.models import (
    Device,
    DeviceUser,
    MissingRange,
    Submission,
    SubmissionBlob,
    SubmissionState,
)
from anlan.base.pocket.rules import is_late, moment, occurred
from anlan.base.pocket.services import applying, receipts
from anlan.base.pocket.shapes import MAX_ENVELOPE, Sealed, WrongShape, sealed_from

log = logging.getLogger(__name__)
BY_PHONE = "an envelope is judged by the phone's key, not by who is signed in"
_NAMELESS = UUID("6d0c6b1e-55ab-5f0c-9a3e-0c5f2f9b7a11")


def receive(device: Device, envelopes: Sequence[Any]) -> list[dict[str, Any]]:
    """Take envelopes of a phone in and return one verdict each, in the order given.

    A verdict `later` means that nothing was kept and the same envelope should come again; every
    other one means that its bytes are here for good.
    """
    with wall.acting_as(EVERYTHING):
        verdicts = [_receive_one(device, given) for given in envelopes]
        for place, verdict in enumerate(verdicts):
            again = _settle_waiting(verdict)
            if again is not None:
                verdicts[place] = again
    return verdicts


def _receive_one(device: Device, given: Any) -> dict[str, Any]:
    try:
        return _take(device, given)
    except Unavailable as error:
        return _later(given, error.code)
    except DatabaseError:
        log.exception("an envelope could not be stored")
        return _later(given, "busy")


def _later(given: Any, code: str) -> dict[str, Any]:
    name = str(given.get("id", "")) if isinstance(given, dict) else ""
    return {"id": name, "verdict": "later", "problem": {"code": code}}


def _take(device: Device, given: Any) -> dict[str, Any]:
    try:
        text = canonical(given)
        if len(text) > MAX_ENVELOPE:
            return _unreadable(device, given, "too_large", "")
        sealed = sealed_from(given)
        created_at = moment(sealed.created_at)
    except (NotCanonical, WrongShape, ValueError, OverflowError) as error:
        return _unreadable(device, given, "wrong_shape", str(error))
    unsigned = canonical({name: value for name, value in given.items() if name != "sig"})
    whole = hashlib.sha256(unsigned).hexdigest()
    with transaction.atomic():
        # The lock makes the numbers of one phone come one after another.
        locked: Device = Device.objects.unscoped(BY_PHONE).lock(device.pk)
        known = _known(sealed.id, whole)
        if known is not None:
            return receipts.verdict_of(known, duplicate=True)
        wrong = _forged(locked, sealed, unsigned)
        if Submission.objects.unscoped(BY_PHONE).filter(pk=sealed.id).exists():
            wrong = "same_id"
        row = _row(locked, sealed, text.decode(), whole, created_at)
        if wrong:
            row.pk = uuid7()
            row.state = SubmissionState.QUARANTINED
            row.problem = {"code": wrong, "text": ""}
            row.author_id = row.author_id if wrong == "same_id" else None
        row.save(force_insert=True)
        blobs = _named_files(row, sealed)
        if not wrong:
            applying.apply(row, blobs, row.received_at)
        _note_number(locked, row, trusted=wrong in ("", "same_id"))
        record(
            applying.author_of(row) if row.author_id else SYSTEM,
            events.RECEIVED,
            row,
            after={
                "envelope": row.envelope_id,
                "kind": row.kind,
                "seq": row.seq,
                "payload_sha256": row.payload_sha256,
                "state": row.state,
            },
        )
        receipts.issue(row, blobs, now())
        row.save()
        return receipts.verdict_of(row)


def _known(envelope_id: UUID, whole: str) -> Submission | None:
    found: Submission | None = (
        Submission.objects.unscoped(BY_PHONE)
        .filter(envelope_id=envelope_id, content_sha256=whole)
        .first()
    )
    return found


def _forged(device: Device, sealed: Sealed, unsigned: bytes) -> str:
    """Return why an envelope cannot be this phone's and its people's, or nothing."""
    if sealed.device != device.pk:
        return "other_device"
    if sealed.env != 1:
        return "unknown_envelope"
    if not keys.verify(device.key, sealed.sig.value, unsigned):
        return "bad_signature"
    if digest(sealed.payload) != sealed.payload_sha256:
        return "bad_hash"
    users = DeviceUser.objects.unscoped(BY_PHONE)
    if not users.filter(device=device, user_id=sealed.actor).exists():
        return "unknown_person"
    return ""


def _row(device: Device, sealed: Sealed, text: str, whole: str, created_at: datetime) -> Submission:
    received_at = now()
    before = (
        Submission.objects.unscoped(BY_PHONE)
        .filter(device=device, seq__lt=sealed.seq)
        .order_by("-seq")
        .first()
    )
    when = occurred(created_at, sealed.clock, received_at, before.occurred_at if before else None)
    row = Submission(
        id=sealed.id,
        envelope_id=sealed.id,
        enterprise_id=device.enterprise_id,
        scope_path=device.scope_path,
        device=device,
        seq=sealed.seq,
        kind=sealed.kind,
        schema=min(max(sealed.schema, 0), 32767),
        lane=sealed.lane,
        author_id=sealed.actor,
        content=text,
        content_sha256=whole,
        payload_sha256=sealed.payload_sha256,
        state=SubmissionState.ACCEPTED,
        sealed_at=created_at,
        occurred_at=when.at,
        occurred_from=when.earliest,
        received_at=received_at,
        time_doubtful=when.doubtful,
        chain_broken=_breaks_chain(before, sealed),
    )
    if is_late(when.at, received_at):
        applying.note_review(row, "late")
    if before is not None and when.at < before.occurred_at and not when.doubtful:
        applying.note_review(row, "backward_time")
    return row


def _breaks_chain(before: Submission | None, sealed: Sealed) -> bool:
    """Tell whether the envelope names another predecessor than the one that came."""
    if before is None or before.seq != sealed.seq - 1 or sealed.prev is None:
        return False
    return hashlib.sha256(before.content.encode()).hexdigest() != sealed.prev


def _named_files(row: Submission, sealed: Sealed) -> list[SubmissionBlob]:
    """Make a row for each file named; bytes this enterprise sent before are not asked for again."""
    wanted = {(one.sha256, one.role): one for one in sealed.attachments}
    known = {
        blob.sha256: blob
        for blob in SubmissionBlob.objects.unscoped(BY_PHONE)
        .filter(
            enterprise_id=row.enterprise_id,
            sha256__in={one.sha256 for one in wanted.values()},
            file__isnull=False,
        )
        .select_related("file")
    }
    made = []
    for one in wanted.values():
        same = known.get(one.sha256)
        fits = same is not None and same.size == one.size
        made.append(
            SubmissionBlob(
                submission=row,
                enterprise_id=row.enterprise_id,
                scope_path=row.scope_path,
                sha256=one.sha256,
                size=one.size,
                mime=one.mime,
                role=one.role,
                taken_at=_moment_or_none(one.taken_at),
                file=same.file if fits and same else None,
            )
        )
    SubmissionBlob.objects.unscoped(BY_PHONE).bulk_create(made)
    return sorted(made, key=lambda blob: (blob.sha256, blob.role))


def _moment_or_none(text: str | None) -> datetime | None:
    try:
        return moment(text) if text else None
    except (ValueError, OverflowError):
        return None


def _note_number(device: Device, row: Submission, *, trusted: bool) -> None:
    """Keep the phone's highest number; close or open the gap this number touches."""
    if not trusted:
        return
    gaps = MissingRange.objects.unscoped(BY_PHONE).filter(
        device=device, first__lte=row.seq, last__gte=row.seq, closed_at=None
    )
    for gap in gaps:
        _split(gap, row)
    if row.seq > device.last_seq + 1:
        _open_gap(device, device.last_seq + 1, row.seq - 1, row.received_at)
    device.last_seq = max(device.last_seq, row.seq)
    device.sealed_seq = max(device.sealed_seq, row.seq)
    Device.objects.unscoped(BY_PHONE).filter(pk=device.pk).update(
        last_seq=device.last_seq, sealed_seq=device.sealed_seq, last_contact=row.received_at
    )


def _split(gap: MissingRange, row: Submission) -> None:
    if gap.told_at is None:
        # Small things go first, so short gaps come and go: only those that were told are history.
        gap.delete()
    else:
        gap.closed_at = row.received_at
        gap.save(update_fields=["closed_at", "updated_at"])
    for first, last in ((gap.first, row.seq - 1), (row.seq + 1, gap.last)):
        if first <= last:
            _open_gap(row.device, first, last, gap.noticed_at, cause=gap.cause, told=gap.told_at)


def _open_gap(
    device: Device,
    first: int,
    last: int,
    noticed_at: datetime,
    *,
    cause: str = MissingRange.Cause.GAP,
    told: datetime | None = None,
) -> None:
    MissingRange.objects.unscoped(BY_PHONE).get_or_create(
        device=device,
        cause=cause,
        first=first,
        last=last,
        defaults={
            "enterprise_id": device.enterprise_id,
            "scope_path": device.scope_path,
            "noticed_at": noticed_at,
            "told_at": told,
        },
    )


def _unreadable(device: Device, given: Any, code: str, detail: str) -> dict[str, Any]:
    """Keep what is no envelope: nothing a phone sends is thrown away unread."""
    text = repr(given)[: MAX_ENVELOPE * 2].replace("\x00", "")
    whole = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    name = str(given.get("id", "")) if isinstance(given, dict) else ""
    try:
        envelope_id = UUID(name)
    except ValueError:
        envelope_id = uuid5(_NAMELESS, whole)
    received_at = now()
    with transaction.atomic():
        Device.objects.unscoped(BY_PHONE).lock(device.pk)
        if _known(envelope_id, whole) is None:
            row = Submission.objects.create(
                enterprise_id=device.enterprise_id,
                scope_path=device.scope_path,
                envelope_id=envelope_id,
                device=device,
                seq=0,
                kind="?",
                schema=0,
                lane=4,
                content=text.encode("utf-8", "replace").decode(),
                content_sha256=whole,
                payload_sha256="",
                state=SubmissionState.QUARANTINED,
                sealed_at=received_at,
                occurred_at=received_at,
                occurred_from=received_at,
                received_at=received_at,
                time_doubtful=True,
                problem={"code": code, "text": detail[:300]},
            )
            record(SYSTEM, events.RECEIVED, row, after={"state": row.state})
    told = {"code": code, "text": detail[:300]}
    return {"id": name, "verdict": "quarantined", "state": "quarantined", "problem": told}


def _settle_waiting(verdict: dict[str, Any]) -> dict[str, Any] | None:
    """After the commit: apply what waited for this one; return its own verdict if it moved.

    Of two that came at once, one searches after the other's commit, so neither waits for ever.
    """
    if verdict["verdict"] not in ("accepted", "complete"):
        return None
    try:
        return settle(UUID(verdict["id"]))
    except (Unavailable, DatabaseError):
        log.exception("what waits for %s is tried again by the clock", verdict["id"])
        return None


def settle(submission_id: UUID) -> dict[str, Any] | None:
    """Apply again what waited for this submission, and this one if it waits itself.

    Everything must be visible. Return this one's new verdict if it moved.
    """
    moved = None
    row = Submission.objects.unscoped(BY_PHONE).filter(pk=submission_id).first()
    if row is None:
        return None
    if row.waits_for is not None and reapply(row.pk):
        row = Submission.objects.unscoped(BY_PHONE).get(pk=submission_id)
        moved = receipts.verdict_of(row)
    if row.applied_at is not None:
        for other in applying.waiting_for(row.record_id, row.envelope_id):
            if reapply(other):
                settle(other)
    return moved


def reapply(submission_id: UUID, *, choice: str = "") -> bool:
    """Apply a stored submission that was not applied yet; tell whether it is now.

    In its own transaction; the row is locked, so that two do it once.
    """
    with transaction.atomic():
        row: Submission = Submission.objects.unscoped(BY_PHONE).lock(submission_id)
        if row.applied_at is not None:
            return True
        blobs = receipts.blobs_of(row)
        before = row.state
        applying.apply(row, blobs, now(), choice=choice)
        if row.applied_at is not None or row.state != before:
            receipts.issue(row, blobs, now())
        row.version += 1
        row.save()
        return row.applied_at is not None
