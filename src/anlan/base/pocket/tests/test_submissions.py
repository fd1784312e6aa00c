"""Submissions: once, whole, judged, and never thrown away."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.models import Membership
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from anlan.base.files.models import Attachment
from anlan.base.ids import uuid7
from anlan.base.pocket import keys
from anlan.base.pocket.canonical import canonical
from anlan.base.pocket.models import Device, MissingRange, Submission
from anlan.base.pocket.services import blobs, deciding, devices, watching
from anlan.base.pocket.testing import Phone
from tests.support.world import World

from .conftest import Applied, photo


@pytest.fixture(autouse=True)
def _seen() -> None:
    """Look with open eyes after each request."""
    wall.bind(EVERYTHING)


def rows() -> list[Submission]:
    wall.bind(EVERYTHING)
    return list(Submission.objects.unscoped("test").order_by("seq", "received_at"))


def test_a_small_submission_is_complete_at_once(phone: Phone, applied: Applied) -> None:
    sealed = phone.seal("test.note", {"text": "a"})
    (verdict,) = phone.send(sealed)
    receipt = verdict["receipt"]
    assert verdict["verdict"] == receipt["state"] == "complete"
    assert receipt["payload_sha256"] == sealed["payload_sha256"]
    assert receipt["number"] == "N-1"
    body = {name: value for name, value in receipt.items() if name != "sig"}
    key = keys.server_keys()["receipts"]
    assert receipt["sig"]["key"] == key["kid"]
    assert keys.verify(key, receipt["sig"]["value"], canonical(body))
    (row,) = rows()
    assert row.content == canonical(sealed).decode()
    assert AuditEvent.objects.filter(event="pocket.submission.received").count() == 1


def test_the_same_envelope_again_gets_its_first_receipt(phone: Phone, applied: Applied) -> None:
    sealed = phone.seal("test.note", {"text": "a"})
    (first,) = phone.send(sealed)
    for verdict in phone.send(sealed, sealed) + phone.send(sealed):
        assert verdict["verdict"] == "duplicate"
        assert verdict["receipt"] == first["receipt"]
    assert len(applied) == 1


def test_the_same_id_with_other_content_is_quarantined(phone: Phone, applied: Applied) -> None:
    sealed = phone.seal("test.note", {"text": "a"})
    forged = phone.seal("test.note", {"text": "b"}, id=sealed["id"])
    phone.send(sealed)
    for _again in range(2):
        (verdict,) = phone.send(forged)
        assert verdict["state"] == "quarantined"
    assert [row.state for row in rows()] == ["complete", "quarantined"]
    assert applied == [(rows()[0].pk, "a")]


def test_forged_envelopes_are_kept_apart(phone: Phone, applied: Applied, world: World) -> None:
    sealed = phone.seal("test.note", {"text": "a"})
    stranger = world.user(Role.OPERATOR, "plant_b")
    wrong = {
        "bad_signature": {**sealed, "lane": 1},
        "bad_hash": phone.seal("test.note", {"text": "a"}, payload_sha256="0" * 64),
        "unknown_person": phone.seal("test.note", {"text": "a"}, actor=str(stranger.pk)),
        "other_device": phone.seal("test.note", {"text": "a"}, device=str(uuid7())),
        "unknown_kind": phone.seal("test.nothing", {}),
        "unknown_schema": phone.seal("test.note", {"text": 5}),
        "wrong_shape": {"id": "x"},
        "too_large": phone.seal("test.note", {"text": "x" * 70_000}),
    }
    for code, envelope in wrong.items():
        (verdict,) = phone.send(envelope)
        assert (verdict["verdict"], verdict["problem"]["code"]) == ("quarantined", code)
    assert not applied
    assert len(rows()) == len(wrong)


def test_another_phone_cannot_speak_for_this_one(phone: Phone, world: World) -> None:
    other = Phone.registered(Client(), world.user(Role.OPERATOR, "workshop_a"))
    other.id = phone.id
    answer = other.post("/api/pocket/submissions", {"envelopes": []})
    assert answer.status_code == 401
    assert other.register().status_code == 409


def test_a_rule_s_no_keeps_the_bytes(phone: Phone, applied: Applied) -> None:
    (verdict,) = phone.send(phone.seal("test.note", {"text": "a", "act": "refuse"}))
    assert verdict["verdict"] == "refused"
    assert verdict["problem"]["remedy"] == "" or verdict["problem"]["fields"] == {"text": ["no"]}
    assert rows()[0].content


def test_a_bug_quarantines_and_can_be_tried_again(
    phone: Phone, applied: Applied, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = phone.seal("test.note", {"text": "a", "act": "fail"})
    assert phone.send(sealed)[0]["verdict"] == "quarantined"
    kind = deciding.applying.kind_of("test.note")
    assert kind is not None
    fixed = type(kind)("test.note", lambda *_: deciding.applying.Outcome(number="N-9"), None)
    monkeypatch.setattr(deciding.applying, "kind_of", lambda _code: fixed)
    desk = world.actor(Role.SAFETY_MANAGER, "plant_a")
    assert deciding.try_again(desk, sealed["id"])
    assert rows()[0].state == "complete"
    told = phone.get("/api/pocket/receipts").json()["verdicts"]
    assert [one["receipt"]["number"] for one in told] == ["N-9"]


def test_files_follow_and_make_it_complete(phone: Phone, applied: Applied) -> None:
    before, after = photo(1), photo(60)
    sealed = phone.seal("test.note", {"text": "a"}, files=[(before, "before"), (after, "after")])
    (verdict,) = phone.send(sealed)
    assert verdict["verdict"] == "accepted"
    assert len(verdict["missing"]) == 2
    assert phone.put(before).json()["verdicts"][0]["state"] == "accepted"
    last = phone.put(after, size=1000).json()
    assert last["verdicts"][0]["state"] == "complete"
    receipt = last["verdicts"][0]["receipt"]
    assert receipt["attachments"] == sorted(one["sha256"] for one in sealed["attachments"])
    assert receipt["count"] == 2
    wall.bind(EVERYTHING)
    roles = Attachment.objects.unscoped("test").values_list("details__role", flat=True)
    assert sorted(roles) == ["after", "before"]


def test_pieces_resume_repeat_and_are_verified(phone: Phone, applied: Applied) -> None:
    content = photo(3)
    sha = hashlib.sha256(content).hexdigest()
    phone.send(phone.seal("test.note", {"text": "a"}, files=[(content, "before")]))
    assert phone.chunk(sha, 0, content[:700]).json()["offset"] == 700
    assert phone.chunk(sha, 0, content[:700]).json()["offset"] == 700
    wrong = phone.chunk(sha, 900, content[900:])
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 700)
    assert phone.chunk(sha, 700, b"x", **{"Content-Digest": "sha-256=:AA==:"}).status_code == 400
    partial = phone.post("/api/pocket/blobs/check", {"hashes": [sha]}).json()["partial"]
    assert partial == {sha: 700}
    flipped = bytes([content[700] ^ 1]) + content[701:]
    assert phone.chunk(sha, 700, flipped).json() == {"offset": 0, "complete": False}
    assert phone.put(content).json()["complete"]
    assert phone.put(content).json()["complete"]
    assert rows()[0].state == "complete"


def test_a_file_nobody_named_is_not_taken_and_not_revealed(
    phone: Phone, applied: Applied, world: World
) -> None:
    content = photo(4)
    sha = hashlib.sha256(content).hexdigest()
    assert phone.chunk(sha, 0, content).status_code == 404
    phone.send(phone.seal("test.note", {"text": "a"}, files=[(content, "before")]))
    phone.put(content)
    foreign = Phone.registered(Client(), world.user(Role.OPERATOR, "plant_b"))
    assert foreign.post("/api/pocket/blobs/check", {"hashes": [sha]}).json() == {
        "have": [],
        "partial": {},
    }
    # Naming the hash is not having the bytes: another plant must send them itself.
    (verdict,) = foreign.send(foreign.seal("test.note", {"text": "b"}, files=[(content, "before")]))
    assert verdict["missing"] == [sha]


def test_known_bytes_are_not_asked_for_again(phone: Phone, applied: Applied) -> None:
    content = photo(5)
    phone.send(phone.seal("test.note", {"text": "a"}, files=[(content, "before")]))
    phone.put(content)
    (verdict,) = phone.send(phone.seal("test.note", {"text": "b"}, files=[(content, "after")]))
    assert verdict["verdict"] == "complete"


def test_one_waits_for_another_that_comes_later(phone: Phone, applied: Applied) -> None:
    first = phone.seal("test.note", {"text": "a"})
    second = phone.seal("test.note", {"text": "b", "after": first["id"]})
    third = phone.seal("test.note", {"text": "c", "after": second["id"]})
    assert phone.send(third, second)[0]["verdict"] == "accepted"
    assert not applied
    phone.send(first)
    assert [text for _id, text in applied] == ["a", "b", "c"]
    assert {row.state for row in rows()} == {"complete"}


def test_a_conflict_is_settled_by_its_author(phone: Phone, applied: Applied) -> None:
    sealed = phone.seal("test.note", {"text": "a", "act": "conflict"})
    (verdict,) = phone.send(sealed)
    assert verdict["verdict"] == "conflict"
    assert [one["code"] for one in verdict["conflict"]["choices"]] == ["send", "redo"]
    assert not applied
    choice = phone.seal("pocket.decide", {"envelope_id": sealed["id"], "choice": "send"})
    assert phone.send(choice)[0]["verdict"] == "complete"
    assert [text for _id, text in applied] == ["asend"]
    assert phone.send(sealed)[0]["state"] == "complete"
    again = phone.seal("pocket.decide", {"envelope_id": sealed["id"], "choice": "redo"})
    assert phone.send(again)[0]["verdict"] == "refused"


def test_rights_are_those_of_the_time(phone: Phone, applied: Applied, world: World) -> None:
    assert phone.send(phone.seal("test.authority", {"text": "a"}))[0]["verdict"] == "refused"
    assert phone.send(phone.seal("test.fact", {"text": "b"}))[0]["verdict"] == "complete"
    assert phone.send(phone.seal("test.issue", {"text": "c"}))[0]["verdict"] == "refused"
    assert not applied
    assert rows()[1].review == ["no_right"]


def test_a_right_lost_since_still_counts(phone: Phone, applied: Applied) -> None:
    sealed = phone.seal("test.note", {"text": "a"}, at=now())
    with time_machine.travel(now() + timedelta(hours=2)):
        # A phone tells milliseconds: what is sealed within the same one was still in time.
        lost = now() - timedelta(seconds=1)
        Membership.objects.filter(user_id=phone.user_id).update(ended_at=lost)
        late = phone.seal("test.note", {"text": "b"}, at=now())
        with time_machine.travel(now() + timedelta(minutes=5)):
            order = phone.get(f"/api/pocket/time?actor={phone.user_id}").json()["order"]
            assert order["order"] == "drain_then_wipe"
            path = f"/api/pocket/submissions?actor={phone.user_id}"
            told = phone.post(path, {"envelopes": [sealed, late]}).json()
            assert told["order"]["order"] == "drain_then_wipe"
            first, second = told["verdicts"]
            assert phone.post("/api/pocket/devices/wiped", {}).status_code == 200
    assert (first["verdict"], second["verdict"]) == ("complete", "complete")
    assert [text for _id, text in applied] == ["a"]
    assert [row.review for row in rows()] == [["right_lost_since"], ["no_right"]]


def test_gaps_are_seen_told_and_closed(phone: Phone, applied: Applied) -> None:
    kept = [phone.seal("test.note", {"text": str(n)}) for n in range(6)]
    phone.send(kept[0], kept[4])
    wall.bind(EVERYTHING)
    gaps = MissingRange.objects.unscoped("test").filter(closed_at=None)
    assert list(gaps.values_list("first", "last")) == [(2, 4)]
    assert watching.tell_gaps(now()) == 0
    assert watching.tell_gaps(now() + timedelta(hours=25)) == 1
    assert AuditEvent.objects.filter(event="pocket.gap").count() == 1
    phone.send(kept[2])
    wall.bind(EVERYTHING)
    assert sorted(gaps.values_list("first", "last")) == [(2, 2), (4, 4)]
    phone.send(kept[3], kept[1])
    wall.bind(EVERYTHING)
    assert not gaps.exists()
    assert not Submission.objects.unscoped("test").filter(chain_broken=True).exists()


def test_a_wiped_phone_says_what_it_lost(phone: Phone, applied: Applied) -> None:
    phone.send(phone.seal("test.note", {"text": "a"}))
    for _n in range(5):
        phone.seal("test.note", {"text": "never sent"})
    phone.get("/api/pocket/time")
    anew = Phone(phone.client, phone.user_id)
    assert anew.register().json()["lost"] == {"first": 2, "last": 6}


def test_a_lost_phone_is_shut_out(phone: Phone, applied: Applied, world: World) -> None:
    desk = world.actor(Role.SAFETY_MANAGER, "plant_a")
    sealed = phone.seal("test.note", {"text": "a"})
    devices.revoke(desk, phone.id, "lost at the gate")
    answer = phone.post("/api/pocket/submissions", {"envelopes": [sealed]})
    assert answer.status_code == 403
    order = answer.json()["order"]
    body = {name: value for name, value in order.items() if name != "sig"}
    assert keys.verify(keys.server_keys()["receipts"], order["sig"]["value"], canonical(body))
    assert not rows()


def test_sending_goes_on_after_signing_out_for_a_month(phone: Phone, applied: Applied) -> None:
    phone.client.logout()
    assert phone.send(phone.seal("test.note", {"text": "a"}))[0]["verdict"] == "complete"
    wall.bind(EVERYTHING)
    Device.objects.unscoped("test").update(drain_until=now() - timedelta(days=1))
    answer = phone.post("/api/pocket/submissions", {"envelopes": []})
    assert answer.status_code == 401


def test_a_timely_check_sent_late_keeps_its_time(phone: Phone, applied: Applied) -> None:
    at = now()
    sealed = phone.seal("test.note", {"text": "a"}, at=at)
    with time_machine.travel(at + timedelta(hours=80)):
        phone.send(sealed)
    (row,) = rows()
    assert abs(row.occurred_at - at) < timedelta(seconds=1)
    assert row.review == ["late"]


def test_old_partial_files_go(phone: Phone, applied: Applied) -> None:
    content = photo(9)
    phone.send(phone.seal("test.note", {"text": "a"}, files=[(content, "before")]))
    phone.chunk(hashlib.sha256(content).hexdigest(), 0, content[:10])
    assert blobs.forget_old_partials() == 0
    with time_machine.travel(now() + timedelta(days=15)):
        assert blobs.forget_old_partials() == 1
