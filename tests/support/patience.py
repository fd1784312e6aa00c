"""An end to calls of a browser that never answers, such as of a tab whose process is dead."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def browsers_end_after(seconds: float) -> Iterator[None]:
    """Kill the browsers that this process started once a block takes longer than this.

    Most calls of Playwright take no time limit. With its browser gone the one that hangs raises,
    the test fails by its name, and the worker goes on.
    """
    timer = threading.Timer(seconds, _kill_browsers)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _kill_browsers() -> None:
    commands: dict[int, str] = {}
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                commands[int(folder.name)] = (folder / "cmdline").read_text("utf-8", "replace")
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(after_name[1])
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    for pid in own:
        if "--remote-debugging-pipe" in commands[pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
