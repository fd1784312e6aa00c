"""Industries, and how often checks usually find something in them. Pure."""

from dataclasses import dataclass
from functools import cache

from anlan.facts.loader import load_packaged


@dataclass(frozen=True, slots=True)
class Group:
    """An industry; `share` (0 to 1) of checks are abnormal until enough are counted."""

    code: str
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    share: float


@cache
def groups() -> tuple[Group, ...]:
    """Return the industries in the order in which they are tried; the last takes the rest."""
    return tuple(
        Group(row["group"], row.parts("words"), row.parts("kinds"), float(row.decimal("share")))
        for row in load_packaged("honest_work/usual_shares.csv")
    )


def group_of(industry: str, kind: str) -> Group:
    """Return the industry of an enterprise by the words of its industry, else by its type."""
    for group in groups():
        if any(word in industry for word in group.words):
            return group
    return next((group for group in groups() if kind in group.kinds), groups()[-1])
