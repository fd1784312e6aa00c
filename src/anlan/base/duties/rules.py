"""When a duty falls due: pure decisions on values, no clock and no database.

All days and hours are of Asia/Shanghai, which has no daylight saving; moments are aware UTC.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from uuid import UUID

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unit(StrEnum):
    """Units of a cycle."""

    HOUR = "hour"
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class DayKind(StrEnum):
    """The days on which a duty falls."""

    EVERY_DAY = "every_day"
    WORKDAYS = "workdays"
    NON_WORKDAYS = "non_workdays"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF_YEAR: 6, Unit.YEAR: 12}
_MONDAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """One time to do a duty: from `opens_at` until before `due_at`, late after `grace_until`.

    `shift` numbers the shifts of all days without a gap for duties by shift, else -1.
    """

    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    shift: int = -1


@dataclass(frozen=True, slots=True)
class Cadence:
    """All that decides the windows of a duty.

    `time_from` and `time_to` bound the hours of a day; equal means the whole day, `time_to` not
    after `time_from` reaches into the next day. `shifts` are the beginnings of the shifts of a
    day, ascending; each lasts until the next. Weeks begin on Monday; months, quarters and years
    are those of the calendar, counted from the one that holds `starts_on`.
    """

    n: int
    unit: Unit
    calendar: DayKind
    starts_on: date
    ends_on: date | None = None
    time_from: time = time(0)
    time_to: time = time(0)
    grace: timedelta = timedelta(0)
    shifts: tuple[time, ...] = ()

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("a cycle counts from 1")
        if list(self.shifts) != sorted(set(self.shifts)):
            raise ValueError("shifts begin one after another")
        if self.unit == Unit.SHIFT and not self.shifts:
            raise ValueError("a duty by shift needs shifts")


def windows(
    cadence: Cadence, since: datetime, until: datetime, is_workday: Callable[[date], bool]
) -> Iterator[Window]:
    """Yield the windows that end after `since` and open before `until`, in order.

    They never overlap, and none that falls on a permitted day is left out.
    """
    first = max(cadence.starts_on, _day(since) - 2 * DAY)
    last = _day(until)
    if cadence.ends_on is not None:
        last = min(last, cadence.ends_on)
    if cadence.unit == Unit.HOUR:
        made = _hours(cadence, first, last, is_workday)
    elif cadence.unit == Unit.SHIFT:
        made = _shifts(cadence, first, last, is_workday)
    else:
        made = _periods(cadence, first, last, is_workday)
    for window in made:
        if window.due_at > since and window.opens_at < until:
            yield window


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, CHINA).astimezone(UTC)


def _allowed(cadence: Cadence, day: date, is_workday: Callable[[date], bool]) -> bool:
    if cadence.calendar == DayKind.EVERY_DAY:
        return True
    return is_workday(day) == (cadence.calendar == DayKind.WORKDAYS)


def _closes(cadence: Cadence, day: date) -> datetime:
    """Return when the hours that begin on `day` end."""
    wraps = cadence.time_to <= cadence.time_from
    return _at(day + DAY if wraps else day, cadence.time_to)


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += DAY


def _hours(
    cadence: Cadence, first: date, last: date, is_workday: Callable[[date], bool]
) -> Iterator[Window]:
    """Every n hours inside the hours of a day; each day begins anew, its last window is cut."""
    step = timedelta(hours=cadence.n)
    for day in _days(first, last):
        if not _allowed(cadence, day, is_workday):
            continue
        opens, closes = _at(day, cadence.time_from), _closes(cadence, day)
        while opens < closes:
            due = min(opens + step, closes)
            yield Window(opens, due, due + cadence.grace)
            opens = due


def _shifts(
    cadence: Cadence, first: date, last: date, is_workday: Callable[[date], bool]
) -> Iterator[Window]:
    """Every n-th shift since `starts_on`. A shift belongs to the day on which it begins."""
    per_day = len(cadence.shifts)
    for day in _days(first, last):
        if not _allowed(cadence, day, is_workday):
            continue
        for place, begins in enumerate(cadence.shifts):
            number = (day - cadence.starts_on).days * per_day + place
            if number % cadence.n:
                continue
            following = place + 1 < per_day
            due = (
                _at(day, cadence.shifts[place + 1])
                if following
                else _at(day + DAY, cadence.shifts[0])
            )
            shift = day.toordinal() * per_day + place
            yield Window(_at(day, begins), due, due + cadence.grace, shift)


def _periods(
    cadence: Cadence, first: date, last: date, is_workday: Callable[[date], bool]
) -> Iterator[Window]:
    """One window a period, from its first permitted day to its last; none without such a day."""
    begins = _period_start(cadence, first)
    while begins <= last:
        following = _next_period(cadence, begins)
        inside = max(begins, cadence.starts_on), following - DAY
        if cadence.ends_on is not None:
            inside = inside[0], min(inside[1], cadence.ends_on)
        opens_on = next((day for day in _days(*inside) if _allowed(cadence, day, is_workday)), None)
        if opens_on is not None:
            due_on = inside[1]
            while not _allowed(cadence, due_on, is_workday):
                due_on -= DAY
            due = _closes(cadence, due_on)
            yield Window(_at(opens_on, cadence.time_from), due, due + cadence.grace)
        begins = following


def _period_start(cadence: Cadence, day: date) -> date:
    """Return the first day of the cycle that holds `day` (not before the one of `starts_on`)."""
    if cadence.unit == Unit.DAY:
        origin, length = cadence.starts_on, cadence.n
    elif cadence.unit == Unit.WEEK:
        origin = cadence.starts_on - timedelta(days=(cadence.starts_on - _MONDAY).days % 7)
        length = 7 * cadence.n
    else:
        size = _MONTHS[cadence.unit]
        origin_month = _month(cadence.starts_on) // size * size
        length = size * cadence.n
        return _first_of(_month(day) - (_month(day) - origin_month) % length)
    return day - timedelta(days=(day - origin).days % length)


def _next_period(cadence: Cadence, begins: date) -> date:
    if cadence.unit == Unit.DAY:
        return begins + timedelta(days=cadence.n)
    if cadence.unit == Unit.WEEK:
        return begins + timedelta(days=7 * cadence.n)
    return _first_of(_month(begins) + _MONTHS[cadence.unit] * cadence.n)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def crew_on(
    rotation: Sequence[UUID], shift: int, anchor_on: date, shifts_a_day: int
) -> UUID | None:
    """Return the crew that has a shift, None without crews or for a duty not by shift.

    The first of `rotation` has the first shift of `anchor_on`.
    """
    if not rotation or shift < 0:
        return None
    return rotation[(shift - anchor_on.toordinal() * shifts_a_day) % len(rotation)]


def instance_id(plan_id: UUID, opens_at: datetime) -> UUID:
    """Return the id of the instance of a plan that opens at this moment (RFC 9562 version 8).

    48 bits of Unix milliseconds, then a hash of the plan. The same window always gets the same id,
    so that making it twice makes it once, and ids sort by time, which finds the month's partition.
    `services.making` computes the same in SQL.
    """
    milliseconds = (opens_at - EPOCH) // timedelta(milliseconds=1)
    digest = hashlib.md5(str(plan_id).encode(), usedforsecurity=False).hexdigest()
    return UUID(hex=f"{milliseconds:012x}8{digest[:3]}8{digest[3:18]}")


def id_bound(moment: datetime) -> UUID:
    """Return the least id of instances that open at `moment` or later."""
    return UUID(int=((moment - EPOCH) // timedelta(milliseconds=1)) << 80)


def is_late(at: datetime, grace_until: datetime) -> bool:
    """Tell whether something done `at` came after the grace. What was done decides, not when it
    arrived here."""
    return at > grace_until


def falls_out(
    opens_at: datetime, due_at: datetime, starts_at: datetime, ends_at: datetime | None
) -> bool:
    """Tell whether a window is not counted because its place was out of service.

    The exemption must hold when the window closes and cover at least half of it: two days of
    repair at the end of a month do not excuse the check of the month.
    """
    end = ends_at or datetime.max.replace(tzinfo=UTC)
    if not starts_at < due_at <= end:
        return False
    return (due_at - max(opens_at, starts_at)) * 2 >= due_at - opens_at
