"""Reading of Pocket: what the desk sees, and what a phone is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import EVERYTHING
from anlan.base.errors import NotYours
from anlan.base.files.models import Attachment, StoredFile
from anlan.base.pocket.models import (
    Device,
    DeviceUser,
    MissingRange,
    SmallPicture,
    Submission,
    SubmissionState,
)
from anlan.base.pocket.services.receipts import verdict_of

RECEIPTS_AT_ONCE = 200
OPEN = (SubmissionState.CONFLICT, SubmissionState.QUARANTINED, SubmissionState.REFUSED)


def receipts_since(
    device: Device, since: datetime | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return verdicts with receipts issued after a moment, and the moment of the last one."""
    with wall.acting_as(EVERYTHING):
        rows = Submission.objects.unscoped("a phone reads its own receipts").filter(
            device=device, receipt_at__isnull=False
        )
        if since is not None:
            rows = rows.filter(receipt_at__gt=since)
        found: Sequence[Submission] = list(rows.order_by("receipt_at")[:RECEIPTS_AT_ONCE])
    upto = found[-1].receipt_at if found else None
    return [verdict_of(row) for row in found], upto.isoformat() if upto else None


def wiped_before(device_id: UUID, remembered: UUID | None) -> dict[str, Any] | None:
    """Return the numbers that were lost with the installation a browser remembers, or None."""
    if remembered is None or remembered == device_id:
        return None
    with wall.acting_as(EVERYTHING):
        found = (
            MissingRange.objects.unscoped("the phone that lost them asks")
            .filter(device_id=remembered, cause=MissingRange.Cause.WIPED, closed_at=None)
            .order_by("-noticed_at")
            .first()
        )
    return {"first": found.first, "last": found.last} if found else None


def devices_of(actor: Actor) -> QuerySet[Device]:
    """Phones of the actor's places with their open matters counted, latest contact first."""

    def count(rows: QuerySet[Any]) -> Coalesce:
        numbered = rows.order_by().values("device").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(numbered, output_field=IntegerField()), 0)

    submitted = Submission.objects.for_actor(actor).filter(device=OuterRef("pk"))
    gaps = MissingRange.objects.for_actor(actor).filter(device=OuterRef("pk"), closed_at=None)
    last_user = (
        DeviceUser.objects.for_actor(actor)
        .filter(device=OuterRef("pk"))
        .order_by("-seen_at")
        .values("user__display_name")[:1]
    )
    rows: QuerySet[Device] = (
        Device.objects.for_actor(actor)
        .annotate(
            open_submissions=count(submitted.filter(open_matters())),
            open_gaps=count(gaps),
            last_user=Subquery(last_user),
        )
        .order_by("-last_contact", "pk")
    )
    return rows


def open_matters() -> Q:
    """Return what the desk has to look at: undecided, odd, refused, or to be reviewed."""
    return Q(reviewed_at=None) & (Q(state__in=OPEN) | ~Q(review=[]))


def device_for(actor: Actor, device_id: UUID | str) -> Device:
    """One phone. Raises NotYours."""
    found: Device = Device.objects.for_actor(actor).one(device_id)
    return found


def device_label(actor: Actor, device_id: UUID | None) -> str:
    """Return what a phone is called; "" for none, or one the actor does not see."""
    found: str | None = (
        Device.objects.for_actor(actor).filter(pk=device_id).values_list("label", flat=True).first()
        if device_id
        else None
    )
    return found or ""


def gaps_of(actor: Actor, device: Device) -> QuerySet[MissingRange]:
    """Numbers of a phone that are missing now."""
    rows: QuerySet[MissingRange] = (
        MissingRange.objects.for_actor(actor)
        .filter(device=device, closed_at=None)
        .order_by("first", "last")
    )
    return rows


def submissions_of(actor: Actor) -> QuerySet[Submission]:
    """Submissions of the actor's places, newest first."""
    rows: QuerySet[Submission] = (
        Submission.objects.for_actor(actor)
        .select_related("device", "author")
        .order_by("-received_at", "pk")
    )
    return rows


def submission_for(actor: Actor, submission_id: UUID | str) -> Submission:
    """One submission. Raises NotYours."""
    found: Submission = (
        Submission.objects.for_actor(actor).select_related("device", "author").one(submission_id)
    )
    return found


def picture_for(actor: Actor, sha256: str) -> StoredFile:
    """Return the small picture of this content, when the actor sees a record with its source.

    Raises NotYours.
    """
    rows = SmallPicture.objects.filter(file__sha256=sha256).select_related("file")
    for row in rows:
        seen = Attachment.objects.for_actor(actor).filter(file=row.source_id, removed_at=None)
        if row.file is not None and seen.exists():
            return row.file
    raise NotYours()
