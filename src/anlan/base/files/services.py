"""Keeping, attaching and removing files."""

import hashlib
import io
import logging
import os
import unicodedata
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import models, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.files import events
from anlan.base.files.kinds import FileKind, kind_of, permission_for
from anlan.base.files.models import Attachment, StoredFile
from anlan.base.files.sniff import EXTENSIONS, Hostile, Sniffed, sniff

log = logging.getLogger(__name__)

CHUNK = 1 << 20


def clean_name(name: str) -> str:
    """Return a file name without folders and control characters, at most 200 characters.

    It is only ever shown and offered for saving; the path on disk is made of the hash.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, end = os.path.splitext(shown)
    return (stem[: 200 - len(end)] + end) or "file"


def store(upload: IO[bytes], name: str, kind: FileKind, *, field: str = "file") -> StoredFile:
    """Check an upload against its kind and keep it. Raises BadInput naming `field`."""
    stored, _details = _check_and_store(upload, name, kind, field)
    return stored


def uploaded(upload: IO[bytes] | None, *, field: str = "file") -> IO[bytes]:
    """Return the upload of a form. Raises BadInput when there is none (or it was too large)."""
    if upload is None:
        raise BadInput(Problem(field, _("Choose a file."), code="missing"))
    return upload


def keep(content: bytes | IO[bytes], mime: str) -> StoredFile:
    """Keep content that the product made itself, or whose type is known; nothing is checked."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    digest, size = _measure(stream, None)
    return _put(stream, digest, size, mime)


def attach(
    actor: Actor,
    row: models.Model,
    upload: IO[bytes],
    name: str,
    *,
    kind: str,
    title: str = "",
) -> Attachment:
    """Hang an upload on a record the actor may change.

    Raises Forbidden, NotYours, BadInput (too large, wrong type, hostile).
    """
    _require_change(actor, row)
    file_kind = kind_of(kind)
    if file_kind is None:
        raise BadInput(Problem("kind", _("This kind of file is not known.")))
    stored, sniffed = _check_and_store(upload, name, file_kind, "file")
    with transaction.atomic():
        return hang(actor, row, stored, name, kind=kind, title=title, details=sniffed.details)


def hang(
    actor: Actor,
    row: models.Model,
    stored: StoredFile,
    file_name: str,
    *,
    kind: str,
    title: str = "",
    details: dict[str, Any] | None = None,
) -> Attachment:
    """Hang content that is kept already on a record; the caller has decided that it may.

    Must run in the caller's transaction, which also holds the reason for it.
    """
    shown = clean_name(file_name)
    attachment: Attachment = Attachment.objects.create(
        enterprise_id=row.enterprise_id,  # type: ignore[attr-defined]
        scope_path=row.scope_path,  # type: ignore[attr-defined]
        file=stored,
        object_type=row._meta.label_lower,
        object_id=row.pk,
        kind=kind,
        title=(title.strip() or os.path.splitext(shown)[0])[:120],
        file_name=shown,
        details=details or {},
        uploaded_by_id=actor.user_id,
    )
    record(actor, events.ADDED, row, after=_told(attachment))
    return attachment


def remove(actor: Actor, attachment_id: UUID | str) -> Attachment:
    """Take a file off its record. The content stays for history. Raises Forbidden, NotYours."""
    with transaction.atomic():
        attachment = Attachment.objects.for_actor(actor).filter(removed_at=None).lock(attachment_id)
        row = _record_of(actor, attachment)
        _require_change(actor, row)
        attachment.removed_at = now()
        attachment.version += 1
        attachment.save(update_fields=["removed_at", "version", "updated_at"])
        record(actor, events.REMOVED, row, before=_told(attachment))
    return attachment


def _told(attachment: Attachment) -> dict[str, Any]:
    return {
        "file": attachment.title,
        "file_name": attachment.file_name,
        "sha256": attachment.file.sha256,
    }


def _record_of(actor: Actor, attachment: Attachment) -> models.Model:
    from anlan.base.files.queries import record_for

    return record_for(actor, attachment.object_type, attachment.object_id)


def _require_change(actor: Actor, row: models.Model) -> None:
    permission = permission_for(row._meta.label_lower)
    if permission is None:
        raise NotYours()
    policy.require(actor, permission, row)  # type: ignore[arg-type]


def _check_and_store(
    upload: IO[bytes], name: str, kind: FileKind, field: str
) -> tuple[StoredFile, Sniffed]:
    digest, size = _measure(upload, kind.max_bytes, field)
    if size == 0:
        raise BadInput(Problem(field, _("The file is empty."), code="empty"))
    try:
        sniffed = sniff(upload)
    except Hostile as error:
        log.warning("upload %r refused: %s", clean_name(name), error)
        raise BadInput(
            Problem(
                field,
                _("The file is not safe to open: %(why)s.") % {"why": error},
                _("Save it anew, smaller and without macros."),
                code="hostile",
            )
        ) from error
    if sniffed.mime is None or sniffed.mime not in kind.types:
        raise BadInput(
            Problem(
                field,
                _("Files of this type are not taken here."),
                _("Taken are: %(types)s.") % {"types": kind.shown_extensions},
                code="type",
            )
        )
    end = os.path.splitext(name)[1].lower()
    if end not in EXTENSIONS[sniffed.mime]:
        raise BadInput(
            Problem(
                field,
                _("The name ends in %(end)s but the content is %(true)s.")
                % {"end": end or "–", "true": EXTENSIONS[sniffed.mime][0]},
                _("Give the file its true ending."),
                code="extension",
            )
        )
    return _put(upload, digest, size, sniffed.mime), sniffed


def _measure(stream: IO[bytes], limit: int | None, field: str = "file") -> tuple[str, int]:
    """Return hash and size, reading in pieces; stops at the limit."""
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if limit is not None and size > limit:
            raise BadInput(
                Problem(
                    field,
                    _("The file is larger than %(most)s MB.") % {"most": limit >> 20},
                    _("Make it smaller or split it."),
                    code="too_large",
                )
            )
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest(), size


def _put(stream: IO[bytes], digest: str, size: int, mime: str) -> StoredFile:
    """Write the content if it is not there, then its row. Content first: a row never dangles."""
    stored = StoredFile(sha256=digest, size=size, mime=mime)
    storage = storages["default"]
    if not storage.exists(stored.path) or storage.size(stored.path) != size:
        storage.save(stored.path, File(stream))
    found, _made = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": size, "mime": mime}
    )
    return found
