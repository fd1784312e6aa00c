"""From what is measured and known to scores of factors, 0 to 1; None for what is not known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from anlan.engines.warning.model import Model


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a tag in its unit; what it has not is None. `normal` ends normal operation."""

    normal_high: float | None = None
    high: float | None = None
    high_high: float | None = None
    trip_high: float | None = None
    normal_low: float | None = None
    low: float | None = None
    low_low: float | None = None
    trip_low: float | None = None


def process(
    value: float | None,
    limits: Limits,
    model: Model,
    *,
    time_to_limit_s: float | None = None,
    response_s: float | None = None,
) -> float | None:
    """Return the score of one tag: nought within normal operation, rising from limit to limit.

    Where the limit would be reached sooner than there is time to respond it is at least that of
    the second limit.
    """
    if value is None:
        return None
    steps = (0.0, *(model.scores["process", code] for code in ("limit", "second_limit", "trip")))
    upper = (limits.normal_high, limits.high, limits.high_high, limits.trip_high)
    lower = (limits.normal_low, limits.low, limits.low_low, limits.trip_low)
    mirrored = tuple(None if one is None else -one for one in lower)
    score = max(_climb(value, upper, steps), _climb(-value, mirrored, steps))
    if time_to_limit_s is not None and response_s is not None and time_to_limit_s < response_s:
        score = max(score, model.scores["process", "soon"])
    return score


def _climb(value: float, limits: tuple[float | None, ...], steps: tuple[float, ...]) -> float:
    # A limit below the one before it would let the score fall as the value rises: it is lifted.
    known: list[tuple[float, float]] = []
    for limit, step in zip(limits, steps, strict=True):
        if limit is not None:
            known.append((max(limit, known[-1][0]) if known else limit, step))
    if not known or value < known[0][0]:
        return 0.0
    for (below, from_score), (above, to_score) in pairwise(known):
        if value < above:
            return from_score + (to_score - from_score) * (value - below) / (above - below)
    return known[-1][1]


def gas(
    level_1: int | None, level_2: int | None, model: Model, *, confirmed: bool = False
) -> float | None:
    """Return the score of a unit's gas detectors by how many stand in each alarm level."""
    if confirmed:
        return model.scores["gas", "confirmed"]
    if level_1 is None or level_2 is None:
        return None
    if level_2 > 0 or level_1 > 1:
        return model.scores["gas", "level_2"]
    return model.scores["gas", "level_1"] if level_1 > 0 else 0.0


def barriers(counts: Mapping[str, tuple[int, int]], model: Model) -> float | None:
    """Return the weighted share of impaired barriers; `counts` holds impaired and all by kind.

    The share is taken within each kind first, so that many sound detectors do not hide the one
    fire pump. None where there is no barrier. Raises ValueError for a kind the index lacks.
    """
    total = impaired = 0.0
    for kind, (bad, of) in counts.items():
        if of <= 0:
            continue
        weight = _known(model, "barrier", kind)
        total += weight
        impaired += weight * min(1.0, bad / of)
    return impaired / total if total else None


def work(going_on: Collection[str] | None, model: Model) -> float | None:
    """Return the score of open special permits and missing people, by code; more of them add."""
    if going_on is None:
        return None
    worst = max((_known(model, "work", code) for code in going_on), default=0.0)
    more = model.scores["setting", "work_together"] if len(going_on) > 1 else 0.0
    return min(1.0, worst + more)


def environment(colours: Collection[str] | None, model: Model) -> float | None:
    """Return the score of the weather warnings in force, by colour."""
    if colours is None:
        return None
    return max((_known(model, "environment", one) for one in colours), default=0.0)


def management(lacks: Collection[str] | None, model: Model) -> float | None:
    """Return the score of what is overdue or missing, by code."""
    if lacks is None:
        return None
    return max((_known(model, "management", one) for one in lacks), default=0.0)


def _known(model: Model, part: str, code: str) -> float:
    try:
        return model.scores[part, code]
    except KeyError:
        raise ValueError(f"the index {model.version} has no {part} {code!r}") from None
