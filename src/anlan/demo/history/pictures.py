"""Drawn pictures in place of photos: small, marked as demonstration, kept once each."""

import io
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw

from anlan.base.files.models import Attachment, StoredFile
from anlan.base.files.services import keep
from anlan.base.ids import uuid7
from anlan.demo.history.plant import Plant
from anlan.modules.findings.models import Finding

WIDTH, HEIGHT = 480, 360
N_SCENES = 6
N_RECENT = 40


def hang_pictures(plants: Sequence[Plant], findings: Sequence[Finding]) -> int:
    """Hang pictures on the newest findings of deep plants and on all major ones.

    A plant that pads its figures shows the same picture again and again. Returns how many.
    """
    deep = {plant.enterprise.pk: plant for plant in plants if plant.is_deep}
    kept: dict[tuple[int, bool], StoredFile] = {}
    made: list[Attachment] = []
    newest = sorted(findings, key=lambda row: row.registered_at, reverse=True)
    left = dict.fromkeys(deep, N_RECENT)
    for row in newest:
        plant = deep.get(row.enterprise_id)
        if plant is None or (left[row.enterprise_id] <= 0 and row.level == 0):
            continue
        left[row.enterprise_id] -= 1
        scene = 0 if plant.habit == "padding" else plant.random.randrange(N_SCENES)
        for is_after in (False, True)[: 2 if row.state == "accepted" else 1]:
            if (scene, is_after) not in kept:
                kept[scene, is_after] = keep(picture(scene, is_after), "image/jpeg")
            made.append(_attachment(row, kept[scene, is_after], is_after))
    Attachment._base_manager.bulk_create(made, batch_size=1000)
    return len(made)


def _attachment(row: Finding, stored: StoredFile, is_after: bool) -> Attachment:
    return Attachment(
        id=uuid7(),
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        file=stored,
        object_type="findings.finding",
        object_id=row.pk,
        kind="after" if is_after else "before",
        title="整改后（演示图）" if is_after else "整改前（演示图）",
        file_name="after.jpg" if is_after else "before.jpg",
        # A few pictures serve all: the search for photos used twice leaves drawn ones out.
        details={"width": WIDTH, "height": HEIGHT, "drawn": True},
        uploaded_by_id=row.submitted_by_id if is_after else row.registered_by_id,
    )


def picture(scene: int, is_after: bool) -> bytes:
    """Return a JPEG of pipes with a flange; before, it drips and is rusty."""
    random = Random(f"scene {scene}")  # noqa: S311 - decoration
    image = Image.new("RGB", (WIDTH, HEIGHT), (196, 204, 208))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 270, WIDTH, HEIGHT), fill=(150, 150, 144))
    tank = random.randrange(20, 120)
    draw.rectangle((tank, 40, tank + 150, 275), fill=(226, 230, 232), outline=(120, 130, 136))
    for y in range(80, 270, 48):
        draw.line((tank, y, tank + 150, y), fill=(190, 198, 202), width=2)
    y, x = random.randrange(180, 235), random.randrange(285, 370)
    pipe = random.choice(((92, 122, 92), (176, 140, 70), (96, 112, 140)))
    draw.rectangle((tank + 150, y - 13, WIDTH, y + 13), fill=pipe)
    metal = (168, 172, 176) if is_after else (142, 92, 58)
    draw.rectangle((x - 12, y - 30, x - 2, y + 30), fill=metal)
    draw.rectangle((x + 2, y - 30, x + 12, y + 30), fill=metal)
    draw.rectangle((x - 4, y - 62, x + 4, y - 28), fill=(90, 96, 100))
    draw.ellipse((x - 26, y - 84, x + 26, y - 56), outline=(176, 48, 40), width=6)
    if not is_after:
        for drop in range(4):
            draw.ellipse((x - 4, y + 36 + drop * 14, x + 4, y + 46 + drop * 14), fill=(52, 58, 52))
        draw.ellipse((x - 58, 286, x + 58, 312), fill=(70, 74, 66))
    draw.rectangle((0, HEIGHT - 26, WIDTH, HEIGHT), fill=(40, 44, 48))
    words = f"ANLAN DEMONSTRATION  SCENE {scene + 1}  {'AFTER' if is_after else 'BEFORE'}"
    draw.text((10, HEIGHT - 20), words, fill=(240, 240, 240))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=72)
    return kept.getvalue()
