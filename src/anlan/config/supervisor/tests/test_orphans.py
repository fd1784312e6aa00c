"""What a killed supervisor left is stopped; a stranger with the same number is not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from anlan.config.supervisor import orphans

SLEEP = [sys.executable, "-S", "-c", "import time;time.sleep(600)"]


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait(30)


def record_of(process: "subprocess.Popen[bytes]") -> orphans.Record:
    seen = orphans.look(process.pid)
    assert seen is not None
    return orphans.Record(
        "web", process.pid, seen.started, orphans.boot_id(), os.geteuid(), signal.SIGTERM
    )


def test_a_recorded_process_is_found_and_stopped(sleeper: "subprocess.Popen[bytes]") -> None:
    record = record_of(sleeper)
    assert [found.pid for found in orphans.family(record)] == [sleeper.pid]
    assert orphans.end(record, patience=5) == 1
    assert sleeper.wait(timeout=5) == -signal.SIGTERM


def test_a_stranger_with_the_recorded_number_is_left_alone(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    record = record_of(sleeper)
    for stranger in (
        replace(record, started=record.started - 100),
        replace(record, boot="another start of the machine"),
    ):
        assert orphans.end(stranger, patience=0.2) == 0
    assert sleeper.poll() is None


def test_another_users_session_is_left_alone(sleeper: "subprocess.Popen[bytes]") -> None:
    record = replace(record_of(sleeper), uid=4_000_000)
    if os.geteuid() == 0:
        pytest.skip("root's processes look like ones that may not be inspected")
    assert orphans.family(record) == []


def test_workers_that_outlive_their_leader_are_found_by_their_session() -> None:
    code = (
        "import subprocess,sys\n"
        f"print(subprocess.Popen({SLEEP!r}).pid,flush=True)\n"
        "sys.stdin.read()"
    )
    leader = subprocess.Popen(
        [sys.executable, "-S", "-c", code],
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert leader.stdout is not None
    child = int(leader.stdout.readline())
    record = record_of(leader)
    leader.kill()
    leader.wait(30)
    assert [found.pid for found in orphans.family(record)] == [child]
    assert orphans.end(record, patience=5) == 1
    deadline = time.monotonic() + 5
    while orphans.look(child) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert orphans.look(child) is None


def test_a_half_written_record_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "web.json").write_text('{"name": "we')
    assert orphans.records(tmp_path) == []
