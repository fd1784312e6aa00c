"""Servers of the tests' own, on free ports."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from anlan.config.supervisor.nats import binary


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int, seconds: float = 20.0) -> None:
    """Wait until something listens. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nobody listens on {port}")


class NatsServer:
    """A NATS server with JetStream in a folder; it may be killed and started again."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self.file = folder / "nats.conf"
        self.file.write_text(
            f'server_name: "test"\nhost: "127.0.0.1"\nport: {self.port}\nmax_payload: 8MB\n'
            f'jetstream {{ store_dir: "{folder}" }}\n{extra}'
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(binary()), "-c", str(self.file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await_port(self.port)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            os.kill(self.process.pid, number)
            self.process.wait(20)
            self.process = None
