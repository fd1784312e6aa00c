"""Starts the real product in a temporary folder, as an operator would."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
ANLAN = [sys.executable, "-c", "from anlan.cli import main; main()"]
READY_SECONDS = 300


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of somebody who has set nothing, and has no measured values.

    The three parts for those start where `test_telemetry` asks for them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    for name in ("DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"):
        kept.pop(name, None)
    return {**kept, "PYTHONPATH": str(SOURCE), "ANLAN_TELEMETRY": "0", **more}


def anlan(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run an `anlan` command to its end."""
    return subprocess.run(
        [*ANLAN, *arguments],
        env=clean_environment(**more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


# Below those that a connection going out takes for itself: such a one, of any test on the machine,
# could take the port between our looking and the product's start.
PORTS = range(12_000, 32_000)
DOOR = 10
"""How far the door for measured values stands from the web server."""


def free_port() -> int:
    """Return a port that nobody listens on, with the door's beside it."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as web, socket.socket() as door:
            try:
                web.bind(("127.0.0.1", port))
                door.bind(("127.0.0.1", port + DOOR))
            except OSError:
                continue
        return port


@dataclass
class Product:
    """`anlan up` on a data folder."""

    data: Path
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    preexec: Callable[[], None] | None = None
    process: "subprocess.Popen[str] | None" = None

    @property
    def output(self) -> Path:
        """What it prints."""
        return self.data.with_name(self.data.name + ".out")

    def spawn(self, command: Sequence[str] = ("up",)) -> "subprocess.Popen[str]":
        """Start the supervisor and do not wait."""
        with open(self.output, "w", encoding="utf-8") as file:
            return subprocess.Popen(
                [*ANLAN, *command, "--data", str(self.data), "--port", str(self.port)],
                env=clean_environment(ANLAN_WEB_WORKERS="1", **self.environment),
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=self.preexec,
            )

    def start(self, command: Sequence[str] = ("up",)) -> "Product":
        """Start it and wait until it says that it is ready."""
        self.process = self.spawn(command)
        try:
            self.wait_until(lambda: "is ready after" in self.output.read_text())
        except AssertionError:
            self.stop()
            raise
        return self

    def wait_until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; a dead supervisor or five minutes fail the test."""
        deadline = time.monotonic() + READY_SECONDS
        while not holds():
            assert self.process is not None
            said = self.output.read_text()[-3000:]
            assert self.process.poll() is None, f"anlan up ended: {said}"
            assert time.monotonic() < deadline, f"not in time: {said}"
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether /readyz says yes."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/readyz", timeout=2
            ) as response:
                return bool(response.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def pid(self, part: str) -> int:
        """The process id of a part, 0 while it does not run."""
        try:
            text = (self.data / "run" / f"{part}.json").read_text()
            return int(json.loads(text)["pid"])
        except (FileNotFoundError, ValueError):
            return 0

    def log(self, part: str) -> str:
        return (self.data / "logs" / f"{part}.log").read_text()

    def kill(self) -> None:
        """kill -9 of the supervisor alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=150)


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for the tests that leave it running."""
    from tests.ops.copies import run_folder, with_prepared_database  # they start products too

    found = Product(tmp_path_factory.mktemp("ops") / "data")
    with_prepared_database(found, run_folder(tmp_path_factory)).start()
    yield found
    if found.process is not None and found.process.poll() is None:
        found.stop()
