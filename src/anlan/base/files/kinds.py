"""What may be uploaded where: kinds of files and the records that take them."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Text
from anlan.base.files import sniff

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its types and the most bytes one may have."""

    name: str
    label: Text
    types: frozenset[str]
    max_bytes: int

    @property
    def extensions(self) -> str:
        """Return the extensions as the `accept` of a file input."""
        return ",".join(end for mime in sorted(self.types) for end in sniff.EXTENSIONS[mime])

    @property
    def shown_extensions(self) -> str:
        """Return the extensions as people read them: spaced, so that a line can break."""
        return self.extensions.replace(",", " ")


_KINDS: dict[str, FileKind] = {}
_TAKERS: dict[str, str] = {}


def declare_kind(kind: FileKind) -> FileKind:
    """Add a kind. Raises ValueError for a name that is taken."""
    if kind.name in _KINDS:
        raise ValueError(f"file kind {kind.name!r} is declared twice")
    _KINDS[kind.name] = kind
    return kind


def kind_of(name: str) -> FileKind | None:
    """Return the declared kind."""
    return _KINDS.get(name)


def all_kinds() -> dict[str, FileKind]:
    """Return every kind by name."""
    return dict(_KINDS)


def takes_files(model: type[models.Model], *, permission: str) -> None:
    """Let records of a scoped model carry files; who has `permission` there adds and removes."""
    _TAKERS[model._meta.label_lower] = permission


def permission_for(object_type: str) -> str | None:
    """Return the permission to change the files of such a record; None: it takes no files."""
    return _TAKERS.get(object_type)


DOCUMENT = declare_kind(
    FileKind(
        "document",
        _("Document"),
        frozenset({sniff.PDF, sniff.DOCX, sniff.XLSX, sniff.ZIP}) | sniff.IMAGES,
        50 * MEGABYTE,
    )
)
PHOTO = declare_kind(FileKind("photo", _("Photo"), sniff.IMAGES, 20 * MEGABYTE))
VIDEO = declare_kind(FileKind("video", _("Video"), frozenset({sniff.MP4}), 200 * MEGABYTE))
VOICE = declare_kind(
    FileKind("voice", _("Voice note"), frozenset({sniff.WEBM, sniff.OGG, sniff.MP4}), 5 * MEGABYTE)
)
SHEET = declare_kind(FileKind("sheet", _("Workbook"), frozenset({sniff.XLSX}), 100 * MEGABYTE))
