"""When something counts as having happened."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anlan.base.pocket.rules import moment, occurred
from anlan.base.pocket.shapes import Clock

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_measured_clock_is_corrected() -> None:
    found = occurred(NOON - HOUR, Clock(offset_ms=-2140, age_s=3600), NOON, None)
    assert not found.doubtful
    assert found.at == NOON - HOUR - timedelta(milliseconds=2140)


def test_an_old_measurement_or_a_jump_makes_it_doubtful() -> None:
    for clock in (Clock(offset_ms=0, age_s=90_000), Clock(offset_ms=0, age_s=None), None):
        found = occurred(NOON - HOUR, clock, NOON, NOON - 2 * HOUR)
        assert found.doubtful
        assert found.earliest == NOON - 2 * HOUR


def test_a_phone_years_behind_is_held_between_its_last_submission_and_the_receipt() -> None:
    found = occurred(NOON - timedelta(days=2200), None, NOON, NOON - HOUR)
    assert found.at == NOON - HOUR


def test_nothing_happens_after_it_was_received() -> None:
    found = occurred(NOON + HOUR, Clock(offset_ms=0, age_s=5), NOON, NOON - HOUR)
    assert found.doubtful
    assert found.at == NOON


@given(
    st.timedeltas(timedelta(days=-17_000), timedelta(days=27_000)).map(lambda away: NOON + away),
    st.none() | st.builds(Clock, offset_ms=st.floats(-1e15, 1e15),
                          age_s=st.none() | st.floats(-1e6, 1e6)),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
)  # fmt: skip
def test_it_always_lies_before_the_receipt(
    created: datetime, clock: Clock | None, before: timedelta | None
) -> None:
    found = occurred(created, clock, NOON, NOON - before if before is not None else None)
    assert found.earliest <= found.at <= NOON or not found.doubtful
    assert found.at <= NOON


def test_a_time_without_zone_is_no_time() -> None:
    assert moment("2026-11-21T01:44:12.345Z") == datetime(2026, 11, 21, 1, 44, 12, 345000, UTC)
