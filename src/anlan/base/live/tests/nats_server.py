"""A message server of the test's own, which may be stopped and started again."""

import os
import socket
import subprocess
import sysconfig
import time
from pathlib import Path


class NatsServer:
    """nats-server with JetStream on a free loopback port; its streams lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, with a password that needs quoting."""
        return f"nats://anlan:p%40ss@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it greets."""
        binary = Path(sysconfig.get_path("scripts"), "nats-server")
        arguments = ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]
        self.process = subprocess.Popen(
            [str(binary), *arguments, "--user", "anlan", "--pass", "p@ss"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ),
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    if connection.recv(4) == b"INFO":
                        return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("nats-server did not start")

    def stop(self, *, hard: bool = False) -> None:
        """Stop it; `hard` as a crash would."""
        if self.process is not None:
            self.process.kill() if hard else self.process.terminate()
            self.process.wait(15)
            self.process = None
