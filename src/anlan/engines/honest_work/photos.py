"""Photos used twice, found by what they look like."""

import io
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from anlan.engines.honest_work.flags import Flag, Limits, default_limits

_SIDE = 8
_BITS = 2 * _SIDE * _SIDE
_LONGEST_SIDE = 20_000


@dataclass(frozen=True, slots=True)
class PhotoHash:
    """128 bits of brighter-or-darker between neighbours. `flat`: too little in it to compare."""

    bits: int
    flat: bool

    def distance(self, other: "PhotoHash") -> int:
        """Return the number of differing bits, 0 to 128."""
        return (self.bits ^ other.bits).bit_count()


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo and what it proves. `subject_id`: the finding or check it belongs to."""

    id: str
    subject_id: str
    hash: PhotoHash
    sha256: str = ""


def photo_hash(data: bytes) -> PhotoHash:
    """Return the difference hash of an image file. Raises ValueError where it is none.

    A smaller or recompressed copy, or one a little brighter, differs in a few bits; a photo of
    another thing in about half. The watermark with time and place sits at an edge and moves few.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            if max(image.size) > _LONGEST_SIDE:
                raise ValueError(f"The image is {image.size} pixels large. Make it smaller.")
            # JPEG can be read at a fraction of its size: ten times as quick.
            image.draft("L", (256, 256))
            grey = image.convert("L")
            across = grey.resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
            down = grey.resize((_SIDE, _SIDE + 1), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"The file is not a readable image ({error}).") from None
    rows, columns = across.tobytes(), down.tobytes()
    bits = 0
    for y in range(_SIDE):
        for x in range(_SIDE):
            at = y * (_SIDE + 1) + x
            bits = bits << 1 | (rows[at] > rows[at + 1])
    for at in range(_SIDE * _SIDE):
        bits = bits << 1 | (columns[at] > columns[at + _SIDE])
    flat = max(rows) - min(rows) < 12  # a wall, a lens cap: everything would match
    return PhotoHash(bits, flat)


def reused_photos(photos: Iterable[Photo], limits: Limits | None = None) -> list[Flag]:
    """Return a flag for each pair of subjects that show the same photo.

    The same file (sha256) always counts; alike hashes count unless the photo is flat. Two photos
    of one subject are fine. Some hundred thousand photos at once are a matter of seconds.
    """
    bounds = limits or default_limits()
    most = int(bounds.photo_bits)
    # Cut into one part more than bits may differ, two alike hashes agree in one part at least.
    edges = [_BITS * part // (most + 1) for part in range(most + 2)]
    by_chunk: dict[tuple[int, int], list[Photo]] = defaultdict(list)
    by_file: dict[str, list[Photo]] = defaultdict(list)
    flags: list[Flag] = []
    told: set[tuple[str, str]] = set()
    for photo in photos:
        candidates = list(by_file[photo.sha256]) if photo.sha256 else []
        chunks = [
            (low, photo.hash.bits >> low & (1 << high - low) - 1)
            for low, high in itertools.pairwise(edges)
        ]
        if not photo.hash.flat:
            candidates += [other for chunk in chunks for other in by_chunk[chunk]]
        for other in candidates:
            pair = (other.id, photo.id)
            if other.subject_id == photo.subject_id or pair in told:
                continue
            same_file = bool(photo.sha256) and photo.sha256 == other.sha256
            distance = 0 if same_file else photo.hash.distance(other.hash)
            if same_file or distance <= most:
                told.add(pair)
                flags.append(_flag(other, photo, same_file, distance))
        if photo.sha256:
            by_file[photo.sha256].append(photo)
        if not photo.hash.flat:
            for chunk in chunks:
                by_chunk[chunk].append(photo)
    return flags


def _flag(first: Photo, second: Photo, same_file: bool, distance: int) -> Flag:
    how_zh = "同一文件" if same_file else f"画面几乎相同（128 位中差 {distance} 位）"
    how_en = "the same file" if same_file else f"almost the same picture ({distance} of 128 bits)"
    return Flag(
        "photo_reused",
        (first.subject_id, second.subject_id),
        f"两处使用了同一张照片：{how_zh}",
        f"One photo serves two records: {how_en}",
        {"bits": distance},
    )
