"""Decisions about scores from values alone; the same formula runs set-based in SQL."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from anlan.base.clock import SHANGHAI
from anlan.facts.loader import Row, load_packaged

WEEK = dt.timedelta(days=7)
_CENT = Decimal("0.01")


@cache
def parameters() -> dict[str, Row]:
    """Return the facts behind the score by parameter, in their order."""
    return {row["parameter"]: row for row in load_packaged("indicators/effectiveness.csv")}


@cache
def defaults() -> dict[str, Decimal]:
    """Return the product's value of each parameter."""
    return {name: row.decimal("value") for name, row in parameters().items()}


def week_of(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def last_week(day: dt.date) -> dt.date:
    """Return the Monday of the last full week before a day."""
    return week_of(day) - WEEK


def bounds(week_on: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of a week and that of the next (Asia/Shanghai)."""
    start = dt.datetime.combine(week_on, dt.time(0), SHANGHAI)
    return start, start + WEEK


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of an enterprise's week."""

    planned: int = 0
    done: int = 0
    late: int = 0
    exempt: int = 0
    role_missed: int = 0
    due: int = 0
    accepted: int = 0
    few_done: int = 0
    few_findings: int = 0
    major_overdue: int = 0
    doubtful: int = 0
    has_analysis: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """What follows: points, deductions, vetoes. `score` is None for who is not rated."""

    inspection: Decimal
    coverage: Decimal
    rectification: Decimal
    few: Decimal
    vetoes: tuple[str, ...]
    score: Decimal | None
    band: str


def rate(found: Tally, given: Mapping[str, Decimal] | None = None) -> Points:
    """Return the score of a week: E = (A + B) × α.

    A is the inspection points by the share of duties done, less what responsible persons missed;
    B the rectification points by the share of findings accepted, less a deduction for too few
    findings; neither falls below 0. Who has neither duties nor findings nor a risk analysis is
    not rated.
    """
    p = {**defaults(), **(given or {})}
    if found.planned:
        share = (found.done + found.late * p["late_share"]) / found.planned
        inspection = p["inspection_points"] * min(Decimal(1), share)
    else:
        inspection = p["all_exempt_points"] if found.exempt else p["no_duty_points"]
    coverage = min(p["responsible_most"], p["responsible_point"] * found.role_missed)
    if found.due:
        rectification = p["rectification_points"] * found.accepted / found.due
    else:
        rectification = p["nothing_due_points"]
    expected = found.few_done // p["few_tasks"] if p["few_tasks"] > 0 else Decimal(0)
    few = p["few_point"] if found.few_findings < expected else Decimal(0)
    vetoes = tuple(
        code
        for code, holds in (
            ("major_overdue", 0 < p["veto_major_overdue"] <= found.major_overdue),
            (
                "nothing_done",
                0 < p["veto_nothing_done"] <= found.planned and not found.done and not found.late,
            ),
            ("doubtful", 0 < p["veto_doubtful"] <= found.doubtful),
        )
        if holds
    )
    if not (found.planned or found.exempt or found.due or found.has_analysis):
        return Points(inspection, coverage, rectification, few, vetoes, None, "")
    total = max(Decimal(0), inspection - coverage) + max(Decimal(0), rectification - few)
    score = Decimal(0) if vetoes else total.quantize(_CENT, ROUND_HALF_UP)
    return Points(inspection, coverage, rectification, few, vetoes, score, band(score, p))


def band(score: Decimal, p: Mapping[str, Decimal]) -> str:
    """Return the band of a score."""
    for name in ("excellent", "good", "medium"):
        if score >= p[f"band_{name}"]:
            return name
    return "poor"


def colour(*, band: str, band_before: str, fell: Decimal, veto: bool, fall_limit: Decimal) -> int:
    """Return the colour of a week's warning: 0 none, 1 blue, 2 yellow, 3 orange, 4 red."""
    if veto or band == "poor":
        return 4
    if band == "medium":
        return 3 if band_before == "medium" else 2
    return 1 if fell >= fall_limit else 0


@dataclass(frozen=True, slots=True)
class Advice:
    """How often to check, and how."""

    step: int
    every_days: int
    on_site: bool
    raised_by: int


def advice(band: str, n_orange: int, n_red: int) -> Advice | None:
    """Return how often to check an enterprise of this band with so many uncleared warnings.

    None for who is not rated. An orange warning moves one step up, a red one two.
    """
    rows = sorted(load_packaged("indicators/check_frequency.csv"), key=lambda r: r.integer("step"))
    base = next((n for n, row in enumerate(rows) if row["band"] == band), None)
    if base is None:
        return None
    raised = 2 if n_red else 1 if n_orange else 0
    step = min(base + raised, len(rows) - 1)
    row = rows[step]
    return Advice(step, row.integer("every_days"), row["how"] == "site", step - base)
