"""What a file really is, judged by its content alone."""

import warnings
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from PIL import Image, UnidentifiedImageError

from anlan.base.clock import SHANGHAI

PDF = "application/pdf"
ZIP = "application/zip"
MP4 = "video/mp4"
WEBM, OGG = "audio/webm", "audio/ogg"
PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EXTENSIONS = {
    PDF: (".pdf",),
    ZIP: (".zip",),
    MP4: (".mp4", ".m4v", ".mov"),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    WEBP: (".webp",),
    WEBM: (".webm",),
    OGG: (".ogg", ".oga"),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
}
IMAGES = frozenset({PNG, JPEG, WEBP})

MAX_PIXELS = 80_000_000
MAX_UNPACKED = 1 << 30
MAX_MEMBERS = 20_000
FORMATS = ("PNG", "JPEG", "MPO", "WEBP")
_PILLOW = {"PNG": PNG, "JPEG": JPEG, "MPO": JPEG, "WEBP": WEBP}
_MACROS = ("vbaproject.bin", "vbadata.xml")


class Hostile(Exception):
    """The content would harm whoever opens it; the text says how (English, for the log)."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The true type (None: not one we take) and what an image says of itself."""

    mime: str | None
    details: dict[str, Any]


def sniff(content: IO[bytes]) -> Sniffed:
    """Return the type of a seekable binary file; leaves it at its start.

    Raises Hostile for archives that unpack to more than a gigabyte, for images of more than 80
    million pixels, and for office files with macros.
    """
    content.seek(0)
    head = content.read(16)
    try:
        if head.startswith(b"%PDF-"):
            return Sniffed(PDF, {})
        if head[4:8] == b"ftyp" and head[8:12] not in (b"heic", b"heix", b"mif1", b"avif"):
            return Sniffed(MP4, {})
        if head.startswith(b"PK\x03\x04"):
            return Sniffed(_archive(content), {})
        if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (
            head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        ):
            return _image(content)
        if head.startswith(b"\x1aE\xdf\xa3"):
            return Sniffed(WEBM, {})
        if head.startswith(b"OggS"):
            return Sniffed(OGG, {})
        return Sniffed(None, {})
    finally:
        content.seek(0)


def _archive(content: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if len(members) > MAX_MEMBERS or sum(item.file_size for item in members) > MAX_UNPACKED:
        raise Hostile("archive unpacks to too much")
    names = {item.filename.lower() for item in members}
    if any(name.endswith(_MACROS) for name in names):
        raise Hostile("office file with macros")
    if "[content_types].xml" not in names:
        return ZIP
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else ZIP


def _image(content: IO[bytes]) -> Sniffed:
    with warnings.catch_warnings():
        # Our own limit is checked before anything is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            content.seek(0)
            with Image.open(content, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise Hostile(f"image of {width} x {height} pixels")
                mime = _PILLOW.get(image.format or "")
                image.verify()
            details: dict[str, Any] = {"width": width, "height": height}
            # Reading the EXIF of a PNG would decode the whole picture.
            if mime != PNG:
                content.seek(0)
                with Image.open(content, formats=FORMATS) as image:
                    details |= _said(image)
        except Image.DecompressionBombError as error:
            raise Hostile(str(error)) from error
        # Pillow's readers raise these for damaged files.
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
            return Sniffed(None, {})
    return Sniffed(mime, details)


def _said(image: Image.Image) -> dict[str, Any]:
    """Return time and position from the photo's EXIF, as far as they can be read."""
    found: dict[str, Any] = {}
    try:
        exif = image.getexif()
        taken = exif.get_ifd(0x8769).get(0x9003)
        if isinstance(taken, str):
            moment = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
            found["taken_at"] = moment.astimezone(UTC).isoformat()
        gps = exif.get_ifd(0x8825)
        latitude, longitude = _degrees(gps.get(2), gps.get(1)), _degrees(gps.get(4), gps.get(3))
        if latitude is not None and longitude is not None:
            found |= {"latitude": latitude, "longitude": longitude}
    # What a camera wrote is a note, not a reason to refuse the photo.
    except (ValueError, TypeError, KeyError, ZeroDivisionError, SyntaxError, OSError):
        pass
    return found


def _degrees(parts: Any, reference: Any) -> float | None:
    if not parts or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not -180 <= value <= 180:
        return None
    return round(-value if reference in ("S", "W") else value, 6)
