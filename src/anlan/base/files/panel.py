"""What the documents panel of a record shows."""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse

from anlan.base.actors.actor import Actor
from anlan.base.files.kinds import FileKind, all_kinds, permission_for
from anlan.base.files.models import Attachment
from anlan.base.files.queries import attachments_of
from anlan.base.files.sniff import IMAGES

KINDS_OFFERED = ("document", "photo", "video")


@dataclass(frozen=True, slots=True)
class Shown:
    """One file in the panel."""

    attachment: Attachment
    is_image: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel: the files, where to send a new one, and whether this person may."""

    files: list[Shown]
    address: str
    may_change: bool
    kinds: list[FileKind]


def panel_for(actor: Actor, row: models.Model) -> Panel:
    """Return the documents panel of a record for `{% include "files/_panel.html" %}`."""
    object_type = row._meta.label_lower
    permission = permission_for(object_type)
    return Panel(
        files=[Shown(item, item.file.mime in IMAGES) for item in attachments_of(actor, row)],
        address=reverse("files:panel", args=[object_type, row.pk]),
        may_change=permission is not None
        and actor.may(permission, row.scope_path, row.enterprise_id),  # type: ignore[attr-defined]
        kinds=[kind for name, kind in all_kinds().items() if name in KINDS_OFFERED],
    )
