"""Change control: asked for, replayed, decided by another person, put into effect."""

import datetime as dt

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.audit.queries import events_of
from anlan.base.errors import BadInput, Forbidden, Refused
from anlan.base.inbox.models import Notice
from anlan.base.states.testing import every_pair
from anlan.modules.monitoring.services import changes, effects
from anlan.modules.monitoring.states import LIMIT_CHANGE
from anlan.modules.monitoring.tests import data
from anlan.modules.monitoring.tests.store import Store
from anlan.telemetry import client
from anlan.telemetry.wire import batch_of
from tests.support.world import World

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


@pytest.fixture
def rule(world: World):  # type: ignore[no-untyped-def]
    actor = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    return data.setting(actor, data.point(actor), "HH", 9.5)


def asks(world: World, rule, **new):  # type: ignore[no-untyped-def]
    actor = world.actor(Role.CONTROL_ROOM, "plant_a")
    return changes.change_request(actor, rule.pk, new or {"limit": 9.8}, "假报警频繁")


def technical(world: World):  # type: ignore[no-untyped-def]
    return world.actor(Role.TECHNICAL, "plant_a")


def test_an_approved_change_comes_into_effect_and_keeps_the_old_value(world, rule) -> None:
    change = asks(world, rule, limit=9.8, deadband=0.1)
    assert (change.old, change.new) == (
        {"limit": 9.5, "deadband": 0},
        {"limit": 9.8, "deadband": 0.1},
    )
    done = changes.change_decide(technical(world), change.pk, "approve", "同意")
    rule.refresh_from_db()
    assert (done.state, rule.limit, rule.deadband, rule.edition) == ("applied", 9.8, 0.1, 2)
    assert rule.approved_by == world.user(Role.TECHNICAL, "plant_a")
    assert events_of(technical(world), rule)[0].before == {"limit": 9.5, "deadband": 0.0}


def test_who_asked_does_not_decide(world, rule) -> None:
    change = changes.change_request(technical(world), rule.pk, {"limit": 9.8}, "x")
    with pytest.raises(Refused) as refusal:
        changes.change_decide(technical(world), change.pk, "approve")
    assert refusal.value.code == "states.four_eyes"
    principal = world.actor(Role.PRINCIPAL, "plant_a")
    assert changes.change_decide(principal, change.pk, "approve", at_once=False).state == "approved"
    rule.refresh_from_db()
    assert rule.limit == 9.5
    engineer = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    assert changes.change_apply(engineer, change.pk).state == "applied"


def test_the_approver_is_told_and_so_is_who_asked(world, rule) -> None:
    technical(world)
    change = asks(world, rule)
    notice = Notice.objects.get(recipient=world.user(Role.TECHNICAL, "plant_a"))
    assert notice.needs_action
    changes.change_decide(technical(world), change.pk, "refuse", "先整改液位计")
    told = Notice.objects.get(recipient=world.user(Role.CONTROL_ROOM, "plant_a"))
    assert told.params["comment"] == "先整改液位计"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SAFETY_MANAGER, Role.CONTROL_ROOM])
def test_only_the_responsible_approve(world, rule, role) -> None:
    change = asks(world, rule)
    with pytest.raises(Forbidden):
        changes.change_decide(world.actor(role, "plant_a"), change.pk, "approve")


def test_two_changes_that_cross_do_not_both_come_into_effect(world, rule) -> None:
    engineer = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    high = data.setting(engineer, rule.point, "H", 9.0)
    up, down = asks(world, high, limit=9.4), asks(world, rule, limit=9.2)
    changes.change_decide(technical(world), up.pk, "approve")
    with pytest.raises(changes.LimitsCross, match="H"):
        changes.change_decide(technical(world), down.pk, "approve")
    rule.refresh_from_db()
    assert rule.limit == 9.5


