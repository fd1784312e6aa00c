"""Papers about records whose names were chosen to break them."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from docx import Document

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation, User
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.papers.fonts import font_folder
from anlan.modules.registry import services
from anlan.modules.registry.models import Chemical, Enterprise, MhiUnit, Person
from anlan.modules.registry.services.identification import unit_identify
from anlan.modules.registry.tests import data
from tests.support.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOSTILE = {
    "xml": "</w:t></w:r><w:r><w:t>\"'><!--&amp;]]>",
    "jinja": "{{ 7*7 }}{% for x in y %}{#",
    "typst": '#panic("x") $a_1^2$ *b* _c_ `d` <e> @f // g /* h \\ [i] "j" #{',
    "long": "特种化学品" * 39,
    "unbroken": "W" * 190,
    "control": "a\x01b\x0bc\x0cd\x1be\x7ff\x85g",
    "noncharacters": "a\ufffeb\uffffc\U0001ffffd",
    "right to left": "شركة \u202eלא להדפיס\u202c النفط",
    "pictures": "👩‍🔬🏭 𠮷野 \u0301\u0301\u0301 ﷽",
    "lines": "a\nb\r\nc\u2028d\u2029e\tf",
}


@pytest.fixture
def unit(world: World) -> MhiUnit:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    made = services.unit_create(manager, data.unit(site=services.site_create(manager, data.site())))
    chemical = services.chemical_create(manager, data.chemical(categories=["W5.3"]))
    services.inventory_create(
        manager,
        {"unit": made, "chemical": chemical, "place": "T-1", "basis": "stated", "quantity_t": "9"},
    )
    return made


def poison(unit: MhiUnit, user: User, text: str) -> None:
    """Store the text in every name, as a release with weaker checks may have done."""
    with wall.acting_as(EVERYTHING):
        for rows, names in (
            (Enterprise.objects.unscoped("t").filter(pk=unit.enterprise_id), ("name", "address")),
            (Organisation.objects.filter(pk=unit.enterprise_id), ("name",)),
            (MhiUnit.objects.unscoped("t").filter(pk=unit.pk), ("name", "boundary")),
            (Chemical.objects.unscoped("t"), ("name",)),
            (Person.objects.unscoped("t"), ("name",)),
            (User.objects.filter(pk=user.pk), ("display_name",)),
        ):
            sizes = {name: rows.model._meta.get_field(name).max_length for name in names}
            rows.update(**{name: text[:size] for name, size in sizes.items()})
        unit_identify(SYSTEM, [unit.pk], "test")


def readable(text: str) -> str:
    """Letters and figures alone: what must arrive whatever else is dropped."""
    return re.sub(r"[^\w]", "", text)


@pytest.mark.skipif(font_folder() is None, reason="FONTS ARE MISSING: build web/ (make setup)")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_paper_is_made_and_holds_the_names_as_text(
    world: World, unit: MhiUnit, kind: str
) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    poison(unit, user, HOSTILE[kind])
    client = Client()
    client.force_login(user, backend=BACKEND)
    paper = f"/papers/registry.identifications/{unit.enterprise_id}"
    word: Any = client.get(paper + ".docx")
    assert word.status_code == 200
    with zipfile.ZipFile(io.BytesIO(word.content)) as archive:
        assert archive.testzip() is None
    document = Document(io.BytesIO(word.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    wanted = readable(HOSTILE[kind][:40])
    assert any(wanted in readable(cell) for cell in cells), cells[:20]
    assert "49" not in "".join(cells[:4])
    pdf = client.get(paper + ".pdf")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF-")
