"""Which known course do these alarms follow: a fault seen before, or none of them.

What an operator remembers of an upset is which alarms stood, in which direction, and when. So a
course is, for each alarm, the share of time it was active in each stretch after the upset began;
two courses are as alike as these shares overlap (Ruzicka's measure, the weighted form of
Jaccard's). Chattering hardly matters that way, which a comparison of event sequences suffers from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.kpi import Announced

STRETCH = 1200.0
STRETCHES = 6
# An upset begins with the alarm after which so many follow within ten minutes.
_BEGIN_N, _BEGIN_S = 5, 600.0
# A wrong name leads to the wrong act: two courses must agree in more than half of what they show.
UNKNOWN_BELOW = 0.55

Course = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a known course is, from 0 to 1, and the alarms that say so most."""

    name: str
    score: float
    shared: tuple[str, ...]


def begin(alarms: Sequence[Announced]) -> float | None:
    """Return when the upset began: the first of several alarms close together, else the first."""
    starts = sorted(row.start for row in alarms)
    for place, moment in enumerate(starts):
        last = place + _BEGIN_N - 1
        if last < len(starts) and starts[last] <= moment + _BEGIN_S:
            return moment
    return starts[0] if starts else None


def course(alarms: Sequence[Announced], until: float | None = None) -> Course:
    """Return for each alarm its shares of active time in the stretches after the upset began.

    `until` is when the record ends: what lies beyond is unknown, and an alarm without an end
    stands until then. The arrays hold `STRETCHES` numbers from 0 to 1, `nan` where unknown.
    """
    start = begin(alarms)
    if start is None:
        return {}
    edges = start + STRETCH * np.arange(STRETCHES + 1)
    last = float(edges[-1]) if until is None else until
    found: dict[str, npt.NDArray[np.float64]] = {}
    for row in alarms:
        end = last if row.end is None else row.end
        inside = np.minimum(end, edges[1:]) - np.maximum(row.start, edges[:-1])
        shares = found.setdefault(row.alarm, np.zeros(STRETCHES))
        shares += np.maximum(0.0, inside) / STRETCH
    unknown = edges[:-1] >= last
    for shares in found.values():
        np.minimum(shares, 1.0, out=shares)
        shares[unknown] = np.nan
    return {name: shares for name, shares in found.items() if np.nansum(shares) > 0}


def likeness(one: Course, other: Course) -> tuple[float, tuple[str, ...]]:
    """Return how alike two courses are (0 to 1) and the alarms they share most, at most five."""
    both, either = 0.0, 0.0
    shared: dict[str, float] = {}
    nothing = np.zeros(STRETCHES)
    known = _known(one) & _known(other)
    for name in one.keys() | other.keys():
        a, b = one.get(name, nothing)[known], other.get(name, nothing)[known]
        common = float(np.minimum(a, b).sum())
        both += common
        either += float(np.maximum(a, b).sum())
        if common:
            shared[name] = common
    ranked = sorted(shared, key=lambda name: (-shared[name], name))[:5]
    return (both / either if either else 0.0), tuple(ranked)


def _known(one: Course) -> npt.NDArray[np.bool_]:
    for shares in one.values():
        return ~np.isnan(shares)
    return np.ones(STRETCHES, bool)


def ranked(one: Course, known: Mapping[str, Sequence[Course]]) -> list[Likeness]:
    """Return the known patterns by likeness, the most alike first; each by its best example."""
    found = []
    for name, examples in known.items():
        score, shared = max((likeness(one, example) for example in examples), default=(0.0, ()))
        found.append(Likeness(name, score, shared))
    return sorted(found, key=lambda like: (-like.score, like.name))


def identified(likes: Sequence[Likeness], unknown_below: float = UNKNOWN_BELOW) -> str | None:
    """Return the name of the pattern, or None for "unknown": better said than a wrong name."""
    return likes[0].name if likes and likes[0].score >= unknown_below else None
