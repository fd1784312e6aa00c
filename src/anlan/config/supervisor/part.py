"""One process that the supervisor keeps: what it is, and how it is doing."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from anlan.config.supervisor import orphans
from anlan.config.supervisor.account import Account, entry
from anlan.config.supervisor.logs import PartLog

FAST_CRASH_SECONDS = 15.0
MOST_FAST_CRASHES = 5
LONGEST_PAUSE = 30.0
HOPELESS_PAUSE = 300.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to run a part.

    `ready` answers whether it works; None means as soon as it runs. `once` marks a task that is
    to end by itself. `needs` names parts that must be ready before it is started again. An
    `essential` part that will not stay up ends the supervisor; another is tried again every
    five minutes, loudly. It gets `death_signal` when the supervisor is killed. `title` is what
    the titles of its processes outside its session begin with.
    """

    name: str
    command: Sequence[str]
    account: Account
    environment: Mapping[str, str]
    folder: Path
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 60.0
    once: bool = False
    needs: tuple[str, ...] = ()
    essential: bool = True
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 15.0
    death_signal: signal.Signals = signal.SIGTERM
    title: str = ""
    before: Callable[[], None] | None = None


@dataclass(slots=True)
class Part:
    """A recipe and its running process."""

    recipe: Recipe
    log: PartLog
    run_folder: Path
    process: subprocess.Popen[bytes] | None = None
    record: orphans.Record | None = None
    started_at: float = 0.0
    is_ready: bool = False
    fast_crashes: int = 0
    restart_at: float | None = None
    stopping: bool = False
    probed_at: float = 0.0

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def output(self) -> int | None:
        """The descriptor its output comes from, while it has one."""
        if self.process is None or self.process.stdout is None or self.process.stdout.closed:
            return None
        return self.process.stdout.fileno()

    def start(self) -> None:
        """Start the process. It leads a session of its own, so that Ctrl-C does not reach it."""
        recipe = self.recipe
        if recipe.before is not None:
            recipe.before()
        self.process = subprocess.Popen(
            list(recipe.command),
            cwd=recipe.folder,
            env=dict(recipe.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=entry(recipe.account, recipe.death_signal),
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.started_at = time.monotonic()
        self.is_ready, self.restart_at, self.stopping = False, None, False
        seen = orphans.look(self.process.pid)
        self.record = orphans.Record(
            name=self.name,
            pid=self.process.pid,
            started=seen.started if seen else 0,
            boot=orphans.boot_id(),
            uid=recipe.account.uid,
            stop_signal=int(recipe.stop_signal),
            patience=recipe.stop_seconds,
            title=recipe.title,
        )
        self.record.save(self.run_folder)

    def drain(self) -> None:
        """Move what it has said into its log."""
        descriptor = self.output
        if descriptor is None:
            return
        assert self.process is not None
        assert self.process.stdout is not None
        while True:
            try:
                data = os.read(descriptor, 65536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self.process.stdout.close()
                return
            self.log.feed(data)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def ended(self) -> int | None:
        """Its exit code once it has ended (negative: killed by that signal), else None."""
        return None if self.process is None else self.process.poll()

    def bury(self) -> None:
        """Clear away after its end, with everything it started."""
        assert self.record is not None
        orphans.end(self.record, patience=3.0 if self.recipe.title else 0.5)
        self.drain()
        self.log.finish_line()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        orphans.forget(self.run_folder, self.name)
        self.process, self.is_ready = None, False

    def plan_restart(self, now: float, *, blame: bool) -> float:
        """Decide when to try again; returns the pause. `blame` counts towards giving up."""
        if now - self.started_at > FAST_CRASH_SECONDS:
            self.fast_crashes = 0
        if blame:
            self.fast_crashes += 1
        if self.hopeless:
            pause = HOPELESS_PAUSE
        else:
            pause = min(LONGEST_PAUSE, 0.25 * 2.0 ** max(0, self.fast_crashes - 1))
        self.restart_at = now + pause
        return pause

    @property
    def hopeless(self) -> bool:
        """Whether it has crashed too often right after its start."""
        return self.fast_crashes >= MOST_FAST_CRASHES


def describe_end(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
