"""How risks are valued: pure decisions from factors and tables."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MAJOR, LARGER, GENERAL, LOW = range(4)
CONTROL_LEVELS = {MAJOR: "company", LARGER: "plant", GENERAL: "workshop", LOW: "team"}
"""Who controls a risk of a level at least; product default, the worse the higher."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a method: its letter and the values it may take with their words."""

    letter: str
    name: str
    values: Mapping[Decimal, str]


@dataclass(frozen=True, slots=True)
class Band:
    """From `least` on (inclusive) a value means `level`."""

    least: Decimal
    level: int


@dataclass(frozen=True, slots=True)
class Method:
    """A way of valuing: the product of its factors, in bands; `cells` override single cells.

    `cells` maps the factors' values in order ("4,5") to a level, for matrices that are no
    product.
    """

    code: str
    factors: tuple[Factor, ...]
    bands: tuple[Band, ...]
    cells: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Valued:
    """What factors come to: `score` is the product, `level` 0 (major) to 3 (low)."""

    score: Decimal
    level: int
    formula: str


class WrongFactor(ValueError):
    """A factor is missing or takes a value the method does not know; `letter` says which."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        super().__init__(letter)


def value(method: Method, factors: Mapping[str, object]) -> Valued | None:
    """Value a risk; None when no factor is given. Raises WrongFactor naming the letter.

    Exact decimals: `LEC` uses 0.5 and 0.1, and a value on a band's edge belongs to the worse.
    """
    if not any(factors.get(factor.letter) not in (None, "") for factor in method.factors):
        return None
    score, parts, key = Decimal(1), [], []
    for factor in method.factors:
        number = _number(factors.get(factor.letter))
        if number is None or number not in factor.values:
            raise WrongFactor(factor.letter)
        score *= number
        parts.append(f"{factor.letter}{plain(number)}")
        key.append(plain(number))
    level = method.cells.get(",".join(key))
    if level is None:
        level = next(band.level for band in method.bands if score >= band.least)
    return Valued(score, level, f"{' × '.join(parts)} = {plain(score)}")


def _number(given: object) -> Decimal | None:
    if given is None or given == "" or isinstance(given, bool):
        return None
    try:
        return Decimal(str(given).strip())
    except InvalidOperation:
        return None


def plain(number: Decimal) -> str:
    """Return a decimal without trailing noughts or exponent: `0.50` → `0.5`, `3E+2` → `300`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def worst(levels: Sequence[int | None]) -> int | None:
    """Return the worst of several levels (the least number), None if none is known."""
    known = [level for level in levels if level is not None]
    return min(known) if known else None


STALE_CYCLES, STALE_DAYS = 2, 2
"""A measure has gone unverified for too long after twice its cycle, at least two days; product
default, so that a free weekend within a weekly or monthly cycle does not count."""


def is_stale(at: dt.datetime, cycle_days: float, moment: dt.datetime) -> bool:
    """Tell whether a check at `at` is too long ago for a cycle in days."""
    return moment - at > dt.timedelta(days=max(STALE_CYCLES * cycle_days, STALE_DAYS))


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing missing in the chain; `code` is the kind, `row` what lacks it."""

    code: str
    row: object


NO_UNIT, NO_EVENT, NO_MEASURE, NO_TASK, NO_TAG, NOT_VALUED = (
    "no_unit",
    "no_event",
    "no_measure",
    "no_task",
    "no_tag",
    "not_valued",
)
"""Kinds of gaps; a chain is complete without any of the first four."""
