"""Windows: they tile the permitted days, never overlap, and ids say when they open."""

import datetime as dt
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.duties.rules import (
    CHINA,
    Cadence,
    DayKind,
    Unit,
    crew_on,
    falls_out,
    id_bound,
    instance_id,
    windows,
)
from anlan.engines.workdays import Workdays

WORKDAYS = Workdays().is_workday
HOURS = st.times().map(lambda t: t.replace(minute=t.minute // 15 * 15, second=0, microsecond=0))


def at(text: str) -> dt.datetime:
    """Return a moment in Shanghai."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    unit = draw(st.sampled_from(Unit))
    starts_on = draw(st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)))
    length = draw(st.none() | st.integers(0, 800))
    return Cadence(
        n=draw(st.integers(1, 24 if unit == Unit.HOUR else 5)),
        unit=unit,
        calendar=draw(st.sampled_from(DayKind)),
        starts_on=starts_on,
        ends_on=None if length is None else starts_on + dt.timedelta(days=length),
        time_from=draw(HOURS),
        time_to=draw(HOURS),
        grace=dt.timedelta(minutes=draw(st.integers(0, 600))),
        shifts=tuple(sorted(draw(st.sets(HOURS, min_size=1, max_size=4)))),
    )


def span(cadence: Cadence, days: int) -> tuple[dt.datetime, dt.datetime]:
    since = dt.datetime.combine(cadence.starts_on, dt.time(0), CHINA)
    return since - dt.timedelta(days=3), since + dt.timedelta(days=days)


@settings(deadline=None)
@given(cadences(), st.integers(1, 500))
def test_windows_never_overlap_and_come_in_order(cadence: Cadence, days: int) -> None:
    since, until = span(cadence, days)
    made = list(windows(cadence, since, until, WORKDAYS))
    for window in made:
        assert window.opens_at < window.due_at <= window.grace_until
    for before, after in pairwise(made):
        assert before.due_at <= after.opens_at


@settings(deadline=None)
@given(cadences(), st.integers(1, 400), st.integers(0, 400))
def test_making_in_two_goes_makes_the_same_windows(cadence: Cadence, days: int, cut: int) -> None:
    since, until = span(cadence, days)
    middle = since + (until - since) * min(cut, days) / days
    whole = list(windows(cadence, since, until, WORKDAYS))
    first = list(windows(cadence, since, middle, WORKDAYS))
    second = [w for w in windows(cadence, middle, until, WORKDAYS) if w.opens_at >= middle]
    assert first + second == whole


@settings(deadline=None)
@given(cadences(), st.integers(1, 400))
def test_no_permitted_day_is_skipped(cadence: Cadence, days: int) -> None:
    if cadence.unit in (Unit.HOUR, Unit.SHIFT):
        cadence = Cadence(1, Unit.DAY, cadence.calendar, cadence.starts_on, cadence.ends_on)
    since, until = span(cadence, days)
    made = list(windows(cadence, since, until, WORKDAYS))
    last = min(cadence.ends_on or dt.date.max, until.date() - dt.timedelta(days=1))
    day = cadence.starts_on
    while day <= last:
        allowed = cadence.calendar == DayKind.EVERY_DAY or WORKDAYS(day) == (
            cadence.calendar == DayKind.WORKDAYS
        )
        if allowed:
            assert any(
                w.opens_at.astimezone(CHINA).date()
                <= day
                <= max(w.due_at.astimezone(CHINA).date(), w.opens_at.astimezone(CHINA).date())
                for w in made
            ), day
        day += dt.timedelta(days=1)


def opens(cadence: Cadence, since: str, until: str) -> list[str]:
    return [
        w.opens_at.astimezone(CHINA).strftime("%m-%d %H:%M")
        + "→"
        + w.due_at.astimezone(CHINA).strftime("%m-%d %H:%M")
        for w in windows(cadence, at(since), at(until), WORKDAYS)
    ]


def test_every_two_hours_inside_the_hours_of_a_shift_over_midnight() -> None:
    night = Cadence(
        3, Unit.HOUR, DayKind.EVERY_DAY, dt.date(2026, 3, 2),
        time_from=dt.time(20), time_to=dt.time(4),
    )  # fmt: skip
    assert opens(night, "2026-03-02T00:00", "2026-03-03T12:00") == [
        "03-02 20:00→03-02 23:00",
        "03-02 23:00→03-03 02:00",
        "03-03 02:00→03-03 04:00",
    ]


def test_working_days_follow_the_notice_on_holidays() -> None:
    daily = Cadence(
        1, Unit.DAY, DayKind.WORKDAYS, dt.date(2026, 9, 1),
        time_from=dt.time(8), time_to=dt.time(18),
    )  # fmt: skip
    # National Day 2026: 1 to 7 October off; Saturday the 10th is worked in its place.
    got = [w[:5] for w in opens(daily, "2026-09-30T00:00", "2026-10-12T00:00")]
    assert got == ["09-30", "10-08", "10-09", "10-10"]


def test_a_quarter_begins_where_the_plan_begins_and_ends_with_the_calendar() -> None:
    quarterly = Cadence(1, Unit.QUARTER, DayKind.EVERY_DAY, dt.date(2026, 2, 10))
    assert opens(quarterly, "2026-01-01T00:00", "2026-12-31T00:00")[:2] == [
        "02-10 00:00→04-01 00:00",
        "04-01 00:00→07-01 00:00",
    ]


def test_shifts_belong_to_the_day_they_begin_on_and_crews_take_turns() -> None:
    shifts = (dt.time(0), dt.time(8), dt.time(16))
    cadence = Cadence(1, Unit.SHIFT, DayKind.EVERY_DAY, dt.date(2026, 3, 2), shifts=shifts)
    made = list(windows(cadence, at("2026-03-02T00:00"), at("2026-03-04T00:00"), WORKDAYS))
    crews = [uuid4() for _ in range(4)]
    turn = [crew_on(crews, w.shift, dt.date(2026, 3, 2), 3) for w in made]
    assert turn == [crews[n % 4] for n in range(6)]
    assert crew_on([], made[0].shift, dt.date(2026, 3, 2), 3) is None


def test_a_shift_duty_without_shifts_is_refused() -> None:
    with pytest.raises(ValueError, match="needs shifts"):
        Cadence(1, Unit.SHIFT, DayKind.EVERY_DAY, dt.date(2026, 3, 2))


@given(st.uuids(), st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1)))  # noqa: DTZ001
def test_ids_say_when_they_open(plan: UUID, naive: dt.datetime) -> None:
    moment = naive.replace(tzinfo=dt.UTC, microsecond=0)
    made = instance_id(plan, moment)
    assert made == instance_id(plan, moment)
    assert id_bound(moment) <= made < id_bound(moment + dt.timedelta(seconds=1))


def test_two_days_of_repair_do_not_excuse_a_month() -> None:
    month = at("2026-03-01T00:00"), at("2026-04-01T00:00")
    assert not falls_out(*month, at("2026-03-30T00:00"), None)
    assert falls_out(*month, at("2026-03-10T00:00"), None)
    assert not falls_out(*month, at("2026-03-01T00:00"), at("2026-03-31T00:00"))


def test_an_unknown_year_counts_weekdays_and_says_so() -> None:
    calendar = Workdays({dt.date(2031, 1, 1): False})
    assert calendar.knows(2026)
    assert not calendar.knows(2030)
    assert calendar.knows(2031)
    assert calendar.is_workday(dt.date(2030, 1, 1))
    assert not calendar.is_workday(dt.date(2031, 1, 1))
