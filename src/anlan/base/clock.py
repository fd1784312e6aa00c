"""Time: aware UTC inside, Asia/Shanghai for people and for deadlines."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """Return the calendar day of an aware moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def today() -> date:
    """Return the present calendar day in Asia/Shanghai."""
    return day_of(now())
