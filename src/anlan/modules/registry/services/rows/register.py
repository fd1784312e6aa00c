"""What distinguishes one register from another, and what is planned for its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.db import models

from anlan.base.actors.actor import Actor
from anlan.base.audit.events import Event
from anlan.base.errors import Problem, Problems
from anlan.modules.registry.models.base import RegisterModel

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Register:
    """What distinguishes one register from another.

    `fields` may be written by people; `key` tells rows of one enterprise apart; `searched` make
    the search key. `check(values, problems)` sees the complete row. `complete(values, given)`
    derives fields from others; those of `derived` may be left empty for it. `inherits` names the
    row whose place this one shares. `placed` rows may be given a
    `department`. `affected(plans)` are the units to identify again. `used_by` lists
    (model, foreign key) that forbid removal.
    """

    model: type[RegisterModel]
    permission: str
    created: Event
    changed: Event
    removed: Event
    fields: tuple[str, ...]
    key: tuple[str, ...]
    searched: tuple[str, ...]
    check: Callable[[Values, Problems], None] = lambda values, problems: None
    complete: Callable[[Values, frozenset[str]], None] = lambda values, given: None
    inherits: tuple[str, ...] = ()
    placed: bool = False
    used_by: tuple[tuple[type[RegisterModel], str], ...] = ()
    derived: tuple[str, ...] = ()
    after_write: Callable[[Actor, "Sequence[Plan]"], None] = lambda actor, plans: None

    @property
    def references(self) -> dict[str, type[RegisterModel]]:
        """Return the fields that point at other registers' rows, or at a department."""
        return _references_of(self.model, self.fields)


@cache
def _references_of(
    model: type[RegisterModel], fields: tuple[str, ...]
) -> dict[str, type[RegisterModel]]:
    found: dict[str, type[RegisterModel]] = {}
    for name in fields:
        model_field = model._meta.get_field(name)
        if isinstance(model_field, models.ForeignKey):
            found[name] = model_field.related_model  # type: ignore[assignment]
    return found


@dataclass(slots=True)
class Plan:
    """What would happen to one given row; `row` counts from 0 in the order given."""

    row: int
    action: Literal["create", "update", "unchanged", "wrong"]
    instance: Any = None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    moved_from: dict[str, UUID | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows were created, updated and found unchanged."""

    created: int
    updated: int
    unchanged: int
