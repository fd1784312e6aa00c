"""Whatever the order, repetition and interleaving: the same end, nothing lost, nothing doubled."""

import hashlib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.models import AuditEvent
from anlan.base.pocket.models import MissingRange, Submission
from anlan.base.pocket.services import watching
from anlan.base.pocket.testing import Phone
from tests.support.world import World

from .conftest import Applied, photo

PHOTOS = [photo(n, 6) for n in range(3)]
CHUNK = 900


def _end(applied: Applied) -> Any:
    wall.bind(EVERYTHING)
    rows = Submission.objects.unscoped("test").order_by("seq")
    return [
        (row.seq, row.state, sorted(row.receipt["attachments"]), row.blobs.unscoped("t").count())
        for row in rows
    ], sorted(text for _id, text in applied)


@given(plan=st.data())
@settings(
    max_examples=12, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_any_order_ends_the_same(
    plan: st.DataObject, world: World, applied: Applied, data_folder: None, tmp_path: Path
) -> None:
    applied.clear()
    world.user(Role.OPERATOR, "workshop_a")  # once, before what is taken back
    with transaction.atomic():
        _example(plan, world, applied)
        transaction.set_rollback(True)


def _example(plan: st.DataObject, world: World, applied: Applied) -> None:
    phone = Phone.registered(Client(), world.user(Role.OPERATOR, "workshop_a"))
    kept = [phone.seal("test.note", {"text": "0"}, files=[(PHOTOS[0], "before")])]
    kept.append(phone.seal("test.note", {"text": "1", "after": kept[0]["id"]}))
    kept.append(
        phone.seal("test.note", {"text": "2"}, files=[(PHOTOS[0], "after"), (PHOTOS[1], "x")])
    )
    kept.append(phone.seal("test.note", {"text": "3", "after": kept[1]["id"]}))
    kept.append(phone.seal("test.note", {"text": "4", "act": "refuse"}))
    kept.append(phone.seal("test.note", {"text": "5"}, files=[(PHOTOS[2], "before")]))
    pieces = [
        (photo_n, start) for photo_n in range(3)
        for start in range(0, len(PHOTOS[photo_n]), CHUNK)
    ]  # fmt: skip
    steps = [("send", n) for n in range(len(kept))] + [("piece", one) for one in pieces]
    order = plan.draw(st.permutations(steps + plan.draw(st.lists(st.sampled_from(steps)))))
    for what, one in order:
        if what == "send":
            phone.send(kept[one])
        else:
            _piece(phone, *one)
    # What came at the wrong moment comes again, as the phone would do.
    phone.send(*kept)
    for content in PHOTOS:
        _finish(phone, content)
    watching.try_waiting()
    assert _end(applied) == (
        [
            (n + 1, "refused" if n == 4 else "complete", _hashes(kept[n]), len(_roles(kept[n])))
            for n in range(6)
        ],
        ["0", "1", "2", "3", "5"],
    )
    assert not MissingRange.objects.unscoped("test").filter(closed_at=None).exists()
    received = AuditEvent.objects.filter(event="pocket.submission.received")
    assert received.count() == len(kept)


def _roles(envelope: dict[str, Any]) -> list[str]:
    return [one["role"] for one in envelope["attachments"]]


def _hashes(envelope: dict[str, Any]) -> list[str]:
    return sorted(one["sha256"] for one in envelope["attachments"])


def _piece(phone: Phone, number: int, start: int) -> None:
    content = PHOTOS[number]
    sha = hashlib.sha256(content).hexdigest()
    answer = phone.chunk(sha, start, content[start : start + CHUNK])
    assert answer.status_code in (200, 404, 409), answer.content


def _finish(phone: Phone, content: bytes) -> None:
    sha = hashlib.sha256(content).hexdigest()
    told = phone.post("/api/pocket/blobs/check", {"hashes": [sha]}).json()
    if sha in told["have"]:
        return
    start = told["partial"][sha]
    assert phone.chunk(sha, start, content[start:]).json()["complete"]
