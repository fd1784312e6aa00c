"""Tables of states: pure values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anlan.base.errors import Text
from anlan.base.states.problems import NotFromHere

_MACHINES: dict[str, "Machine"] = {}


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed move.

    `source` is a state or several; `by` the permission the actor needs at the row ("" for moves
    that only the product itself makes). `needs_reason` asks for words. `four_eyes` forbids the
    move to the person who brought the row into the state it is in. `clause` names the rule behind
    it, `label` the verb on the button.
    """

    name: str
    source: str | tuple[str, ...]
    target: str
    by: str = ""
    label: Text = ""
    needs_reason: bool = False
    four_eyes: bool = False
    clause: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the states it starts from."""
        return (self.source,) if isinstance(self.source, str) else tuple(self.source)


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of row and the moves between them. Made by `machine`."""

    name: str
    transitions: tuple[Transition, ...]
    field: str
    initial: str
    by_name: Mapping[str, tuple[Transition, ...]]

    @property
    def states(self) -> tuple[str, ...]:
        """Return every state, in the order in which the table names them."""
        seen: dict[str, None] = {self.initial: None}
        for transition in self.transitions:
            seen.update(dict.fromkeys([*transition.sources, transition.target]))
        return tuple(seen)

    @property
    def choices(self) -> list[tuple[str, Text]]:
        """Return the choices of the model's field; labels come from `TextChoices` members."""
        return [(str(state), getattr(state, "label", state)) for state in self.states]

    @property
    def final(self) -> frozenset[str]:
        """Return the states that nothing leaves."""
        left = {source for transition in self.transitions for source in transition.sources}
        return frozenset(self.states) - left

    def label_of(self, state: str) -> Text:
        """Return the word for a state."""
        found: Any = dict(self.choices).get(state, state)
        return found

    def find(self, name: str, state: str) -> Transition | None:
        """Return the move of this name from this state; None if there is none.

        Raises KeyError for a name the table does not have: a misspelt move must not be a refusal.
        """
        return next((t for t in self.by_name[name] if state in t.sources), None)

    def require(self, name: str, state: str) -> Transition:
        """Return the move of this name from this state. Raises NotFromHere, KeyError."""
        found = self.find(name, state)
        if found is None:
            label = self.by_name[name][0].label or name
            raise NotFromHere(move=str(label), state=self.label_of(state))
        return found

    def step(self, row: Any, name: str) -> None:
        """Set the state of a row by a move, without lock, rights, history or saving.

        For the product's own bookkeeping (jobs, imports), whose writer has the row locked;
        everything else moves by `services.advance`. Raises NotFromHere, KeyError.
        """
        setattr(row, self.field, self.require(name, getattr(row, self.field)).target)

    def leaving(self, state: str) -> list[Transition]:
        """Return the moves that start from a state."""
        return [transition for transition in self.transitions if state in transition.sources]


def machine(
    name: str, *transitions: Transition, initial: str = "", field: str = "state"
) -> Machine:
    """Return the machine of these moves; the first move's source is the initial state if not said.

    Raises ValueError for two moves of one name from one state, a name taken, or a state that
    cannot be reached.
    """
    if name in _MACHINES:
        raise ValueError(f"machine {name!r} is declared twice")
    by_name: dict[str, tuple[Transition, ...]] = {}
    for transition in transitions:
        others = by_name.get(transition.name, ())
        if any(set(transition.sources) & set(other.sources) for other in others):
            raise ValueError(f"{name}: two moves {transition.name!r} leave the same state")
        by_name[transition.name] = (*others, transition)
    made = Machine(name, transitions, field, initial or transitions[0].sources[0], by_name)
    unreachable = set(made.states) - _reachable(made)
    if unreachable:
        raise ValueError(f"{name}: nothing leads to {sorted(unreachable)}")
    _MACHINES[name] = made
    return made


def _reachable(made: Machine) -> set[str]:
    reached = {made.initial}
    while True:
        further = {t.target for t in made.transitions if reached & set(t.sources)} - reached
        if not further:
            return reached
        reached |= further


def all_machines() -> dict[str, Machine]:
    """Return every machine by name."""
    return dict(_MACHINES)
