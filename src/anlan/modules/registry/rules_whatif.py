"""What if: today's figures beside a plan, one factor at a time. Pure, exact, nothing written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Literal, cast

from anlan.engines import gb18218
from anlan.engines.gb18218 import Allowance, BadNumber, Result
from anlan.engines.gb18218.whatif import Target
from anlan.facts import Row, load_packaged
from anlan.modules.registry.rules_grading import (
    COMPUTED,
    NOT_MAJOR,
    STATED,
    Json,
    judge,
    rank,
    settings_of,
    text_of,
    unit_of,
)

LIMITS = (Fraction(10), Fraction(50), Fraction(100))
FILL_STEP = Decimal("0.05")
# Bars that say something at a glance; more would be a list.
MOST_WITHOUT = 4
MOST_ROWS = 200

Factor = Literal["plan", "population", "fill", "without"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One factor changed, all else as in the plan. `before`, `after`: the factor's values."""

    factor: Factor
    label: str
    before: str
    after: str
    result: Result
    change_r: Fraction | None


@dataclass(frozen=True, slots=True)
class Stay:
    """How much of one chemical keeps the unit at `target` (5: no major hazard).

    `tonnes` is the largest figure of two places strictly below the limit; `volume_m3` the
    volume that gives no more than the limit where the row is computed from its factors.
    """

    index: int
    label: str
    target: int
    allowance: Allowance
    tonnes: Decimal | None
    volume_m3: Decimal | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Everything a what-if page shows. `now` is None for a trial without a unit."""

    now: Result | None
    then: Result
    bars: tuple[Bar, ...]
    threshold: Fraction | None
    stay: Stay | None
    duties: tuple[Row, ...]


def what_if(now_inputs: Mapping[str, Any] | None, then_inputs: Mapping[str, Any]) -> WhatIf:
    """Compare a plan with today's figures. Never raises for bad figures in either."""
    now = judge(now_inputs) if now_inputs is not None else None
    then = judge(then_inputs)
    return WhatIf(
        now=now,
        then=then,
        bars=tuple(_bars(then_inputs, then)),
        threshold=threshold(then),
        stay=stay(now_inputs, now, then_inputs, then),
        duties=duties(now, then) if now is not None else (),
    )


def threshold(result: Result) -> Fraction | None:
    """Return the limit of R nearest to the result; None where there is no level."""
    if result.R is None or result.level is None:
        return None
    r = result.R
    return min(LIMITS, key=lambda limit: (abs(limit - r), limit))


def _bars(inputs: Mapping[str, Any], base: Result) -> Iterator[Bar]:
    if base.R is None:
        return
    tried = sorted(
        _variants(inputs, base), key=lambda bar: bar.result.R or Fraction(0), reverse=True
    )
    plan = Bar("plan", "", "", "", base, None)
    above = [bar for bar in tried if bar.result.R is not None and bar.result.R > base.R]
    yield from above
    yield plan
    yield from (bar for bar in tried if bar not in above)


def _variants(inputs: Mapping[str, Any], base: Result) -> Iterator[Bar]:
    def tried(factor: Factor, label: str, before: str, after: str, changed: Json) -> Bar:
        result = judge(changed)
        change = None if result.R is None or base.R is None else result.R - base.R
        return Bar(factor, label, before, after, result, change)

    for people in _other_populations(inputs):
        before = str(inputs.get("off_site_population"))
        yield tried("population", "", before, people, {**inputs, "off_site_population": people})
    for share in (FILL_STEP, -FILL_STEP):
        if (moved := _with_fill(inputs, share)) is not None:
            before, after, changed = moved
            yield tried("fill", "", before, after, changed)
    heavy = [line for line in base.lines if line.weighted]
    heavy.sort(key=lambda line: line.weighted or Fraction(0), reverse=True)
    if len(base.lines) > 1:
        for line in heavy[:MOST_WITHOUT]:
            place = inputs["chemicals"][line.index].get("place") or ""
            label = f"{line.label} {place}".strip()
            rows = [row for n, row in enumerate(inputs["chemicals"]) if n != line.index]
            yield tried("without", label, "", "", {**inputs, "chemicals": rows})


def _other_populations(inputs: Mapping[str, Any]) -> list[str]:
    """Return the first head count of the next band of table 5, and the last of the one below."""
    try:
        people = gb18218.exact(inputs.get("off_site_population"), maximum=10**8)
    except BadNumber:
        return []
    found = []
    for band in gb18218.tables().alphas:
        if band.minimum <= people and (band.maximum is None or people <= band.maximum):
            if band.maximum is not None:
                found.append(str(band.maximum + 1))
            if band.minimum > 0:
                found.append(str(band.minimum - 1))
    return found


