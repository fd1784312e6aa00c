"""Packages: signed, refreshed by part, within budget."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.pocket import keys, parts
from anlan.base.pocket.canonical import canonical, digest
from anlan.base.pocket.rules import moment
from anlan.base.pocket.testing import Phone

ITEMS = [
    {
        "task_id": str(n),
        "content": f"check {n}",
        "last": [{"at": "x", "value": str(n * 7 % 13)}] * 8,
    }
    for n in range(20)
]


@pytest.fixture
def rows() -> Iterator[list[dict[str, Any]]]:
    """Provide the part `items`; the test may change its rows."""
    found = [dict(row) for row in ITEMS]

    def provider(_actor: Actor, _now: datetime) -> parts.Rows:
        return found

    parts.provide("items", provider)
    yield found
    parts.withdraw("items", provider)


def test_a_package_is_signed_and_whole(phone: Phone, rows: list[dict[str, Any]]) -> None:
    found = phone.get("/api/pocket/package").json()
    manifest = found["manifest"]
    body = {name: value for name, value in manifest.items() if name != "sig"}
    assert keys.verify(keys.server_keys()["receipts"], manifest["sig"]["value"], canonical(body))
    for part in manifest["parts"]:
        assert digest(found["parts"][part["name"]]) == part["sha256"]
    assert found["parts"]["items"] == ITEMS
    life = moment(manifest["valid_until"]) - moment(manifest["built_at"])
    assert timedelta(0) < life <= timedelta(hours=12)


def test_a_refresh_carries_only_what_changed(phone: Phone, rows: list[dict[str, Any]]) -> None:
    parts_now = phone.get("/api/pocket/package").json()["manifest"]["parts"]
    have = ", ".join(f'"{one["name"]}:{one["sha256"]}"' for one in parts_now)
    same = phone.get("/api/pocket/package", **{"If-None-Match": have}).json()
    assert same["parts"] == {}
    assert [one["sha256"] for one in same["manifest"]["parts"]] == [
        one["sha256"] for one in parts_now
    ]
    rows[0]["content"] = "another"
    changed = phone.get("/api/pocket/package", **{"If-None-Match": have}).json()
    assert list(changed["parts"]) == ["items"]


def test_a_package_needs_somebody_signed_in(phone: Phone) -> None:
    phone.client.logout()
    assert phone.get("/api/pocket/package").status_code == 401


def test_history_is_cut_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parts.BUDGETS, "items", 200)
    part = parts._within_budget("items", ITEMS)
    assert part.cut == ("items.history", "items.all_history")
    assert len(part.rows) == len(ITEMS)


def test_tasks_are_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parts.BUDGETS, "tasks", 10)
    assert parts._within_budget("tasks", ITEMS).rows == ITEMS


def test_it_ends_half_an_hour_after_the_shift(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now()
    monkeypatch.setattr(parts, "_SHIFT_ENDS", [lambda _actor, moment: moment + timedelta(hours=3)])
    assert parts.valid_until(None, at) == at + timedelta(hours=3, minutes=30)  # type: ignore[arg-type]
    monkeypatch.setattr(parts, "_SHIFT_ENDS", [lambda _actor, moment: moment + timedelta(hours=30)])
    assert parts.valid_until(None, at) == at + timedelta(hours=12)  # type: ignore[arg-type]


def test_unknown_parts_are_a_mistake() -> None:
    with pytest.raises(KeyError):
        parts.provide("secrets", lambda _actor, _now: [])


def test_a_phone_hears_when_its_person_signed_in(phone: Phone) -> None:
    assert phone.register().json()["signed_in_at"] is None
    session = phone.client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": 1_790_000_000.5},
        {"method": "password", "at": 1_790_000_100.0, "reauthenticated": True},
    ]
    session.save()
    assert phone.register().json()["signed_in_at"] == 1_790_000_100_000
