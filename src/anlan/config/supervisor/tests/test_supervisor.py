"""Parts are kept running, given up loudly, and stopped in order."""

import io
import os
import signal
import time
from collections.abc import Callable

import pytest

from anlan.config.supervisor import orphans, part
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.part import Recipe
from anlan.config.supervisor.problem import Problem
from anlan.config.supervisor.supervisor import Stopped, Supervisor

Maker = Callable[..., Recipe]
Until = Callable[..., None]
FOREVER = "import time\nwhile True: time.sleep(60)"


def pid_of(supervisor: Supervisor, name: str) -> int:
    process = supervisor.parts[name].process
    return process.pid if process is not None else 0


def test_a_killed_part_is_started_again(
    supervisor: Supervisor, python: Maker, turn_until: Until, terminal: io.StringIO
) -> None:
    supervisor.start(python("web", FOREVER))
    first = pid_of(supervisor, "web")
    assert first
    os.kill(first, signal.SIGKILL)
    turn_until(lambda: pid_of(supervisor, "web") not in (0, first))
    assert "web was killed by SIGKILL" in terminal.getvalue()


def test_the_children_of_a_killed_part_go_with_it(
    supervisor: Supervisor, python: Maker, turn_until: Until, folder: DataFolder
) -> None:
    code = (
        "import subprocess,sys,time\n"
        "p=subprocess.Popen([sys.executable,'-S','-c','import time;time.sleep(600)'])\n"
        "print('child',p.pid,flush=True)\n"
        "time.sleep(600)"
    )
    supervisor.start(python("web", code))
    log = folder / "logs" / "web.log"
    turn_until(lambda: "child" in log.read_text())
    child = int(log.read_text().split()[-1])
    os.kill(pid_of(supervisor, "web"), signal.SIGKILL)
    turn_until(lambda: orphans.look(child) is None)


def test_an_essential_part_that_keeps_crashing_ends_it_and_names_the_log(
    supervisor: Supervisor, python: Maker, turn_until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "LONGEST_PAUSE", 0.01)
    supervisor.start(python("nats", "raise SystemExit(3)"))
    with pytest.raises(Problem, match=r"nats does not stay up.*logs/nats\.log"):
        turn_until(lambda: False)
    assert supervisor.parts["nats"].fast_crashes == part.MOST_FAST_CRASHES


def test_an_optional_part_that_keeps_crashing_is_reported_and_tried_later(
    supervisor: Supervisor,
    python: Maker,
    turn_until: Until,
    terminal: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(part, "LONGEST_PAUSE", 0.01)
    supervisor.start(python("worker", "raise SystemExit(3)", essential=False))
    turn_until(lambda: supervisor.parts["worker"].hopeless)
    assert "worker GIVEN UP" in terminal.getvalue()
    assert "logs/worker.log" in terminal.getvalue()
    restart_at = supervisor.parts["worker"].restart_at
    assert restart_at is not None
    assert restart_at > time.monotonic() + 200


def test_a_part_waits_for_what_it_needs_and_is_not_blamed_meanwhile(
    supervisor: Supervisor, python: Maker, turn_until: Until
) -> None:
    open_now = [False]
    supervisor.start(python("postgres", FOREVER, ready=lambda: open_now[0]))
    supervisor.start(python("web", "raise SystemExit(1)", needs=("postgres",)))
    turn_until(lambda: supervisor.parts["web"].restart_at is not None)
    for _ in range(40):
        supervisor.turn(0.01)
    assert supervisor.parts["web"].fast_crashes == 0
    assert supervisor.parts["web"].process is None
    open_now[0] = True
    turn_until(lambda: supervisor.parts["web"].fast_crashes == 1)


def test_a_part_that_never_answers_stops_the_start(supervisor: Supervisor, python: Maker) -> None:
    web = supervisor.start(python("web", FOREVER, ready=lambda: False, ready_seconds=0.3))
    with pytest.raises(Problem, match="web did not become ready"):
        supervisor.wait_ready(web)


def test_a_failing_task_names_its_log(supervisor: Supervisor, python: Maker) -> None:
    supervisor.run_once(python("prepare", "print('done')", once=True))
    with pytest.raises(Problem, match=r"prepare failed.*logs/prepare\.log"):
        supervisor.run_once(python("prepare", "raise SystemExit(1)", once=True))


def test_parts_stop_before_what_they_need_and_a_stubborn_one_is_killed(
    supervisor: Supervisor, python: Maker, folder: DataFolder, turn_until: Until
) -> None:
    told = (
        "import signal,sys,time\n"
        "def bye(*_): print('bye',time.monotonic(),flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM,bye)\n"
        "print('up',flush=True)\n"
        "while True: time.sleep(1)"
    )
    deaf = "import signal,time\nsignal.signal(15,signal.SIG_IGN)\nprint('up',flush=True)\n" + (
        "while True: time.sleep(1)"
    )
    supervisor.start(python("postgres", told))
    supervisor.start(python("web", deaf, needs=("postgres",), stop_seconds=0.4))
    log = folder / "logs"
    turn_until(
        lambda: all("up" in (log / f"{name}.log").read_text() for name in ("postgres", "web"))
    )
    began = time.monotonic()
    supervisor.stop()
    said = (log / "postgres.log").read_text().split()
    assert said[-2] == "bye"
    assert float(said[-1]) >= began + 0.4
    assert "web does not stop; forcing it" in (log / "anlan.log").read_text()


def test_a_signal_stops_a_wait(supervisor: Supervisor, python: Maker) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Stopped):
            supervisor.run_once(python("prepare", FOREVER, once=True))
    finally:
        signal.signal(signal.SIGALRM, before)


def test_lines_carry_time_and_name_and_survive_odd_bytes(
    supervisor: Supervisor, python: Maker, folder: DataFolder, terminal: io.StringIO
) -> None:
    code = r"import sys;sys.stdout.buffer.write('安澜\n'.encode()+b'\xff\xfe\nno newline')"
    supervisor.run_once(python("prepare", code, once=True))
    lines = (folder / "logs" / "prepare.log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["安澜", "\ufffd\ufffd", "no newline"]
    assert "prepare   安澜" in terminal.getvalue()
