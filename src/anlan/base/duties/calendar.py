"""Which days are worked: the package's holidays, corrected by a file of the installation.

`<ANLAN_DATA>/facts/workdays.csv` has the columns `day` (2027-01-01), `is_workday` (yes or no),
`source` and `provenance` (usually `user_imported`), under the header every fact file has.
"""

from datetime import date
from pathlib import Path

from django.conf import settings

from anlan.engines.workdays import Workdays
from anlan.facts.loader import load_table


def overrides_file() -> Path:
    """Return where an installation keeps its own days."""
    return Path(settings.DATA) / "facts" / "workdays.csv"


def workdays() -> Workdays:
    """Return the calendar as it stands now. Raises FactError when the file is broken."""
    path = overrides_file()
    if not path.exists():
        return Workdays()
    table = load_table(path, columns=("day", "is_workday"))
    return Workdays(
        {
            date.fromisoformat(row["day"]): row["is_workday"].lower() in ("yes", "1", "true", "是")
            for row in table
        }
    )


def unknown_years(first: date, last: date) -> list[int]:
    """Return the years between two days whose holidays are not known yet."""
    known = workdays()
    return [year for year in range(first.year, last.year + 1) if not known.knows(year)]
