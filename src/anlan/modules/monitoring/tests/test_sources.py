"""Data sources: their settings, and the keys with which they send."""

import datetime as dt
import hashlib

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.monitoring.models import Source, SourceToken
from anlan.modules.monitoring.rules import source_health
from anlan.modules.monitoring.services import sources
from tests.support.world import World

pytestmark = pytest.mark.django_db


def engineer(world: World):  # type: ignore[no-untyped-def]
    return world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")


def source(world: World, **more) -> Source:  # type: ignore[no-untyped-def]
    return sources.source_create(engineer(world), {"name": "DCS", "kind": "http"} | more)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(world: World) -> None:
    token, raw = sources.token_issue(engineer(world), source(world).pk)
    mark, prefix, secret = raw.split("_", 2)
    stored = SourceToken.objects.for_actor(engineer(world)).get()
    assert (mark, prefix) == ("anls", token.prefix)
    assert bytes(stored.secret_hash) == hashlib.sha256(secret.encode()).digest()


def test_keys_change_over_without_a_gap_or_at_once(world: World) -> None:
    actor, row = engineer(world), source(world)
    sources.token_issue(actor, row.pk)
    sources.token_issue(actor, row.pk)
    mine = SourceToken.objects.for_actor(actor)
    assert mine.filter(revoked_at=None).count() == 2
    last, _raw = sources.token_issue(actor, row.pk, replaces=True)
    assert list(mine.filter(revoked_at=None)) == [last]
    sources.token_revoke(actor, last.pk)
    assert not mine.filter(revoked_at=None).exists()


def test_keys_are_for_few_and_within_scope(world: World) -> None:
    row = source(world)
    with pytest.raises(Forbidden):
        sources.token_issue(world.actor(Role.SAFETY_MANAGER, "plant_a"), row.pk)
    with pytest.raises(NotYours):
        sources.token_issue(world.actor(Role.EQUIPMENT_ENGINEER, "plant_b"), row.pk)
    with pytest.raises(BadInput):
        sources.token_issue(engineer(world), row.pk, days=1000)


def test_a_removed_source_sends_no_more(world: World) -> None:
    row = source(world)
    sources.token_issue(engineer(world), row.pk)
    sources.source_remove(engineer(world), row.pk, "replaced")
    mine = SourceToken.objects.for_actor(engineer(world))
    assert not mine.filter(revoked_at=None).exists()


@pytest.mark.parametrize(
    ("kind", "settings", "field"),
    [
        ("opc_ua", {"endpoint": "http://10.1.1.1"}, "endpoint"),
        ("opc_ua", {"endpoint": "opc.tcp://plc:4840", "server_certificate": "zz"},
         "server_certificate"),
        ("modbus", {"host": "plc", "port": 70_000}, "port"),
        ("modbus", {"host": "plc", "registers": ["LI-101;holding;x;int16"]}, "registers"),
        ("modbus", {}, "host"),
        ("mqtt", {"payload": "sparkplug_b"}, "topic"),
    ],
)  # fmt: skip
def test_settings_are_checked_by_kind(world, kind, settings, field) -> None:
    with pytest.raises(BadInput) as refusal:
        source(world, kind=kind, settings=settings)
    assert field in refusal.value.by_field()


def test_health_is_told_from_the_last_sample() -> None:
    moment = now()
    row = Source(enabled=True)
    assert source_health(row, moment) == "never"
    row.last_seen_at = moment - dt.timedelta(seconds=30)
    assert source_health(row, moment) == "online"
    row.last_seen_at = moment - dt.timedelta(minutes=5)
    assert source_health(row, moment) == "silent"


def test_a_source_is_entered_and_given_a_key_on_its_pages(world: World) -> None:
    client = Client()
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    address = reverse("monitoring:sources_new") + "?kind=modbus"
    given = {"name": "气体报警控制器", "enabled": "on", "host": "10.1.2.3", "port": "502",
             "unit_id": "1", "poll_s": "1",
             "registers": "GDS-001;holding;0;uint16;0.1"}  # fmt: skip
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    row = Source.objects.for_actor(engineer(world)).get()
    assert row.settings["registers"] == ["GDS-001;holding;0;uint16;0.1"]
    page = client.post(answer["Location"] + "tokens/", {"scopes": "ingest", "days": "30"})
    assert "anls_" in page.content.decode()
    page = client.get(answer["Location"]).content.decode()
    assert "anls_" in page
    assert client.get(answer["Location"] + "edit/").status_code == 200
