"""A kind, a part and a record to try Pocket on."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test import Client
from PIL import Image

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.errors import BadInput, Problem
from anlan.base.pocket import kinds
from anlan.base.pocket.testing import Phone
from anlan.modules.registry.models import Enterprise
from tests.support.world import World


class Note(msgspec.Struct):
    """A payload for tests: what to do, and on what."""

    text: str
    act: str = "keep"
    after: UUID | None = None


class Applied(list[tuple[UUID, str]]):
    """What the test kind did, in order."""


def photo(colour: int, size: int = 40) -> bytes:
    """Return a real JPEG, different for each colour."""
    content = io.BytesIO()
    Image.effect_noise((size * 8, size * 8), colour + 1).save(content, "JPEG", quality=90)
    return content.getvalue()


@pytest.fixture
def applied() -> Iterator[Applied]:
    """Register the kind `test.note`, an act of authority and a loosening one."""
    done = Applied()

    def apply(
        actor: Actor, envelope: kinds.Envelope, given: Sequence[kinds.Given]
    ) -> kinds.Outcome:
        payload: Note = envelope.payload
        if payload.act == "refuse":
            raise BadInput(Problem("text", "no", "write it anew"))
        if payload.act == "fail":
            raise RuntimeError("a bug")
        if payload.after is not None and payload.after not in [one for one, _text in done]:
            raise kinds.NotYet(payload.after)
        if payload.act == "conflict" and not envelope.choice:
            mine = kinds.Side("me", envelope.occurred_at, "done")
            theirs = kinds.Side("other", now(), "raised")
            ways = (kinds.Choice("send", "Send anyway"), kinds.Choice("redo", "Do it again"))
            return kinds.Outcome(conflict=kinds.Conflict("two versions", mine, theirs, ways))
        done.append((envelope.id, payload.text + envelope.choice))
        record = Enterprise.objects.for_actor(actor).first()
        return kinds.Outcome(record=record, number=f"N-{len(done)}", version=1)

    from anlan.base.pocket.policy import REVOKE_DEVICE

    made = [
        kinds.Kind("test.note", apply, Note),
        kinds.Kind("test.authority", apply, Note, permission=REVOKE_DEVICE, is_fact=False),
        kinds.Kind("test.fact", apply, Note, permission=REVOKE_DEVICE),
        kinds.Kind("test.issue", apply, Note, loosening=True),
    ]
    for kind in made:
        kinds.register(kind)
    yield done
    for kind in made:
        kinds.unregister(kind.code)


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Any) -> None:
    """Partial and whole files of a test go with it."""
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def phone(world: World, client: Client) -> Phone:
    """A registered phone of an operator of workshop A."""
    return Phone.registered(client, world.user(Role.OPERATOR, "workshop_a"))
