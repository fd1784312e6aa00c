"""A history of alarms at a glance: when which came, which come together, which make the load."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.kpi import BIN, DEFAULT, Announced, Definitions, chatterers, fleeting

TOP = 50
# Two alarms that start within the same window in so many of their cases say one thing.
DUPLICATE_FROM, RELATED_FROM, FEWEST_TOGETHER = 0.9, 0.5, 3


@dataclass(frozen=True, slots=True)
class Density:
    """Activations by alarm and time: `counts` of shape (alarms, columns), columns of `width` s.

    The first alarm is the most frequent one; column 0 begins at `start`.
    """

    alarms: tuple[str, ...]
    start: float
    width: float
    counts: npt.NDArray[np.int32]


class Kinship(StrEnum):
    """How two alarms belong together."""

    DUPLICATE = "duplicate"
    FOLLOWS = "follows"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two alarms that come together more than by chance.

    `second` starts `lag_s` seconds after `first` on the median; `together` is how often they did,
    `share_of_first` and `share_of_second` of all their activations; `jaccard` the number together
    over the number of either. `lift` says how many times more often than if the second came at
    random moments. A pair is no proof of cause: look at the drawing.
    """

    first: str
    second: str
    kind: Kinship
    jaccard: float
    lag_s: float
    together: int
    share_of_first: float
    share_of_second: float
    lift: float


@dataclass(frozen=True, slots=True)
class BadActor:
    """One alarm's part of the load; `cumulated` is its share with those of all before it.

    `median_s` is how long it stands, None where it never cleared.
    """

    alarm: str
    n: int
    share: float
    cumulated: float
    chatters: bool
    fleets: bool
    median_s: float | None


def density(
    alarms: Sequence[Announced], start: float, end: float, *, top: int = TOP, width: float = BIN
) -> Density:
    """Return the high-density plot of a period (seconds) for its `top` alarms.

    Raises ValueError for an empty period or a column without width.
    """
    if end <= start or width <= 0:
        raise ValueError("a period and its columns must have a length")
    rows = [row for row in alarms if start <= row.start < end]
    names = tuple(name for name, _n in _by_load(rows)[:top])
    place = {name: i for i, name in enumerate(names)}
    columns = max(1, int(-(-(end - start) // width)))
    counts = np.zeros((len(names), columns), np.int32)
    for row in rows:
        if row.alarm in place:
            counts[place[row.alarm], int((row.start - start) // width)] += 1
    return Density(names, start, width, counts)


def pairs(
    alarms: Sequence[Announced],
    start: float,
    end: float,
    *,
    top: int = TOP,
    within: float = 60.0,
) -> list[Pair]:
    """Return the pairs among the `top` alarms of a period that come together, the closest first.

    Activations match one to one, each with the first of the other that starts up to `within`
    seconds later: the lag is theirs to find. Raises ValueError for an empty period.
    """
    if end <= start:
        raise ValueError("a period must have a length")
    starts: dict[str, list[float]] = {}
    for row in alarms:
        if start <= row.start < end:
            starts.setdefault(row.alarm, []).append(row.start)
    names = sorted(starts, key=lambda name: (-len(starts[name]), name))[:top]
    for name in names:
        starts[name].sort()
    found = []
    for one, other in combinations(names, 2):
        pair = _pair(one, other, starts, within, end - start)
        if pair is not None:
            found.append(pair)
    return sorted(found, key=lambda pair: (-pair.jaccard, pair.first, pair.second))


def bad_actors(
    alarms: Sequence[Announced], definitions: Definitions = DEFAULT, top: int = TOP
) -> list[BadActor]:
    """Return the alarms that make the load, the most frequent first."""
    rows = sorted(alarms, key=lambda row: (row.start, row.alarm))
    chattering, fleets = chatterers(rows, definitions), fleeting(rows, definitions)
    lasted: dict[str, list[float]] = {}
    for row in rows:
        if row.end is not None:
            lasted.setdefault(row.alarm, []).append(row.end - row.start)
    found, before = [], 0
    for name, n in _by_load(rows)[:top]:
        before += n
        standing = median(lasted[name]) if name in lasted else None
        found.append(
            BadActor(
                name,
                n,
                n / len(rows),
                before / len(rows),
                name in chattering,
                name in fleets,
                standing,
            )
        )
    return found


def _by_load(rows: Sequence[Announced]) -> list[tuple[str, int]]:
    counted = Counter(row.alarm for row in rows)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def _pair(
    one: str, other: str, starts: dict[str, list[float]], within: float, length: float
) -> Pair | None:
    forth, back = (_followed(starts[a], starts[b], within) for a, b in ((one, other), (other, one)))
    # Who follows whom is told by the more frequent order.
    first, second, lags = (one, other, forth) if len(forth) >= len(back) else (other, one, back)
    n_first, n_second, n = len(starts[first]), len(starts[second]), len(lags)
    if n < FEWEST_TOGETHER:
        return None
    share_first, share_second = n / n_first, n / n_second
    # What would be expected if the second came at any moment.
    by_chance = 1.0 - np.exp(-n_second * within / length)
    lift = share_first / by_chance
    if max(share_first, share_second) < RELATED_FROM or lift < 2.0:
        return None
    if min(share_first, share_second) >= DUPLICATE_FROM:
        kind = Kinship.DUPLICATE
    elif share_first >= RELATED_FROM and len(forth) != len(back):
        kind = Kinship.FOLLOWS
    else:
        kind = Kinship.RELATED
    jaccard = n / (n_first + n_second - n)
    return Pair(
        first, second, kind, jaccard, median(lags), n, share_first, share_second, float(lift)
    )


def _followed(first: Sequence[float], second: Sequence[float], within: float) -> list[float]:
    """Return the lags of those of the first that have one of the second behind them."""
    lags = []
    free = 0
    for place, moment in enumerate(first):
        # One that comes before the next of the first is the first's own.
        ahead = bisect_left(second, moment, lo=free)
        upper = bisect_right(second, moment + within, lo=ahead)
        following = first[place + 1] if place + 1 < len(first) else np.inf
        if ahead < upper and second[ahead] < following:
            lags.append(second[ahead] - moment)
            free = ahead + 1
    return lags
