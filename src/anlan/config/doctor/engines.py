"""Checks that need the database and the message server."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import nats as client
import psycopg

from anlan.config.doctor.check import Finding, fail, ok, warn
from anlan.config.nats_address import apart, place, replicas, server_options
from anlan.config.supervisor.installation import Installation, manage

OLDEST_SERVER = 150000
LATE_JOB_SECONDS = 600
OF_A_PERSON = ("inbox_heldrun", "inbox_notice")
"""Tables whose `scope_path` only says what a message is about: its recipient decides who reads."""


def database(here: Installation) -> Iterator[Finding]:
    """Reachable with the application's role; version, encoding, rights and the second wall."""
    try:
        connection = psycopg.connect(here.app_url(), connect_timeout=10)
    except psycopg.OperationalError as error:
        yield fail(
            "database",
            str(error).strip().splitlines()[0],
            "Check ANLAN_DATABASE_URL and the server."
            if here.postgres is None
            else f"See {here.folder / 'logs' / 'postgres.log'}.",
        )
        return
    with connection:
        yield from _server(connection)
        yield from _role(connection)
        yield from _wall(connection)
        yield from _jobs(connection)


def _server(connection: "psycopg.Connection") -> Iterator[Finding]:
    version = connection.info.server_version
    says = f"PostgreSQL {version // 10000}.{version % 10000}"
    row = connection.execute(
        """SELECT pg_encoding_to_char(encoding), current_setting('max_connections')::int,
                  (SELECT count(*) FROM pg_stat_activity)
           FROM pg_database WHERE datname = current_database()"""
    ).fetchone()
    assert row is not None
    encoding, most, used = row
    if version < OLDEST_SERVER:
        yield fail("database", says, "Anlan needs PostgreSQL 15 or newer.")
    elif encoding != "UTF8":
        yield fail("database", f"{says}, encoding {encoding}", "Make it anew with ENCODING 'UTF8'.")
    elif used > 0.8 * most:
        yield warn(
            "database", f"{says}, {used} of {most} connections in use", "Raise max_connections."
        )
    else:
        yield ok("database", f"{says}, {used} of {most} connections in use")


def _role(connection: "psycopg.Connection") -> Iterator[Finding]:
    # The role the application steps down to, if it is not the one it signs in with.
    connection.execute(
        """SELECT set_config('role', 'anlan_app', false)
           WHERE EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlan_app')
             AND pg_has_role(session_user, 'anlan_app', 'MEMBER')"""
    )
    row = connection.execute(
        """SELECT current_user, rolsuper, rolbypassrls,
                  (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = 'public' AND c.relowner = r.oid AND c.relkind IN ('r', 'p'))
           FROM pg_roles r WHERE rolname = current_user"""
    ).fetchone()
    assert row is not None
    name, is_super, bypasses, owns = row
    remedy = "Use a role of its own for ANLAN_DATABASE_URL: CREATE ROLE anlan_app LOGIN PASSWORD …"
    if is_super or bypasses:
        yield fail("database role", f"{name} passes every row-level policy", remedy)
    elif owns:
        yield fail("database role", f"{name} owns {owns} tables", remedy)
    else:
        yield ok("database role", f"{name}: no superuser, owns nothing")


def _wall(connection: "psycopg.Connection") -> Iterator[Finding]:
    rows = connection.execute(
        """SELECT c.relname,
                  c.relrowsecurity AND c.relforcerowsecurity
                  AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
           FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'scope_path'
           WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
             -- Partitions are reached through their table alone: the product has no right on them.
             AND NOT c.relispartition
             AND c.relname <> ALL (%s)
           ORDER BY 1""",
        [list(OF_A_PERSON)],
    ).fetchall()
    bare = [name for name, walled in rows if not walled]
    if bare:
        yield fail(
            "second wall",
            f"row-level security is not forced on {', '.join(bare)}",
            "Run: anlan manage prepare_database",
        )
    elif not rows:
        yield warn("second wall", "there are no tables yet", "Run: anlan manage prepare_database")
    else:
        yield ok("second wall", f"row-level security is forced on {len(rows)} tables")


