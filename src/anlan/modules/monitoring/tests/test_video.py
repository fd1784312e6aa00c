"""A video platform posts what cameras saw; people look at it and make findings of it."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from anlan.base.inbox.models import Notice
from anlan.modules.findings.models import Finding
from anlan.modules.monitoring.models import Source, VideoEvent
from anlan.modules.monitoring.services import sources, systems, video, video_keeping
from tests.support.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(world: World) -> str:
    actor = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    systems.device_create(actor, {"kind": "camera", "tag": "CAM-1", "name": "装卸台"})
    row = sources.source_create(actor, {"name": "视频平台", "kind": "video"})
    return sources.token_issue(actor, row.pk)[1]


def event(**more: Any) -> dict[str, Any]:
    return {"id": "e-1", "camera": "CAM-1", "kind": "smoke", "at": now().isoformat()} | more


def post(key: str, *events: dict[str, Any]) -> Any:
    return Client(headers={"Authorization": f"Bearer {key}"}).post(
        reverse("api:video_event_take"), json.dumps({"events": events}), "application/json"
    )


def test_an_event_is_taken_once_and_an_unknown_camera_is_named(world: World, key: str) -> None:
    world.user(Role.CONTROL_ROOM, "plant_a")
    answer = post(key, event(), event(id="e-2", camera="CAM-9"))
    assert answer.status_code == 202, answer.content
    assert answer.json() == {"status": "taken", "taken": 1, "repeated": 0, "unknown": ["CAM-9"]}
    assert post(key, event(text="again")).json()["repeated"] == 1
    engineer = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    assert VideoEvent.objects.for_actor(engineer).get().text == ""
    source = Source.objects.for_actor(engineer).get()
    assert source.counters == {"samples": 1, "repeated": 1, "unknown": 1}
    assert "CAM-9" in source.last_error
    assert Notice.objects.filter(kind="monitoring.video_grave").count() == 1
    other = world.actor(Role.EQUIPMENT_ENGINEER, "plant_b")
    assert not VideoEvent.objects.for_actor(other).exists()


def test_only_a_valid_key_of_a_video_source_opens(world: World, key: str) -> None:
    actor = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    mine = Source.objects.for_actor(actor).get(kind="video")
    read = sources.token_issue(actor, mine.pk, scopes=["directory"])[1]
    other = sources.source_create(actor, {"name": "DCS", "kind": "http"})
    of_other = sources.token_issue(actor, other.pk)[1]
    codes = [post(one, event()).status_code for one in ("anls_12345678_x", read, of_other, key)]
    assert codes == [401, 401, 403, 202]


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "ufo"}, {"at": "2026-11-22T08:00:00"}, {"text": "x" * 501}, {"confidence": 2},
     {"link": "javascript:alert(1)"}, {"link": "http://a:b@10.1.1.1/"}, {"id": ""},
     {"at": (now() + dt.timedelta(hours=1)).isoformat()}],
)  # fmt: skip
def test_wrong_events_are_refused_with_their_row(key: str, wrong: dict[str, Any]) -> None:
    answer = post(key, event(), event(id="e-2") | wrong)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["row"] == 2
    assert not VideoEvent.objects.unscoped("nothing was written").exists()


def test_too_much_is_refused(key: str) -> None:
    assert post(key, event(text="x" * 300_000)).status_code == 413
    assert post(key, *[event(id=str(n)) for n in range(201)]).status_code == 422


def test_an_event_becomes_a_finding(world: World, key: str) -> None:
    post(key, event(text="罐顶冒烟"))
    seen = VideoEvent.objects.unscoped("the only one").get()
    client = Client()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    address = reverse("monitoring:video_finding", args=[seen.pk])
    assert "罐顶冒烟" in client.get(address).content.decode()
    assert client.post(address, {"title": "罐顶冒烟"}).status_code == 302
    finding = Finding.objects.unscoped("the only one").get()
    assert (finding.channel, finding.origin_id) == ("alarm", seen.pk)
    for name in (
        reverse("monitoring:video_show", args=[seen.pk]),
        reverse("monitoring:devices_show", args=[seen.device_id]),
        reverse("monitoring:video"),
    ):
        assert "烟" in client.get(name).content.decode()


def test_old_events_go_but_for_those_of_a_finding(world: World, key: str) -> None:
    post(key, event(), event(id="e-2"), event(id="e-3"), event(id="e-4"))
    engineer = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    source = Source.objects.for_actor(engineer).get()
    rows = VideoEvent.objects.for_actor(engineer)
    noon = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)
    for name, days in (("e-1", 41), ("e-2", 45), ("e-3", 39), ("e-4", 60)):
        rows.filter(event_id=name).update(at=noon - dt.timedelta(days=days))
    found = video.report_event(
        world.actor(Role.SAFETY_MANAGER, "plant_a"), rows.get(event_id="e-4"),
        title="装卸台冒烟", description="现场确认",
    )  # fmt: skip
    assert video_keeping.forget_old(noon) == 0
    sources.source_update(engineer, source.pk, {"settings": {"keep_days": 40}})
    assert video_keeping.forget_old(noon) == 2
    assert set(rows.values_list("event_id", flat=True)) == {"e-3", "e-4"}
    assert found.origin_id == rows.get(event_id="e-4").pk
    told = AuditEvent.objects.get(event="monitoring.video.forgotten", object_id=source.pk)
    assert told.after == {"count": 2, "first": "2026-10-02", "last": "2026-10-06"}
    assert video_keeping.forget_old(noon) == 0
