"""Site plans of the demonstration: a drawn picture, where it lies, what stands where on it."""

import io
from collections.abc import Sequence
from math import cos, radians
from typing import Any

from PIL import Image, ImageDraw

from anlan.base.files.models import Attachment
from anlan.base.files.services import keep
from anlan.base.ids import uuid7
from anlan.demo.history.plant import Plant
from anlan.modules.risk.georeference import METRES_A_DEGREE, centre, ground_of
from anlan.modules.risk.models import RiskObject, RiskUnit, SitePlan

WIDTH, HEIGHT = 1600, 1000
METRES_A_PIXEL = 0.4
COLUMNS = 3
MARGIN, ROAD = 70, 46
WORDS = "ANLAN DEMONSTRATION  SITE PLAN  1 : 2000"
Box = tuple[int, int, int, int]


def lay_out(
    plant: Plant, objects: Sequence[RiskObject], units: Sequence[RiskUnit]
) -> SitePlan | None:
    """Return the plan of a plant and give its objects and units their places on it.

    None where no object has a position to tie it to the ground.
    """
    first = next((row for row in objects if row.longitude is not None), None)
    if first is None or first.longitude is None or first.latitude is None:
        return None
    west, north = float(first.longitude), float(first.latitude)
    across = WIDTH * METRES_A_PIXEL / METRES_A_DEGREE / cos(radians(north))
    plan = SitePlan(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=plant.enterprise.path,
        name="main",
        width=WIDTH,
        height=HEIGHT,
        reference=[[0, 0, west, north], [WIDTH, 0, round(west + across, 6), north]],
    )
    ground = ground_of(plan.reference)
    for thing, box in zip(objects, _blocks(len(objects)), strict=True):
        own = [row for row in units if row.object is thing]
        drawn: list[tuple[Any, Box]] = [
            (thing, box),
            *zip(own, _parts(box, len(own)), strict=True),
        ]
        for row, inner in drawn:
            corners = _corners(inner)
            row.shape = {"plan": str(plan.pk), "points": corners}
            row.longitude, row.latitude = ground.at(*centre(corners))
    return plan


def _blocks(n: int) -> list[Box]:
    """Return one block an object, in rows between the roads."""
    rows = max(1, -(-n // COLUMNS))
    width = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * ROAD) // COLUMNS
    height = (HEIGHT - 2 * MARGIN - (rows - 1) * ROAD) // rows
    found = []
    for number in range(n):
        x = MARGIN + number % COLUMNS * (width + ROAD)
        y = MARGIN + number // COLUMNS * (height + ROAD)
        found.append((x, y, x + width, y + height))
    return found


def _parts(box: Box, n: int) -> list[Box]:
    """Return one part of a block a unit: the first takes the upper half, others share the rest."""
    x1, y1, x2, y2 = (box[0] + 16, box[1] + 16, box[2] - 16, box[3] - 16)
    if n <= 1:
        return [(x1, y1, x2, y2)][:n]
    middle = y1 + (y2 - y1) * 3 // 5
    step = (x2 - x1) // (n - 1)
    return [
        (x1, y1, x2, middle - 8),
        *(
            (x1 + k * step, middle + 8, x1 + (k + 1) * step - (0 if k == n - 2 else 14), y2)
            for k in range(n - 1)
        ),
    ]


def _corners(box: Box) -> list[list[float]]:
    x1, y1, x2, y2 = box
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


def hang_plans(plans: Sequence[SitePlan], units: Sequence[RiskUnit]) -> None:
    """Draw the pictures, and write the plans with them."""
    by_plan: dict[str, list[RiskUnit]] = {}
    for unit in units:
        if unit.shape:
            by_plan.setdefault(unit.shape["plan"], []).append(unit)
    hung = []
    for plan in plans:
        kept = keep(_picture(by_plan.get(str(plan.pk), [])), "image/png")
        attachment = Attachment(
            id=uuid7(),
            enterprise_id=plan.enterprise_id,
            scope_path=plan.scope_path,
            file=kept,
            object_type="risk.siteplan",
            object_id=plan.pk,
            kind="photo",
            title="厂区平面图（演示图）",
            file_name="plan.png",
            details={"width": WIDTH, "height": HEIGHT, "drawn": True},
        )
        plan.attachment_id = attachment.pk
        hung.append(attachment)
    Attachment._base_manager.bulk_create(hung)
    SitePlan._base_manager.bulk_create(plans)


def _picture(units: Sequence[RiskUnit]) -> bytes:
    """Return a PNG of the plant: fence, roads, tanks, sheds and columns by the kind of unit."""
    image = Image.new("P", (WIDTH, HEIGHT), 0)
    image.putpalette([238, 241, 236, 214, 219, 222, 255, 255, 255, 120, 130, 138, 178, 188, 176])
    draw = ImageDraw.Draw(image)
    draw.rectangle((18, 18, WIDTH - 18, HEIGHT - 18), outline=3, width=3)
    for x in range(40, WIDTH - 40, 46):
        for y in (30, HEIGHT - 42):
            draw.ellipse((x, y, x + 12, y + 12), fill=4)
    for unit in units:
        shape: Any = unit.shape
        (x1, y1), (x2, y2) = shape["points"][0], shape["points"][2]
        draw.rectangle((x1, y1, x2, y2), fill=1, outline=3, width=2)
        _things(draw, unit.unit_type, (x1 + 18, y1 + 18, x2 - 18, y2 - 18))
    draw.text((30, HEIGHT - 66), WORDS, fill=3)
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def _things(draw: ImageDraw.ImageDraw, unit_type: str, box: Box) -> None:
    x1, y1, x2, y2 = box
    size = {"tank_farm": 64, "reactor": 34, "pump_house": 22}.get(unit_type)
    if size is None:
        draw.rectangle(box, fill=2, outline=3, width=2)
        for x in range(x1 + 40, x2, 40):
            draw.line((x, y1, x, y2), fill=1, width=2)
        return
    for x in range(x1, x2 - size + 1, size * 8 // 5):
        for y in range(y1, y2 - size + 1, size * 8 // 5):
            draw.ellipse((x, y, x + size, y + size), fill=2, outline=3, width=2)
