"""Photos of the places of a round: drawn by the kind of unit, marked as demonstration."""

import io
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFont

from anlan.base.files.models import Attachment, StoredFile
from anlan.base.files.services import keep
from anlan.base.ids import uuid7
from anlan.base.papers.fonts import font_folder
from anlan.demo.history.plant import Plant
from anlan.modules.risk.models import RiskUnit

WIDTH, HEIGHT = 640, 480
N_VIEWS = 2
"""How many pictures there are of each kind of unit."""

SKY, GROUND, STEEL, LINE = (206, 216, 222), (152, 152, 146), (226, 230, 232), (112, 122, 130)
PIPES = ((92, 122, 92), (176, 140, 70), (96, 112, 140))


def hang_places(plants: Sequence[Plant]) -> int:
    """Hang a photo on every unit of the deep plants; returns how many. Each is kept once."""
    kept: dict[tuple[str, int], StoredFile] = {}
    made: list[Attachment] = []
    for plant in plants:
        if not plant.is_deep:
            continue
        for number, unit in enumerate(plant.units):
            view = (unit.unit_type, number % N_VIEWS)
            if view not in kept:
                kept[view] = keep(picture(*view), "image/jpeg")
            made.append(_attachment(unit, kept[view]))
    Attachment._base_manager.bulk_create(made, batch_size=1000)
    return len(made)


def _attachment(unit: RiskUnit, stored: StoredFile) -> Attachment:
    return Attachment(
        id=uuid7(),
        enterprise_id=unit.enterprise_id,
        scope_path=unit.scope_path,
        file=stored,
        object_type=RiskUnit._meta.label_lower,
        object_id=unit.pk,
        kind="photo",
        title="现场照片（演示图）",
        file_name="place.jpg",
        # A few pictures serve all: the search for photos used twice leaves drawn ones out.
        details={"width": WIDTH, "height": HEIGHT, "drawn": True},
    )


def picture(unit_type: str, view: int) -> bytes:
    """Return a JPEG of what stands at a unit of this type; the same for the same view."""
    random = Random(f"place {unit_type} {view}")  # noqa: S311 - decoration
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 330, WIDTH, HEIGHT), fill=GROUND)
    _THINGS.get(unit_type, _shed)(draw, random)
    y = random.randrange(352, 372)
    draw.rectangle((0, y, WIDTH, y + 18), fill=random.choice(PIPES))
    for x in range(random.randrange(20, 60), WIDTH, 130):
        draw.rectangle((x, y + 18, x + 10, y + 60), fill=LINE)
    _mark(draw)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=72)
    return content.getvalue()


def _mark(draw: ImageDraw.ImageDraw) -> None:
    """Say that it is no photo; in letters alone where the fonts of papers were not built."""
    words, font = "ANLAN DEMONSTRATION", ImageFont.load_default(18)
    if folder := font_folder():
        words, font = "演示图 · 非现场照片", ImageFont.truetype(folder / "NotoSansSC-Bold.ttf", 20)
    # Where it is seen also when a list shows the middle of the picture alone.
    box = draw.textbbox((18, 96), words, font=font)
    draw.rectangle((box[0] - 10, box[1] - 7, box[2] + 10, box[3] + 7), fill=(40, 44, 48))
    draw.text((18, 96), words, fill=(240, 240, 240), font=font)


def _tanks(draw: ImageDraw.ImageDraw, random: Random) -> None:
    for x in (random.randrange(20, 60), random.randrange(340, 390)):
        draw.rectangle((x, 110, x + 210, 330), fill=STEEL, outline=LINE, width=3)
        draw.pieslice((x, 76, x + 210, 146), 180, 360, fill=STEEL, outline=LINE, width=3)
        for y in range(150, 330, 44):
            draw.line((x, y, x + 210, y), fill=(196, 204, 208), width=2)
    draw.rectangle((0, 322, WIDTH, 346), fill=(178, 172, 160), outline=LINE)


def _pumps(draw: ImageDraw.ImageDraw, random: Random) -> None:
    draw.rectangle((30, 60, WIDTH - 30, 96), fill=(120, 144, 168), outline=LINE, width=3)
    for x in (60, 300, WIDTH - 76):
        draw.rectangle((x, 96, x + 14, 330), fill=LINE)
    for x in (random.randrange(110, 140), random.randrange(370, 400)):
        draw.rectangle((x, 244, x + 96, 306), fill=(62, 104, 84), outline=LINE, width=3)
        draw.ellipse((x + 90, 232, x + 170, 312), fill=(142, 150, 156), outline=LINE, width=3)
        draw.rectangle((x - 10, 306, x + 180, 330), fill=(104, 108, 110))


def _reactor(draw: ImageDraw.ImageDraw, random: Random) -> None:
    x = random.randrange(210, 260)
    draw.rounded_rectangle((x, 90, x + 170, 300), 70, fill=STEEL, outline=LINE, width=3)
    draw.rectangle((x + 70, 40, x + 100, 90), fill=(84, 96, 122), outline=LINE)
    for side in (x - 70, x + 220):
        draw.rectangle((side, 60, side + 14, 330), fill=LINE)
    for y in (170, 250):
        draw.rectangle((x - 90, y, x + 254, y + 8), fill=(150, 132, 84))


def _arms(draw: ImageDraw.ImageDraw, random: Random) -> None:
    draw.rectangle((40, 70, WIDTH - 40, 104), fill=(120, 144, 168), outline=LINE, width=3)
    for x in (80, WIDTH - 100):
        draw.rectangle((x, 104, x + 16, 330), fill=LINE)
    x = random.randrange(170, 230)
    draw.rounded_rectangle((x, 226, x + 250, 302), 36, fill=STEEL, outline=LINE, width=3)
    for wheel in (x + 40, x + 180):
        draw.ellipse((wheel, 290, wheel + 48, 338), fill=(52, 54, 56))
    draw.line((x + 120, 104, x + 170, 160, x + 130, 228), fill=(176, 140, 70), width=12)


def _shed(draw: ImageDraw.ImageDraw, random: Random) -> None:
    draw.polygon(((40, 150), (320, 70), (600, 150)), fill=(132, 100, 88), outline=LINE)
    draw.rectangle((56, 150, 584, 330), fill=(222, 216, 204), outline=LINE, width=3)
    door = random.randrange(200, 300)
    draw.rectangle((door, 200, door + 130, 330), fill=(92, 116, 140), outline=LINE, width=3)
    for y in range(216, 330, 18):
        draw.line((door, y, door + 130, y), fill=LINE)


_THINGS = {"tank_farm": _tanks, "pump_house": _pumps, "reactor": _reactor, "loading": _arms}
