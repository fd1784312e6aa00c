"""What Anlan offers to begin with: cycles by subclass, the ladder, checklists (fact data)."""

from dataclasses import dataclass
from functools import cache

from anlan.base.duties.models.plan import WorkType
from anlan.facts.loader import load_packaged

SLOTS = {WorkType.PRINCIPAL: 9, WorkType.TECHNICAL: 9, WorkType.OPERATIONAL: 10}
"""Items of the official task lists of the three responsible persons. Their texts are not public:
the enterprise fills them in."""

SLOT_UNITS = {
    WorkType.PRINCIPAL: "month",
    WorkType.TECHNICAL: "quarter",
    WorkType.OPERATIONAL: "week",
}
"""Least frequencies: quarter and week of the trial measure of 2021, month for the principal by
Anlan, since the measure names none."""

SLOT_ROLES = {
    WorkType.PRINCIPAL: "principal_responsible_person",
    WorkType.TECHNICAL: "technical_responsible_person",
    WorkType.OPERATIONAL: "operational_responsible_person",
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """How often a subclass of measures is checked, and by whom."""

    n: int
    unit: str
    calendar: str
    role: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of the ladder; `per` is enterprise or department."""

    level: str
    title_zh: str
    title_en: str
    unit: str
    per: str
    role: str
    checklist: str

    def title(self, language: str) -> str:
        """Return the title in a language."""
        return self.title_zh if language.startswith("zh") else self.title_en


@dataclass(frozen=True, slots=True)
class ReadyList:
    """A checklist to take over; `kind` is the code of the kind of inspection."""

    code: str
    title: str
    kind: int
    items: tuple[str, ...]


@cache
def cycles() -> dict[str, Cycle]:
    """Return the suggested cycle by subclass of measure."""
    return {
        row["class2"]: Cycle(
            row.integer("cycle_n"), row["cycle_unit"], row["calendar"], row["role"]
        )
        for row in load_packaged("inspections/cycles.csv")
    }


@cache
def ladder() -> tuple[Rung, ...]:
    """Return the ladder from the top."""
    names = ("level", "title_zh", "title_en", "cycle_unit", "per", "role", "checklist")
    return tuple(
        Rung(*(row[name] for name in names)) for row in load_packaged("inspections/ladder.csv")
    )


@cache
def checklists() -> dict[str, ReadyList]:
    """Return the ready checklists by code, in order."""
    found: dict[str, ReadyList] = {}
    for row in load_packaged("inspections/checklists.csv"):
        before = found.get(row["code"])
        items = (*before.items, row["item_zh"]) if before else (row["item_zh"],)
        found[row["code"]] = ReadyList(row["code"], row["title_zh"], row.integer("kind"), items)
    return found
