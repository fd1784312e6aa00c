"""Choosers: what a select box with search may offer, through the actor's scope."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours
from anlan.base.lists.search import search_condition

OFFERED = 20

_CHOOSERS: dict[str, "Chooser"] = {}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing on offer; `note` is a second, quieter line."""

    id: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chooser:
    """Rows somebody may choose from.

    `query(actor)` returns the scoped, ordered rows; `search` names the columns searched; `note`
    gives the second line. `within(rows, value)` narrows by another field of the form (the units
    of the chosen enterprise), given as `?in=`.
    """

    key: str
    query: Callable[[Actor], QuerySet[Any]]
    label: Callable[[Any], str] = str
    search: tuple[str, ...] = ("search_key",)
    note: Callable[[Any], str] | None = None
    within: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None

    def offer(self, actor: Actor, text: str = "", inside: str = "") -> tuple[list[Option], bool]:
        """Return up to 20 options and whether there are more."""
        rows = self.query(actor).filter(search_condition(text, self.search))
        if inside and self.within is not None:
            rows = self.within(rows, inside)
        found = list(rows[: OFFERED + 1])
        return [self.option(row) for row in found[:OFFERED]], len(found) > OFFERED

    def labels(self, actor: Actor, ids: Iterable[str]) -> list[Option]:
        """Return the options of these ids that the actor sees; foreign and malformed ones drop."""
        wanted = [item for item in ids if _is_uuid(item)]
        if not wanted:
            return []
        return [self.option(row) for row in self.query(actor).filter(pk__in=wanted)[:200]]

    def option(self, row: Any) -> Option:
        """Return one row as an option."""
        return Option(str(row.pk), self.label(row), self.note(row) if self.note else "")


def register_chooser(chooser: Chooser) -> Chooser:
    """Serve a chooser at `/choose/<key>/`. Raises ValueError for a key already taken."""
    if chooser.key in _CHOOSERS:
        raise ValueError(f"chooser {chooser.key!r} is registered twice")
    _CHOOSERS[chooser.key] = chooser
    return chooser


def chooser_for(key: str) -> Chooser:
    """Return a chooser. Raises NotYours for a key nobody registered."""
    try:
        return _CHOOSERS[key]
    except KeyError as error:
        raise NotYours() from error


def all_choosers() -> dict[str, Chooser]:
    """Return every chooser by key."""
    return dict(_CHOOSERS)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
