"""When something happened, judged from the phone's clock. Pure values, all moments aware, UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from anlan.base.pocket.shapes import Clock

TRUSTED_FOR = timedelta(hours=24)
LATE_AFTER = timedelta(hours=72)
# A corrected clock may be ahead of the server by the error of the exchange, not by more.
AHEAD_AT_MOST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Occurred:
    """The moment that counts, and from when it may have been at the earliest if it is doubtful."""

    at: datetime
    earliest: datetime
    doubtful: bool


def moment(text: str) -> datetime:
    """Return the moment of an RFC 3339 text with zone. Raises ValueError."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found.astimezone(UTC)


def occurred(
    created_at: datetime,
    clock: Clock | None,
    received_at: datetime,
    previous_at: datetime | None,
) -> Occurred:
    """Return when it happened.

    The phone's time corrected by its offset, if that is at most 24 h old and no jump came after.
    Else the time is doubtful: it lies between the phone's previous submission and the receipt,
    and the phone's own word is taken only as far as it fits in there.
    """
    if clock is not None and clock.age_s is not None:
        trusted = 0 <= clock.age_s <= TRUSTED_FOR.total_seconds()
        corrected = created_at + timedelta(milliseconds=_bounded(clock.offset_ms))
        if trusted and corrected <= received_at + AHEAD_AT_MOST:
            at = min(corrected, received_at)
            return Occurred(at, at, False)
    earliest = min(previous_at or received_at - TRUSTED_FOR, received_at)
    return Occurred(min(max(created_at, earliest), received_at), earliest, True)


def _bounded(milliseconds: float) -> float:
    """A century at most: more would leave the calendar."""
    return max(-3.2e12, min(3.2e12, milliseconds))


def is_late(at: datetime, received_at: datetime) -> bool:
    """Tell whether a submission came so late that a person should look at it."""
    return received_at - at > LATE_AFTER
