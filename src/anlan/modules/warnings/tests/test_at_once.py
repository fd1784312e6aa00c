"""A grave alarm is judged within seconds, and a flood of them not more often."""

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import now
from anlan.base.jobs.models import Job
from anlan.base.jobs.testing import run_queued
from anlan.modules.monitoring.choices import Happening
from anlan.modules.monitoring.models import AlarmState
from anlan.modules.monitoring.services.alarms import Judgement, take_events
from anlan.modules.monitoring.tests.test_overview import alarm, point
from anlan.modules.warnings import jobs, queries
from anlan.modules.warnings.models import EarlyWarning, UnitIndex
from anlan.modules.warnings.services.assessing import assess_all
from anlan.modules.warnings.tests.conftest import make_unit

pytestmark = pytest.mark.django_db


def comes(of, kind, priority) -> None:
    """Let the core say that an alarm came."""
    state = alarm(of, priority=priority)
    state.rule.kind = kind
    state.rule.save()
    AlarmState.objects.for_actor(SYSTEM).filter(pk=state.pk).delete()
    take_events([Judgement(state.rule_id, Happening.RAISED, now(), now(), 91.0)], None)


def asked() -> int:
    return Job.objects.filter(kind=jobs.AT_ONCE).count()


def test_a_grave_alarm_opens_its_warning_without_waiting_for_the_minute(
    world,
    level,
    django_capture_on_commit_callbacks,
) -> None:
    quiet = make_unit(world.plant_a, code="U2")
    assess_all(now())
    with django_capture_on_commit_callbacks(execute=True):
        comes(level, "HH", 1)
    (ran,) = run_queued()
    assert (ran.kind, ran.state) == (jobs.AT_ONCE, "done")
    row = EarlyWarning.objects.for_actor(SYSTEM).get()
    assert row.unit_id == level.installation_id
    index = UnitIndex.objects.for_actor(SYSTEM)
    assert index.get(unit=row.unit).computed_at > index.get(unit=quiet).computed_at


def test_a_lesser_alarm_waits_for_the_minute(
    world,
    level,
    django_capture_on_commit_callbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        comes(level, "H", 3)
    assert asked() == 0
    assert queries.units_in_alarm() == []


def test_a_flood_asks_for_one_run_at_a_time(world, level) -> None:
    comes(level, "HH", 1)
    for _ in range(3):
        jobs.ask_at_once()
    assert asked() == 1
    run_queued()
    jobs.ask_at_once()
    last = Job.objects.filter(kind=jobs.AT_ONCE).latest("created_at")
    # The second is asked for, not before the first is three seconds old.
    assert asked() == 2
    assert last.state == "queued"


def test_what_was_judged_since_is_not_judged_again(world, level) -> None:
    comes(level, "HH", 1)
    assert queries.units_in_alarm() == [level.installation_id]
    assess_all(now() + 2 * queries.COMMITTED)
    assert queries.units_in_alarm() == []


def test_an_alarm_of_no_installation_is_nobodys(world, store) -> None:
    comes(point(world.plant_a, "LI-9"), "HH", 1)
    assert queries.units_in_alarm() == []
