"""Photos as the interface takes them: PNG or JPEG, at most 5 MB each, Base64."""

import base64
import io
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.base.files.models import Attachment, StoredFile
from anlan.base.files.queries import open_content
from anlan.base.files.sniff import IMAGES, JPEG, MAX_PIXELS, PNG
from anlan.exchange.rules import MOST_PHOTO_BYTES

# Long sides and qualities tried in turn until a photo that is too large fits.
_TRIES = ((3200, 85), (2400, 80), (1600, 75))


class Unreadable(Exception):
    """The file is gone or shows nothing."""


def may_go(stored: StoredFile, *, is_other: bool) -> bool:
    """Tell whether a file may be sent: any photo, and as a further attachment what is small."""
    return stored.mime in IMAGES or (is_other and stored.size <= MOST_PHOTO_BYTES)


def reference(attachment: Attachment) -> dict[str, Any]:
    """Return what stands for a file in a payload until it is sent."""
    return {
        "attachment": str(attachment.pk),
        "sha256": attachment.file.sha256,
        "size": attachment.file.size,
        "name": attachment.file_name,
    }


def is_reference(value: Any) -> bool:
    """Tell whether a value of a payload stands for a file."""
    return isinstance(value, dict) and "sha256" in value


def weight(payload: dict[str, Any]) -> int:
    """Return about how many bytes the files of a row take on their way."""
    sizes = [value["size"] for value in payload.values() if is_reference(value)]
    return sum(min(size, MOST_PHOTO_BYTES) * 4 // 3 for size in sizes)


def written(value: dict[str, Any]) -> str:
    """Return a file as Base64, a photo made to fit. Raises Unreadable."""
    stored = StoredFile.objects.filter(sha256=value["sha256"]).first()
    if stored is None:
        raise Unreadable
    try:
        with open_content(stored) as content:
            data = content.read()
        if stored.mime in IMAGES and (
            stored.mime not in (PNG, JPEG) or len(data) > MOST_PHOTO_BYTES
        ):
            data = _fitting(data)
    except (OSError, UnidentifiedImageError) as error:
        raise Unreadable from error
    return base64.b64encode(data).decode()


def _fitting(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise Unreadable
        image = ImageOps.exif_transpose(opened).convert("RGB")
    for side, quality in _TRIES:
        image.thumbnail((side, side))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= MOST_PHOTO_BYTES:
            return out.getvalue()
    raise Unreadable
