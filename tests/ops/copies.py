"""Installations made once in a run, for the products that tests start: each gets a copy.

Preparing a database takes a quarter of a minute of a core and making the demonstration's city
half a minute; a copy takes a second.
"""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.ops.conftest import Product


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of the run see."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def with_prepared_database(product: Product, shared: Path) -> Product:
    """Let the product's start find a database that this very code has prepared."""
    made = shared / "prepared"
    with _alone(made):
        if not made.exists():
            _make(Product(shared / "prepared-new"), made, ("up",), "prepared_by")
    _copy(made, product.data)
    return product


def with_city(product: Product, shared: Path, command: Sequence[str]) -> Product:
    """Let the product's start find the demonstration that `command` makes."""
    made = shared / "demo-city"
    with _alone(made):
        if not made.exists():
            maker = with_prepared_database(Product(shared / "demo-city-new"), shared)
            _make(maker, made, command, "demo")
    _copy(made, product.data)
    return product


def _make(maker: Product, made: Path, command: Sequence[str], sign: str) -> None:
    """Start until the folder remembers what was wanted, and no further."""
    maker.process = maker.spawn(command)
    try:
        maker.wait_until(lambda: _state(maker.data).get(sign))
    finally:
        code = maker.stop()
    assert code == 0, maker.output.read_text()[-3000:]
    _forget_places(maker.data)
    maker.data.rename(made)


@contextmanager
def _alone(made: Path) -> Iterator[None]:
    with open(f"{made}.lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _copy(data: Path, to: Path) -> None:
    # As it is, with its owner: the engines run as a user of their own.
    subprocess.run(["cp", "-a", str(data), str(to)], check=True, timeout=120)


def _state(data: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((data / "state.json").read_text())
    except FileNotFoundError:
        return {}
    return found


def _forget_places(data: Path) -> None:
    """Let a copy choose ports and the name of its processes anew."""
    state = _state(data)
    kept = {key: state.get(key) for key in ("prepared_by", "demo")}
    (data / "state.json").write_text(json.dumps(kept))
