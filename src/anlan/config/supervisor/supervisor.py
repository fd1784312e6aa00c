"""Starts parts, watches them, starts crashed ones again, and stops all in order.

One thread and one loop: it waits for output, for signals and for time. That keeps what a child
does between fork and exec safe, and the order of events readable.
"""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Iterator
from types import FrameType
from typing import Self

from anlan.config.supervisor import orphans
from anlan.config.supervisor.account import adopt_orphans
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.logs import Console, PartLog
from anlan.config.supervisor.part import Part, Recipe, describe_end
from anlan.config.supervisor.problem import Problem

TURN_SECONDS = 0.5
READY_PROBE_SECONDS = 0.1
HURRY_SECONDS = 3.0


class Stopped(Exception):
    """A signal asked the supervisor to stop while it waited for something."""


class Supervisor:
    """Keeps the parts of one data folder. Use as a context; leaving it stops every part."""

    def __init__(self, folder: DataFolder, console: Console) -> None:
        self.folder, self.console = folder, console
        self.parts: dict[str, Part] = {}
        self.asked_to_stop = 0
        self._log = PartLog(console, "anlan", folder / "logs" / "anlan.log", folder.account)
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._old_handlers: dict[signal.Signals, object] = {}

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        self._log.line(text)

    def __enter__(self) -> Self:
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        adopt_orphans()
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            # nohup ignores SIGHUP on purpose; keep it so.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._old_handlers[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in self._old_handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]
            self._selector.close()
            self._wake.close()
            self._woken.close()
            self._log.close()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self.asked_to_stop += 1

    def clear_orphans(self) -> None:
        """Stop what an earlier supervisor of this folder left running when it was killed."""
        for record in orphans.records(self.folder / "run"):
            running = orphans.family(record)
            if running:
                self.say(
                    f"{record.name} of an earlier start still runs "
                    f"(process {running[0].pid}); stopping it"
                )
                orphans.end(record)
            orphans.forget(self.folder / "run", record.name)

    def start(self, recipe: Recipe) -> Part:
        """Start a part and keep it from now on."""
        log = PartLog(
            self.console,
            recipe.name,
            self.folder / "logs" / f"{recipe.name}.log",
            self.folder.account,
        )
        part = Part(recipe, log, self.folder / "run")
        self.parts[recipe.name] = part
        self._launch(part)
        return part

    def _launch(self, part: Part) -> None:
        try:
            part.start()
        except OSError as error:
            self.say(f"{part.name} cannot be started: {error}")
            part.started_at = time.monotonic()
            self._plan(part, blame=True)
            return
        if part.output is not None:
            self._selector.register(part.output, selectors.EVENT_READ, part)

    def wait_ready(self, *parts: Part) -> None:
        """Turn until all of them work. Raises Problem if one does not, Stopped if asked to."""
        deadline = time.monotonic() + max(part.recipe.ready_seconds for part in parts)
        while not all(part.is_ready for part in parts):
            self.turn(READY_PROBE_SECONDS)
            self._obey()
            late = [part for part in parts if not part.is_ready]
            for part in late:
                if part.hopeless or time.monotonic() > deadline:
                    raise Problem(
                        f"{part.name} did not become ready. Its log says why: {part.log.path}"
                    )

    def run_once(self, recipe: Recipe) -> None:
        """Run a part to its end. Raises Problem if it fails, Stopped if asked to stop."""
        part = self.start(recipe)
        while part.process is not None:
            self.turn(TURN_SECONDS)
            self._obey()
        del self.parts[recipe.name]
        part.log.close()
        if part.fast_crashes:
            raise Problem(f"{recipe.name} failed. Its log says why: {part.log.path}")

    def serve(self) -> None:
        """Turn until asked to stop. Raises Problem when an essential part is given up."""
        while not self.asked_to_stop:
            self.turn(TURN_SECONDS)

    def _obey(self) -> None:
        if self.asked_to_stop:
            raise Stopped

    def turn(self, longest: float) -> None:
        """Wait for something to happen, up to `longest` seconds, and deal with it."""
        self._listen(longest)
        now = time.monotonic()
        for part in list(self.parts.values()):
            code = part.ended()
            if code is not None:
                self._after_end(part, code)
            elif part.process is not None and not part.is_ready and not part.stopping:
                self._probe(part, now)
            elif part.restart_at is not None and now >= part.restart_at and self._fed(part):
                self.say(f"starting {part.name} again")
                self._launch(part)

    def _listen(self, longest: float) -> None:
        """Wait for output or a signal, pass output on, reap adopted processes."""
        for key, _ in self._selector.select(longest):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    while self._woken.recv(4096):
                        pass
            else:
                part = key.data
                part.drain()
                if part.output is None:
                    self._selector.unregister(key.fd)
        self._reap_strangers()

    def _bury(self, part: Part) -> None:
        descriptor = part.output
        if descriptor is not None:
            with contextlib.suppress(KeyError):
                self._selector.unregister(descriptor)
        part.bury()

    def _reap_strangers(self) -> None:
        """Reap adopted grandchildren; the parts themselves are reaped by their Popen."""
        ours = {part.process.pid for part in self.parts.values() if part.process is not None}
        for pid in _zombie_children():
            if pid not in ours:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def _probe(self, part: Part, now: float) -> None:
        if now - part.probed_at < READY_PROBE_SECONDS:
            return
        part.probed_at = now
        if part.recipe.ready is None or part.recipe.ready():
            part.is_ready = True
        elif now - part.started_at > part.recipe.ready_seconds:
            self.say(f"{part.name} runs but does not answer; stopping it")
            part.stopping = True
            part.signal(signal.SIGKILL)

    def _fed(self, part: Part) -> bool:
        """Whether what the part needs is there."""
        return all(self.parts[name].is_ready for name in part.recipe.needs if name in self.parts)

    def _after_end(self, part: Part, code: int) -> None:
        self._bury(part)
        if part.recipe.once:
            part.fast_crashes = int(code != 0)
            if code:
                self.say(f"{part.name} {describe_end(code)}. Its log says why: {part.log.path}")
            return
        self.say(f"{part.name} {describe_end(code)}")
        self._plan(part, blame=self._fed(part))

    def _plan(self, part: Part, *, blame: bool) -> None:
        pause = part.plan_restart(time.monotonic(), blame=blame)
        if not part.hopeless:
            return
        self.say(
            f"{part.name} GIVEN UP: it ended {part.fast_crashes} times right after its start. "
            f"Its log says why: {part.log.path}"
        )
        if part.recipe.essential:
            raise Problem(
                f"{part.name} does not stay up, and nothing works without it. "
                f"Its log says why: {part.log.path}"
            )
        self.say(f"the rest goes on; {part.name} is tried again in {pause / 60:.0f} minutes")

    def stop(self) -> None:
        """Stop all parts: first those that use others, each with its own patience.

        A second signal meanwhile shortens every patience.
        """
        waves = list(self._waves())
        if waves and self.asked_to_stop:
            self.say("stopping")
        for wave in waves:
            for part in wave:
                part.stopping, part.restart_at = True, None
                part.signal(part.recipe.stop_signal)
            self._await_end(wave)
        self.parts.clear()

    def _waves(self) -> Iterator[list[Part]]:
        """The parts in groups, none of which is needed by a later one."""
        left = dict(self.parts)
        while left:
            needed = {name for part in left.values() for name in part.recipe.needs}
            wave = [part for name, part in left.items() if name not in needed]
            for part in wave:
                del left[part.name]
            yield wave

    def _await_end(self, wave: list[Part]) -> None:
        began = time.monotonic()
        hurried: set[str] = set()
        while running := [part for part in wave if part.process is not None]:
            self._listen(READY_PROBE_SECONDS)
            waited = time.monotonic() - began
            for part in running:
                # A second Ctrl-C: the operator does not want to wait.
                patience = part.recipe.stop_seconds if self.asked_to_stop < 2 else 1.0
                if part.ended() is not None:
                    self._bury(part)
                    part.log.close()
                elif waited > patience + HURRY_SECONDS:
                    part.signal(signal.SIGKILL)
                elif waited > patience and part.name not in hurried:
                    hurried.add(part.name)
                    self.say(f"{part.name} does not stop; forcing it")
                    part.signal(part.recipe.hurry_signal)


def _zombie_children() -> list[int]:
    """Children of this process that have ended and wait to be reaped."""
    found = []
    with contextlib.suppress(ChildProcessError):
        result = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if result is not None and result.si_pid:
            found.append(result.si_pid)
    return found
