"""Finds and stops what a killed supervisor left behind, and never anybody else.

A part is recorded with its process id, the kernel's start time of that process and the boot it
belongs to: a number that was given to a stranger since then has another start time. What the
part started is found by its session (each part leads one), PostgreSQL's backends, which leave
the session, by the name that our PostgreSQL puts into their titles.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of /proc. `started` is in clock ticks since boot."""

    pid: int
    session: int
    started: int
    uid: int
    state: str


@dataclass(frozen=True, slots=True)
class Record:
    """A part as it was started. `title` marks processes outside its session, if not empty."""

    name: str
    pid: int
    started: int
    boot: str
    uid: int
    stop_signal: int
    patience: float = 10.0
    title: str = ""

    def save(self, folder: Path) -> None:
        """Write it to the run folder."""
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self)), encoding="utf-8")


def boot_id() -> str:
    """Changes with every start of the machine."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def look(pid: int) -> Process | None:
    """The process with that number, or None if there is none or it only waits to be reaped."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        uid = (PROC / str(pid)).stat().st_uid
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    # The command may hold blanks and parentheses: the fields begin after the last ")".
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    return Process(pid, int(fields[3]), int(fields[19]), uid, fields[0])


def _all() -> list[Process]:
    found = []
    for name in os.listdir(PROC):
        if name.isdigit():
            process = look(int(name))
            if process is not None:
                found.append(process)
    return found


def _title(pid: int) -> str:
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    return ""


def family(record: Record) -> list[Process]:
    """The part's processes that still run: itself first, then what it started."""
    if record.boot != boot_id():
        return []
    leader = look(record.pid)
    if leader is not None and leader.started != record.started:
        return []  # the number is a stranger's now, and so is its session
    found = []
    for process in _all():
        if process.pid == os.getpid() or process.started < record.started:
            continue
        in_session = process.session == record.pid
        titled = bool(record.title) and _title(process.pid).startswith(record.title)
        if (in_session or titled) and _same_user(process, record):
            found.append(process)
    return sorted(found, key=lambda process: process.pid != record.pid)


def _same_user(process: Process, record: Record) -> bool:
    # /proc shows root for a process that may not be inspected, such as one with a capability.
    return process.uid in (record.uid, 0)


def records(folder: Path) -> list[Record]:
    """What the run folder remembers; a half-written record counts as none."""
    found = []
    for path in sorted(folder.glob("*.json")):
        with contextlib.suppress(ValueError, TypeError, OSError):
            found.append(Record(**json.loads(path.read_text(encoding="utf-8"))))
    return found


def forget(folder: Path, name: str) -> None:
    """Remove a part's record."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def end(
    record: Record, patience: float | None = None, pause: Callable[[float], object] = time.sleep
) -> int:
    """Stop a part's processes, politely for `patience` seconds. Returns how many there were."""
    first = family(record)
    for process in first:
        _send(process, record.stop_signal)
        _send(process, signal.SIGCONT)  # a suspended process cannot obey
    deadline = time.monotonic() + (record.patience if patience is None else patience)
    left = first
    while left and time.monotonic() < deadline:
        pause(0.05)
        left = family(record)
    for process in left:
        _send(process, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while left and family(record) and time.monotonic() < deadline:
        pause(0.02)
    return len(first)


def _send(process: Process, number: int) -> None:
    again = look(process.pid)
    if again is not None and again.started == process.started:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)
