"""States are a table: one field in the row, one machine, one function that moves it.

    FINDING = machine(
        "finding",
        Transition("submit", State.RECTIFYING, State.AWAITING, by="finding.rectify"),
        Transition("accept", State.AWAITING, State.CLOSED, by="finding.accept", four_eyes=True),
    )

The model names its machine (`machine = FINDING`); `services.advance(actor, row, "submit")`
moves a row of it.
"""

from anlan.base.states.machine import Machine, Transition, machine

__all__ = ["Machine", "Transition", "machine"]
