"""How much the alarms ask of an operator: the figures of IEC 62682 (GB/T 41261-2022) and EEMUA 191.

They measure load, not whether alarms are right: a good page here is no proof of safety.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

BIN = 600.0
# A period is counted by ten minutes; one that is longer was meant in other units.
LONGEST_PERIOD = 100 * 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Announced:
    """One alarm that was raised and perhaps cleared, in seconds; `end` is None while it stands."""

    alarm: str
    start: float
    end: float | None = None
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the standards leave open, as used here; shown beside the figures.

    Chattering: `chatter_n` activations of one alarm within `chatter_s`. Fleeting: active for
    less than `fleeting_s` and not raised again within `chatter_s`. Stale: active for `stale_s`.
    A flood starts when more than `flood_n` alarms fall into 10 minutes and ends when 10 minutes
    hold fewer than `flood_end_n`.
    """

    chatter_n: int = 3
    chatter_s: float = 60.0
    fleeting_s: float = 10.0
    stale_s: float = 86_400.0
    flood_n: int = 10
    flood_end_n: int = 5


@dataclass(frozen=True, slots=True)
class Flood:
    """A flood from `start` to `end` (seconds) with its alarms, `peak` of them in 10 minutes."""

    start: float
    end: float
    n: int
    peak: int


DEFAULT = Definitions()


def figures(
    alarms: Iterable[Announced],
    start: float,
    end: float,
    *,
    positions: int = 1,
    definitions: Definitions = DEFAULT,
) -> dict[str, object]:
    """Return the figures of a period for one operator position, as plain values for JSON.

    `start` and `end` bound the period in seconds; empty ten minutes count. `positions` divides
    the rates where several share the load. Raises ValueError for an empty period, one of more than
    a hundred years, or no position.
    """
    if not end > start or positions < 1:
        raise ValueError("a period must have a length, and somebody must watch it")
    if end - start > LONGEST_PERIOD:
        raise ValueError("a period is a hundred years at most; its ends are in seconds")
    rows = sorted(
        (row for row in alarms if start <= row.start < end), key=lambda row: (row.start, row.alarm)
    )
    starts = [row.start for row in rows]
    hours = (end - start) / 3600
    bins = per_bin(starts, start, end)
    flooded = floods(starts, definitions)
    n_by_alarm = Counter(row.alarm for row in rows)
    top = n_by_alarm.most_common(10)
    chattering = chatterers(rows, definitions)
    standing = {row.alarm for row in rows if (row.end or end) - row.start >= definitions.stale_s}
    priorities = Counter(row.priority for row in rows if row.priority)
    return {
        "hours": hours,
        "activations": len(rows),
        "per_10_min": len(rows) / hours / 6 / positions,
        "per_hour": len(rows) / hours / positions,
        "per_day": len(rows) / hours * 24 / positions,
        "busiest_10_min": max(bins, default=0),
        "share_of_10_min_over_10": sum(n > 10 for n in bins) / len(bins),
        "floods": [asdict(flood) for flood in flooded],
        "share_of_time_in_flood": sum(one.end - one.start for one in flooded) / (end - start),
        "top_ten": [{"alarm": alarm, "n": n, "share": n / len(rows)} for alarm, n in top],
        "share_of_top_ten": sum(n for _alarm, n in top) / len(rows) if rows else 0.0,
        "chattering": sorted(chattering),
        "fleeting": sorted(fleeting(rows, definitions)),
        "stale": sorted(standing),
        "priorities": {name: n / priorities.total() for name, n in sorted(priorities.items())},
        "definitions": asdict(definitions),
    }


def per_bin(starts: Sequence[float], start: float, end: float) -> list[int]:
    """Count the alarms of each ten minutes of a period; the last may be shorter."""
    bins = [0] * max(1, -int(-(end - start) // BIN))
    for moment in starts:
        bins[int((moment - start) // BIN)] += 1
    return bins


def floods(starts: Sequence[float], definitions: Definitions = DEFAULT) -> list[Flood]:
    """Return the floods among sorted moments; the ten minutes slide with each alarm.

    A flood reaches from the first alarm of the window that began it to the alarm after which ten
    minutes held too few.
    """
    found: list[Flood] = []
    first = 0
    i = 0
    while i < len(starts):
        while starts[i] - starts[first] >= BIN:
            first += 1
        if i - first + 1 <= definitions.flood_n:
            i += 1
            continue
        begin, peak, low = first, i - first + 1, first
        while i + 1 < len(starts):
            ahead = i + 1
            while starts[ahead] - starts[low] >= BIN:
                low += 1
            held = ahead - low + 1
            if held < definitions.flood_end_n:
                break
            peak = max(peak, held)
            i = ahead
        found.append(Flood(starts[begin], starts[i], i - begin + 1, peak))
        i += 1
        first = i
    return found


def chatterers(rows: Sequence[Announced], definitions: Definitions = DEFAULT) -> set[str]:
    """Return the alarms raised so often within so little time that they say nothing."""
    starts = _starts(rows)
    n, within = definitions.chatter_n, definitions.chatter_s
    return {
        alarm
        for alarm, moments in starts.items()
        if any(b - a <= within for a, b in zip(moments, moments[n - 1 :], strict=False))
    }


def fleeting(rows: Sequence[Announced], definitions: Definitions = DEFAULT) -> set[str]:
    """Return the alarms that were gone before anybody could act, and did not come back soon."""
    starts = _starts(rows)
    found = set()
    for row in rows:
        if row.end is None or row.end - row.start >= definitions.fleeting_s:
            continue
        moments = starts[row.alarm]
        after = bisect_right(moments, row.start)
        if after == len(moments) or moments[after] > row.start + definitions.chatter_s:
            found.add(row.alarm)
    return found


def _starts(rows: Sequence[Announced]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row.alarm, []).append(row.start)
    return found
