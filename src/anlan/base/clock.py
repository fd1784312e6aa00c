"""Time: aware UTC inside, Asia/Shanghai for people and for deadlines."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """Return the calendar day of an aware moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return the moment at which a calendar day begins in Asia/Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def due_day(moment: datetime) -> date:
    """Return the last calendar day in Asia/Shanghai on which something due then can be done.

    Midnight is the end of the day before it (24:00), as people and papers mean it.
    """
    local = moment.astimezone(SHANGHAI)
    return local.date() - timedelta(days=1) if local.time() == time.min else local.date()


def today() -> date:
    """Return the present calendar day in Asia/Shanghai."""
    return day_of(now())
