"""Processes of a measurement: a message server and a historian of their own, in a folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from anlan.config.supervisor.nats import binary
from anlan.config.supervisor.ports import choose
from anlan.telemetry import client
from anlan.telemetry.client import NatsAsker, NoHistorian

PORTS = range(15000, 15400)


class Stack:
    """NATS and, once started, a historian. Leaving it stops both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = choose(None, PORTS)
        self.url = f"nats://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        streams = self.folder / "streams"
        streams.mkdir(parents=True, exist_ok=True)
        self._configuration = streams / "nats.conf"
        self._configuration.write_text(
            f'server_name: "bench"\nhost: "127.0.0.1"\nport: {self.port}\nmax_payload: 8MB\n'
            f'jetstream {{ store_dir: "{streams}", sync_interval: "5s" }}\n'
        )
        self.start_nats()
        self.asker = NatsAsker(self.url)
        self._before = client.install(self.asker)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        client.install(self._before)
        self.asker.close()
        for name in ("historian", "nats"):
            self.end(name, signal.SIGTERM)

    def start_nats(self) -> None:
        """Start the message server."""
        self.processes["nats"] = subprocess.Popen(  # noqa: S603
            [str(binary()), "-c", str(self._configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start_historian(self) -> None:
        """Start the store; `until_ready` waits for it."""
        self.processes["historian"] = subprocess.Popen(
            [sys.executable, "-m", "anlan.telemetry.historian"],
            env={**os.environ, "ANLAN_NATS_URL": self.url, "ANLAN_DATA": str(self.folder)},
            stderr=subprocess.DEVNULL,
        )

    def end(self, name: str, number: int) -> None:
        """Send a signal to a process and wait for its end."""
        process = self.processes.pop(name, None)
        if process is not None:
            process.send_signal(number)
            process.wait(60)

    def until_ready(self) -> None:
        """Wait until the store answers."""
        until(lambda: bool(client.status()), 120)


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Wait until something holds; False if it did not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return True
        except (NoHistorian, OSError):
            pass
        time.sleep(0.1)
    return False


def processor_seconds(pid: int) -> float:
    """Seconds of processor time a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
