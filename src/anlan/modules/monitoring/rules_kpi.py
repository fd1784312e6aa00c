"""What another setting would do to an alarm; of delays its own journal alone tells it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from anlan.engines.alarms.kpi import Announced
from anlan.facts.loader import load_packaged

OFF_DELAYS = (15.0, 60.0, 300.0)
ON_DELAYS = (5.0, 15.0)
# A gain of less is not worth a change under change control.
LEAST_GAIN = 0.2


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be (`target`), and beyond what something must be done (`action`)."""

    target: float
    action: float


@cache
def targets() -> dict[str, Target]:
    """Return the targets by figure."""
    return {
        row["key"]: Target(float(row["target"]), float(row["action"]))
        for row in load_packaged("alarms/kpi_targets.csv")
    }


@dataclass(frozen=True, slots=True)
class Proposal:
    """Delays (seconds) and a deadband, and what would be left of `before` activations.

    The first alarm of an episode comes at most `added_s` later with them. The journal knows
    nothing of deadbands (None: as it is) nor of `missed` episodes and of the seconds that the alarm
    stood in the longest of those.
    """

    on_delay_s: float
    off_delay_s: float
    before: int
    after: int
    added_s: float
    deadband: float | None = None
    median_added_s: float | None = None
    missed: int = 0
    most_missed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Stored values that a proposal was measured on: how many over how many seconds, and how often
    the alarm came in them as it is set, in how many episodes; `at` is when it was measured."""

    samples: int
    seconds: float
    activations: int
    episodes: int
    at: dt.datetime
    since: dt.datetime
    until: dt.datetime


def left(spells: Sequence[tuple[float, float | None]], on_delay: float, off_delay: float) -> int:
    """Return how many activations delays leave of spells (start, end) in order of time.

    Those that end within the added on-delay never come; one that begins before the off-delay of
    the one before is over is no new one. Exact for delays: the journal holds every crossing.
    """
    n = 0
    until = -float("inf")
    for start, end in spells:
        if end is not None and end - start < on_delay and start > until:
            continue
        if start > until:
            n += 1
        until = max(until, (end if end is not None else float("inf")) + off_delay)
    return n


def proposal(
    rows: Sequence[Announced],
    *,
    on_delay: float,
    off_delay: float,
    response_s: float | None,
    is_safety: bool,
) -> Proposal | None:
    """Return the delays with the fewest activations; None where they gain too little.

    Of equal ones the shortest. A safety-related alarm gets no on-delay; no other may lose more
    than a quarter of the time there is to respond.
    """
    spells = sorted((row.start, row.end) for row in rows)
    best: Proposal | None = None
    for added in (0.0, *ON_DELAYS):
        if added and (is_safety or added <= on_delay):
            continue
        if added and response_s is not None and added > response_s / 4:
            continue
        for off in (off_delay, *(one for one in OFF_DELAYS if one > off_delay)):
            more = max(0.0, added - on_delay)
            n = left(spells, more, off - off_delay)
            if best is None or n < best.after:
                best = Proposal(max(on_delay, added), off, len(spells), n, more)
    if best is None or best.after > len(spells) * (1 - LEAST_GAIN):
        return None
    return best