def _with_fill(inputs: Mapping[str, Any], step: Decimal) -> tuple[str, str, Json] | None:
    """Return inputs with each fill factor moved by `step`, and the most common one before."""
    rows, seen = [], []
    for row in inputs["chemicals"]:
        if row.get("basis") == COMPUTED:
            try:
                fill = _decimal(gb18218.exact(row.get("fill_factor"), positive=True))
            except BadNumber:
                return None
            moved = min(fill + step, Decimal(1))
            if moved <= 0:
                return None
            seen.append((fill, moved))
            row = {**row, "fill_factor": text_of(moved)}
        rows.append(row)
    if not any(before != after for before, after in seen):
        return None
    before, after = max(seen, key=seen.count)
    return text_of(before), text_of(after), {**inputs, "chemicals": rows}


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def stay(
    now_inputs: Mapping[str, Any] | None,
    now: Result | None,
    then_inputs: Mapping[str, Any],
    then: Result,
) -> Stay | None:
    """Return how much of the chemical that matters keeps the unit where it is today.

    That chemical is the one the plan adds most of; without a change, the one that weighs most.
    A unit at level 1 is asked what would bring it to level 2.
    """
    index = _decisive(now_inputs, now, then)
    if index is None:
        return None
    today = rank(now.is_major_hazard, now.level) if now is not None else None
    planned = rank(then.is_major_hazard, then.level)
    target = today if today is not None else planned
    if target is None:
        return None
    target = max(target, 2)
    unit, _faults = unit_of(then_inputs)
    allowance = gb18218.largest_quantity(
        unit, index, cast("Target", target), settings_of(then_inputs)
    )
    if allowance.reason == "undecided":
        return None
    place = then_inputs["chemicals"][index].get("place") or ""
    label = f"{then.lines[index].label} {place}".strip()
    if allowance.limit_t is None:
        return Stay(index, label, target, allowance, None, None)
    volume = _volume_below(then_inputs["chemicals"][index], allowance.limit_t)
    return Stay(index, label, target, allowance, below(allowance.limit_t), volume)


def below(limit: Fraction) -> Decimal:
    """Return the largest figure of two places strictly below a limit: bands are closed below."""
    hundredths = limit.numerator * 100 // limit.denominator
    if Fraction(hundredths, 100) == limit:
        hundredths -= 1
    return (Decimal(max(hundredths, 0)) / 100).quantize(Decimal("0.01"), ROUND_DOWN)


def _volume_below(row: Mapping[str, Any], limit: Fraction) -> Decimal | None:
    if row.get("basis") != COMPUTED:
        return None
    try:
        share = gb18218.exact(row.get("fill_factor"), positive=True)
        density = gb18218.exact(row.get("density_t_m3"), positive=True)
    except BadNumber:
        return None
    return below(limit / (share * density))


def _decisive(now_inputs: Mapping[str, Any] | None, now: Result | None, then: Result) -> int | None:
    weighed = [line for line in then.lines if line.ratio is not None]
    if not weighed:
        return None
    before: dict[str, Fraction] = {}
    if now_inputs is not None and now is not None:
        for line in now.lines:
            before[line.label] = before.get(line.label, Fraction(0)) + (line.ratio or 0)
    after: dict[str, Fraction] = {}
    for line in weighed:
        after[line.label] = after.get(line.label, Fraction(0)) + (line.ratio or 0)
    grown = {label: share - before.get(label, Fraction(0)) for label, share in after.items()}
    label = max(grown, key=lambda one: grown[one])
    if not before or grown[label] <= 0:
        heaviest = max(weighed, key=lambda line: line.weighted or line.ratio or Fraction(0))
        return heaviest.index
    # The newest row of that chemical is the one being planned.
    return max(line.index for line in weighed if line.label == label)


@cache
def _duty_rows() -> tuple[Row, ...]:
    return tuple(load_packaged("registry/mhi_level_duties.csv"))


def duties(now: Result, then: Result) -> tuple[Row, ...]:
    """Return the rows of the fact file that a change of standing brings with it."""
    before = rank(now.is_major_hazard, now.level)
    after = rank(then.is_major_hazard, then.level)
    if before is None or after is None or before == after:
        return ()
    holds = {
        "newly_major": before == NOT_MAJOR,
        "no_longer": after == NOT_MAJOR,
        "enters_1_2": after <= 2 < before,
        "changes": NOT_MAJOR not in (before, after),
    }
    return tuple(row for row in _duty_rows() if holds[row["when"]])


def with_quantity(row: Mapping[str, Any], stays: Stay) -> Json:
    """Return a row of a plan set to the largest quantity that stays within the level."""
    if stays.volume_m3 is not None:
        return {**row, "volume_m3": text_of(stays.volume_m3)}
    return {**row, "basis": STATED, "quantity_t": text_of(stays.tonnes)}
