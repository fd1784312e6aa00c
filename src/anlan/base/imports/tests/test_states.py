"""An import moves as its table says."""

import pytest

from anlan.base.imports.models import ImportRun
from anlan.base.imports.states import BUSY, IMPORT, RunState
from anlan.base.states.problems import NotFromHere
from anlan.base.states.testing import every_pair


@pytest.mark.parametrize(("state", "move", "target"), every_pair(IMPORT))
def test_an_import_moves_as_the_table_says(state: str, move: str, target: str | None) -> None:
    run = ImportRun(state=state)
    if target is None:
        with pytest.raises(NotFromHere):
            IMPORT.step(run, move)
        target = state
    else:
        IMPORT.step(run, move)
    assert run.state == target


def test_every_busy_import_may_fail_and_only_two_ends_are_final() -> None:
    assert all(IMPORT.find("fail", state) for state in BUSY)
    assert IMPORT.final == {RunState.APPLIED, RunState.CANCELLED}
