"""The course of the value behind an alarm: its picture and where it is heading."""

import datetime as dt

import numpy as np
import pytest

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.engines.warning.approach import time_to_limit
from anlan.modules.monitoring.rules_course import heading
from anlan.modules.monitoring.services.alarms import take_events
from anlan.modules.monitoring.tests.alarm_data import make_rule, raised
from anlan.modules.monitoring.tests.store import Store
from anlan.telemetry import client as historian

LIMITS = [("H", 85.0), ("HH", 90.0), ("LL", 10.0), ("L", 15.0)]


def _minutes(n: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.arange(n, dtype=np.int64) * 60_000_000


def test_a_steady_rise_tells_its_rate_and_the_next_limit_ahead() -> None:
    at = _minutes(16)
    told = heading(at, 80 + at / 60e6 * 0.1, LIMITS)
    assert told is not None
    assert told.per_hour == pytest.approx(6)
    assert (told.kind, told.limit) == ("H", 85)
    assert told.seconds == pytest.approx(35 * 60)
    passed = heading(at, 86 + at / 60e6 * 0.1, LIMITS)
    assert passed is not None
    assert passed.kind == "HH"
    fell = heading(at, 20 - at / 60e6 * 0.1, LIMITS)
    assert fell is not None
    assert (fell.kind, fell.per_hour) == ("L", pytest.approx(-6))


def test_noise_too_few_samples_and_far_limits_foretell_nothing() -> None:
    at = _minutes(16)
    assert heading(at, np.where(at % 120_000_000 == 0, 50.0, 51.0), LIMITS) is None
    assert heading(at, np.full(16, 50.0), LIMITS) is None
    assert heading(_minutes(5), np.arange(5.0), LIMITS) is None
    slow = heading(at, 50 + at / 60e6 * 0.01, LIMITS)
    assert slow is not None
    assert slow.kind == ""


def test_the_operator_and_the_warning_are_told_the_same_time() -> None:
    at = _minutes(10)
    values = 80 + at / 60e6 * 0.1
    values[8] = 84.0
    told = heading(at, values, LIMITS)
    assert told is not None
    assert told.seconds == time_to_limit(at / 1e6, values, 85.0, upwards=True)


@pytest.mark.django_db
def test_the_course_is_drawn_with_limits_and_says_when_the_store_is_away(world, client) -> None:
    rule, moment = make_rule(world.plant_a), now()
    take_events([raised(rule)], None, moment)
    rising = [
        (rule.point.number, moment - dt.timedelta(seconds=10 * n), 84 - 0.02 * n, 0)
        for n in range(1, 100)
    ]
    store = Store(rising)
    before = historian.install(store)
    try:
        client.force_login(world.user(Role.CONTROL_ROOM, "plant_a"))
        address = f"/monitoring/alarms/{rule.pk}/course/"
        page = client.get(f"{address}?span=1800").content.decode()
        assert "an-course__line" in page
        assert "H 85" in page
        assert "上升 7.2" in page
        assert "高限 85" in page
        store.is_away = True
        away = client.get(address)
        assert away.status_code == 200
        assert "an-course__line" not in away.content.decode()
        client.force_login(world.user(Role.CONTROL_ROOM, "plant_b"))
        assert client.get(address).status_code == 404
    finally:
        historian.install(before)
