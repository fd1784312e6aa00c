"""What another deadband or delay would have done to one alarm's own history of samples.

The unit of judgement is the episode: activations of the untreated alarm, taken as one while less
than `APART` seconds lie between them. Within each the treated alarm may come later or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

import numpy as np
import numpy.typing as npt

from anlan.engines.alarms.replay import replayed
from anlan.engines.alarms.rules import LEVELS, Event, Kind, Rule

Floats = npt.NDArray[np.float64]
APART = 300.0
ON_DELAYS = (0.0, 5.0, 15.0, 30.0, 60.0)
OFF_DELAYS = (0.0, 15.0, 60.0, 300.0)
# An added on-delay may take this part of the time that there is to respond, and no more.
_OF_RESPONSE = 0.25
_LONGEST_ADDED = 30.0
# What an on-delay may swallow is a spike, not an upset that chatters.
_MOST_MISSED = 60.0
# Fewer activations are no gain where the alarm only never clears.
_STANDS_ON = 300.0
# Of the others the deadband is nought, a rate's, or what "frozen" means: delays alone treat them.
_WITH_DEADBAND = frozenset({*LEVELS, Kind.DEVIATION})


@dataclass(frozen=True, slots=True)
class History:
    """Samples of several tags: times in seconds in any order, quality 0 to 2.

    `ids` are places in `names`. An alarm that looks at other tags needs theirs beside its own.
    """

    names: Sequence[str]
    ids: npt.NDArray[np.int32]
    times: Floats
    values: Floats
    quality: npt.NDArray[np.uint8] | None = None

    @classmethod
    def of(
        cls, tag: str, times: Floats, values: Floats, quality: npt.NDArray[np.uint8] | None = None
    ) -> "History":
        """Return the history of one tag."""
        return cls([tag], np.zeros(len(times), np.int32), times, values, quality)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a treatment did to a history; times in seconds.

    `missed` episodes were never announced; `most_missed_s` is how long the untreated alarm stood
    in one of them at most. `episodes_s` is how long all episodes lasted. The added delays are
    those of the first alarm of each episode that was announced, None where there was none; where
    a lone spike comes shortly before an upset they are counted from the spike.
    """

    activations_before: int
    activations_after: int
    episodes: int
    episodes_s: float
    missed: int
    most_missed_s: float
    median_added_s: float | None
    most_added_s: float | None
    standing_before_s: float
    standing_after_s: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rule as proposed, and what it would have done beside the one there is."""

    rule: Rule
    measured: Measured


def measured(
    before: Rule,
    after: Rule,
    times: Floats,
    values: Floats,
    quality: npt.NDArray[np.uint8] | None = None,
) -> Measured:
    """Replay one tag's samples (seconds, the tag's unit, 0 to 2) with two settings of its alarm.

    Deviations need a fixed set point here. Raises ValueError for rules of different tags.
    """
    if before.tag != after.tag:
        raise ValueError("both settings must be of one tag")
    return measured_in(before, after, History.of(before.tag, times, values, quality))


def measured_in(before: Rule, after: Rule, history: History) -> Measured:
    """Replay a history of the tag, and of those it looks at, with two settings of its alarm."""
    return _measured_all(before, [after], history)[0]


def proposed(
    rule: Rule,
    times: Floats,
    values: Floats,
    quality: npt.NDArray[np.uint8] | None = None,
    *,
    spread: float,
    response_s: float | None = None,
    safety_related: bool = False,
) -> Proposal | None:
    """Return the best treatment of an alarm on one tag's samples, as `proposed_in` does."""
    return proposed_in(
        rule,
        History.of(rule.tag, times, values, quality),
        spread=spread,
        response_s=response_s,
        safety_related=safety_related,
    )


