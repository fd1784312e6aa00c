"""One installation: its data folder, which engines are its own, and how its parts are run."""

import http.client
import importlib.util
import os
import sys
from pathlib import Path

from anlan.config.supervisor import account as accounts
from anlan.config.supervisor import nats, options, postgres
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.part import Recipe
from anlan.config.supervisor.supervisor import Supervisor

_WHOLE_NETWORK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (recognised, not bound)


class Installation:
    """Puts options and data folder together. Reads only, until `create`."""

    def __init__(self, given: options.Options) -> None:
        self.options = given
        who = accounts.choose(given.data, given.user)
        data = Path(os.path.abspath(given.data))
        source = Path(__file__).resolve().parents[3]
        programs = [sys.executable, os.path.realpath(sys.executable), sys.prefix, sys.base_prefix]
        who = accounts.with_passage(
            who, [*(Path(program) for program in programs), source, data], given.port
        )
        self.folder = DataFolder(data, who)
        self.postgres = None if given.database_url else postgres.Postgres(self.folder)
        self.nats = None
        if not given.nats_url:
            self.nats = nats.Nats(self.folder, _mqtt(given))

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = _WHOLE_NETWORK.get(self.options.host, self.options.host)
        host = "localhost" if host in ("127.0.0.1", "::1") else host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.options.port}"

    def create(self) -> None:
        """Make the folder and what the parts read from it, before anything is started."""
        self.folder.create()
        if self.options.secret_key is None:
            self.folder.secret("secret-key")

    def environment(self, *, owner_too: bool = False, as_owner: bool = False) -> dict[str, str]:
        """What a Django process of this installation is started with.

        Only an operator's command learns the owner's address (`owner_too`): whoever breaks
        into the web server shall not find the key to the tables in its environment.
        """
        given = self.options
        found = dict(os.environ)
        for name, value in os.environ.items():  # the parts have another working folder
            if name.startswith("ANLAN_") and name.endswith("_FILE") and value:
                found[name] = os.path.abspath(value)
        if path := os.environ.get("PYTHONPATH"):
            found["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, path.split(os.pathsep)))
        found.update(
            HOME=str(self.folder / "cache"),
            XDG_CACHE_HOME=str(self.folder / "cache"),
            NUMBA_CACHE_DIR=str(self.folder / "cache" / "numba"),
            PYTHONUNBUFFERED="1",
            ANLAN_DATA=str(self.folder.path),
            ANLAN_HOST=given.host,
            ANLAN_PORT=str(given.port),
            DJANGO_SETTINGS_MODULE="anlan.config.settings",
        )
        if not _is_compiled():
            # The parts' user may not write beside the source; without this every start would
            # compile Django and Anlan again, which takes longer than all the rest.
            found.setdefault("PYTHONPYCACHEPREFIX", str(self.folder / "cache" / "python"))
        if given.secret_key is None:
            found["ANLAN_SECRET_KEY_FILE"] = str(self.folder / "secrets" / "secret-key")
        if self.postgres is not None:
            found["ANLAN_DATABASE_URL"] = self.postgres.url(postgres.APP)
            found["ANLAN_DATABASE_OWNER_URL"] = self.postgres.url(postgres.OWNER)
        if not owner_too:
            for name in ("DATABASE_OWNER_URL", "DATABASE_BACKUP_URL"):
                found.pop(f"ANLAN_{name}", None)
                found.pop(f"ANLAN_{name}_FILE", None)
            found.pop("ANLAN_DB_AS_OWNER", None)
        if self.nats is not None:
            found["ANLAN_NATS_URL"] = self.nats.url()
            found["ANLAN_NATS_REPLICAS"] = "1"  # a server alone refuses more
        if as_owner:
            found["ANLAN_DB_AS_OWNER"] = "1"
        return found

    def owner_url(self) -> str:
        """The database's address with the role that owns the tables."""
        if self.postgres is not None:
            return self.postgres.url(postgres.OWNER)
        given = self.options.database_owner_url or self.options.database_url
        assert given is not None
        return given

    def backup_url(self) -> str:
        """The database's address with a role that reads every row."""
        if self.postgres is not None:
            return self.postgres.url(postgres.SUPERUSER)
        return self.options.database_backup_url or self.owner_url()

    def app_url(self) -> str:
        """The database's address with the role of the application."""
        if self.postgres is not None:
            return self.postgres.url(postgres.APP)
        assert self.options.database_url is not None
        return self.options.database_url

    def nats_url(self) -> str:
        """The address of NATS."""
        if self.nats is not None:
            return self.nats.url()
        assert self.options.nats_url is not None
        return self.options.nats_url

    def start_engines(self, supervisor: Supervisor) -> None:
        """Start the engines that are ours and wait until they work."""
        supervisor.clear_orphans()
        started = []
        if self.postgres is not None:
            if not (self.postgres.cluster / "PG_VERSION").exists():
                supervisor.say("setting up PostgreSQL (first start)")
            self.postgres.prepare()
            started.append(supervisor.start(self.postgres.recipe()))
        if self.nats is not None:
            self.nats.prepare()
            started.append(supervisor.start(self.nats.recipe()))
        if started:
            supervisor.wait_ready(*started)
        if self.postgres is not None:
            self.postgres.ensure_roles()

    def _engine_names(self) -> tuple[str, ...]:
        own = {"postgres": self.postgres, "nats": self.nats}
        return tuple(name for name, engine in own.items() if engine is not None)

    def task(self, name: str, *arguments: str, as_owner: bool = False) -> Recipe:
        """A management command that runs once, under the supervisor."""
        return Recipe(
            name=name,
            command=[*manage(), *arguments],
            account=self.folder.account,
            environment=self.environment(owner_too=True, as_owner=as_owner),
            folder=self.folder.path,
            needs=self._engine_names(),
            once=True,
            stop_seconds=10.0,
        )

    def web(self) -> Recipe:
        """The web server: granian with the ASGI application."""
        given = self.options
        return Recipe(
            name="web",
            command=[
                sys.executable, "-P", "-m", "granian", "--interface", "asginl",
                "--host", given.host, "--port", str(given.port),
                "--workers", str(given.web_workers), "--respawn-failed-workers",
                "--workers-kill-timeout", "8", "--log-level", "warning",
                "anlan.config.asgi:application",
            ],
            account=self.folder.account,
            environment=self.environment(),
            folder=self.folder.path,
            ready=self.serves,
            ready_seconds=180.0,
            needs=self._engine_names(),
            stop_seconds=12.0,
        )  # fmt: skip

    def workers(self) -> list[Recipe]:
        """The background workers: procrastinate on the same database."""
        count = self.options.job_workers
        return [
            Recipe(
                name="worker" if count == 1 else f"worker{number}",
                command=[*manage(), "procrastinate", "worker", "--concurrency", "4"],
                account=self.folder.account,
                environment=self.environment(),
                folder=self.folder.path,
                needs=self._engine_names(),
                # Screens stay of use without background work; the doctor and the log tell.
                essential=False,
                stop_seconds=20.0,
            )
            for number in range(1, count + 1)
        ]

    def telemetry(self) -> list[Recipe]:
        """What takes measured values in, keeps them and watches them.

        Pages stay of use without: they say that no live values are there.
        """
        if not self.options.telemetry:
            return []
        return [self._historian(), self._door(), self._alarms()]

    def _historian(self) -> Recipe:
        return Recipe(
            name="historian",
            command=[sys.executable, "-P", "-m", "anlan.telemetry.historian"],
            account=self.folder.account,
            environment=self.environment(),
            folder=self.folder.path,
            needs=self._needed("nats"),
            essential=False,
            # What it holds is written first; killed, it would have it delivered again.
            stop_seconds=20.0,
        )

    def _door(self) -> Recipe:
        given = self.options
        return Recipe(
            name="door",
            command=[
                sys.executable, "-P", "-m", "granian", "--interface", "asgi", "--factory",
                "--host", given.door_host, "--port", str(given.door_port),
                "--workers", "1", "--respawn-failed-workers",
                "--workers-kill-timeout", "8", "--log-level", "warning",
                "anlan.telemetry.door:make",
            ],
            account=self.folder.account,
            environment=self._door_environment(),
            folder=self.folder.path,
            ready=self.door_answers,
            needs=self._engine_names(),
            essential=False,
            stop_seconds=12.0,
        )  # fmt: skip

    def _alarms(self) -> Recipe:
        return Recipe(
            name="alarms",
            command=[*manage(), "alarm_worker"],
            account=self.folder.account,
            environment=self.environment(),
            folder=self.folder.path,
            needs=self._engine_names(),
            essential=False,
            # Its last snapshot is written first; killed, it judges a few messages again.
            stop_seconds=20.0,
        )

    def _door_environment(self) -> dict[str, str]:
        found = self.environment()
        if self.nats is not None and self.nats.mqtt is not None:
            self.folder.secret(nats.MQTT_ISSUER)
            found["ANLAN_MQTT_SEED_FILE"] = str(self.folder / "secrets" / nats.MQTT_ISSUER)
        return found

    def simulator(self) -> list[Recipe]:
        """The demonstration's plant, sending to the door."""
        if not self.options.telemetry:
            return []
        host, port = self.options.door_host, self.options.door_port
        near = _WHOLE_NETWORK.get(host, host)
        door = f"http://{f'[{near}]' if ':' in near else near}:{port}/ingest/"
        return [
            Recipe(
                name="simulator",
                command=[*manage(), "demo_feed", door, "--", "--day"],
                account=self.folder.account,
                environment=self.environment(),
                folder=self.folder.path,
                needs=self._needed("postgres"),
                essential=False,
            )
        ]

    def _needed(self, *names: str) -> tuple[str, ...]:
        return tuple(name for name in self._engine_names() if name in names)

    def serves(self) -> bool:
        """Whether the web server says it is ready."""
        return _answer(self.options.host, self.options.port, "/readyz") == 200

    def door_answers(self) -> bool:
        """Whether the door is open, be it to say that values must wait."""
        found = _answer(self.options.door_host, self.options.door_port, "/healthz")
        return found is not None


def _mqtt(given: options.Options) -> nats.Mqtt | None:
    if not given.mqtt_port or not given.telemetry:
        return None
    files = None
    if given.mqtt_certificate and given.mqtt_key:
        files = (given.mqtt_certificate, given.mqtt_key)
    return nats.Mqtt(given.door_host, given.mqtt_port, files)


def _answer(host: str, port: int, path: str) -> int | None:
    """The status that a server of ours answers with; None if it does not."""
    connection = http.client.HTTPConnection(_WHOLE_NETWORK.get(host, host), port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _is_compiled() -> bool:
    """Whether the installed packages came with compiled files, as pip leaves them."""
    spec = importlib.util.find_spec("django")
    assert spec is not None
    assert spec.origin is not None
    return os.path.exists(importlib.util.cache_from_source(spec.origin))


def manage() -> list[str]:
    """The start of a Django management command."""
    return [sys.executable, "-P", "-m", "anlan.config.manage"]
