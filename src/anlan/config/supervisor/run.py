"""What `anlan up` and `anlan demo` do, and how other commands borrow the engines."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import click

from anlan import __version__
from anlan.config.supervisor import options as read_options
from anlan.config.supervisor.account import dying_with_parent, entry
from anlan.config.supervisor.fingerprint import of_code
from anlan.config.supervisor.installation import Installation, manage
from anlan.config.supervisor.logs import Console
from anlan.config.supervisor.ports import require_free
from anlan.config.supervisor.problem import Problem
from anlan.config.supervisor.supervisor import Stopped, Supervisor

READY_LINE = "engines are ready"
_BORROW_SECONDS = 60.0
OWNER_COMMANDS = frozenset({"migrate", "prepare_database", "flush", "dbshell", "sqlflush"})
"""Management commands that change tables, and so need the role that owns them."""


def open_installation(
    data: str | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
) -> Installation:
    """The installation that the environment and the given options mean; options win."""
    given = {"DATA": data, "HOST": host, "PORT": port, "WEB_WORKERS": workers}
    for name, value in given.items():
        if value is not None:
            os.environ[f"ANLAN_{name}"] = str(value)
    return Installation(read_options.read())


def run_product(here: Installation, *, demo: Sequence[str] | None = None) -> None:
    """Run everything until a signal. `demo` are the arguments of `manage demo_load`.

    Raises Problem when the folder is held, the port is taken, or a part does not come up.
    """
    began = time.monotonic()
    here.create()
    with here.folder.hold("up", here.url), Supervisor(here.folder, Console()) as supervisor:
        try:
            supervisor.clear_orphans()
            require_free(here.options.port, here.options.host)
            here.start_engines(supervisor)
            _prepare(here, supervisor, demo)
            supervisor.wait_ready(supervisor.start(here.web()))
            simulator = [] if demo is None else here.simulator()
            for recipe in [*here.workers(), *here.telemetry(), *simulator]:
                supervisor.start(recipe)
            supervisor.console.plain(banner(here, time.monotonic() - began, demo is not None))
            supervisor.serve()
        except Stopped:
            pass


def _prepare(here: Installation, supervisor: Supervisor, demo: Sequence[str] | None) -> None:
    """Bring the tables up to date and, if wanted, fill in the demonstration city.

    Both change nothing the second time, but asking takes Django seconds. A database of our own
    that this very code has prepared is not asked again; one that others reach always is.
    """
    code = of_code()
    state = here.folder.state()
    known = here.postgres is not None and state.get("prepared_by") == code
    if not known:
        here.folder.remember(prepared_by=None, demo=None)
        supervisor.run_once(here.task("prepare", "prepare_database", as_owner=True))
        here.folder.remember(prepared_by=code)
    if demo is None or (known and state.get("demo") == list(demo)):
        return
    supervisor.say("making the demonstration city")
    supervisor.run_once(here.task("demo", "demo_load", *demo))
    here.folder.remember(demo=list(demo))


def banner(here: Installation, seconds: float, is_demo: bool) -> str:
    """What the operator reads when all is up."""
    lines = [
        "",
        f"  Anlan {__version__} is ready after {seconds:.1f} s:  {here.url}",
        f"  data {here.folder.path}   logs {here.folder / 'logs'}   stop with Ctrl-C",
    ]
    if here.options.telemetry:
        lines.append(f"  measured values are taken in at port {here.options.door_port}, /ingest/")
    if is_demo:
        lines.append("  demonstration city: the README lists its accounts; nothing in it is real")
    if here.options.host not in ("127.0.0.1", "::1", "localhost"):
        lines.append("  open to the network without TLS: put a proxy with TLS in front of it")
    return "\n".join([*lines, ""])


def run_engines(here: Installation, mode: str) -> None:
    """Run the engines alone, for another command; says so on standard output when they work."""
    here.create()
    with (
        here.folder.hold(mode, ""),
        Supervisor(here.folder, Console(quiet=True)) as supervisor,
    ):
        try:
            here.start_engines(supervisor)
            click.echo(READY_LINE)
            supervisor.serve()
        except Stopped:
            pass


@contextlib.contextmanager
def engines(here: Installation, mode: str) -> Iterator[bool]:
    """The engines for the length of a command: the running ones, or our own meanwhile.

    Yields whether they already ran. A process of its own runs them, so that their output is
    read and a crash noticed while this one works.
    """
    if here.postgres is None and here.nats is None:
        yield True
        return
    if here.folder.holder() is not None:
        _await_running(here)
        yield True
        return
    helper = subprocess.Popen(
        [sys.executable, "-m", "anlan.config.supervisor.run", mode],
        env={**os.environ, "ANLAN_DATA": str(here.folder.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
    try:
        assert helper.stdout is not None
        line = helper.stdout.readline().decode().strip()
        if line != READY_LINE:
            helper.wait(timeout=60)
            raise Problem(f"The engines did not start. The logs say why: {here.folder / 'logs'}")
        yield False
    finally:
        helper.terminate()
        helper.wait()


def _await_running(here: Installation) -> None:
    """Wait for the engines of another command that is just starting them."""
    deadline = time.monotonic() + _BORROW_SECONDS
    while here.folder.holder() is not None and time.monotonic() < deadline:
        if all(engine.answers() for engine in (here.postgres, here.nats) if engine is not None):
            return
        time.sleep(0.1)
    raise Problem(
        f"Another command holds {here.folder.path}, but its engines do not answer. "
        f"The logs say why: {here.folder / 'logs'}"
    )


def run_manage(here: Installation, arguments: Sequence[str]) -> int:
    """Run a Django management command on the terminal. Returns its exit code."""
    as_owner = bool(arguments) and arguments[0] in OWNER_COMMANDS
    if as_owner and here.folder.initialised:
        here.folder.remember(prepared_by=None, demo=None)  # the next start looks again
    with engines(here, "manage"):
        process = subprocess.Popen(
            [*manage(), *arguments],
            env=here.environment(owner_too=True, as_owner=as_owner),
            preexec_fn=entry(here.folder.account, signal.SIGTERM),
        )
        # From here Ctrl-C is for the command; this process only waits for it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    try:
        run_engines(open_installation(), sys.argv[1])
    except Problem as problem:
        problem.show()
        sys.exit(problem.exit_code)
