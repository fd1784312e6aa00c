"""A level on its way to HH warns before it is there, if nobody can respond in time."""

import datetime as dt

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import now
from anlan.modules.monitoring.models import AlarmRule, AlarmState
from anlan.modules.warnings.models import UnitIndex
from anlan.modules.warnings.services.approach import approaching
from anlan.modules.warnings.services.assessing import assess_all
from anlan.modules.warnings.ui import showing

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(level, store):
    """A level that rises by one a minute, 5 below its HH."""
    moment = now()
    store.samples = [
        (level.number, moment - dt.timedelta(seconds=60 * n + 5), 90.0 - n, 0) for n in range(10)
    ]
    return AlarmRule.objects.create(
        enterprise=level.enterprise, scope_path=level.scope_path, point=level, kind="HH",
        limit=95, priority=1, response_seconds=600,
    )  # fmt: skip


def test_what_cannot_be_caught_in_time_counts_like_the_limit_itself(rule, level) -> None:
    assess_all(now())
    found = UnitIndex.objects.for_actor(SYSTEM).get()
    process = next(one for one in found.factors if one["group"] == "P")
    assert (process["score"], process["factors"][0]["code"]) == (0.8, "soon")
    (words,) = next(one for one in showing.lines(found.factors) if one.points > 20).words
    assert "LI-1 = 90" in words
    assert "HH" in words


@pytest.mark.parametrize("change", [{"response_seconds": 60}, {"response_seconds": None}])
def test_what_can_be_caught_in_time_does_not_count(rule, level, change) -> None:
    AlarmRule.objects.for_actor(SYSTEM).filter(pk=rule.pk).update(**change)
    assert approaching(now(), [level.installation_id]) == {}


def test_a_standing_alarm_and_a_silent_store_tell_nothing_more(rule, level, store) -> None:
    AlarmState.objects.create(
        enterprise=rule.enterprise, scope_path=rule.scope_path, rule=rule, shown="B", priority=1,
        condition=True,
    )  # fmt: skip
    assert approaching(now(), [level.installation_id]) == {}
    AlarmState.objects.for_actor(SYSTEM).update(condition=False)
    assert len(approaching(now(), [level.installation_id])[level.installation_id]) == 1
    store.is_away = True
    assert approaching(now(), [level.installation_id]) == {}
