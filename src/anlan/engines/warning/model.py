"""The figures of the index, from their fact file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from anlan.facts.loader import FactError, Table, load_packaged, load_table

PACKAGED = "warning/index.csv"
ADJUSTABLE = frozenset({"process", "gas", "barrier", "work", "environment", "management"})
"""Parts whose scores somebody may set otherwise (`adjusted`), besides the weights."""
MOST_BARRIER = 10.0


class Colour(StrEnum):
    """The colours of warnings, the worst first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @property
    def rank(self) -> int:
        """Return 0 for blue to 3 for red."""
        return len(Colour) - 1 - list(Colour).index(self)


class Group(StrEnum):
    """The groups of factors."""

    PROCESS = "P"
    GAS = "G"
    BARRIERS = "B"
    WORK = "W"
    ENVIRONMENT = "E"
    MANAGEMENT = "M"


@dataclass(frozen=True, slots=True)
class Model:
    """One version of the index.

    `bases` by level of the major hazard ("1" to "4", "none"); `weights` already scaled and capped;
    `thresholds` the least points of each colour; `scores` by part and code, 0 to 1, for barriers
    their weights; `overrides` the codes that are red whatever the points; `words` the Chinese and
    the English text by part and code.
    """

    version: str
    bases: Mapping[str, float]
    weights: Mapping[Group, float]
    thresholds: Mapping[Colour, float]
    scores: Mapping[tuple[str, str], float]
    overrides: frozenset[str]
    unknown: float
    hold_s: float
    lower_after_s: float
    lower_margin: float
    words: Mapping[tuple[str, str], tuple[str, str]]

    def colour(self, points: float) -> Colour:
        """Return the colour of so many points."""
        return next(one for one in Colour if points >= self.thresholds[one] or one is Colour.BLUE)


@cache
def packaged() -> Model:
    """Return the index that ships with the product."""
    return _model(load_packaged(PACKAGED), f"facts/{PACKAGED}")


def from_file(path: Path) -> Model:
    """Return an installation's own index. Raises FactError naming file, line and remedy."""
    return _model(load_table(path, columns=("part", "code", "value")), str(path))


def adjusted(base: Model, values: Mapping[tuple[str, str], float], version: str) -> Model:
    """Return a model with some weights (not scaled, as in the file) and scores of its own.

    Only what the index has can be set, and neither bases nor colours nor what is red at once: a
    colour means the same everywhere. Raises ValueError for anything else.
    """
    scale, cap = base.scores["setting", "weight_scale"], base.scores["setting", "weight_cap"]
    weights, scores = dict(base.weights), dict(base.scores)
    for (part, code), value in values.items():
        if part == "weight" and code in set(Group):
            if not 0 < value <= 1:
                raise ValueError(f"the weight {code} is from above 0 to 1, not {value}")
            weights[Group(code)] = min(cap, scale * value)
        elif part in ADJUSTABLE and (part, code) in scores:
            most = MOST_BARRIER if part == "barrier" else 1.0
            if not 0 < value <= most:
                raise ValueError(f"the score {part}, {code} is from above 0 to {most:g}")
            scores[part, code] = value
        else:
            raise ValueError(f"{part}, {code} cannot be set")
    return replace(base, version=version, weights=weights, scores=scores)


def _model(table: Table, file: str) -> Model:
    figures = {(row["part"], row["code"]): float(row.decimal("value")) for row in table}
    words = {(row["part"], row["code"]): (row["text_zh"], row["text_en"]) for row in table}

    def of(part: str, code: str) -> float:
        try:
            return figures[part, code]
        except KeyError:
            problem = f"the row {part}, {code} is missing."
            raise FactError(file, None, problem, "add it.") from None

    scale, cap = of("setting", "weight_scale"), of("setting", "weight_cap")
    model = Model(
        version=table.dataset.citation,
        bases={level: of("base", level) for level in ("none", "4", "3", "2", "1")},
        weights={one: min(cap, scale * of("weight", one)) for one in Group},
        thresholds={one: of("colour", one) for one in Colour},
        scores={key: value for key, value in figures.items() if key[0] not in ("base", "weight")},
        overrides=frozenset(code for part, code in figures if part == "override"),
        unknown=of("setting", "unknown"),
        hold_s=of("setting", "hold_s"),
        lower_after_s=of("setting", "lower_after_s"),
        lower_margin=of("setting", "lower_margin"),
        words=words,
    )
    _check(model, file)
    return model


def _check(model: Model, file: str) -> None:
    limits = [model.thresholds[one] for one in Colour]
    if sorted(limits, reverse=True) != limits or len(set(limits)) != len(limits):
        raise FactError(file, None, "the thresholds do not fall from red to blue.", "order them.")
    if not all(0 <= weight < 1 for weight in model.weights.values()):
        raise FactError(file, None, "a scaled weight is not from 0 to below 1.", "lower the cap.")
    if not all(0 <= base < 100 for base in model.bases.values()):
        raise FactError(file, None, "a base is not from 0 to below 100.", "mend it.")
    for (part, code), value in model.scores.items():
        graded = part in ("process", "gas", "work", "environment", "management")
        if graded and not 0 <= value <= 1:
            raise FactError(file, None, f"the score {part}, {code} is not 0 to 1.", "mend it.")
