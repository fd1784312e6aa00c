"""Reading files: always through the record they belong to."""

from uuid import UUID

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import models
from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours
from anlan.base.files.kinds import permission_for
from anlan.base.files.models import Attachment, StoredFile


def attachments_of(actor: Actor, row: models.Model) -> QuerySet[Attachment]:
    """Files of a record, oldest first, without removed ones."""
    found: QuerySet[Attachment] = (
        Attachment.objects.for_actor(actor)
        .filter(object_type=row._meta.label_lower, object_id=row.pk, removed_at=None)
        .select_related("file", "uploaded_by")
        .order_by("created_at", "pk")
    )
    return found


def attachment_for(actor: Actor, attachment_id: UUID | str) -> Attachment:
    """One attachment within the actor's scope. Raises NotYours.

    A removed one is still found, because history links to it.
    """
    found: Attachment = (
        Attachment.objects.for_actor(actor).select_related("file").one(attachment_id)
    )
    return found


def record_for(actor: Actor, object_type: str, object_id: UUID | str) -> models.Model:
    """The record that carries files, within the actor's scope. Raises NotYours."""
    if permission_for(object_type) is None:
        raise NotYours()
    model = apps.get_model(object_type)
    row: models.Model = model._default_manager.for_actor(actor).one(object_id)
    return row


def open_content(stored: StoredFile) -> File:
    """Open the content for reading. Raises FileNotFoundError when the storage lost it."""
    return storages["default"].open(stored.path, "rb")
