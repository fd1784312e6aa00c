"""Administrative divisions of China: code → name, parent, level (GB/T 2260)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from anlan.facts.loader import Dataset, Provenance, load_packaged

_FILE = "areas/gbt2260.csv"


class Level(StrEnum):
    """Level of a division."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Area:
    """One division. `parent` is the code above, None for a province.

    A county of a municipality (Beijing) or ruled by the province (Xiantao) has the province
    as its parent: the groupings the code list puts between are no divisions.
    """

    code: str
    name: str
    parent: str | None
    level: Level
    provenance: Provenance


def dataset() -> Dataset:
    """Where the codes come from and up to when they were kept."""
    return load_packaged(_FILE).dataset


def all_areas() -> Iterator[Area]:
    """Every division, by code: a parent comes before its children."""
    return iter(_areas().values())


def area(code: str) -> Area:
    """The division with this six-digit code. Raises KeyError."""
    return _areas()[code]


def find(code: str) -> Area | None:
    """The division with this six-digit code, None where there is none."""
    return _areas().get(code)


def children(code: str | None) -> tuple[Area, ...]:
    """Divisions directly under this one; the provinces for None."""
    return _children().get(code, ())


def line_of(code: str) -> tuple[Area, ...]:
    """The division with all above it, province first. Raises KeyError."""
    found = [area(code)]
    while (parent := found[0].parent) is not None:
        found.insert(0, area(parent))
    return tuple(found)


def full_name(code: str) -> str:
    """Names from the province down, joined: 江苏省苏州市昆山市. Raises KeyError."""
    return "".join(one.name for one in line_of(code))


@cache
def _areas() -> dict[str, Area]:
    return {
        row["code"]: Area(
            code=row["code"],
            name=row["name"],
            parent=row["parent"] or None,
            level=_level(row["code"]),
            provenance=row.provenance,
        )
        for row in load_packaged(_FILE)
    }


@cache
def _children() -> dict[str | None, tuple[Area, ...]]:
    found: dict[str | None, list[Area]] = {}
    for one in all_areas():
        found.setdefault(one.parent, []).append(one)
    return {code: tuple(areas) for code, areas in found.items()}


def _level(code: str) -> Level:
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if code.endswith("00") else Level.COUNTY
