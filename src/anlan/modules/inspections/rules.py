"""Pure decisions about checks: limits, lateness, which of several records counts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

NORMAL, ABNORMAL, NOT_INSPECTED = "normal", "abnormal", "not_inspected"
_BADNESS = {NOT_INSPECTED: 0, NORMAL: 1, ABNORMAL: 2}

LONGEST_AWAY = dt.timedelta(hours=24)
"""A record of no window that came later than this is marked as uploaded late."""


def is_outside(reading: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Tell whether a reading lies beyond its limits; a reading on a limit is within."""
    return (low is not None and reading < low) or (high is not None and reading > high)


def is_late_upload(
    occurred_at: dt.datetime, received_at: dt.datetime, grace_until: dt.datetime | None
) -> bool:
    """Tell whether a check made in its time came only after that time (补传).

    A check made late is late itself, not uploaded late. Without a window a day decides.
    """
    if grace_until is None:
        return received_at - occurred_at > LONGEST_AWAY
    return occurred_at <= grace_until < received_at


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as far as counting is concerned."""

    id: UUID
    result: str
    occurred_at: dt.datetime


def standing(records: Sequence[Seen]) -> UUID | None:
    """Return the record whose result stands for a task: the worst, the first among equals.

    Something that was inspected stands before something that was not, in any order of arrival.
    """
    if not records:
        return None
    best = min(records, key=lambda one: (-_BADNESS[one.result], one.occurred_at, one.id))
    return best.id


def differ(records: Sequence[Seen]) -> bool:
    """Tell whether checks of the same task came to different results."""
    return len({one.result for one in records if one.result != NOT_INSPECTED}) > 1
