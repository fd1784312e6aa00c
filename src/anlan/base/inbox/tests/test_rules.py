"""Quiet hours, back-off and common places."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import SHANGHAI
from anlan.base.inbox import rules

moments = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
times = st.times().map(lambda t: t.replace(microsecond=0))


@given(moments, times, times)
def test_nothing_is_put_off_into_quiet_hours_or_beyond_a_day(
    moment: dt.datetime, quiet_from: dt.time, quiet_until: dt.time
) -> None:
    at = rules.after_quiet(moment, quiet_from, quiet_until)
    assert not rules.is_quiet(at.astimezone(SHANGHAI).time(), quiet_from, quiet_until)
    assert dt.timedelta(0) <= at - moment <= dt.timedelta(days=1)


def test_the_usual_night() -> None:
    night = dt.time(22), dt.time(7)
    late = dt.datetime(2026, 11, 21, 23, 30, tzinfo=SHANGHAI)
    assert rules.after_quiet(late, *night) == dt.datetime(2026, 11, 22, 7, tzinfo=SHANGHAI)
    noon = dt.datetime(2026, 11, 21, 12, tzinfo=SHANGHAI)
    assert rules.after_quiet(noon, *night) == noon


def test_attempts_come_to_an_end_and_respect_the_other_side() -> None:
    moment = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    assert rules.next_attempt(moment, 1, None) == moment + dt.timedelta(seconds=60)
    assert rules.next_attempt(moment, 1, 600) == moment + dt.timedelta(seconds=600)
    assert rules.next_attempt(moment, len(rules.BACK_OFF) + 1, None) is None


def test_the_common_place_ends_at_a_part() -> None:
    assert rules.common_place(["cn/44/4401/", "cn/44/4402/"]) == "cn/44/"
    assert rules.common_place(["cn/44/4401/"]) == "cn/44/4401/"
    assert rules.common_place([]) == ""
