"""What the demonstration city consists of, as plain values.

Everything follows from `(seed, size)`; dates are counted back from a given day, so that a
demonstration shown next year still has licences that are about to end.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO
from random import Random
from typing import Any

import yaml

FLAGSHIP = "澜州恒泽化工有限公司"


@dataclass(frozen=True, slots=True)
class Size:
    """How big the demonstration is. `n_equipment` is per enterprise, on average."""

    n_cities: int
    n_counties: int
    n_parks: int
    n_enterprises: int
    n_units: int
    n_equipment: int


SIZES = {
    "small": Size(1, 3, 1, 60, 90, 20),
    "city": Size(1, 9, 4, 1000, 1501, 30),
    "province": Size(10, 8, 20, 10_000, 30_000, 100),
}

CITY_NAMES = (
    *("澜州市", "清浦市", "云岭市", "海宁港市", "青溪市"),
    *("望川市", "南屏市", "东泽市", "瑞阳市", "临沧海市"),
)
COUNTY_NAMES = (
    *("临江区", "望海县", "云溪县", "江北区", "滨港区"),
    *("盐河县", "青岚县", "石门县", "长堤区"),
)


@dataclass(slots=True)
class AreaPlan:
    """An area or park. `outline` is a GeoJSON polygon in degrees."""

    code: str
    name: str
    parent: str
    centre: tuple[float, float]
    outline: dict[str, Any]
    is_park: bool = False


@dataclass(slots=True)
class UnitPlan:
    """A unit with its facility, equipment and inventories, as model values."""

    unit: dict[str, Any]
    facility: dict[str, Any]
    equipment: list[dict[str, Any]] = field(default_factory=list)
    inventories: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class EnterprisePlan:
    """One enterprise with all it has. `county` and `park` are codes of `AreaPlan`s."""

    number: int
    county: str
    park: str
    group: str
    values: dict[str, Any]
    site: dict[str, Any]
    units: list[UnitPlan]
    chemicals: list[dict[str, Any]]
    equipment: list[dict[str, Any]]
    licences: list[dict[str, Any]]
    people: list[dict[str, Any]]


def _data(name: str) -> str:
    return files("anlan.demo").joinpath("data", name).read_text(encoding="utf-8")


@cache
def chemicals() -> dict[str, dict[str, Any]]:
    """Return the demonstration's chemicals by name, as model values."""
    lines = "\n".join(line for line in _data("chemicals.csv").splitlines() if line[:1] != "#")
    found = {}
    for row in csv.DictReader(StringIO(lines)):
        found[row["name"]] = {
            "name": row["name"],
            "name_en": row["name_en"],
            "cas": row["cas"],
            "density_t_m3": row["density_t_m3"],
            "physical_state": row["physical_state"],
            "flash_point_c": row["flash_point_c"] or None,
            "boiling_point_c": row["boiling_point_c"] or None,
            "hazard_classes": row["hazard_classes"].split("；"),
            "categories": row["categories"].split(","),
            "is_key_regulated": row["is_key_regulated"] == "1",
            "is_highly_toxic": row["is_highly_toxic"] == "1",
            "is_explosive_precursor": row["is_explosive_precursor"] == "1",
            "precursor_class": int(row["precursor_class"]) if row["precursor_class"] else None,
        }
    return found


@cache
def archetypes() -> list[dict[str, Any]]:
    """Return the kinds of plants."""
    loaded: list[dict[str, Any]] = yaml.safe_load(_data("archetypes.yaml"))
    return loaded


def areas(size: Size) -> list[AreaPlan]:
    """Return province, cities, counties and parks, parents first.

    The place is invented: a coast in the open sea, so that no real town is meant.
    """
    found = [_area("990000", "示范省", "", (124.5, 30.0), 4.0, 3.4, seed=1)]
    for c in range(size.n_cities):
        column, row = c % 5, c // 5
        centre = (123.0 + column * 0.9, 30.6 - row * 1.1)
        city = f"99{c + 1:02d}00"
        found.append(_area(city, CITY_NAMES[c], "990000", centre, 0.42, 0.46, seed=10 + c))
        for k in range(size.n_counties):
            x = centre[0] - 0.28 + 0.28 * (k % 3)
            y = centre[1] + 0.27 - 0.27 * (k // 3) * (3 / max(1, (size.n_counties + 2) // 3))
            code = f"99{c + 1:02d}{k + 2:02d}"
            name = COUNTY_NAMES[k % len(COUNTY_NAMES)]
            found.append(_area(code, name, city, (x, y), 0.14, 0.13, seed=100 + c * 20 + k))
    counties = [area for area in found if area.code[4:] != "00"]
    for p in range(size.n_parks):
        county = counties[p * max(1, len(counties) // size.n_parks)]
        above = next(area for area in found if area.code == county.code[:4] + "00")
        name = f"{above.name[:-1]}{county.name[:-1]}化工园区"
        x, y = county.centre
        park = _area(
            f"P{p + 1:03d}", name, county.code, (x + 0.03, y - 0.02), 0.05, 0.035, seed=900 + p
        )
        park.is_park = True
        found.append(park)
    return found


def _area(
    code: str,
    name: str,
    parent: str,
    centre: tuple[float, float],
    half_width: float,
    half_height: float,
    seed: int,
) -> AreaPlan:
    """Return an area with an outline that looks drawn by a river, not by a ruler."""
    from math import cos, pi, sin

    random = Random(f"outline {seed}")  # noqa: S311 - decoration, not secrecy
    points = []
    for step in range(24):
        angle = 2 * pi * step / 24
        reach = 0.86 + 0.16 * random.random()
        # A squared-off oval fills its cell better than a circle.
        x, y = cos(angle), sin(angle)
        stretch = reach / max(abs(x), abs(y)) ** 0.6
        points.append(
            [
                round(centre[0] + x * stretch * half_width, 5),
                round(centre[1] + y * stretch * half_height, 5),
            ]
        )
    points.append(points[0])
    return AreaPlan(code, name, parent, centre, {"type": "Polygon", "coordinates": [points]})


def enterprises(seed: int, size_name: str, on: date) -> Iterator[EnterprisePlan]:
    """Yield the enterprises one by one, in a fixed order."""
    from anlan.demo.plant import build_enterprise

    size = SIZES[size_name]
    places = areas(size)
    kinds = _kinds(size)
    extra = size.n_units - sum(len(kind["units"]) for kind in kinds)
    with_units = [number for number, kind in enumerate(kinds) if kind["units"]]
    more: dict[int, int] = {}
    for turn in range(max(0, extra)):
        number = with_units[turn % len(with_units)]
        more[number] = more.get(number, 0) + 1
    for number, kind in enumerate(kinds):
        random = Random(f"{seed} {size_name} {number}")  # noqa: S311 - a repeatable story
        yield build_enterprise(
            random, number, kind, places, size, on=on, n_more_units=more.get(number, 0)
        )


def _kinds(size: Size) -> list[dict[str, Any]]:
    """Return the archetype of each enterprise: shares by largest remainder, then interleaved."""
    known = archetypes()
    counts = [int(kind["share"] * size.n_enterprises) for kind in known]
    order = sorted(range(len(known)), key=lambda i: -((known[i]["share"] * size.n_enterprises) % 1))
    for i in order[: size.n_enterprises - sum(counts)]:
        counts[i] += 1
    found: list[dict[str, Any]] = []
    left = list(counts)
    while len(found) < size.n_enterprises:
        for i, kind in enumerate(known):
            if left[i]:
                left[i] -= 1
                found.append(kind)
    return found[: size.n_enterprises]
