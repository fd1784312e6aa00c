"""Decisions about findings from values alone: what is missing, what is late, which edition."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

GENERAL, MAJOR = 0, 1
# AQ 3067-2026 is in force from this day; a finding keeps the set of its registration day.
MH26_FROM = dt.date(2026, 9, 30)
EDITION_2017, EDITION_2026 = "2017", "2026"

FIVE = ("owner", "measures", "funds", "deadline", "plan")
"""五落实: responsible person, measures, funds, deadline, emergency plan."""


def criteria_edition(registered_on: dt.date) -> str:
    """Return which set of major-hazard criteria judges a finding registered on this day."""
    return EDITION_2026 if registered_on >= MH26_FROM else EDITION_2017


@dataclass(frozen=True, slots=True)
class Fixed:
    """The five of a finding as they stand; `funds` may be nought, which is an answer too."""

    owner: bool
    measures: str
    funds: Decimal | None
    deadline: dt.date | None
    plan: str

    def missing(self) -> tuple[str, ...]:
        """Return the names of those not yet fixed, in the order of `FIVE`."""
        there = {
            "owner": self.owner,
            "measures": bool(self.measures.strip()),
            "funds": self.funds is not None,
            "deadline": self.deadline is not None,
            "plan": bool(self.plan.strip()),
        }
        return tuple(name for name in FIVE if not there[name])


def days_over(deadline: dt.date | None, day: dt.date) -> int:
    """Return how many natural days `day` lies after the deadline; 0 if it does not."""
    return max(0, (day - deadline).days) if deadline else 0


def entry_limit(inspected_on: dt.date) -> dt.date:
    """Return the last day for entering what an outside inspection found: one month later.

    The same day of the next month, or that month's last day.
    """
    year, month = divmod(inspected_on.year * 12 + inspected_on.month, 12)
    month += 1
    first_after = dt.date(year + month // 12, month % 12 + 1, 1)
    last = (first_after - dt.timedelta(days=1)).day
    return dt.date(year, month, min(inspected_on.day, last))


def immune(
    *, self_found: bool, reported: bool, overdue_days: int, is_accepted: bool, day_left: bool
) -> tuple[bool, tuple[str, ...]]:
    """Tell whether a major finding is free of penalty, and which conditions fail.

    Self-found, reported upward, and being rectified in time (or already put right in time).
    """
    failing = []
    if not self_found:
        failing.append("self_found")
    if not reported:
        failing.append("reported")
    if overdue_days or not (is_accepted or day_left):
        failing.append("in_time")
    return not failing, tuple(failing)


def deadline_colour(
    *, deadline: dt.date | None, day: dt.date, is_major: bool, days_over_kept: int = 0
) -> int:
    """Return the warning colour of an open finding: 0 none, 1 blue, 2 yellow, 3 orange, 4 red.

    Product default: blue within 3 days of the end (7 for a major one), yellow up to 3 days over,
    orange up to 7, red beyond; a major one is red as soon as it is over.
    """
    if deadline is None:
        return 0
    over = (day - deadline).days
    if over <= 0:
        return 1 if -over <= (7 if is_major else 3) else (2 if days_over_kept else 0)
    if is_major or over > 7:
        return 4
    return 3 if over >= 3 else 2


def on_the_spot_missing(
    *, is_major: bool, photo_kinds: Collection[str], made_safe: str
) -> tuple[str, ...]:
    """Return what hinders closing on the spot: `major`, `before`, `after`, `made_safe`."""
    missing = []
    if is_major:
        missing.append("major")
    missing += [kind for kind in ("before", "after") if kind not in photo_kinds]
    if not made_safe.strip():
        missing.append("made_safe")
    return tuple(missing)


def remind_on(end: dt.date, days: int, is_workday: Callable[[dt.date], bool]) -> dt.date:
    """Return the working day on which to remind of `end`, `days` natural days before it.

    Where that day is not worked, the working day before: nobody is reminded on a holiday, nor
    after it. Negative `days` lie after the end; then it is the working day after.
    """
    day = end - dt.timedelta(days=days)
    step = dt.timedelta(days=-1 if days >= 0 else 1)
    for _n in range(30):
        if is_workday(day):
            break
        day += step
    return day


@dataclass(frozen=True, slots=True)
class Brought:
    """The days and names of a finding that comes from a file; names as they are written there."""

    state: str
    is_major: bool
    is_outside: bool
    found_on: dt.date | None = None
    registered_on: dt.date | None = None
    inspected_on: dt.date | None = None
    deadline: dt.date | None = None
    accepted_on: dt.date | None = None
    owner: str = ""
    acceptor: str = ""
    measures: str = ""
    result: str = ""
    criterion: str = ""


def brought_wrong(row: Brought, day: dt.date) -> tuple[tuple[str, str], ...]:
    """Return what keeps a row of a file from being a finding: (field, code of the reason).

    `day` is the day of the import. States and what each needs are those of the state machine: a
    closed one names rectifier and another acceptor, the day, and what was done.
    """
    wrong = []
    if row.found_on and row.found_on > day:
        wrong.append(("found_on", "future"))
    if row.registered_on:
        if row.registered_on > day:
            wrong.append(("registered_on", "future"))
        elif row.found_on and row.registered_on < row.found_on:
            wrong.append(("registered_on", "before_found"))
        elif row.is_outside and row.state != "accepted" and row.registered_on != day:
            wrong.append(("registered_on", "month_counts"))
    if row.is_outside and row.inspected_on is None:
        wrong.append(("inspected_on", "inspected_on_missing"))
    if row.inspected_on and row.inspected_on > day:
        wrong.append(("inspected_on", "future"))
    if row.is_major and not row.criterion:
        wrong.append(("criterion", "criterion_missing"))
    if row.state in ("confirmed", "rectifying", "accepted") and not row.owner:
        wrong.append(("owner", "owner_missing"))
    if row.state in ("confirmed", "rectifying"):
        wrong += [
            (name, f"{name}_missing")
            for name, value in (("deadline", row.deadline), ("measures", row.measures.strip()))
            if not value
        ]
    if row.deadline and row.found_on and row.deadline < row.found_on:
        wrong.append(("deadline", "before_found"))
    if row.acceptor and row.acceptor == row.owner:
        wrong.append(("acceptor", "same_person"))
    if row.state == "accepted":
        wrong += _closed_wrong(row, day)
    elif row.accepted_on:
        wrong.append(("accepted_on", "not_closed"))
    return tuple(wrong)


def _closed_wrong(row: Brought, day: dt.date) -> list[tuple[str, str]]:
    wrong = [
        (name, code)
        for name, value, code in (
            ("acceptor", row.acceptor, "acceptor_missing"),
            ("accepted_on", row.accepted_on, "accepted_on_missing"),
            ("result", row.result.strip(), "result_missing"),
        )
        if not value
    ]
    if row.accepted_on and row.accepted_on > day:
        wrong.append(("accepted_on", "future"))
    elif row.accepted_on and row.found_on and row.accepted_on < row.found_on:
        wrong.append(("accepted_on", "before_found"))
    return wrong
