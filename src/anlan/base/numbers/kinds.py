"""Kinds of numbers and how they are written."""

import re
from dataclasses import dataclass

_KINDS: dict[str, "NumberKind"] = {}
_PREFIX = re.compile(r"^[A-Z]{1,6}$")


@dataclass(frozen=True, slots=True)
class NumberKind:
    """A kind of number: `name` is dotted (`findings.finding`), `prefix` is printed (`YH`).

    `digits` is the least number of digits; the counter goes on beyond. Declared once, at import.
    """

    name: str
    prefix: str
    digits: int = 4

    def __post_init__(self) -> None:
        if not _PREFIX.match(self.prefix):
            raise ValueError(f"number prefix {self.prefix!r}: 1 to 6 capital letters")
        for other in _KINDS.values():
            if self.name == other.name or self.prefix == other.prefix:
                raise ValueError(f"number kind {self.name!r} ({self.prefix}) is declared twice")
        _KINDS[self.name] = self

    def written(self, year: int, number: int) -> str:
        """Return the number as people read it."""
        return f"{self.prefix}-{year}-{number:0{self.digits}d}"


def all_kinds() -> dict[str, NumberKind]:
    """Return every kind by name."""
    return dict(_KINDS)
