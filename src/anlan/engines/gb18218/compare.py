"""What changed between two results of the same unit."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from anlan.engines.gb18218.model import Line, Result

LevelMove = Literal["same", "worse", "better", "unknown"]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A chemical that came, went or changed. `before` None = new, `after` None = gone."""

    label: str
    before: Line | None
    after: Line | None


@dataclass(frozen=True, slots=True)
class Diff:
    """Old and new figures side by side; `level_move` says which way the level went.

    A unit that becomes a major hazard is worse, one that stops being one is better.
    """

    S: tuple[Fraction | None, Fraction | None]
    R: tuple[Fraction | None, Fraction | None]
    alpha: tuple[Fraction | None, Fraction | None]
    level: tuple[int | None, int | None]
    is_major_hazard: tuple[bool | None, bool | None]
    edition: tuple[str, str]
    level_move: LevelMove
    lines: tuple[LineChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing that a reader would see has changed."""
        pairs = (self.S, self.R, self.alpha, self.level, self.is_major_hazard, self.edition)
        return not self.lines and all(old == new for old, new in pairs)


def diff(old: Result, new: Result) -> Diff:
    """Compare two results, chemicals matched by name and order among equal names."""
    return Diff(
        S=(old.S, new.S),
        R=(old.R, new.R),
        alpha=(old.alpha, new.alpha),
        level=(old.level, new.level),
        is_major_hazard=(old.is_major_hazard, new.is_major_hazard),
        edition=(old.edition, new.edition),
        level_move=_move(old, new),
        lines=_lines(old, new),
    )


def _rank(result: Result) -> int | None:
    """1 to 4 as the level, 5 for not a major hazard, None while it can't be said."""
    if result.is_major_hazard is False:
        return 5
    return result.level


def _move(old: Result, new: Result) -> LevelMove:
    before, after = _rank(old), _rank(new)
    if before is None or after is None:
        return "unknown"
    if before == after:
        return "same"
    return "worse" if after < before else "better"


def _lines(old: Result, new: Result) -> tuple[LineChange, ...]:
    before, after = _keyed(old), _keyed(new)
    changes = []
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        if was is None or now is None or _figures(was) != _figures(now):
            changes.append(LineChange(key[0], was, now))
    return tuple(changes)


def _keyed(result: Result) -> dict[tuple[str, int], Line]:
    seen: Counter[str] = Counter()
    keyed = {}
    for line in result.lines:
        keyed[line.label, seen[line.label]] = line
        seen[line.label] += 1
    return keyed


def _figures(line: Line) -> tuple[object, ...]:
    return (line.q, line.critical, line.critical_from, line.beta, line.beta_from, line.category)
