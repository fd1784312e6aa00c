"""Walking a machine in a test: every state × every move."""

from collections.abc import Iterator

from anlan.base.states.machine import Machine


def every_pair(machine: Machine) -> Iterator[tuple[str, str, str | None]]:
    """Yield (state, move, target); target is None where the table forbids the move."""
    for state in machine.states:
        for name in machine.by_name:
            transition = machine.find(name, state)
            yield state, name, transition.target if transition else None
