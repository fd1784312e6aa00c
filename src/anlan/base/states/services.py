"""Moving rows from state to state: the only door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedModel
from anlan.base.audit import Event
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import record
from anlan.base.errors import Forbidden, NotYours, Refused
from anlan.base.states.machine import Machine, Transition
from anlan.base.states.problems import AuthorUnknown, FourEyes, ReasonMissing

M = TypeVar("M", bound=models.Model)
Check = Callable[[Actor, Any], None]

_CHECKS: dict[tuple[str, str], list[Check]] = {}
_EFFECTS: dict[tuple[str, str], list[Check]] = {}


@dataclass(frozen=True, slots=True)
class Offer:
    """A move offered for a row; `refusal` says why it is locked, None when it may be done."""

    transition: Transition
    refusal: Refused | Forbidden | None


def check(machine: Machine, name: str) -> Callable[[Check], Check]:
    """Register `check(actor, row)` to be asked before a move; it raises Refused with its clause."""
    return _register(_CHECKS, machine, name)


def effect(machine: Machine, name: str) -> Callable[[Check], Check]:
    """Register `effect(actor, row)` to be done with a move, in its transaction."""
    return _register(_EFFECTS, machine, name)


def _register(
    where: dict[tuple[str, str], list[Check]], machine: Machine, name: str
) -> Callable[[Check], Check]:
    if name not in machine.by_name:
        raise KeyError(f"{machine.name} has no move {name!r}")

    def add(function: Check) -> Check:
        where.setdefault((machine.name, name), []).append(function)
        return function

    return add


@transaction.atomic
def advance(
    actor: Actor,
    row: M,
    name: str,
    event: Event,
    *,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    is_allowed: bool = False,
) -> M:
    """Move a row and return it, fresh and still locked until the transaction ends.

    The row is fetched again through the actor's scope and locked, so that two who move it at
    once cannot both succeed. `changes` are fields set in the same step. `is_allowed` says that
    the caller has shown the right itself (the row is their own task, say). Writes `event` with the
    states before and after. Raises NotYours, Forbidden, NotFromHere, ReasonMissing, FourEyes or
    what a registered check refuses with; KeyError for a move the machine does not have.
    """
    machine: Machine = row.machine  # type: ignore[attr-defined]
    locked = _lock(actor, row)
    before = getattr(locked, machine.field)
    transition = machine.require(name, before)
    if not is_allowed:
        _may(actor, locked, transition)
    if transition.needs_reason and not reason.strip():
        raise ReasonMissing(move=_word(transition))
    _ask(actor, locked, machine, transition)

    fields = {**(changes or {}), machine.field: transition.target}
    old = {key: getattr(locked, key) for key in fields}
    for key, value in fields.items():
        setattr(locked, key, value)
    if hasattr(locked, "version"):
        locked.version += 1
    for apply in _EFFECTS.get((machine.name, name), ()):
        apply(actor, locked)
    locked.save()
    record(actor, event, locked, before=old, after=fields, reason=reason.strip())
    return locked


def offers(actor: Actor, row: models.Model) -> list[Offer]:
    """Return the moves that leave the row's state, each with what locks it.

    Moves that belong to the product itself are left out. A missing reason locks nothing: the
    form asks for it.
    """
    machine: Machine = row.machine  # type: ignore[attr-defined]
    found = []
    for transition in machine.leaving(getattr(row, machine.field)):
        if not transition.by and not actor.is_system:
            continue
        refusal: Refused | Forbidden | None = None
        try:
            _may(actor, row, transition)
            _ask(actor, row, machine, transition)
        except (Refused, Forbidden) as error:
            refusal = error
        found.append(Offer(transition, refusal))
    return found


def _lock(actor: Actor, row: M) -> M:
    model = type(row)
    if issubclass(model, ScopedModel):
        locked: M = model.objects.for_actor(actor).lock(row.pk)
        return locked
    found = model._base_manager.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise NotYours()
    return found


def _may(actor: Actor, row: models.Model, transition: Transition) -> None:
    if transition.by:
        policy.require(actor, transition.by, row)  # type: ignore[arg-type]
    elif not actor.is_system:
        raise Forbidden(permission="")


def _ask(actor: Actor, row: models.Model, machine: Machine, transition: Transition) -> None:
    if transition.four_eyes:
        _require_other_person(actor, row, machine, transition)
    for question in _CHECKS.get((machine.name, transition.name), ()):
        question(actor, row)


def _require_other_person(
    actor: Actor, row: models.Model, machine: Machine, transition: Transition
) -> None:
    """Refuse the person who brought the row into its state; history knows who that was."""
    state = getattr(row, machine.field)
    told = AuditEvent.objects.filter(object_id=row.pk).order_by("-seq")
    step = told.filter(**{f"after__{machine.field}": state}).first() or told.last()
    if step is None:
        raise AuthorUnknown(move=_word(transition))
    author: UUID | None = step.actor_id
    # The product has no eyes of its own, so it cannot be the second pair.
    if actor.user_id is None or author == actor.user_id:
        raise FourEyes(move=_word(transition))


def _word(transition: Transition) -> str:
    return str(transition.label or transition.name)
