"""Phones whose clock is wrong or jumps."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from anlan.base.clock import now
from tests.journeys.pocket.conftest import Handset, Served
from tests.journeys.pocket.oracle import received, sealed_on, until
from tests.journeys.pocket.proxy import Line

Phones = Callable[..., Handset]
SLACK = timedelta(seconds=2)
"""By how much the measured clock may be off on a slow machine."""


@pytest.mark.parametrize("away", [timedelta(days=-6 * 365), timedelta(hours=1)])
def test_a_wrong_clock_is_corrected(
    away: timedelta, served: Served, line: Line, handset: Phones
) -> None:
    # The worker would keep the true time: the page sends here.
    phone = handset(service_workers="block")
    phone.context.clock.install(time=now() + away)
    page = phone.open(ready=True)
    line.cut()
    begun = now()
    page.evaluate("() => pocket.sealMany(2, 0, 0)")
    line.mend()
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 2}
    for row in received(sealed_on(page)):
        assert not row.time_doubtful
        assert begun - SLACK <= row.occurred_at <= row.received_at
        # What the phone said is kept beside it.
        assert abs(row.sealed_at - row.occurred_at - away) < SLACK


def test_a_jumping_clock_is_told_and_its_times_are_doubted(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset(service_workers="block")
    true = now()
    phone.context.clock.install(time=true)
    page = phone.open(ready=True)
    line.cut()
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    phone.context.clock.set_system_time(now() - timedelta(hours=2))
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    until(lambda: len(sealed_on(page)) == 3, page)  # the jump itself is told
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    line.mend()
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 4}
    rows = received(sealed_on(page))
    assert [row.kind for row in rows][2] == "device.clock_jump"
    assert [row.time_doubtful for row in rows] == [False, True, True, True]
    for row in rows:
        # What is doubtful lies between the last thing known and the receipt.
        assert true - SLACK <= row.occurred_at <= row.received_at
