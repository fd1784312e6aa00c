"""Which deadband and delays to begin with, and what they would have done.

The starting values are those of practice (`facts/alarms/starting_values.csv`, each with its
provenance). What a change does is never believed but measured: `effect` compares two replays of
the same history.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from anlan.engines.alarms.rules import Event, Rule, Side
from anlan.facts.loader import load_packaged

TREATMENTS = ("raw", "reference", "proposed")


@dataclass(frozen=True, slots=True)
class Tag:
    """What is known of a tag before any alarm: range, spread in normal operation, limits.

    `signal` is flow, level, pressure, temperature or power; `low`, `high` the limits, `sd` the
    standard deviation, `span` the length of the range, all in the tag's unit.
    """

    name: str
    signal: str
    sd: float
    span: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a treatment would have done to a history.

    `added_delay_s` is how much later the first alarm comes; None where one of the two had none.
    `standing_s` is the time alarms stood, added up.
    """

    activations_before: int
    activations_after: int
    added_delay_s: float | None
    standing_before_s: float
    standing_after_s: float


@dataclass(frozen=True, slots=True)
class Start:
    """What to begin with for one kind of signal; delays in seconds."""

    deadband_share: float
    deadband_cap_sd: float
    delay: float
    proposed_on_delay: float
    proposed_off_delay: float


@cache
def starting_values() -> dict[str, Start]:
    """Return the starting values by kind of signal."""
    return {
        row["signal"]: Start(
            float(row["deadband_percent_of_range"]) / 100,
            float(row["deadband_cap_sd"]),
            float(row["delay_s"]),
            float(row["proposed_on_delay_s"]),
            float(row["proposed_off_delay_s"]),
        )
        for row in load_packaged("alarms/starting_values.csv")
    }


def rules_for(tags: Sequence[Tag], treatment: str) -> list[Rule]:
    """Return the alarms of `tags` with the deadband and delays of a treatment.

    `raw` has neither. `reference` takes the recommended start for both delays. `proposed` keeps
    the on-delay at what removes spikes and lets the off-delay cure chattering: it costs no time
    until the first alarm. The deadband is the recommended share of the range, capped at two
    standard deviations, or the alarm might never clear. Raises ValueError for another treatment
    or an unknown kind of signal.
    """
    if treatment not in TREATMENTS:
        raise ValueError(f"treatment {treatment!r} is none of {', '.join(TREATMENTS)}")
    return [rule for tag in tags for rule in _rules_of(tag, treatment)]


def _rules_of(tag: Tag, treatment: str) -> list[Rule]:
    deadband = on_delay = off_delay = 0.0
    if treatment != "raw":
        start = starting_values().get(tag.signal)
        if start is None:
            known = ", ".join(sorted(starting_values()))
            raise ValueError(f"{tag.name}: signal {tag.signal!r} is none of {known}")
        deadband = min(start.deadband_share * tag.span, start.deadband_cap_sd * tag.sd)
        on_delay = off_delay = start.delay
        if treatment == "proposed":
            on_delay, off_delay = start.proposed_on_delay, start.proposed_off_delay
    sides = ((Side.HIGH, tag.high), (Side.LOW, tag.low))
    return [
        Rule(tag.name, side, limit, deadband, on_delay, off_delay)
        for side, limit in sides
        if limit is not None
    ]


def effect(
    before: Sequence[Event], after: Sequence[Event], end: float, onset: float = -math.inf
) -> Effect:
    """Compare two replays of one history that ended at `end` (seconds).

    With the `onset` of an upset the delay is that of the first alarm after it: what was raised
    before it was false.
    """
    plain, treated = _first(before, onset), _first(after, onset)
    delay = None if plain is None or treated is None else treated - plain
    return Effect(
        sum(one.active for one in before),
        sum(one.active for one in after),
        delay,
        _standing(before, end),
        _standing(after, end),
    )


def _first(events: Sequence[Event], onset: float) -> float | None:
    return min((one.at for one in events if one.active and one.at >= onset), default=None)


def _standing(events: Sequence[Event], end: float) -> float:
    since: dict[tuple[str, Side], float] = {}
    total = 0.0
    for one in events:
        key = (one.rule.tag, one.rule.side)
        if one.active:
            since[key] = one.at
        else:
            total += one.at - since.pop(key, one.at)
    return total + sum(end - moment for moment in since.values())


def tags_of(rows: Sequence[Mapping[str, str]], lines: Sequence[int] = ()) -> list[Tag]:
    """Return the tags of a configuration's rows; raises ValueError naming row and column.

    `lines` are the rows' places in their file, where they do not simply follow its head.
    """
    places = lines or range(2, len(rows) + 2)
    found: dict[str, Tag] = {}
    for row, number in zip(rows, places, strict=True):
        tag = _tag_of(row, number)
        if tag.name in found:
            raise ValueError(f"row {number}, column 'tag': {tag.name} has a row already")
        found[tag.name] = tag
    return list(found.values())


def _tag_of(row: Mapping[str, str], number: int) -> Tag:
    def figure(column: str) -> float:
        text = (row.get(column) or "").strip()
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(f"row {number}, column {column!r}: {text!r} is not a number")
        return value

    def limit(column: str) -> float | None:
        return figure(column) if (row.get(column) or "").strip() else None

    name = (row.get("tag") or "").strip()
    if not name:
        raise ValueError(f"row {number}, column 'tag': is empty")
    low, high, sd = limit("lo_limit"), limit("hi_limit"), figure("normal_sd")
    span = figure("range_hi") - figure("range_lo")
    if sd < 0:
        raise ValueError(f"row {number}, column 'normal_sd': a spread is not below nought")
    if span <= 0:
        raise ValueError(f"row {number}, column 'range_hi': is not above range_lo")
    if low is not None and high is not None and low >= high:
        raise ValueError(f"row {number}, column 'hi_limit': is not above lo_limit")
    return Tag(name, (row.get("signal_type") or "").strip(), sd, span, low, high)
