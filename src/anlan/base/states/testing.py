"""Walking a machine in a test: every state × every move."""

from anlan.base.states.machine import Machine


def every_pair(machine: Machine) -> list[tuple[str, str, str | None]]:
    """Return (state, move, target); target is None where the table forbids the move."""
    return [
        (state, name, transition.target if (transition := machine.find(name, state)) else None)
        for state in machine.states
        for name in machine.by_name
    ]
