"""What if: one factor at a time, and how much of a substance a level allows. Exact."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from anlan.engines.gb18218.assess import DEFAULT_SETTINGS, assess
from anlan.engines.gb18218.exact import exact
from anlan.engines.gb18218.model import Chemical, DesignQuantity, Number, Result, Settings, Unit
from anlan.engines.gb18218.tables import tables

# Below S = 1 there is no level; 5 stands for "not a major hazard".
NOT_MAJOR = 5
Target = Literal[2, 3, 4, 5]


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of one chemical keeps a unit within a level, all else as it is.

    reason: `limited` (stay strictly below `limit_t`: the limit itself is over, bands are
        closed below), `unlimited` (this chemical can't lift the unit out of the level),
        `already_over` (the others are over without it), `undecided` (data are missing).
    limit_t: in tonnes, exact; change_t: limit minus today's quantity.
    """

    reason: Literal["limited", "unlimited", "already_over", "undecided"]
    limit_t: Fraction | None = None
    change_t: Fraction | None = None

    def allows(self, q_t: Fraction) -> bool | None:
        """Whether this quantity keeps the unit within the level; None while undecided."""
        if self.reason == "undecided":
            return None
        if self.limit_t is None:
            return self.reason == "unlimited"
        return q_t < self.limit_t


@dataclass(frozen=True, slots=True)
class Variant:
    """One changed factor and what comes of it.

    factor: `without`, `quantity`, `population`; index: the chemical, None for the unit.
    before, after: the factor's value; change_r: R after minus R before where both exist.
    """

    factor: Literal["without", "quantity", "population"]
    index: int | None
    before: Fraction | None
    after: Fraction
    result: Result
    change_r: Fraction | None


def design_maximum(
    volume_m3: Number, fill: Number, density_t_m3: Number, count: int = 1
) -> DesignQuantity:
    """Design maximum of `count` equal vessels: volume (m³) × fill (0 to 1) × density (t/m³).

    `.tonnes` is the exact product (clause 4.2.2). Raises BadNumber for a bad figure and
    ValueError for a fill above 1 or a count below 1.
    """
    share = exact(fill)
    if share > 1:
        raise ValueError("fill is a share of the volume, at most 1: write 0.85 for 85 %")
    if isinstance(count, bool) or count < 1:
        raise ValueError("count is the number of vessels, at least 1")
    volume = exact(volume_m3, positive=True)
    return DesignQuantity(volume, share, exact(density_t_m3, positive=True), count)


def largest_quantity(
    unit: Unit, index: int, level: Target, settings: Settings = DEFAULT_SETTINGS
) -> Allowance:
    """How much of chemical `index` the unit may hold and stay at `level` or better.

    Level 4 is the mildest level; 5 means "not a major hazard" (S < 1). A unit below S = 1
    has no level, so S = 1 and the band of R must both be passed to leave a level.
    """
    bare = assess(_with_quantity(unit, index, Fraction(0)), settings)
    now = assess(unit, settings)
    if bare.S is None:
        return Allowance("undecided")
    line = bare.lines[index]
    if line.critical is None:
        return Allowance("undecided")
    limits = [(1 - bare.S) * line.critical]
    if level != NOT_MAJOR:
        if bare.R is None or bare.alpha is None or line.beta is None:
            return Allowance("undecided")
        ceiling = next(band.maximum for band in tables().levels if band.level == level)
        if ceiling is None:
            return Allowance("unlimited")
        limits.append((ceiling - bare.R) * line.critical / (bare.alpha * line.beta))
    limit = max(limits)
    if limit <= 0:
        return Allowance("already_over")
    held = now.lines[index].q
    return Allowance("limited", limit, None if held is None else limit - held)


def sensitivity(
    unit: Unit, settings: Settings = DEFAULT_SETTINGS, share: Number = "0.1"
) -> tuple[Variant, ...]:
    """Change one factor at a time: each chemical gone, each quantity ± `share`, other α bands.

    For α the first head count of every other band of table 5 is tried.
    """
    base = assess(unit, settings)
    return tuple(_variants(unit, base, settings, exact(share)))


def _variants(unit: Unit, base: Result, settings: Settings, share: Fraction) -> Iterator[Variant]:
    def tried(
        factor: Literal["without", "quantity", "population"],
        index: int | None,
        before: Fraction | None,
        after: Fraction,
        changed: Unit,
    ) -> Variant:
        result = assess(changed, settings)
        change = None if base.R is None or result.R is None else result.R - base.R
        return Variant(factor, index, before, after, result, change)

    for line in base.lines:
        if not line.q:
            continue
        for factor in (1 - share, 1 + share):
            after = line.q * factor
            changed = _with_quantity(unit, line.index, after)
            yield tried("quantity", line.index, line.q, after, changed)
        gone = _with_quantity(unit, line.index, Fraction(0))
        yield tried("without", line.index, line.q, Fraction(0), gone)
    if unit.alpha is None and unit.off_site_population is not None and base.alpha is not None:
        people = exact(unit.off_site_population)
        for band in sorted(tables().alphas, key=lambda one: one.minimum):
            if band.alpha != base.alpha:
                after = Fraction(band.minimum)
                changed = replace(unit, off_site_population=after)
                yield tried("population", None, people, after, changed)


def _with_quantity(unit: Unit, index: int, q: Fraction) -> Unit:
    chemicals: list[Chemical] = list(unit.chemicals)
    chemicals[index] = replace(chemicals[index], q_t=q, basis=None)
    return replace(unit, chemicals=tuple(chemicals))
