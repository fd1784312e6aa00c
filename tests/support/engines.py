"""The embedded engines for a test run that was given no servers.

Started once by the first process; the parallel workers inherit the addresses.
"""

import atexit
import contextlib
import os
import shutil
import tempfile

import psycopg

from anlan.config.supervisor.run import engines, open_installation

# What is here need not outlive a crash. Statistics taken by chance while a table was empty, between
# two tests that fill and take back, made queries of the next a hundred times slower.
LIGHT = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
          "autovacuum": "off"}  # fmt: skip
GIVEN = ("ANLAN_DATABASE_URL", "ANLAN_NATS_URL")


def ensure_engines() -> None:
    """Start PostgreSQL and NATS in a temporary folder unless the environment names servers.

    Sets the `ANLAN_*` addresses and `ANLAN_TEST_SUPERUSER_URL`; all is removed at exit.
    """
    if any(os.environ.get(name) for name in GIVEN):
        return
    folder = tempfile.mkdtemp(prefix="anlan-test-")
    os.chmod(folder, 0o755)
    here = open_installation(folder)
    stack = contextlib.ExitStack()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(stack.close)
    stack.enter_context(engines(here, "test"))
    with psycopg.connect(here.backup_url(), autocommit=True) as connection:
        connection.execute("ALTER ROLE anlan_owner CREATEDB")
        for name, value in LIGHT.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
        connection.execute("SELECT pg_reload_conf()")
    wanted = (*GIVEN, "ANLAN_DATABASE_OWNER_URL")
    found = here.environment(owner_too=True)
    os.environ.update({name: found[name] for name in wanted})
    os.environ["ANLAN_TEST_SUPERUSER_URL"] = here.backup_url()
    os.environ["ANLAN_DATA"] = folder
