"""Chinese working days: weekends, statutory holidays and the weekends worked in their place.

The holidays come from the `chinesecalendar` package, which follows the yearly notice of the State
Council. The notice for a year appears in the November before; until then its holidays are not
known and only weekends count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from chinese_calendar import constants


@cache
def known_through() -> int:
    """Return the last year whose holidays the package knows."""
    years: set[int] = {day.year for day in constants.holidays}
    return max(years)


@dataclass(frozen=True)
class Workdays:
    """Answers whether a day is worked. `overrides` (day → worked) come before the package."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Tell whether the day is worked; a weekday when nothing is known about its year."""
        said = self.overrides.get(day)
        if said is not None:
            return said
        if day in constants.workdays:
            return True
        return day.weekday() < 5 and day not in constants.holidays

    def knows(self, year: int) -> bool:
        """Tell whether the holidays of a year are known, by the package or by overrides."""
        first = min(day.year for day in constants.holidays)
        return first <= year <= known_through() or any(
            day.year == year and not worked for day, worked in self.overrides.items()
        )
