"""What monitoring tells the daily commitment, and against checks that are all normal."""

import datetime as dt

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.clock import now, today
from anlan.modules.commitment import facts, rules
from anlan.modules.commitment.models import Commitment
from anlan.modules.commitment.services import days
from anlan.modules.commitment.ui import showing
from anlan.modules.honesty.services import gathering
from anlan.modules.inspections.tests import data as inspections
from anlan.modules.monitoring.choices import Shown
from anlan.modules.monitoring.facts import LEAST_ALARMS
from anlan.modules.monitoring.models import AlarmState, Source
from anlan.modules.monitoring.services.alarms import take_events
from anlan.modules.monitoring.tests.alarm_data import MONDAY, cleared, make_rule, raised
from anlan.modules.risk.tests import data as risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def heard(plant, at) -> Source:
    return Source.objects.create(
        enterprise=plant, scope_path=plant.path, name="DCS", kind="http", last_seen_at=at
    )


def published(world, manager, **changed: int) -> Commitment:
    row = days.open_day(manager, world.plant_a.pk, today())
    days.prepare(
        manager, row.pk, counts={**row.counts, **changed}, grade=rules.GENERAL, text="受控",
        committer="郭承安",
    )  # fmt: skip
    return days.publish(world.actor(Role.PRINCIPAL, "plant_a"), row.pk)


def codes(row: Commitment) -> list[tuple[str, str]]:
    """Return what contradicts, whatever the hour at which the test runs."""
    return [(flag["code"], flag["name"]) for flag in row.flags if flag["code"] != rules.LATE]


def test_alarms_nobody_acknowledged_are_filled_in(world, manager) -> None:
    take_events([raised(make_rule(world.plant_a))], None)
    unconnected = facts.known(manager, world.plant_a.pk, world.plant_a.path, today())
    assert unconnected["n_alarms"] is None
    heard(world.plant_a, now())
    row = days.open_day(manager, world.plant_a.pk, today())
    assert (row.counts["n_alarms"], row.grade) == (1, rules.LARGER)
    stranger = world.actor(Role.SAFETY_MANAGER, "plant_b")
    theirs = facts.known(stranger, world.plant_b.pk, world.plant_b.path, today())
    assert theirs["n_alarms"] is None


def test_a_grave_alarm_counts_while_it_stands_though_somebody_acknowledged_it(
    world, manager
) -> None:
    heard(world.plant_a, now())
    for tag, priority in (("LI-1", 1), ("LI-2", 3)):
        take_events([raised(make_rule(world.plant_a, tag=tag, priority=priority))], None)
    states = AlarmState.objects.for_actor(manager)
    states.update(shown=Shown.ACKNOWLEDGED, unacknowledged=False)
    known = facts.known(manager, world.plant_a.pk, world.plant_a.path, today())
    assert known["n_alarms"] == 1
    states.update(condition=False)
    known = facts.known(manager, world.plant_a.pk, world.plant_a.path, today())
    assert known["n_alarms"] == 0


def test_stating_fewer_alarms_than_there_are_contradicts(world, manager) -> None:
    heard(world.plant_a, now())
    take_events([raised(make_rule(world.plant_a))], None)
    row = published(world, manager, n_alarms=0)
    assert codes(row) == [("grade_too_low", "grade"), ("count_differs", "n_alarms")]


def test_an_alarm_settled_since_it_was_stated_contradicts_nothing(world, manager) -> None:
    heard(world.plant_a, now())
    assert codes(published(world, manager, n_alarms=2)) == []


def test_a_plant_said_to_run_without_any_value_is_in_doubt(world, manager) -> None:
    heard(world.plant_a, now() - dt.timedelta(hours=2))
    row = published(world, manager, n_units=3, n_running=3)
    assert ("values_missing", "") in codes(row)
    words = [str(one["text"]) for one in showing.flag_words(row)]
    assert "填报在运行，但监测数据已超过一小时未上传" in words


def test_the_page_leads_to_the_alarms_behind_the_figure(world, manager, client) -> None:
    heard(world.plant_a, now())
    row = days.open_day(manager, world.plant_a.pk, today())
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    page = client.get(f"/commitment/{row.pk}/", follow=True).content.decode()
    assert f'href="/monitoring/plants/{world.plant_a.pk}/"' in page


def test_alarms_of_watched_measures_speak_against_all_normal(world, manager) -> None:
    measure = inspections.a_measure(world)
    risk.a_measure(manager, measure.event, "C2", verification=1, tag="LI-1102")
    grave = make_rule(world.plant_a)
    slight = make_rule(world.plant_a, kind="L", priority=3)
    other = make_rule(world.plant_a, tag="LI-9")
    lines = [
        line
        for n in range(LEAST_ALARMS)
        for rule in (grave, slight, other)
        for line in (raised(rule, 300 * n), cleared(rule, 300 * n + 60))
    ]
    since = MONDAY - dt.timedelta(days=1)
    take_events(lines[:6], None)
    assert gathering.troubles(SYSTEM, world.plant_a.pk, since) == {}
    take_events(lines[6:], None)
    found = gathering.troubles(SYSTEM, world.plant_a.pk, since)
    (one,) = found.values()
    assert list(found) == [str(measure.event.unit_id)]
    assert (one.n, one.first, one.last - one.first) == (
        LEAST_ALARMS,
        lines[0].at,
        dt.timedelta(seconds=300 * (LEAST_ALARMS - 1)),
    )
    assert gathering.troubles(SYSTEM, world.plant_b.pk, since) == {}
