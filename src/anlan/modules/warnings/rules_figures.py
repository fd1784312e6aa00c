"""What an enterprise may set of the index, and how far. Values in, problems out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from anlan.engines.warning import model as engine

LEAST = 0.5
"""A figure goes down to this share of the product's at the most: the levels above compare plants by
their colours, and none may hide a group. Product default."""
UNUSED = frozenset(
    {
        "process:trip", "barrier:sis_bypassed", "barrier:relief_isolated",
        "barrier:fire_pump_out",
    }
)  # fmt: skip
"""Figures for which no input is connected yet, besides all of work and people."""
PARTS = ("weight", "process", "gas", "barrier", "work", "environment", "management")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that can be set: the product's, and between which it may lie."""

    part: str
    code: str
    usual: float
    least: float
    most: float

    @property
    def key(self) -> str:
        """Return how it is kept: `part:code`."""
        return f"{self.part}:{self.code}"

    @property
    def is_used(self) -> bool:
        """Tell whether anything that is connected takes it."""
        return self.part != "work" and self.key not in UNUSED


def figures(model: engine.Model) -> Iterator[Figure]:
    """Return what can be set, weights first, in the order of the fact file."""
    scale = model.scores["setting", "weight_scale"]
    for part, code in model.words:
        if part == "weight":
            usual = round(model.weights[engine.Group(code)] / scale, 4)
            yield Figure(part, code, usual, round(usual * LEAST, 4), 1.0)
    for part in PARTS[1:]:
        for (of, code), usual in model.scores.items():
            if of == part:
                most = engine.MOST_BARRIER if part == "barrier" else 1.0
                yield Figure(part, code, usual, round(usual * LEAST, 4), most)


def own(model: engine.Model, given: Mapping[str, float]) -> dict[str, float]:
    """Return those of the given figures that differ from the product's."""
    usual = {one.key: one.usual for one in figures(model)}
    return {key: value for key, value in given.items() if abs(value - usual[key]) > 1e-9}


def model_of(base: engine.Model, values: Mapping[str, float], edition: int) -> engine.Model:
    """Return the index by an enterprise's own figures.

    Figures that the index does not have (any more) are left out: an edition of the product may
    drop one, and the plant must still be judged.
    """
    known = {one.key: (one.part, one.code) for one in figures(base)}
    kept = {known[key]: value for key, value in values.items() if key in known}
    return engine.adjusted(base, kept, version_of(base.version, edition))


def version_of(version: str, edition: int) -> str:
    """Return how an index by own figures is named on what it computed."""
    return f"{version}+{edition}"


def edition_of(version: str) -> int | None:
    """Return the edition of own figures in a version, None where they are the product's."""
    _, plus, edition = version.rpartition("+")
    return int(edition) if plus and edition.isdigit() else None
