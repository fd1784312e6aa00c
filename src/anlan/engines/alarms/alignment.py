"""Floods as sequences of alarms, and how well two of them align in spite of swapped neighbours.

Smith-Waterman local alignment with a time-aware match (Cheng, Izadi and Chen, Chem. Eng. Res. Des.
91 (2013) 1085): an alarm matches to the degree in which the same alarm comes close in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.engines.alarms.kpi import DEFAULT, Announced, Definitions, floods

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a mismatch and a gap cost beside a match of 1; `sigma_s` is how far in time an alarm
    may be from its place and still count, `merge_s` within how long repeats are one."""

    mismatch: float = -0.6
    gap: float = 0.4
    sigma_s: float = 60.0
    merge_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Sequenced:
    """Alarms in order of time: names, and seconds of each."""

    alarms: tuple[str, ...]
    times: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """How alike two sequences are (0 to 1), and the places in both that lie beside each other."""

    score: float
    pairs: tuple[tuple[int, int], ...]


USUAL = Costs()


def sequence(alarms: Sequence[Announced], merge_s: float = USUAL.merge_s) -> Sequenced:
    """Return the alarms in order, repeats of one alarm within `merge_s` seconds taken as one."""
    last: dict[str, float] = {}
    kept: list[tuple[float, str]] = []
    for moment, alarm in sorted((row.start, row.alarm) for row in alarms):
        if moment - last.get(alarm, -np.inf) > merge_s:
            kept.append((moment, alarm))
        last[alarm] = moment
    return Sequenced(tuple(alarm for _, alarm in kept), tuple(moment for moment, _ in kept))


def flood_sequences(
    alarms: Sequence[Announced],
    definitions: Definitions = DEFAULT,
    merge_s: float = USUAL.merge_s,
) -> list[Sequenced]:
    """Return the floods of a history, chattering merged before they are cut out."""
    whole = sequence(alarms, merge_s)
    rows = list(zip(whole.alarms, whole.times, strict=True))
    found = []
    for flood in floods(whole.times, definitions):
        inside = [(alarm, t) for alarm, t in rows if flood.start <= t <= flood.end]
        found.append(Sequenced(tuple(a for a, _ in inside), tuple(t for _, t in inside)))
    return found


def aligned(one: Sequenced, other: Sequenced, costs: Costs = USUAL) -> Alignment:
    """Align two sequences; the score is divided by what the shorter has with itself.

    Takes time and memory with the product of their lengths: some milliseconds for 200 by 200.
    """
    if not one.alarms or not other.alarms:
        return Alignment(0.0, ())
    kinds = {alarm: n for n, alarm in enumerate(dict.fromkeys((*one.alarms, *other.alarms)))}
    a, b = _weights(one, kinds, costs.sigma_s), _weights(other, kinds, costs.sigma_s)
    best, pairs = _align(_matches(a, b, costs.mismatch), costs.gap)
    shorter = min(_align(_matches(own, own, costs.mismatch), costs.gap)[0] for own in (a, b))
    return Alignment(min(1.0, best / shorter), tuple((int(i), int(j)) for i, j in pairs[::-1]))


def ranked(
    one: Sequenced, known: Mapping[str, Sequence[Sequenced]], costs: Costs = USUAL
) -> list[tuple[str, float]]:
    """Return the known patterns with the score of their best example, the most alike first."""
    found = [
        (name, max((aligned(one, example, costs).score for example in examples), default=0.0))
        for name, examples in known.items()
    ]
    return sorted(found, key=lambda row: (-row[1], row[0]))


def _weights(of: Sequenced, kinds: Mapping[str, int], sigma: float) -> Floats:
    """Return for each place how close each kind of alarm is in time, from 0 to 1."""
    times = np.array(of.times)
    near = np.exp(-((times[:, None] - times[None, :]) ** 2) / (2.0 * sigma * sigma))
    weights = np.zeros((len(times), len(kinds)))
    for place, alarm in enumerate(of.alarms):
        column = weights[:, kinds[alarm]]
        np.maximum(column, near[:, place], out=column)
    return weights


def _matches(a: Floats, b: Floats, mismatch: float) -> Floats:
    best = np.zeros((len(a), len(b)))
    for kind in range(a.shape[1]):
        np.maximum(best, np.outer(a[:, kind], b[:, kind]), out=best)
    return best * (1.0 - mismatch) + mismatch


@njit(cache=True)
def _align(matches, gap):  # type: ignore[no-untyped-def]
    """Return the best local score and its pairs, from the last to the first."""
    m, n = matches.shape
    held = np.zeros((m + 1, n + 1))
    best = 0.0
    i_best = j_best = 0
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            score = max(0.0, held[i - 1, j - 1] + matches[i - 1, j - 1])
            score = max(score, held[i - 1, j] - gap, held[i, j - 1] - gap)
            held[i, j] = score
            if score > best:
                best, i_best, j_best = score, i, j
    pairs = np.empty((min(m, n), 2), np.int64)
    count = 0
    i, j = i_best, j_best
    while i > 0 and j > 0 and held[i, j] > 0.0:
        if held[i, j] == held[i - 1, j - 1] + matches[i - 1, j - 1]:
            i -= 1
            j -= 1
            pairs[count, 0] = i
            pairs[count, 1] = j
            count += 1
        elif held[i, j] == held[i - 1, j] - gap:
            i -= 1
        else:
            j -= 1
    return best, pairs[:count]
