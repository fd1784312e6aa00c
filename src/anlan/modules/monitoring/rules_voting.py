"""The vote of gas detectors: MooN over what each says, degraded where some say nothing.

The facts give no rule for a detector that is faulty ("not available, never nought"), so the
conservative choice is made: it counts as if it had voted for the alarm, down to one detector that
must really stand in alarm. 2oo3 with one faulty is 1oo2, with two faulty 1oo1.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

_WRITTEN = re.compile(r"([1-9])\s*oo\s*([1-9])", re.IGNORECASE)
_CHINESE = re.compile(r"([一二两三四五六七八九1-9])\s*取\s*([一二两三四五六七八九1-9])")
_DIGITS = {sign: n for n, sign in enumerate("一二三四五六七八九", start=1)} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Logic:
    """`needed` of `of` detectors: 2oo3."""

    needed: int
    of: int

    @property
    def is_vote(self) -> bool:
        """Tell whether more than one detector must say so."""
        return self.needed > 1

    def __str__(self) -> str:
        return f"{self.needed}oo{self.of}"


def logic_of(text: str) -> Logic | None:
    """Return the logic that is written as 2oo3 or 三取二; None for anything else."""
    text = text.strip()
    if found := _WRITTEN.fullmatch(text):
        needed, of = (int(one) for one in found.groups())
    elif found := _CHINESE.fullmatch(text):
        of, needed = (_DIGITS.get(one) or int(one) for one in found.groups())
    else:
        return None
    return Logic(needed, of) if needed <= of else None


class Said(StrEnum):
    """What one detector says."""

    QUIET = "quiet"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    FAULTY = "faulty"


IN_ALARM = frozenset({Said.LEVEL_1, Said.LEVEL_2})


class Verdict(StrEnum):
    """How a group stands. `UNKNOWN`: none of its detectors can say anything."""

    QUIET = "quiet"
    SINGLE = "single"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Vote:
    """A group's vote: `n_alarm` of `n_sound` detectors that can speak, `needed` to confirm.

    `n_missing` are detectors that the logic counts on and nobody entered: a defect of the
    register, which lowers nothing.
    """

    verdict: Verdict
    logic: Logic
    needed: int
    n_alarm: int
    n_sound: int
    n_faulty: int
    n_missing: int

    @property
    def is_degraded(self) -> bool:
        """Tell whether fewer than the logic's detectors need to agree."""
        return self.needed < self.logic.needed

    @property
    def judged_as(self) -> Logic:
        """Return the logic that is left of the group's own."""
        return Logic(self.needed, max(self.needed, min(self.logic.of, self.n_sound)))


def vote(logic: Logic, said: Collection[Said]) -> Vote:
    """Judge a group by what its detectors say.

    A group that wants one detector alone never confirms: one detector's word is a single alarm,
    whatever its logic trips. More detectors than the logic has: that many of all of them confirm.
    """
    n_alarm = sum(one in IN_ALARM for one in said)
    n_faulty = sum(one == Said.FAULTY for one in said)
    n_sound = len(said) - n_faulty
    lost = min(n_faulty, max(0, logic.of - n_sound))
    needed = max(1, logic.needed - lost)
    if not n_sound:
        verdict = Verdict.UNKNOWN
    elif not n_alarm:
        verdict = Verdict.QUIET
    elif logic.is_vote and n_alarm >= needed:
        verdict = Verdict.CONFIRMED
    else:
        verdict = Verdict.SINGLE
    n_missing = max(0, logic.of - len(said))
    return Vote(verdict, logic, needed, n_alarm, n_sound, n_faulty, n_missing)
