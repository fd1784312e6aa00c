"""The journal: once, together with its history, and not to be rewritten."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.verifying import verify
from anlan.engines.alarms import states
from anlan.modules.monitoring.choices import Happening, Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmState, WorkerPosition
from anlan.modules.monitoring.services import alarms, alarms_acts, alarms_journal
from anlan.modules.monitoring.services.alarms import Position, take_events
from anlan.modules.monitoring.tests.alarm_data import (
    MONDAY,
    cleared,
    make_class,
    make_rule,
    raised,
)

pytestmark = pytest.mark.django_db


def _state(rule):
    return AlarmState.objects.for_actor(SYSTEM).get(rule=rule)


def _journal(rule):
    rows = AlarmEvent.objects.for_actor(SYSTEM).filter(rule=rule).order_by("at", "id")
    return [row.what for row in rows]


def test_a_transition_moves_the_state_and_writes_both_times(world):
    rule = make_rule(world.plant_a)
    told_at = MONDAY + dt.timedelta(seconds=2)
    taken = take_events([raised(rule)], Position(0, 7), told_at)
    assert (taken.written, taken.announced) == (1, 1)
    row = _state(rule)
    assert (row.shown, row.opened, row.value) == (Shown.UNACKNOWLEDGED, 1, 86.0)
    event = AlarmEvent.objects.for_actor(SYSTEM).get(rule=rule)
    assert (event.at, event.announced_at) == (MONDAY, told_at)
    assert event.since == MONDAY - dt.timedelta(seconds=5)
    assert (event.limit, event.priority) == (85.0, 2)
    assert WorkerPosition.objects.get(partition=0).sequence == 7


def test_reading_again_after_a_kill_changes_nothing(world):
    rule = make_rule(world.plant_a)
    take_events([raised(rule)], Position(0, 7, b"state"), MONDAY)
    operator = world.actor(Role.CONTROL_ROOM, "plant_a")
    alarms_acts.acknowledge(operator, [rule.pk])
    again = take_events([raised(rule)], Position(0, 5), MONDAY)
    assert (again.written, again.repeated) == (0, 1)
    assert _state(rule).shown == Shown.ACKNOWLEDGED
    # The position never goes back, and the snapshot stays the one it was.
    assert WorkerPosition.objects.get(partition=0).sequence == 7
    assert alarms.position_of(0) == Position(0, 7, b"state")


def test_raised_and_cleared_within_one_batch_keep_their_order(world):
    rule = make_rule(world.plant_a)
    batch = [raised(rule, 0), cleared(rule, 10), raised(rule, 20), cleared(rule, 30)]
    take_events(batch, None, MONDAY)
    assert _journal(rule) == ["raised", "cleared", "raised", "cleared"]
    row = _state(rule)
    assert (row.shown, row.opened) == (Shown.RETURNED_UNACKNOWLEDGED, 2)


def test_a_shelved_alarm_is_journalled_but_not_announced_until_its_shelf_is_over(world):
    rule = make_rule(world.plant_a)
    operator = world.actor(Role.CONTROL_ROOM, "plant_a")
    alarms_acts.shelve(operator, [rule.pk], seconds=3600, reason="变送器校验")
    until = _state(rule).shelved_until
    taken = take_events([raised(rule)], None, MONDAY)
    assert (taken.written, taken.announced) == (1, 0)
    assert _state(rule).shown == Shown.SHELVED
    assert alarms.timers(until - dt.timedelta(seconds=1)) == 0
    assert alarms.timers(until) == 1
    row = _state(rule)
    assert (row.shown, row.announced_at) == (Shown.UNACKNOWLEDGED, until)
    assert AlarmEvent.objects.for_actor(SYSTEM).get(what=Happening.SHELF_OVER).announced_at == until
    assert alarms.timers(until) == 0


def test_an_acknowledged_alarm_is_announced_again_when_its_class_says_so(world):
    rule = make_rule(world.plant_a, alarm_class=make_class(world.plant_a, announce_again_after=600))
    take_events([raised(rule)], None, MONDAY)
    alarms_acts.acknowledge(world.actor(Role.CONTROL_ROOM, "plant_a"), [rule.pk])
    seen_at = _state(rule).acknowledged_at
    assert alarms.timers(seen_at + dt.timedelta(seconds=599)) == 0
    assert alarms.timers(seen_at + dt.timedelta(seconds=600)) == 1
    assert _state(rule).shown == Shown.UNACKNOWLEDGED


def test_the_states_agree_with_the_engine_one_event_at_a_time(world):
    of = states.AlarmClass(latching=True)
    rule = make_rule(world.plant_a, alarm_class=make_class(world.plant_a, latching=True))
    alarm = states.Alarm()
    for second in range(0, 100, 20):
        for one, step in (
            (raised(rule, second), states.raised),
            (cleared(rule, second + 10), lambda held: states.cleared(held, of)),
        ):
            take_events([one], None, MONDAY)
            alarm = step(alarm).alarm
            assert _state(rule).shown == alarm.state.value


def test_the_journal_is_bound_to_the_audit_chain(world):
    rules = [make_rule(world.plant_a, f"TI-{n}") for n in range(3)]
    elsewhere = make_rule(world.plant_b)
    take_events([raised(rule) for rule in [*rules, elsewhere]], None, MONDAY)
    bound = AuditEvent.objects.filter(event="monitoring.alarms.journalled")
    assert {row.after["count"] for row in bound} == {1, 3}
    assert verify().is_clean
    assert alarms_journal.check() == []


def test_nobody_rewrites_the_journal(world):
    take_events([raised(make_rule(world.plant_a))], None, MONDAY)
    for sql in ("UPDATE monitoring_alarmevent SET value = 1", "DELETE FROM monitoring_alarmevent"):
        with (
            pytest.raises(DatabaseError, match="permission denied|append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_a_row_that_was_slipped_in_is_seen(world):
    rule = make_rule(world.plant_a)
    take_events([raised(rule)], None, MONDAY)
    given = AlarmEvent.objects.for_actor(SYSTEM).get()
    AlarmEvent.objects.create(
        enterprise=world.plant_a, scope_path=given.scope_path, rule=rule, what="acknowledged",
        at=MONDAY, priority=2, batch=given.batch,
    )  # fmt: skip
    (doubt,) = alarms_journal.check()
    assert (doubt.batch, doubt.said, doubt.found) == (given.batch, 1, 2)


def test_a_batch_costs_the_same_statements_for_1_and_200(world, count_queries):
    one = [make_rule(world.plant_a, "TI-0")]
    many = [make_rule(world.plant_a, f"FI-{n}") for n in range(200)]
    assert count_queries(
        lambda: take_events([raised(rule) for rule in one], None, MONDAY)
    ) == count_queries(lambda: take_events([raised(rule) for rule in many], None, MONDAY))
