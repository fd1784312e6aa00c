"""Diagrams for the docs, made from the tables."""

from anlan.base.states.machine import Machine, Transition


def mermaid(machine: Machine) -> str:
    """Return the machine as a Mermaid state diagram (English identifiers, stable order)."""
    lines = ["stateDiagram-v2", f"    [*] --> {machine.initial}"]
    for transition in machine.transitions:
        lines += [
            f"    {source} --> {transition.target}: {_caption(transition)}"
            for source in transition.sources
        ]
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.final]
    return "\n".join(lines)


def _caption(transition: Transition) -> str:
    marks = [
        mark
        for mark, is_set in (
            (transition.by, transition.by),
            ("reason", transition.needs_reason),
            ("four eyes", transition.four_eyes),
        )
        if is_set
    ]
    return f"{transition.name} ({', '.join(marks)})" if marks else transition.name
