"""Who is told of which colour and by when they act (fact data)."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from anlan.base.duties.models.warning import Colour
from anlan.facts.loader import load_packaged

PACKAGED = "warning/deadlines.csv"
NAMES = {"blue": Colour.BLUE, "yellow": Colour.YELLOW, "orange": Colour.ORANGE, "red": Colour.RED}


@dataclass(frozen=True, slots=True)
class Row:
    """What a colour asks for. `provenance` says whose figure it is."""

    colour: int
    levels: tuple[str, ...]
    acknowledge: dt.timedelta
    report: dt.timedelta
    clear: dt.timedelta
    site_check: bool
    decision_logged: bool
    provenance: str


@cache
def rows() -> dict[int, Row]:
    """Return the row of each colour, 1 blue to 4 red."""
    return {
        NAMES[row["colour"]]: Row(
            colour=NAMES[row["colour"]],
            levels=row.parts("levels"),
            acknowledge=dt.timedelta(minutes=row.integer("acknowledge_min")),
            report=dt.timedelta(minutes=row.integer("report_min")),
            clear=dt.timedelta(minutes=row.integer("clear_min")),
            site_check=row["site_check"] == "yes",
            decision_logged=row["decision_logged"] == "yes",
            provenance=str(row.provenance),
        )
        for row in load_packaged(PACKAGED)
    }
