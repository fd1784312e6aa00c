"""Files of submissions: resumable, named by their content, verified before they count."""

import base64
import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import NotYours
from anlan.base.files import services as files
from anlan.base.files.models import StoredFile
from anlan.base.files.sniff import Hostile, sniff
from anlan.base.pocket import events
from anlan.base.pocket.models import Device, Submission, SubmissionBlob, SubmissionState
from anlan.base.pocket.problems import DamagedPiece, WrongOffset
from anlan.base.pocket.services import applying, receipts

MAX_CHUNK = 1 << 20
PARTIAL_FOR = timedelta(days=14)
MAX_FAILURES = 3
BY_PHONE = "files are taken by their hash from the phone that named them"


def folder() -> Path:
    """Return where partial files lie."""
    return Path(settings.DATA) / "pocket" / "partial"


def _partial(device: Device, sha256: str) -> Path:
    return folder() / f"{device.pk.hex}-{sha256}"


def check(device: Device, hashes: Iterable[str]) -> dict[str, Any]:
    """Return which of the hashes are complete here and how far the others came.

    A hash that no submission of this phone names is left out: nothing may be learnt of others'.
    """
    wanted = sorted(set(hashes))[:200]
    with wall.acting_as(EVERYTHING):
        named = {
            blob.sha256: blob
            for blob in SubmissionBlob.objects.unscoped(BY_PHONE)
            .filter(submission__device=device, sha256__in=wanted)
            .order_by("file_id")
        }
        have = [sha for sha in wanted if sha in named and named[sha].file_id is not None]
        for sha in have:
            _spread(device, sha)
    rest = [sha for sha in wanted if sha in named and sha not in have]
    return {"have": have, "partial": {sha: _size(_partial(device, sha)) for sha in rest}}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def put(device: Device, sha256: str, offset: int, chunk: bytes, digest: str) -> dict[str, Any]:
    """Add a piece of a file at its place; return `{offset, complete}` and what became complete.

    `digest` is the `Content-Digest` (`sha-256=:…:`) of the piece. Raises NotYours for a file no
    submission of this phone names, WrongOffset with the true offset, DamagedPiece.
    """
    if digest and digest != _content_digest(chunk):
        raise DamagedPiece()
    with wall.acting_as(EVERYTHING):
        with transaction.atomic():
            # One writer at a time, and the answer is given after the bytes are written.
            rows = list(
                SubmissionBlob.objects.unscoped(BY_PHONE)
                .select_for_update()
                .filter(submission__device=device, sha256=sha256)
                .order_by("pk")
            )
            if not rows:
                raise NotYours()
            if any(row.file_id is not None for row in rows):
                done = True
            else:
                done = _write(device, rows, offset, chunk)
        if done:
            receipts_now = _spread(device, sha256)
            return {"offset": rows[0].size, "complete": True, "verdicts": receipts_now}
    return {"offset": _size(_partial(device, sha256)), "complete": False}


def _content_digest(chunk: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(chunk).digest()).decode()}:"


def _write(device: Device, rows: list[SubmissionBlob], offset: int, chunk: bytes) -> bool:
    """Write a piece; at the last byte verify and keep the whole. True when it is kept."""
    path, size = _partial(device, rows[0].sha256), rows[0].size
    path.parent.mkdir(parents=True, exist_ok=True)
    there = _size(path)
    if offset + len(chunk) <= there and chunk and there < size:
        return False  # the same piece again
    if offset != there or there + len(chunk) > size:
        raise WrongOffset(there)
    with open(path, "ab") as partial:
        partial.write(chunk)
    if there + len(chunk) < size:
        return False
    with open(path, "rb") as whole:
        found = hashlib.file_digest(whole, "sha256").hexdigest()
    if found != rows[0].sha256:
        path.unlink()
        for row in rows:
            row.failures += 1
            row.problem = "" if row.failures < MAX_FAILURES else "hash"
            row.save(update_fields=["failures", "problem", "updated_at"])
        return False
    stored = _keep(path)
    for row in rows:
        row.file = stored
        row.save(update_fields=["file", "updated_at"])
    return True


def _keep(path: Path) -> StoredFile:
    """Keep verified bytes under their true type; what is unsafe to open is kept as plain bytes."""
    with open(path, "rb") as whole:
        try:
            mime = sniff(whole).mime
        except Hostile:
            mime = None
        return files.keep(whole, mime or "application/octet-stream")


def _spread(device: Device, sha256: str) -> list[dict[str, Any]]:
    """Give a complete file to every submission of the enterprise that still lacks it."""
    source = (
        SubmissionBlob.objects.unscoped(BY_PHONE)
        .filter(enterprise_id=device.enterprise_id, sha256=sha256, file__isnull=False)
        .select_related("file")
        .first()
    )
    if source is None:
        return []
    waiting = (
        SubmissionBlob.objects.unscoped(BY_PHONE)
        .filter(enterprise_id=device.enterprise_id, sha256=sha256, size=source.size)
        .filter(submission__state__in=_LACKING)
        .order_by("submission_id")
        .values_list("submission_id", flat=True)
    )
    told = [
        verdict
        for submission_id in dict.fromkeys(waiting)
        if (verdict := _advance(submission_id, source)) is not None
    ]
    with suppress(OSError):
        os.unlink(_partial(device, sha256))
    return told


_LACKING = [
    SubmissionState.ACCEPTED,
    SubmissionState.CONFLICT,
    SubmissionState.REFUSED,
    SubmissionState.QUARANTINED,
]


def _advance(submission_id: Any, source: SubmissionBlob) -> dict[str, Any] | None:
    """Link a file of one submission and issue its next receipt; None if nothing changed."""
    with transaction.atomic():
        row: Submission = Submission.objects.unscoped(BY_PHONE).lock(submission_id)
        blobs = receipts.blobs_of(row)
        lacked = [
            blob
            for blob in blobs
            if blob.sha256 == source.sha256 and blob.size == source.size and blob.file_id is None
        ]
        for blob in lacked:
            blob.file = source.file
            blob.save(update_fields=["file", "updated_at"])
        missing = any(blob.file_id is None for blob in blobs)
        told = set(row.receipt["missing"]) if row.receipt else set()
        if not lacked and source.sha256 not in told:
            return None
        _link(row, blobs)
        ready = row.applied_at is not None or "no_right" in row.review
        if not missing and row.state == SubmissionState.ACCEPTED and ready:
            row.state = SubmissionState.COMPLETE
            row.version += 1
            record(SYSTEM, events.COMPLETED, row, after={"envelope": row.envelope_id})
        receipts.issue(row, blobs, now())
        row.save()
        return receipts.verdict_of(row)


def _link(row: Submission, blobs: list[SubmissionBlob]) -> None:
    if row.record_id is None:
        return
    read = applying.envelope_of(row)
    model = apps.get_model(row.record_type)
    target = model._default_manager.unscoped(BY_PHONE).filter(pk=row.record_id).first()
    kind, envelope = read if read is not None else (None, None)
    applying.link(
        row, blobs, applying.author_of(row), now(), record=target, envelope=envelope, kind=kind
    )


def forget_old_partials() -> int:
    """Delete partial files nobody continued for fourteen days; return how many."""
    oldest, gone = (now() - PARTIAL_FOR).timestamp(), 0
    for path in folder().glob("*-*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
    return gone
