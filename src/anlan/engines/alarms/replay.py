"""A history of samples through the alarm core, with the clock that the worker would have had.

The core ends a delay at the next sample or when it is ticked. A plant's core is ticked every
second; a history of a week is not, so it is ticked where a tick can decide something: while a
delay may be under way, and where a tag that is watched for silence has gone silent. Suppression
follows once after each batch, so the history is cut where an input of it moved.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.core import AlarmCore
from anlan.engines.alarms.expressions import parsed
from anlan.engines.alarms.rules import LEVELS, Event, Kind, Rule

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
# Each tick is a call of some 30 µs; beyond this many the longest pauses are ticked alone.
MOST_TICKS = 50_000
_BY_THRESHOLD = frozenset({*LEVELS, Kind.BAD, Kind.STALE})


def replayed(
    rules: Sequence[Rule],
    names: Sequence[str],
    ids: npt.NDArray[np.int32],
    times: Floats,
    values: Floats,
    quality: npt.NDArray[np.uint8] | None = None,
) -> dict[str, list[Event]]:
    """Return what each rule, by its key, would have told the operator, in order.

    `ids` are places in `names`; `times` (seconds) need no order among tags. An alarm that the
    plant's state suppresses is told as cleared while it is. The history ends with its last sample.
    Raises ValueError as `AlarmCore` does, and for rules without a key.
    """
    if not all(rule.key for rule in rules):
        raise ValueError("each rule of a replay needs a key")
    core = AlarmCore(rules, names)
    order = np.argsort(times, kind="stable")
    place = np.array([core.tags.index(name) for name in names], np.int32)
    ids, times, values = place[ids[order]], times[order], values[order]
    quality = np.zeros(len(ids), np.uint8) if quality is None else quality[order]
    found: list[Event] = []
    start = 0
    for cut in (*_ticks(core, ids, times, values, quality), len(ids)):
        if cut > start:
            part = slice(start, cut)
            found += core.take(ids[part], times[part], values[part], quality[part])
        if len(times):
            found += core.tick(float(times[min(cut, len(times) - 1)]))
        start = cut
    of_rule: dict[str, list[Event]] = {rule.key: [] for rule in rules}
    for event in found:
        of_rule[event.rule.key].append(event)
    return {key: told(events) for key, events in of_rule.items()}


def told(events: Sequence[Event]) -> list[Event]:
    """Return one rule's alarms as they reach the operator: raised and cleared, not suppressed."""
    active = suppressed = shown = False
    found = []
    for event in events:
        if event.suppression:
            suppressed = event.active
        else:
            active = event.active
        if shown != (active and not suppressed):
            shown = not shown
            found.append(Event(event.at, event.since, event.rule, shown, event.value))
    return found


def _ticks(
    core: AlarmCore,
    ids: npt.NDArray[np.int32],
    times: Floats,
    values: Floats,
    quality: npt.NDArray[np.uint8],
) -> list[int]:
    """Return before which samples the clock is to be told."""
    wanted = np.zeros(len(times) + 1, bool)
    for tag in {tag for rule in core.rules for tag in _masked_by(rule)}:
        inputs = np.flatnonzero(ids == core.tags.index(tag))
        moved = inputs[np.diff(values[inputs], prepend=np.nan) != 0]
        wanted[moved[:: len(moved) // MOST_TICKS + 1] + 1] = True
    for tag in sorted({rule.tag for rule in core.rules}):
        own = np.flatnonzero(ids == core.tags.index(tag))
        if len(own) < 2:
            continue
        rules = [rule for rule in core.rules if rule.tag == tag]
        pause = np.diff(times[own], prepend=times[own[0]])
        due = _due(rules, times[own], values[own], quality[own] > 1, pause)
        if due.sum() > MOST_TICKS:
            due &= pause >= np.partition(pause[due], -MOST_TICKS)[-MOST_TICKS]
        wanted[own[due]] = True
    return np.flatnonzero(wanted[:-1]).tolist()


def _masked_by(rule: Rule) -> Sequence[str]:
    return tuple(parsed(rule.suppressed_when).tags) if rule.suppressed_when.strip() else ()


def _due(rules: Sequence[Rule], times: Floats, values: Floats, bad: Bools, pause: Floats) -> Bools:
    due = np.zeros(len(times), bool)
    silences = [rule.limit + rule.on_delay for rule in rules if rule.kind is Kind.STALE]
    if silences:
        due |= pause >= min(silences)
    delays = [d for rule in rules for d in (rule.on_delay, rule.off_delay) if d > 0]
    if not delays:
        return due
    if any(rule.kind not in _BY_THRESHOLD for rule in rules):
        # What such a rule measures is the core's secret: any pause may end its delay.
        return due | (pause >= min(delays))
    levels = [rule for rule in rules if rule.kind in LEVELS]
    edges = sorted({edge for rule in levels for edge in (rule.limit, rule.clears_at)})
    # A value that lies on an edge is neither beyond it nor short of it.
    side = np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")
    side = np.where(bad, -1, side)
    moved = np.flatnonzero(np.diff(side, prepend=side[0] - 1))
    since = times[moved[np.searchsorted(moved, np.arange(len(times)), "right") - 1]]
    before = np.roll(since, 1)
    under_way = np.roll(times - since, 1) < max(delays)
    under_way[0] = False
    due |= under_way & (times - before >= min(delays))
    return due
