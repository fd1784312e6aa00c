"""Receipts: signed, in two stages, kept with the submission so that a repeat gets the same."""

from datetime import datetime
from typing import Any

from anlan.base.audit.models import AuditHead
from anlan.base.pocket import keys
from anlan.base.pocket.models import Submission, SubmissionBlob

FILES_OF = "files of a submission that this process is working on"


def blobs_of(submission: Submission) -> list[SubmissionBlob]:
    """Return the files named by a submission, in a fixed order."""
    return list(
        SubmissionBlob.objects.unscoped(FILES_OF)
        .filter(submission=submission)
        .select_related("file")
        .order_by("sha256", "role")
    )


def issue(submission: Submission, blobs: list[SubmissionBlob], moment: datetime) -> None:
    """Write the receipt for the submission's present state; the caller saves.

    `state` complete means: payload and every file verified and on disk.
    """
    have = sorted({blob.sha256 for blob in blobs if blob.file_id is not None})
    missing = sorted({blob.sha256 for blob in blobs if blob.file_id is None})
    body: dict[str, Any] = {
        "envelope": str(submission.envelope_id),
        "state": submission.state,
        "number": submission.number,
        "version": submission.record_version,
        "payload_sha256": submission.payload_sha256,
        "attachments": have,
        "missing": missing,
        "count": len(have),
        "received_at": _text(submission.received_at),
        "occurred_at": _text(submission.occurred_at),
        "time_doubtful": submission.time_doubtful,
        "audit_head": _audit_head(submission),
    }
    submission.receipt = keys.signed(body)
    submission.receipt_at = moment


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _audit_head(submission: Submission) -> str:
    chain = str(submission.enterprise_id)
    found = AuditHead.objects.filter(chain=chain).values_list("hash", flat=True).first()
    return bytes(found).hex() if found else ""


def verdict_of(submission: Submission, *, duplicate: bool = False) -> dict[str, Any]:
    """Return what the phone is told of one submission."""
    told: dict[str, Any] = {
        "id": str(submission.envelope_id),
        "verdict": "duplicate" if duplicate else submission.state,
        "state": submission.state,
        "receipt": submission.receipt,
    }
    if submission.receipt:
        told["missing"] = submission.receipt["missing"]
    for name in ("problem", "conflict"):
        if value := getattr(submission, name):
            told[name] = value
    if remark := submission.result.get("remark"):
        told["remark"] = remark
    return told
