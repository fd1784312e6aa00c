"""Photos that prove a check entered at the desk."""

from collections.abc import Sequence
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import BadInput, Problem
from anlan.base.files import services as files
from anlan.base.files.kinds import PHOTO
from anlan.base.files.sniff import sniff
from anlan.modules.findings.choices import PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.inspections.choices import Result
from anlan.modules.inspections.services import records

MOST_PHOTOS = 9
Upload = tuple[IO[bytes], str]
"""An open file and its name."""


def record_with_photos(
    actor: Actor, check: records.Check, photos: Sequence[Upload] = (), *, needs_photo: bool = False
) -> records.Recorded:
    """Enter a check and hang its photos on the record, all or nothing.

    What is abnormal shows them on its finding too, as they were before rectification. The same
    check again adds nothing. Raises as `records.record`; BadInput for files not taken, for too
    many, and for none where `needs_photo`.
    """
    if needs_photo and not photos and check.result != Result.NOT_INSPECTED:
        text, remedy = _("This check needs a photo."), _("Add at least one.")
        raise BadInput(Problem("photos", text, remedy, code="missing"))
    if len(photos) > MOST_PHOTOS:
        raise BadInput(Problem("photos", _("At most %s photos.") % MOST_PHOTOS, code="too_many"))
    kept = []
    for upload, name in photos:
        stored = files.store(upload, name, PHOTO, field="photos")
        upload.seek(0)
        kept.append((stored, name, sniff(upload).details))
    with transaction.atomic():
        made = records.record(actor, check)
        if not made.is_new:
            return made
        finding = (
            Finding.objects.for_actor(actor).filter(pk=made.row.finding_id).first()
            if made.row.finding_id
            else None
        )
        for stored, name, details in kept:
            files.hang(actor, made.row, stored, name, kind=PHOTO.name, details=details)
            if finding is not None:
                told: dict[str, Any] = {"kind": PhotoRole.BEFORE, "details": details}
                files.hang(actor, finding, stored, name, **told)
    return made
