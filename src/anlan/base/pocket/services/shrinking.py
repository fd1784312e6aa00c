"""Small versions of pictures for phones: made once for each content, kept like any file."""

import io
import logging
from collections.abc import Sequence
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.base.files.models import StoredFile
from anlan.base.files.queries import open_content
from anlan.base.files.services import keep
from anlan.base.pocket.models import SmallPicture

log = logging.getLogger(__name__)

# Long side in pixels and most bytes of each kind.
SIZES = {"plan": (2000, 400_000), "thumb": (320, 12_000), "photo": (640, 25_000)}
QUALITIES = (80, 65, 50, 35)
AT_ONCE = 12
"""A package makes at most so many; the next refresh brings the others."""


def small(wanted: Sequence[tuple[StoredFile, str]]) -> dict[tuple[UUID, str], StoredFile]:
    """Return the small versions by source and kind; those that cannot be made are left out."""
    sources = {source.pk for source, _kind in wanted}
    known = {
        (row.source_id, row.kind): row.file
        for row in SmallPicture.objects.filter(source__in=sources).select_related("file")
    }
    missing = {(source.pk, kind): source for source, kind in wanted} if wanted else {}
    for key, source in [item for item in missing.items() if item[0] not in known][:AT_ONCE]:
        content = _shrunk(source, key[1])
        known[key] = keep(content, "image/jpeg") if content else None
        SmallPicture.objects.get_or_create(
            source=source, kind=key[1], defaults={"file": known[key]}
        )
    return {key: file for key, file in known.items() if file is not None}


def _shrunk(source: StoredFile, kind: str) -> bytes | None:
    """Return a JPEG within the kind's bytes without the original's notes, None if it is none."""
    side, most = SIZES[kind]
    try:
        with open_content(source) as content, Image.open(content) as opened:
            opened.draft("RGB", (side, side))
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        log.warning("picture %s cannot be made small: %s", source.sha256[:12], error)
        return None
    for _turn in range(4):
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            made = io.BytesIO()
            image.save(made, "JPEG", quality=quality, optimize=True)
            if made.tell() <= most:
                return made.getvalue()
        side = side * 3 // 4
    return None
