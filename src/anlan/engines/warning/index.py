"""The index of one unit, what each group adds to it, and the plant as its worst unit.

R = B + (100 - B) * (1 - product of (1 - w * s)): additive while little is wrong, at most 100, and
no group can be hidden by good values elsewhere. Units are never averaged.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anlan.engines.warning.model import Colour, Group, Model


@dataclass(frozen=True, slots=True)
class Factor:
    """One input: what it is (`code`), whose (`of`, such as a tag), its score from 0 to 1.

    None is unknown: off line, bad quality, frozen, never connected. Then `last` is the score it had
    and `unknown_for_s` for how long it has been gone. `at` is the source's time in seconds,
    `value` and `quality` what was read; they are only carried along.
    """

    group: Group
    code: str
    score: float | None
    of: str = ""
    last: float | None = None
    unknown_for_s: float = 0.0
    at: float | None = None
    value: float | None = None
    quality: int = 0

    def __post_init__(self) -> None:
        for score in (self.score, self.last):
            if score is not None and not 0.0 <= score <= 1.0:
                raise ValueError(f"{self.code} {self.of}: a score is from 0 to 1, not {score}")


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that is known of one unit: its major hazard's level (1 to 4, None for none), factors,
    and the codes of what is red at once."""

    level: int | None
    factors: Sequence[Factor] = ()
    overrides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one group adds: `points` of the index, from its `score` and `weight`.

    `unknown` tells that the score is, at least in part, what stands for inputs that are missing.
    `factors` are those with a score above nought and those unknown, the worst first.
    """

    group: Group
    score: float
    weight: float
    points: float
    unknown: bool
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The index of a unit. `base` and the contributions' points add up to `score`.

    `at_rest` is the colour of the base alone; `overrides` are the codes that made it red;
    `degraded` that inputs are missing. `version` names the figures used.
    """

    colour: Colour
    score: float
    base: float
    at_rest: Colour
    contributions: tuple[Contribution, ...]
    overrides: tuple[str, ...]
    degraded: bool
    version: str

    @property
    def rose(self) -> float:
        """Return by how many points the unit stands above its base."""
        return self.score - self.base


@dataclass(frozen=True, slots=True)
class PlantAssessment:
    """A plant is as its worst unit: `units` those that are so, `all` every one by name."""

    colour: Colour
    score: float
    units: tuple[str, ...]
    degraded: bool
    all: Mapping[str, Assessment]


def assess(inputs: Inputs, model: Model) -> Assessment:
    """Return the index of one unit, explained.

    A group's score is its worst factor's. A group without any input is unknown. What is unknown
    scores `model.unknown`, or what it had until `model.hold_s` ago: losing an input never lowers
    the index at once, and a dead sensor does not hold it up for ever. Raises ValueError for a
    level or an override that the model lacks.
    """
    level = "none" if inputs.level is None else str(inputs.level)
    if level not in model.bases:
        raise ValueError(f"no level {inputs.level} of major hazards")
    strange = inputs.overrides - model.overrides
    if strange:
        raise ValueError(f"the index {model.version} has no override {sorted(strange)[0]!r}")
    base = model.bases[level]
    groups = [_group(group, inputs.factors, model) for group in Group]
    logs = [math.log1p(-weight * score) for _group_, score, weight, _unknown, _factors in groups]
    total = math.fsum(logs)
    rise = (100.0 - base) * -math.expm1(total)
    contributions = tuple(
        Contribution(group, score, weight, rise * (log / total) if total else 0.0, unknown, factors)
        for (group, score, weight, unknown, factors), log in zip(groups, logs, strict=True)
    )
    points = base + rise
    return Assessment(
        colour=Colour.RED if inputs.overrides else model.colour(points),
        score=points,
        base=base,
        at_rest=model.colour(base),
        contributions=tuple(sorted(contributions, key=lambda one: -one.points)),
        overrides=tuple(sorted(inputs.overrides)),
        degraded=any(one.unknown for one in contributions),
        version=model.version,
    )


def plant(units: Mapping[str, Assessment]) -> PlantAssessment:
    """Return the plant of these units. Raises ValueError where there is none."""
    if not units:
        raise ValueError("a plant has a unit")
    worst = max((one.colour.rank, one.score) for one in units.values())
    return PlantAssessment(
        colour=max((one.colour for one in units.values()), key=lambda colour: colour.rank),
        score=max(one.score for one in units.values()),
        units=tuple(
            sorted(name for name, one in units.items() if (one.colour.rank, one.score) == worst)
        ),
        degraded=any(one.degraded for one in units.values()),
        all=units,
    )


def _group(
    group: Group, factors: Iterable[Factor], model: Model
) -> tuple[Group, float, float, bool, tuple[Factor, ...]]:
    held = [one for one in factors if one.group is group]
    scored = [(_score(one, model), one) for one in held]
    unknown = not held or any(one.score is None for one in held)
    score = max((score for score, _one in scored), default=model.unknown)
    ranked = sorted(scored, key=lambda one: (-one[0], one[1].code, one[1].of))
    told = tuple(one for score, one in ranked if score > 0)
    return group, score, model.weights[group], unknown, told


def _score(one: Factor, model: Model) -> float:
    if one.score is not None:
        return one.score
    held = one.last if one.last is not None and one.unknown_for_s < model.hold_s else 0.0
    return max(model.unknown, held)
