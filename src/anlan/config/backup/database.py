"""PostgreSQL's own dump and restore, run with the programs of the embedded PostgreSQL."""

import os
import subprocess
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict

from anlan.config.supervisor.account import Account, entry
from anlan.config.supervisor.postgres import MAJOR, OWNER, binaries
from anlan.config.supervisor.problem import Problem

_DEATH = 15
_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
}


def server_version(url: str) -> int:
    """The server's major version. Raises Problem if it does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise Problem(f"The database does not answer: {error}") from error


def dump(url: str, target: Path, account: Account) -> None:
    """Write a consistent dump. Raises Problem with pg_dump's last words."""
    found = server_version(url)
    if found > MAJOR:
        raise Problem(
            f"The database is PostgreSQL {found}; Anlan's pg_dump knows up to {MAJOR}. "
            "Back it up with the tools of that server."
        )
    with open(target, "wb") as file:
        result = _run(["pg_dump", "--format=custom", "--no-password"], url, account, stdout=file)
    if result.returncode != 0:
        said = result.stderr.decode(errors="replace").strip()
        if "row-level security" in said:
            raise Problem(
                "The database role may not read every row. Set ANLAN_DATABASE_BACKUP_URL to a "
                "role with BYPASSRLS and pg_read_all_data."
            )
        raise Problem(f"pg_dump failed: {said[-800:]}")


def require_empty(url: str) -> None:
    """Raises Problem if the database holds tables."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
    if row is not None and row[0]:
        raise Problem(f"The database holds {row[0]} tables. Restore into an empty one.")


def load(url: str, source: Path, account: Account, *, as_superuser: bool) -> None:
    """Load a dump into an empty database; everything will belong to the owner's role.

    Raises Problem with pg_restore's last words.
    """
    command = ["pg_restore", "--no-owner", "--exit-on-error", "--no-password"]
    if as_superuser:
        command.append(f"--role={OWNER}")
    database = str(conninfo_to_dict(url)["dbname"])
    with open(source, "rb") as file:
        result = _run([*command, f"--dbname={database}"], url, account, stdin=file)
    if result.returncode != 0:
        said = result.stderr.decode(errors="replace").strip()
        raise Problem(f"pg_restore failed: {said[-800:]}")


def _run(
    command: list[str],
    url: str,
    account: Account,
    *,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
) -> "subprocess.CompletedProcess[bytes]":
    given = conninfo_to_dict(url)
    # In the environment, not on the command line, where every user of the machine reads it.
    environment = {
        variable: str(given[key]) for key, variable in _ENVIRONMENT.items() if given.get(key)
    }
    program, *arguments = command
    return subprocess.run(
        [str(binaries() / program), *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C", **environment},
        cwd="/",
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=entry(account, _DEATH),
        check=False,
    )
