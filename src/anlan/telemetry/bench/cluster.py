"""A NATS cluster of several servers on loopback, each of which may be killed."""

import asyncio
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from anlan.config.supervisor.nats import binary
from anlan.config.supervisor.ports import choose
from anlan.telemetry import stream

PORTS = range(15700, 15900)
USER, PASSWORD = "anlan", "of the bench"


class Cluster:
    """Servers in folders below `folder`. Leaving it ends them."""

    def __init__(self, folder: Path, count: int = 3) -> None:
        ports: list[int] = []
        for _ in range(2 * count):
            ports.append(choose(None, PORTS, avoid=ports))
        self._clients, self._routes = ports[:count], ports[count:]
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """All its servers, commas between."""
        user = f"{USER}:{PASSWORD.replace(' ', '%20')}"
        return ",".join(f"nats://{user}@127.0.0.1:{port}" for port in self._clients)

    def __enter__(self) -> Self:
        for number in range(len(self._clients)):
            self._write(number)
            self.start(number)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in list(self._processes):
            self.end(number, signal.SIGTERM)

    def _file(self, number: int) -> Path:
        return self._folder / f"n{number}" / "nats.conf"

    def _write(self, number: int) -> None:
        file = self._file(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self._routes)
        file.write_text(f"""\
server_name: "n{number}"
host: "127.0.0.1"
port: {self._clients[number]}
max_payload: 8MB
authorization {{ user: "{USER}", password: "{PASSWORD}" }}
jetstream {{ store_dir: "{file.parent}", sync_interval: "5s" }}
cluster {{
  name: "anlan"
  host: "127.0.0.1"
  port: {self._routes[number]}
  routes: [ {routes} ]
}}
""")

    def start(self, number: int) -> None:
        """Start a server."""
        self._processes[number] = subprocess.Popen(  # noqa: S603
            [str(binary()), "-c", str(self._file(number))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self, number: int, how: int) -> None:
        """Send a signal to a server and wait for its end."""
        process = self._processes.pop(number)
        process.send_signal(how)
        process.wait(30)

    async def ready(self, seconds: float = 30.0) -> None:
        """Wait until it has elected who leads. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            client = await stream.connect(self.url, "bench")
            try:
                while True:
                    try:
                        await client.jetstream(timeout=1).account_info()
                        return
                    except stream.TROUBLE:
                        await asyncio.sleep(0.1)
            finally:
                await client.close()

    async def leader(self, seconds: float = 30.0) -> int:
        """The server that leads the log of samples. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            client = await stream.connect(self.url, "bench")
            try:
                while True:
                    try:
                        info = await client.jetstream(timeout=1).stream_info(stream.STREAM)
                    except stream.TROUBLE:
                        info = None
                    if info is not None and info.cluster is not None and info.cluster.leader:
                        return int(info.cluster.leader.removeprefix("n"))
                    await asyncio.sleep(0.1)
            finally:
                await client.close()

    async def kill_leader(self) -> int:
        """kill -9 of the server that leads the log; it is left dead. Returns its number."""
        number = await self.leader()
        self.end(number, signal.SIGKILL)
        return number
