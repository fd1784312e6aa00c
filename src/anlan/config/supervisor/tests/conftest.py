"""A data folder and a supervisor for small made-up parts."""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from anlan.config.supervisor.account import Account, choose, with_passage
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.logs import Console
from anlan.config.supervisor.part import Recipe
from anlan.config.supervisor.supervisor import Supervisor


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """This user; as root the one that `anlan up` would drop to, able to reach Python."""
    data = tmp_path / "data"
    return with_passage(
        choose(data, None), [Path(os.path.realpath(sys.executable)), data], port=8000
    )


@pytest.fixture
def folder(tmp_path: Path, account: Account) -> DataFolder:
    found = DataFolder(tmp_path / "data", account)
    found.create()
    return found


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(folder: DataFolder, terminal: io.StringIO) -> Iterator[Supervisor]:
    with Supervisor(folder, Console(terminal)) as found:
        yield found


@pytest.fixture
def python(account: Account) -> Callable[..., Recipe]:
    """Return a maker of recipes that run a line of Python."""

    def make(name: str, code: str, **options: Any) -> Recipe:
        return Recipe(
            name=name,
            command=[sys.executable, "-S", "-c", code],
            account=account,
            environment={"PATH": os.defpath},
            folder=Path("/"),
            **options,
        )

    return make


@pytest.fixture
def turn_until(supervisor: Supervisor) -> Callable[..., None]:
    """Return a function that turns the loop until something holds."""

    def until(holds: Callable[[], object], seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it did not happen in time"
            supervisor.turn(0.02)

    return until