def proposed_in(
    rule: Rule,
    history: History,
    *,
    spread: float,
    response_s: float | None = None,
    safety_related: bool = False,
) -> Proposal | None:
    """Return the deadband and delays with the fewest activations that cost too little to matter.

    A deadband is tried for levels and deviations, delays for every kind. `spread` is the standard
    deviation of the tag in normal operation, `response_s` the time there is to respond. A
    safety-related alarm gets no longer on-delay. No setting may leave an episode in which the alarm
    stood for more than a minute unannounced, nor let the alarm stand on for more than five minutes
    an episode. None where nothing is better than what is there.
    """
    longest = _LONGEST_ADDED if response_s is None else min(_OF_RESPONSE * response_s, 60.0)
    most_on = rule.on_delay if safety_related else rule.on_delay + longest
    ons = sorted({rule.on_delay, *(one for one in ON_DELAYS if rule.on_delay < one <= most_on)})
    offs = sorted({rule.off_delay, *(one for one in OFF_DELAYS if one > rule.off_delay)})
    wider = (1, 2) if rule.kind in _WITH_DEADBAND else ()
    bands = sorted({rule.deadband, *(n * spread for n in wider if n * spread > rule.deadband)})
    if rule.kind is Kind.DEVIATION:
        bands = [band for band in bands if band <= rule.limit]
    tried = [
        replace(rule, deadband=band, on_delay=on, off_delay=off)
        for band, on, off in product(bands, ons, offs)
    ]
    figures = _measured_all(rule, tried, history)
    allowed = [
        (one, figure)
        for one, figure in zip(tried, figures, strict=True)
        if figure.most_missed_s <= _MOST_MISSED
        and figure.standing_after_s <= figure.episodes_s + _STANDS_ON * figure.episodes
    ]
    if not allowed:
        return None
    best = min(
        allowed,
        key=lambda one: (one[1].activations_after, one[0].on_delay, *_gentleness(one[0])),
    )
    if best[1].activations_after >= best[1].activations_before:
        return None
    return Proposal(*best)


def _gentleness(rule: Rule) -> tuple[float, float]:
    return rule.off_delay, rule.deadband


def _measured_all(before: Rule, tried: Sequence[Rule], history: History) -> list[Measured]:
    # All at once: one pass over the samples moves every setting.
    named = [replace(one, key=str(n), suppressed_when="") for n, one in enumerate((before, *tried))]
    found = replayed(
        named, history.names, history.ids, history.times, history.values, history.quality
    )
    end = float(history.times.max()) if len(history.times) else 0.0
    return [compared(found["0"], found[one.key], end) for one in named[1:]]


def _spans(events: Sequence[Event], end: float) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    begun: float | None = None
    for event in events:
        if event.active:
            begun = event.at
        elif begun is not None:
            spans.append((begun, event.at))
            begun = None
    if begun is not None:
        spans.append((begun, end))
    return spans


def compared(before: Sequence[Event], after: Sequence[Event], end: float) -> Measured:
    """Compare two replays of one alarm over a history that ended at `end` (seconds)."""
    plain, treated = _spans(before, end), _spans(after, end)
    # Start, end, and how long the alarm stood within.
    episodes: list[tuple[float, float, float]] = []
    for start, end in plain:
        if episodes and start - episodes[-1][1] < APART:
            first, _last, stood = episodes[-1]
            episodes[-1] = (first, end, stood + end - start)
        else:
            episodes.append((start, end, end - start))
    added: list[float] = []
    missed: list[float] = []
    for start, end, stood in episodes:
        # One that still stands from before needs no second announcement.
        standing = [first for first, last in treated if first <= end + APART and last >= start]
        if standing:
            added.append(max(0.0, standing[0] - start))
        else:
            missed.append(stood)
    return Measured(
        len(plain),
        len(treated),
        len(episodes),
        sum(end - start for start, end, _stood in episodes),
        len(missed),
        max(missed, default=0.0),
        median(added) if added else None,
        max(added, default=None),
        sum(end - start for start, end in plain),
        sum(end - start for start, end in treated),
    )
