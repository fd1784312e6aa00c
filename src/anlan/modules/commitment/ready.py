"""Who judges at each level, and by when (fact data)."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from anlan.facts.loader import load_packaged


@dataclass(frozen=True, slots=True)
class Step:
    """A level of the chain: whose it is and its hours of the day (Asia/Shanghai)."""

    level: str
    role: str
    time_from: dt.time
    time_to: dt.time


@cache
def steps() -> dict[str, Step]:
    """Return the step of each level."""
    return {
        row["level"]: Step(
            row["level"],
            row["role"],
            dt.time.fromisoformat(row["time_from"]),
            dt.time.fromisoformat(row["time_to"]),
        )
        for row in load_packaged("commitment/chain.csv")
    }
