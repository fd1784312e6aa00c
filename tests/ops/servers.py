"""PostgreSQL and NATS as an operator of their own would run them, made as the docs say."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from anlan.config.supervisor import options
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.run import READY_LINE
from tests.ops.conftest import clean_environment

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "of-their-own"


@dataclass(frozen=True)
class Servers:
    """Two servers that `anlan up` neither starts nor stops; `keeper` runs them."""

    keeper: Installation

    @property
    def nats(self) -> str:
        return self.keeper.nats_url()

    def database(self, role: str, name: str = "anlan") -> str:
        """The address of a database for one role."""
        assert self.keeper.postgres is not None
        return f"postgresql://{role}:{PASSWORD}@127.0.0.1:{self.keeper.postgres.port}/{name}"

    def environment(self, name: str = "anlan") -> dict[str, str]:
        """What an operator sets, and nothing else."""
        return {
            "ANLAN_DATABASE_URL": self.database("anlan_app", name),
            "ANLAN_DATABASE_OWNER_URL": self.database("anlan_owner", name),
            "ANLAN_DATABASE_BACKUP_URL": self.database("anlan_backup", name),
            "ANLAN_NATS_URL": self.nats,
        }

    def superuser(self, name: str = "postgres") -> "psycopg.Connection":
        """A connection that may do anything, as the operator of the server has."""
        given = {**conninfo_to_dict(self.keeper.backup_url()), "dbname": name}
        return psycopg.connect(**given, autocommit=True)  # type: ignore[arg-type]

    def pid(self) -> int:
        """The process id of the postmaster, 0 while there is none."""
        assert self.keeper.postgres is not None
        try:
            text = (self.keeper.postgres.cluster / "postmaster.pid").read_text()
        except FileNotFoundError:
            return 0
        return int(text.partition("\n")[0] or 0)


def documented_statements() -> list[str]:
    """The SQL of docs/operations/outside-servers.md, with a password in it."""
    text = (ROOT / "docs/operations/outside-servers.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    statements = [part.strip() for block in blocks for part in block.split(";") if part.strip()]
    return [statement.replace("…", PASSWORD) for statement in statements]


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Start both, bare, and follow the documentation. PostgreSQL is started again when killed."""
    given = options.Options(
        data=folder, host="127.0.0.1", port=8000, web_workers=1, job_workers=0, user=None,
        database_url=None, database_owner_url=None, database_backup_url=None, nats_url=None,
        secret_key=None, telemetry=False, door_host="127.0.0.1", door_port=8010, mqtt_port=None,
    )  # fmt: skip
    found = Servers(Installation(given))
    assert found.keeper.postgres is not None
    helper = subprocess.Popen(
        [sys.executable, "-m", "anlan.config.supervisor.run", "servers"],
        env=clean_environment(ANLAN_DATA=str(folder)),
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert helper.stdout is not None
        assert select.select([helper.stdout], [], [], 120)[0], "the servers do not start"
        assert helper.stdout.readline().decode().strip() == READY_LINE
        hba = found.keeper.postgres.cluster / "pg_hba.conf"
        hba.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        with found.superuser() as connection:
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP DATABASE anlan")
            connection.execute("DROP ROLE anlan_owner")
            connection.execute("DROP ROLE anlan_app")
            for statement in documented_statements():
                connection.execute(statement.encode())
        yield found
    finally:
        helper.terminate()
        try:
            helper.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(helper.pid, signal.SIGKILL)
