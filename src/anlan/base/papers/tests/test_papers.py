"""Papers hold what people typed as text, and go to whoever sees the record."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from docx import Document
from pytest_django import Settings

from anlan.base.actors.roles import Role
from anlan.base.papers import registry, rendering
from anlan.base.papers.fonts import FontsMissing, font_folder
from anlan.base.papers.registry import Paper, declare
from anlan.base.papers.rendering import BadTemplate, override_for, render, render_docx, render_pdf
from anlan.base.papers.xlsx import Column, book_bytes
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

needs_fonts = pytest.mark.skipif(
    font_folder() is None, reason="FONTS OF PAPERS ARE MISSING: build web/ first (make setup)"
)
HOSTILE = '#panic("x") $a$ *b* <img> {{ 7*7 }} \\ "]} 安澜 & <w:p/>'


def word(text: str, where: Path) -> Path:
    document = Document()
    document.add_paragraph(text)
    path = where / "template.docx"
    document.save(str(path))
    return path


def words(made: bytes) -> str:
    return "\n".join(p.text for p in Document(io.BytesIO(made)).paragraphs)


@pytest.fixture
def paper(tmp_path: Path, settings: Settings) -> Iterator[Paper]:
    settings.DATA = tmp_path / "data"
    typ = tmp_path / "card.typ"
    typ.write_text(
        '#import "house.typ": *\n#let d = data()\n#show: house.with(d)\n'
        '#facts((("Name", d.name), ("Code", d.code)))\n'
        '#listing(("A", "B"), ((d.name, "1"),))\n#signatures(("X",))',
        encoding="utf-8",
    )
    before = dict(registry._PAPERS)
    yield declare(
        Paper(
            name="test.card",
            title="Card",
            model=Enterprise,
            context=lambda actor, row: {"name": row.name, "code": row.company_code},
            templates={"pdf": typ, "docx": word("Name: {{ name }}", tmp_path)},
            sheets=lambda actor, row: book_bytes("Card", [Column("Name")], [[row.name]]),
        )
    )
    registry._PAPERS.clear()
    registry._PAPERS.update(before)


@needs_fonts
def test_what_people_typed_is_text_in_a_pdf(tmp_path: Path) -> None:
    template = tmp_path / "t.typ"
    template.write_text(
        "#let d = json(bytes(sys.inputs.data))\n#assert.eq(d.name, d.same)\n#d.name",
        encoding="utf-8",
    )
    assert render_pdf(template, {"name": HOSTILE, "same": HOSTILE}).startswith(b"%PDF-")


@needs_fonts
@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../../config/settings.py")',
        '#import "@preview/cetz:0.3.0"',
        "#nothing-called-this",
    ],
)
def test_a_template_reaches_neither_disk_nor_network(tmp_path: Path, source: str) -> None:
    template = tmp_path / "t.typ"
    template.write_text(source, encoding="utf-8")
    with pytest.raises(BadTemplate):
        render_pdf(template, {})


def test_what_people_typed_is_text_in_word(tmp_path: Path) -> None:
    made = render_docx(word("N: {{ name }}", tmp_path), {"name": HOSTILE})
    assert words(made) == f"N: {HOSTILE}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ unclosed",
        "{% for x in y %}",
    ],
)
def test_a_word_template_cannot_reach_python(tmp_path: Path, source: str) -> None:
    try:
        made = words(render_docx(word(source, tmp_path), {}))
    except BadTemplate:
        return
    assert "class" not in made
    assert "module" not in made


@needs_fonts
def test_whoever_sees_the_record_gets_the_paper(world: World, paper: Paper, client: Client) -> None:
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    for fmt, start in (("pdf", b"%PDF-"), ("docx", b"PK"), ("xlsx", b"PK")):
        answer = client.get(f"/papers/test.card/{world.plant_a.pk}.{fmt}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(f"/papers/test.card/{world.plant_b.pk}.pdf").status_code == 404
    assert client.get(f"/papers/test.card/{world.plant_a.pk}.exe").status_code == 404
    assert client.get(f"/papers/test.none/{world.plant_a.pk}.pdf").status_code == 404
    client.logout()
    assert client.get(f"/papers/test.card/{world.plant_a.pk}.pdf").status_code == 302


def test_an_installation_puts_its_own_template_in_place(
    world: World, paper: Paper, tmp_path: Path
) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = Enterprise.objects.for_actor(actor).get()
    assert words(render(paper, "docx", actor, row)) == "Name: plant_a"
    own = override_for(paper, "docx")
    own.parent.mkdir(parents=True)
    own.write_bytes(word("Ours: {{ name }} {{ paper.made_by }}", tmp_path).read_bytes())
    assert words(render(paper, "docx", actor, row)) == f"Ours: plant_a {actor.name}"


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("anlan.base.papers.fonts.BUNDLED", tmp_path)
    template = tmp_path / "t.typ"
    template.write_text("x", encoding="utf-8")
    with pytest.raises(FontsMissing):
        rendering.render_pdf(template, {})