def test_a_reason_and_a_real_change_are_needed_and_one_waits_at_a_time(world, rule) -> None:
    actor = world.actor(Role.CONTROL_ROOM, "plant_a")
    for values, reason in (({"limit": 9.5}, "x"), ({"limit": 9.8}, " "), ({"limit": 99}, "x")):
        with pytest.raises(BadInput):
            changes.change_request(actor, rule.pk, values, reason)
    asks(world, rule)
    with pytest.raises(changes.ChangeWaits):
        asks(world, rule)


def test_a_refusal_needs_a_reason_and_withdrawing_frees_the_setting(world, rule) -> None:
    change = asks(world, rule)
    with pytest.raises(Refused):
        changes.change_decide(technical(world), change.pk, "refuse")
    changes.change_withdraw(world.actor(Role.CONTROL_ROOM, "plant_a"), change.pk, "改用延时")
    assert asks(world, rule).state == "requested"


def test_without_a_store_the_effect_says_so_plainly(world, rule) -> None:
    assert asks(world, rule).effect["why"] in ("no_history", "no_samples")


def test_the_effect_is_replayed_from_samples(world, rule) -> None:
    """A level that crosses 9.5 ten times by little: a limit of 9.8 would have been silent."""
    times = np.arange(0, 1000, 10)
    values = np.where(times % 100 < 50, 9.6, 9.0)
    samples = batch_of(np.full(100, rule.point.number), times * 1_000_000, values)
    found = effects.replayed(rule, {"limit": 9.8}, samples)
    assert (found["before"], found["after"], found["samples"]) == (10, 0, 100)
    found = effects.replayed(rule, {"off_delay_s": 300.0}, samples)
    assert (found["before"], found["after"], found["added_delay_s"]) == (10, 1, 0)


def test_an_effect_looks_at_the_other_points_of_a_setting(world) -> None:
    """A deviation from another point, and a suppression by a third, are replayed with them."""
    actor = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    first, second = data.point(actor), data.point(actor, "LI-102")
    pump = data.point(actor, "XI-101", kind="running_state", unit="")
    rule = data.setting(actor, first, "DEV", 0.5, compared_with=second.pk)
    moment = client.micros(NOW) // 1_000_000 - 3600
    rows = [
        (point.number, dt.datetime.fromtimestamp(moment + second_, dt.UTC), value, 0)
        for second_ in range(0, 200, 5)
        for point, value in ((first, 6.0 + (second_ % 50 == 25)), (second, 6.0), (pump, 0.0))
    ]
    before = client.install(Store(rows))
    try:
        found = effects.effect_of(rule, {"deadband": 0.1}, NOW)
        assert (found["before"], found["after"], found["missed"]) == (4, 4, 0)
        found = effects.effect_of(rule, {"suppressed_when": "{XI-101} == 0"}, NOW)
        assert (found["after"], found["missed"]) == (0, 1)
        found = effects.effect_of(rule, {"on_delay_s": 6.0}, NOW)
        assert (found["before"], found["after"]) == (4, 0)
    finally:
        client.install(before)


def test_every_pair_of_state_and_move_is_decided() -> None:
    assert list(every_pair(LIMIT_CHANGE))


def test_a_change_is_asked_for_and_approved_on_its_pages(world, rule) -> None:
    asker, approver = Client(), Client()
    asker.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    approver.force_login(world.user(Role.TECHNICAL, "plant_a"))
    address = reverse("monitoring:changes_new", args=[rule.pk])
    assert asker.get(address).status_code == 200
    given = {"limit": "9.8", "deadband": "0", "on_delay_s": "0", "off_delay_s": "0",
             "priority": "4", "in_use": "on", "reason": "浮盘检修后复核"}  # fmt: skip
    answer = asker.post(address, given)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    page = approver.get(answer["Location"]).content.decode()
    assert "9.5" in page
    assert "暂无历史数据" in page
    approver.post(answer["Location"] + "approve/", {"comment": "同意"})
    rule.refresh_from_db()
    assert rule.limit == 9.8
