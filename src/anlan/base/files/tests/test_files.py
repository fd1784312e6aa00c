"""Uploads are what they say they are, and only the record's people get them."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from anlan.base.actors.policy import granted
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.files import kinds, queries, services, sniff
from anlan.base.files.models import StoredFile
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

PERMISSION = "test.files.change"


def png(width: int = 3, height: int = 2) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(stream, "PNG")
    return stream.getvalue()


def archive(*names: str, body: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, body)
    return stream.getvalue()


PDF = b"%PDF-1.7\n%..."
DOCX = archive("[Content_Types].xml", "word/document.xml")


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setitem(kinds._TAKERS, Enterprise._meta.label_lower, PERMISSION)
    if PERMISSION not in granted():
        from anlan.base.actors.policy import grant

        grant(PERMISSION, [Role.SAFETY_MANAGER])
    return tmp_path


def plant(world: World, name: str = "plant_a") -> Enterprise:
    found: Enterprise = Enterprise.objects.unscoped("test").get(name=name)
    return found


def put(
    world: World, body: bytes, name: str, kind: str = "document", role: Role = Role.SAFETY_MANAGER
) -> object:
    return services.attach(
        world.actor(role, "plant_a"), plant(world), io.BytesIO(body), name, kind=kind
    )


REFUSED = [
    (b"<html><script>alert(1)</script></html>", "a.html", "type"),
    (b"<html><script>alert(1)</script></html>", "a.pdf", "type"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.svg", "type"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.png", "type"),
    (b"MZ\x90\x00" + b"\0" * 60, "a.exe", "type"),
    (b"\x7fELF" + b"\0" * 60, "a.pdf", "type"),
    (b"#!/bin/sh\n", "a.jpg", "type"),
    (b"\x89PNG\r\n\x1a\nnot really", "a.png", "type"),
    (PDF, "a.docx", "extension"),
    (PDF, "a.html", "extension"),
    (PDF, "a", "extension"),
    (DOCX, "a.xlsx", "extension"),
    (archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx", "hostile"),
    (b"", "a.pdf", "empty"),
]


@pytest.mark.parametrize(("body", "name", "code"), REFUSED)
def test_what_is_not_what_it_says_is_refused(
    world: World, body: bytes, name: str, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        put(world, body, name)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert not StoredFile.objects.exists()


def test_an_archive_that_would_unpack_to_a_gigabyte_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sniff, "MAX_UNPACKED", 1 << 20)
    bomb = archive("bomb", body=b"\0" * (2 << 20))
    assert len(bomb) < 10_000
    with pytest.raises(BadInput) as caught:
        put(world, bomb, "a.zip")
    assert caught.value.problems[0].code == "hostile"


def test_an_image_of_too_many_pixels_is_refused_unread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sniff, "MAX_PIXELS", 10_000)
    with pytest.raises(BadInput) as caught:
        put(world, png(200, 100), "a.png", "photo")
    assert caught.value.problems[0].code == "hostile"


def test_the_limit_of_the_kind_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    small = kinds.FileKind("small", "small", frozenset({sniff.PDF}), 1 << 20)
    monkeypatch.setitem(kinds._KINDS, "small", small)
    put(world, PDF + b"\0" * ((1 << 20) - len(PDF)), "a.pdf", "small")
    with pytest.raises(BadInput) as caught:
        put(world, PDF + b"\0" * ((1 << 20) - len(PDF) + 1), "a.pdf", "small")
    assert caught.value.problems[0].code == "too_large"


def test_the_same_content_lies_once_on_disk(world: World, place: Path) -> None:
    first, second = put(world, png(), "a.png"), put(world, png(), "b.PNG", "photo")
    assert first.file == second.file  # type: ignore[attr-defined]
    files = [path for path in place.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [png()]


def test_half_a_file_left_by_a_crash_is_replaced(world: World, place: Path) -> None:
    stored = services.keep(PDF, sniff.PDF)
    (place / stored.path).write_bytes(b"%PD")
    services.keep(PDF, sniff.PDF)
    assert queries.open_content(stored).read() == PDF


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "..\\..\\boot.pdf", "/etc/x.pdf", "a\r\nSet-Cookie: x.pdf"]
)
def test_a_name_never_becomes_a_path_or_a_header(
    world: World, place: Path, client: Client, name: str
) -> None:
    attachment = put(world, PDF, name)
    assert all(place in path.resolve().parents for path in place.rglob("*"))
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    answer = client.get(f"/files/{attachment.pk}/")  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "/" not in answer["Content-Disposition"].split("''")[1]


def test_content_is_offered_for_saving_and_cannot_act(world: World, client: Client) -> None:
    document, photo = put(world, PDF, "纸.pdf"), put(world, png(), "a.png", "photo")
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    answer = client.get(f"/files/{document.pk}/view/")  # type: ignore[attr-defined]
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    answer = client.get(f"/files/{photo.pk}/view/")  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script" not in answer["Content-Security-Policy"]


def test_another_plant_finds_nothing(world: World, client: Client) -> None:
    attachment = put(world, PDF, "a.pdf")
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_b"))
    own = f"/files/{attachment.pk}/"  # type: ignore[attr-defined]
    panel = f"/files/of/registry.enterprise/{world.plant_a.pk}/"
    assert client.get(own).status_code == 404
    assert client.get(own + "view/").status_code == 404
    assert client.post(own + "remove/").status_code == 404
    assert client.get(panel).status_code == 404
    upload = SimpleUploadedFile("a.pdf", PDF)
    assert client.post(panel, {"file": upload, "kind": "document"}).status_code == 404
    assert client.get(f"/files/of/actors.user/{world.plant_a.pk}/").status_code == 404


def test_reading_is_not_changing(world: World, client: Client) -> None:
    attachment = put(world, PDF, "a.pdf")
    with pytest.raises(Forbidden):
        put(world, PDF, "b.pdf", role=Role.OPERATOR)
    operator = world.actor(Role.OPERATOR, "plant_a")
    with pytest.raises(Forbidden):
        services.remove(operator, attachment.pk)  # type: ignore[attr-defined]
    client.force_login(world.user(Role.OPERATOR, "plant_a"))
    panel = client.get(f"/files/of/registry.enterprise/{world.plant_a.pk}/")
    assert "a.pdf" in panel.text
    assert "<form" not in panel.text


def test_adding_and_removing_is_history_of_the_record(world: World, client: Client) -> None:
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    panel = f"/files/of/registry.enterprise/{world.plant_a.pk}/"
    upload = SimpleUploadedFile("plan.pdf", PDF)
    htmx = {"HX-Request": "true"}
    sent = client.post(panel, {"file": upload, "kind": "document"}, headers=htmx)
    assert "plan.pdf" in sent.text
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    (attachment,) = queries.attachments_of(actor, plant(world))
    gone = client.post(f"/files/{attachment.pk}/remove/", headers={"Referer": "https://evil.cn/"})
    assert gone["Location"] == "/"
    assert not queries.attachments_of(actor, plant(world)).exists()
    told = AuditEvent.objects.filter(object_id=world.plant_a.pk).order_by("seq")
    assert [event.event for event in told] == ["files.added", "files.removed"]
    with pytest.raises(NotYours):
        services.remove(actor, attachment.pk)


def test_a_photo_tells_where_and_when_it_was_taken(world: World) -> None:
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (23.0, 30.0, 0.0), 3: "E", 4: (116.0, 15.0, 36.0)}
    exif[0x8769] = {0x9003: "2026:11:20 14:05:00"}
    Image.new("RGB", (8, 8)).save(stream, "JPEG", exif=exif)
    attachment = put(world, stream.getvalue(), "a.jpg", "photo")
    details = attachment.details  # type: ignore[attr-defined]
    assert (details["latitude"], details["longitude"]) == (23.5, 116.26)
    assert details["taken_at"] == "2026-11-20T06:05:00+00:00"
