"""Decisions about commitments from values alone: in time, grade high enough, facts agree."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

MAJOR, LARGER, GENERAL, LOW = range(4)
# Published before about ten on the gate display: recalled from the rule of 2018.
PUBLISH_BY = dt.time(10, 0)

LATE, GRADE_TOO_LOW, COUNT_DIFFERS, NOT_SIGNED, MISSING = (
    "late",
    "grade_too_low",
    "count_differs",
    "not_signed",
    "missing",
)


@dataclass(frozen=True, slots=True)
class Flag:
    """What is wrong with a commitment: kind, the figure concerned, stated and actual."""

    code: str
    name: str = ""
    stated: int | None = None
    actual: int | None = None


def least_grade(counts: Mapping[str, int | None]) -> int:
    """Return the least grade the facts allow (0 major … 3 low); product default.

    Major while a major accident hazard is open; considerable with special-grade hot work,
    confined space entry, start-up or shutdown or an overdue finding; general with any other
    special work; else low.
    """

    def some(*names: str) -> bool:
        return any((counts.get(name) or 0) > 0 for name in names)

    if some("n_major"):
        return MAJOR
    if some("n_hot_special", "n_confined", "n_starting", "n_stopping", "n_trial") or some(
        "n_findings_overdue", "n_alarms"
    ):
        return LARGER
    if some(
        "n_hot_1", "n_hot_2", "n_blinding", "n_height", "n_lifting", "n_electric",
        "n_excavation", "n_road", "n_maintenance", "n_transfer", "n_cleaning", "n_draining",
    ):  # fmt: skip
        return GENERAL
    return LOW


def is_late(published: dt.time) -> bool:
    """Tell whether a time of publication (Asia/Shanghai) lies after the limit."""
    return published > PUBLISH_BY


def flags(
    *,
    stated: Mapping[str, int | None],
    facts: Mapping[str, int | None],
    grade: int | None,
    published: dt.time | None,
    unsigned: int,
    moving: Collection[str] = (),
) -> tuple[Flag, ...]:
    """Return what contradicts the facts or came late; facts nobody provides judge nothing.

    `moving` are the figures that change by the minute, as `differs` has them.
    """
    found = []
    if published is not None and is_late(published):
        found.append(Flag(LATE))
    if unsigned:
        found.append(Flag(NOT_SIGNED, actual=unsigned))
    known = {name: value for name, value in facts.items() if value is not None}
    least = least_grade(dict(stated) | known)
    if grade is not None and grade > least:
        found.append(Flag(GRADE_TOO_LOW, "grade", grade, least))
    found += [
        Flag(COUNT_DIFFERS, name, stated.get(name), value)
        for name, value in known.items()
        if differs(stated.get(name), value, moves=name in moving)
    ]
    return tuple(found)


def differs(stated: int | None, actual: int, *, moves: bool = False) -> bool:
    """Tell whether a stated figure contradicts the actual one.

    Of a figure that `moves`, what was stated may have been settled since: only less than there
    is contradicts.
    """
    return (stated or 0) < actual if moves else (stated or 0) != actual


def units_add_up(counts: Mapping[str, int | None]) -> bool:
    """Tell whether running, stopped and overhauled units are the total."""
    parts = ("n_running", "n_stopped", "n_overhaul")
    return (counts.get("n_units") or 0) == sum(counts.get(name) or 0 for name in parts)