def _jobs(connection: "psycopg.Connection") -> Iterator[Finding]:
    there = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    if there is None or there[0] is None:
        return
    row = connection.execute(
        """SELECT count(*) FILTER (WHERE j.status = 'failed'),
                  coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))
                      FILTER (WHERE j.status = 'todo'
                              AND coalesce(j.scheduled_at, now()) <= now())), 0)
           FROM procrastinate_jobs j
           LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"""
    ).fetchone()
    assert row is not None
    failed, late = row
    if late > LATE_JOB_SECONDS:
        yield warn(
            "jobs",
            f"one has been due for {float(late) / 60:.0f} minutes",
            "Is a worker running? anlan up starts one unless ANLAN_JOB_WORKERS=0.",
        )
    elif failed:
        yield warn("jobs", f"{failed} have failed", "See the jobs page and logs/worker.log.")
    else:
        yield ok("jobs", "none late, none failed")


def migrations(here: Installation) -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    result = subprocess.run(
        [*manage(), "migrate", "--check"],
        env=here.environment(owner_too=True, as_owner=True),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if result.returncode == 0:
        yield ok("migrations", "none pending")
    else:
        yield fail(
            "migrations",
            "the tables are older than this Anlan, or cannot be read",
            "Back up, then run: anlan manage prepare_database (anlan up does it, too).",
        )


def messages(here: Installation) -> Iterator[Finding]:
    """Every server of NATS answers, has JetStream, and keeps as many copies as are wanted."""
    servers = apart(here.nats_url())
    answers: list[_JetStream] = []
    silent: dict[str, str] = {}
    for one in servers:
        try:
            answers.append(asyncio.run(_jetstream(one)))
        except Exception as error:  # nats-py raises many kinds, OSError and its own
            silent["{}:{}".format(*place(one))] = f"{type(error).__name__} {error}".strip()
    if not answers:
        yield fail(
            "messages",
            f"no JetStream: {'; '.join(silent.values())}",
            "Check ANLAN_NATS_URL; the server needs JetStream enabled."
            if here.nats is None
            else f"See {here.folder / 'logs' / 'nats.log'}.",
        )
        return
    found = answers[0]
    says = f"JetStream with {len(found.replicas)} streams, {found.stored / 1e6:.1f} MB"
    if len(servers) > 1:
        says += f"; {len(answers)} of {len(servers)} servers answer"
    if silent:
        yield warn("messages", f"{says}; silent: {', '.join(silent)}", "See that server's log.")
    else:
        yield ok("messages", says)
    wanted = 1 if here.nats is not None else replicas()
    fewer = sorted(name for name, copies in found.replicas.items() if copies < wanted)
    if fewer:
        yield warn(
            "copies",
            f"{', '.join(fewer)}: fewer than ANLAN_NATS_REPLICAS={wanted}",
            "The cluster needs as many servers with JetStream; then start Anlan again.",
        )


@dataclass(frozen=True, slots=True)
class _JetStream:
    """What one server tells: copies of each of our streams, bytes stored."""

    replicas: dict[str, int]
    stored: int


async def _jetstream(url: str) -> _JetStream:
    async def quiet(_: Exception) -> None:
        """The exception that ends the connection is the one to report."""

    connection = await client.connect(
        **server_options(url),
        connect_timeout=5,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        error_cb=quiet,
    )
    try:
        js = connection.jetstream()
        info = await js.account_info()
        streams = [found.config for found in await js.streams_info()]
        copies = {str(one.name): one.num_replicas or 1 for one in streams}
        return _JetStream(copies, info.storage)
    finally:
        await connection.close()


CHECKS = (database, migrations, messages)
