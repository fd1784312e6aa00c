"""What phones take along: named parts, each provided by a module.

    from anlan.base.pocket import parts

    parts.provide("tasks", tasks_for_phone)    # (actor, now) -> list of JSON rows

Rows are JSON values (dates as text). What is too large is cut in the order of `_CUTS`; tasks,
permits and rules are never cut.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anlan.base.actors.actor import Actor
from anlan.base.pocket.canonical import canonical, digest

Rows = list[dict[str, Any]]
Provider = Callable[[Actor, datetime], Rows]
LONGEST = timedelta(hours=12)
AFTER_SHIFT = timedelta(minutes=30)

# Compressed bytes each part may have.
BUDGETS = {
    "places": 10_000,
    "tasks": 40_000,
    "items": 40_000,
    "findings": 30_000,
    "permits": 40_000,
    "people": 30_000,
    "rules": 40_000,
    "cards": 150_000,
    "todo": 10_000,
}
_PROVIDERS: dict[str, list[Provider]] = {}
_SHIFT_ENDS: list[Callable[[Actor, datetime], datetime | None]] = []


@dataclass(frozen=True, slots=True)
class Part:
    """A built part. `cut` names what was left out to keep its budget."""

    name: str
    rows: Rows
    sha256: str
    size: int
    cut: tuple[str, ...] = ()


def provide(name: str, provider: Provider) -> Provider:
    """Add a provider of a part. Several may add to one. Raises KeyError for an unknown part."""
    if name not in BUDGETS:
        raise KeyError(f"no part called {name!r}; there are {', '.join(BUDGETS)}")
    known = _PROVIDERS.setdefault(name, [])
    if provider not in known:
        known.append(provider)
    return provider


def withdraw(name: str, provider: Provider) -> None:
    """Take a provider away; for tests."""
    _PROVIDERS[name].remove(provider)


def ends_shift(function: Callable[[Actor, datetime], datetime | None]) -> None:
    """Let a module say when the person's shift ends (None: unknown)."""
    if function not in _SHIFT_ENDS:
        _SHIFT_ENDS.append(function)


def valid_until(actor: Actor, now: datetime) -> datetime:
    """Return the end of a package's life: half an hour after the shift, at most twelve hours."""
    known = [end for function in _SHIFT_ENDS if (end := function(actor, now)) is not None]
    return min([now + LONGEST, *(end + AFTER_SHIFT for end in known if end > now)])


def build(actor: Actor, now: datetime) -> list[Part]:
    """Return every part for this person, within budget."""
    return [_within_budget(name, _rows(name, actor, now)) for name in BUDGETS]


def _rows(name: str, actor: Actor, now: datetime) -> Rows:
    return [row for provider in _PROVIDERS.get(name, ()) for row in provider(actor, now)]


def _within_budget(name: str, rows: Rows) -> Part:
    size, cut = _size(rows), []
    for label, shorten in _CUTS.get(name, ()):
        if size <= BUDGETS[name]:
            break
        rows = shorten(rows, size)
        size = _size(rows)
        cut.append(f"{name}.{label}")
    return Part(name, rows, digest(rows), size, tuple(cut))


def _size(rows: Rows) -> int:
    return len(gzip.compress(canonical(rows), 6)) if rows else 2


def _history(depth: int) -> Callable[[Rows, int], Rows]:
    def shorten(rows: Rows, _size: int) -> Rows:
        return [{**row, "last": row.get("last", [])[:depth]} for row in rows]

    return shorten


def _lines(rows: Rows, _size: int) -> Rows:
    return [{**row, "lines": row.get("lines", [])[:1]} for row in rows]


def _first(name: str) -> Callable[[Rows, int], Rows]:
    def shorten(rows: Rows, size: int) -> Rows:
        # Providers order by nearness: own units first.
        return rows[: max(1, len(rows) * BUDGETS[name] * 9 // (size * 10))]

    return shorten


_CUTS: dict[str, tuple[tuple[str, Callable[[Rows, int], Rows]], ...]] = {
    "items": (("history", _history(3)), ("all_history", _history(0))),
    "findings": (("lines", _lines), ("far", _first("findings"))),
    "people": (("far", _first("people")),),
    "cards": (("far", _first("cards")),),
}
