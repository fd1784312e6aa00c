"""What people may do to alarms, and what they are told when not."""

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.engines.alarms import states
from anlan.modules.monitoring import problems_alarms as problems
from anlan.modules.monitoring.choices import Happening, Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmState
from anlan.modules.monitoring.services import alarms_acts, alarms_journal
from anlan.modules.monitoring.services.alarms import take_events
from anlan.modules.monitoring.tests.alarm_data import (
    MONDAY,
    cleared,
    make_class,
    make_rule,
    raised,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(world):
    return world.actor(Role.CONTROL_ROOM, "plant_a")


@pytest.fixture
def engineer(world):
    return world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")


def _shown(rule):
    return AlarmState.objects.for_actor(SYSTEM).get(rule=rule).shown


def _last(rule):
    return AlarmEvent.objects.for_actor(SYSTEM).filter(rule=rule).order_by("-at", "-id").first()


def test_acknowledging_several_passes_over_what_was_seen_already(world, operator):
    rules = [make_rule(world.plant_a, f"LI-{n}") for n in range(3)]
    take_events([raised(rule) for rule in rules], None, MONDAY)
    alarms_acts.acknowledge(operator, [rules[0].pk])
    done = alarms_acts.acknowledge(operator, [rule.pk for rule in rules], "已通知外操")
    assert (done.moved, done.skipped) == (2, 1)
    assert {_shown(rule) for rule in rules} == {Shown.ACKNOWLEDGED}
    line = _last(rules[1])
    assert (line.what, line.by_id, line.comment) == ("acknowledged", operator.user_id, "已通知外操")
    told = AuditEvent.objects.filter(event="monitoring.alarm.acknowledged")
    assert told.count() == 3
    assert told.first().before == {"alarm_state": "B"}
    assert alarms_journal.check() == []


def test_what_is_not_allowed_says_why_and_what_to_do(world, operator):
    rule = make_rule(world.plant_a, alarm_class=make_class(world.plant_a, latching=True))
    with pytest.raises(problems.NothingToAcknowledge) as refused:
        alarms_acts.acknowledge(operator, [rule.pk])
    assert refused.value.clause
    assert refused.value.remedy_text()
    take_events([raised(rule)], None, MONDAY)
    with pytest.raises(problems.ConditionHolds):
        alarms_acts.reset(operator, [rule.pk])
    take_events([cleared(rule)], None, MONDAY)
    with pytest.raises(problems.NotAcknowledged):
        alarms_acts.reset(operator, [rule.pk])
    alarms_acts.acknowledge(operator, [rule.pk])
    assert _shown(rule) == Shown.LATCHED_ACKNOWLEDGED
    alarms_acts.reset(operator, [rule.pk])
    assert _shown(rule) == Shown.NORMAL
    with pytest.raises(problems.NotLatched):
        alarms_acts.reset(operator, [rule.pk])


def test_every_refusal_of_the_engine_has_its_words():
    source = states.__file__
    with open(source) as file:
        codes = {part.split('"')[1] for part in file.read().split("NotAllowed(")[2:]}
    assert codes <= set(problems.AlarmRefused.of)


def test_a_shelf_needs_a_reason_and_an_end(world, operator):
    rule = make_rule(world.plant_a)
    with pytest.raises(problems.ReasonMissing):
        alarms_acts.shelve(operator, [rule.pk], seconds=600, reason=" ")
    with pytest.raises(problems.ShelfTooLong):
        alarms_acts.shelve(operator, [rule.pk], seconds=13 * 3600, reason="校验")
    alarms_acts.shelve(operator, [rule.pk], seconds=600, reason="校验")
    assert _shown(rule) == Shown.SHELVED
    assert _last(rule).until is not None
    with pytest.raises(problems.MaskedAlready):
        alarms_acts.shelve(operator, [rule.pk], seconds=600, reason="校验")
    take_events([raised(rule)], None, MONDAY)
    alarms_acts.unshelve(operator, [rule.pk])
    assert _shown(rule) == Shown.UNACKNOWLEDGED
    assert _last(rule).announced_at is not None


def test_a_highly_managed_alarm_is_shelved_by_two(world, operator):
    rule = make_rule(world.plant_a, alarm_class=make_class(world.plant_a, highly_managed=True))
    head = world.actor(Role.WORKSHOP_HEAD, "plant_a")
    with pytest.raises(problems.NobodyAsked):
        alarms_acts.shelve_confirm(head, rule.pk)
    alarms_acts.shelve(operator, [rule.pk], seconds=600, reason="校验")
    assert _shown(rule) == Shown.NORMAL
    assert _last(rule).what == Happening.SHELF_ASKED
    with pytest.raises(problems.SamePerson):
        alarms_acts.shelve_confirm(operator, rule.pk)
    alarms_acts.shelve_confirm(head, rule.pk)
    assert _shown(rule) == Shown.SHELVED
    assert operator.name in _last(rule).comment


def test_out_of_service_needs_a_permit_and_return_a_test(world, engineer, operator):
    rule = make_rule(world.plant_a)
    with pytest.raises(problems.PermitMissing):
        alarms_acts.take_out_of_service(engineer, [rule.pk], permit=" ")
    with pytest.raises(Forbidden):
        alarms_acts.take_out_of_service(operator, [rule.pk], permit="YB-0017")
    alarms_acts.take_out_of_service(engineer, [rule.pk], permit="YB-0017", reason="换变送器")
    assert (_shown(rule), _last(rule).permit) == (Shown.OUT_OF_SERVICE, "YB-0017")
    with pytest.raises(problems.OutOfServiceAlready):
        alarms_acts.take_out_of_service(engineer, [rule.pk], permit="YB-0018")
    with pytest.raises(problems.TestMissing):
        alarms_acts.return_to_service(engineer, [rule.pk], test="")
    alarms_acts.return_to_service(engineer, [rule.pk], test="通 20 mA，报警正常")
    assert _shown(rule) == Shown.NORMAL


def test_what_was_done_is_written_down_without_moving_the_alarm(world, operator):
    rule = make_rule(world.plant_a)
    take_events([raised(rule)], None, MONDAY)
    with pytest.raises(BadInput):
        alarms_acts.note(operator, rule.pk, " ")
    alarms_acts.note(operator, rule.pk, "王启航 现场核查", "液位计失灵")
    assert _shown(rule) == Shown.UNACKNOWLEDGED
    assert _last(rule).comment == "液位计失灵 → 王启航 现场核查"


def test_foreign_alarms_and_onlookers_are_refused(world, operator):
    rule, foreign = make_rule(world.plant_a), make_rule(world.plant_b)
    take_events([raised(rule), raised(foreign)], None, MONDAY)
    with pytest.raises(NotYours):
        alarms_acts.acknowledge(operator, [rule.pk, foreign.pk])
    with pytest.raises(NotYours):
        alarms_acts.acknowledge(operator, ["no-id"])
    with pytest.raises(Forbidden):
        alarms_acts.acknowledge(world.actor(Role.BUREAU_INSPECTOR, "county_a"), [rule.pk])
    with pytest.raises(BadInput):
        alarms_acts.acknowledge(operator, [f"{n}" for n in range(201)])
    assert _shown(rule) == Shown.UNACKNOWLEDGED
