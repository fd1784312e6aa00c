"""Pictures of the package: small, within budget, only for who sees what carries them."""

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.test import Client
from PIL import Image

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.files.models import Attachment, StoredFile
from anlan.base.files.services import keep
from anlan.base.pocket import pictures
from anlan.base.pocket.models import SmallPicture
from anlan.base.pocket.services import shrinking
from anlan.base.pocket.testing import Phone
from anlan.modules.registry.models import Enterprise
from tests.support.world import World


def scene(seed: int, size: tuple[int, int] = (2600, 1900)) -> bytes:
    """Return a PNG that does not compress well."""
    content = io.BytesIO()
    Image.effect_noise((size[0] // 4, size[1] // 4), 60 + seed).resize(size).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def carried(world: World) -> StoredFile:
    """A picture hung on plant A."""
    stored = keep(scene(1), "image/png")
    row = Enterprise.objects.unscoped("the test's own row").get(enterprise=world.plant_a)
    Attachment.objects.create(
        enterprise_id=row.enterprise_id, scope_path=row.scope_path, file=stored, kind="photo",
        object_type="registry.enterprise", object_id=row.pk, title="t", file_name="t.png",
    )  # fmt: skip
    return stored


@pytest.fixture
def offered(carried: StoredFile) -> Iterator[list[pictures.Picture]]:
    """Provide pictures; the test may change them."""
    found = [pictures.Picture("plan", carried, title="plan")]

    def provider(_actor: Actor, _now: datetime) -> list[pictures.Picture]:
        return found

    pictures.provide(provider)
    yield found
    pictures.withdraw(provider)


def test_a_plan_comes_small_and_is_made_once(
    phone: Phone, offered: list[pictures.Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = phone.get("/api/pocket/package").json()["manifest"]
    (row,) = manifest["files"]
    assert (row["kind"], row["title"]) == ("plan", "plan")
    answer = phone.get(f"/api/pocket/files/{row['sha256']}")
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == row["sha256"]
    assert len(answer.content) == row["size"] <= 400_000
    monkeypatch.setattr(shrinking, "_shrunk", None)
    again = phone.get("/api/pocket/package").json()["manifest"]
    assert again["files"] == manifest["files"]


def test_every_kind_keeps_its_bytes(db: None, tmp_path: object) -> None:
    stored = keep(scene(2), "image/png")
    made = shrinking.small([(stored, kind) for kind in ("plan", "thumb", "photo")])
    sizes = {kind: file.size for (_source, kind), file in made.items()}
    assert sizes["thumb"] <= 12_000
    assert sizes["photo"] <= 25_000
    assert sizes["plan"] <= 400_000


def test_what_is_no_picture_is_left_out_and_not_tried_again(db: None) -> None:
    stored = keep(b"no picture", "image/png")
    assert shrinking.small([(stored, "thumb")]) == {}
    assert SmallPicture.objects.get().file is None
    assert shrinking.small([(stored, "thumb")]) == {}


def test_photos_go_before_plans_and_it_is_said(
    phone: Phone, offered: list[pictures.Picture], carried: StoredFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    offered[:] = [pictures.Picture("photo", carried), pictures.Picture("plan", carried)]
    small = shrinking.small([(carried, "plan"), (carried, "photo")])
    monkeypatch.setattr(pictures, "BUDGET", small[carried.pk, "plan"].size + 10)
    manifest = phone.get("/api/pocket/package").json()["manifest"]
    assert [one["kind"] for one in manifest["files"]] == ["plan"]
    assert manifest["cut"] == ["files.photo"]


def test_another_plant_does_not_get_it(
    world: World, phone: Phone, offered: list[pictures.Picture]
) -> None:
    (row,) = phone.get("/api/pocket/package").json()["manifest"]["files"]
    stranger = Phone.registered(Client(), world.user(Role.OPERATOR, "plant_b"))
    assert stranger.get(f"/api/pocket/files/{row['sha256']}").status_code == 404
    assert stranger.get(f"/api/pocket/files/{'0' * 64}").status_code == 404
    phone.client.logout()
    assert phone.client.get(f"/api/pocket/files/{row['sha256']}").status_code == 401
