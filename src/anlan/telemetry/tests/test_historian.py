"""The store: what went in is there once, through kills and repeats; figures equal plain ones."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from anlan.telemetry import client, stream, wire
from anlan.telemetry.client import NatsAsker
from anlan.telemetry.tests.servers import NatsServer

START = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
START_US = client.micros(START)


class Running:
    """A historian as a process of its own on a message server of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "nats").mkdir()
        self.nats = NatsServer(folder / "nats")
        self.nats.start()
        self.asker = NatsAsker(self.nats.url)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "anlan.telemetry.historian"],
            env={**os.environ, "ANLAN_NATS_URL": self.nats.url, "ANLAN_DATA": str(self.folder)},
        )
        self.await_status()

    def await_status(self) -> dict[str, object]:
        until = time.monotonic() + 60
        while True:
            try:
                return client.status(timeout_s=2.0)
            except client.NoHistorian:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def end(self, number: int) -> None:
        if self.process is not None:
            os.kill(self.process.pid, number)
            self.process.wait(30)
            self.process = None

    def publish(self, *payloads: bytes) -> None:
        async def send() -> None:
            connection = await stream.connect(self.nats.url, "test")
            await stream.ensure(connection.jetstream())
            publisher = stream.Publisher(connection)
            await asyncio.gather(*(publisher.publish(1, payload) for payload in payloads))
            await connection.close()

        asyncio.run(send())

    def await_stored(self, sequence: int) -> None:
        until = time.monotonic() + 30
        while int(str(self.await_status()["sequence"])) < sequence:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = Running(tmp_path_factory.mktemp("historian"))
    before = client.install(found.asker)
    found.start()
    yield found
    client.install(before)
    found.end(signal.SIGTERM)
    found.asker.close()
    found.nats.stop()


def _wave(rows: int, tags: int, start_us: int, step_us: int) -> wire.Batch:
    at = np.arange(rows)
    return wire.batch_of(
        at % tags, start_us + at // tags * step_us, np.round(np.sin(at / 50) * 40 + 50, 2)
    )


def test_samples_kills_repeats_and_questions(running: Running) -> None:
    """One story, because starting the engine takes seconds."""
    wave = _wave(rows=40_000, tags=4, start_us=START_US, step_us=1_000_000)
    payloads = [wire.encode(wave.take(slice(at, at + 1_000))) for at in range(0, 40_000, 1_000)]
    running.publish(*payloads[:20])
    running.end(signal.SIGKILL)
    # The same batches again under other message ids, a torn one, and the rest.
    running.publish(*payloads[:5], payloads[0][:-9], *payloads[20:])
    running.start()
    running.await_stored(46)

    end = START + timedelta(hours=3)
    assert client.counts(START, end) == dict.fromkeys(range(4), 10_000)
    told = client.status()
    assert told["torn"] == 1

    newest = client.latest([0, 3, 99])
    assert newest.tags.tolist() == [0, 3]
    assert newest.times_us.tolist() == [START_US + 9_999_000_000] * 2
    assert newest.values.tolist() == wave.values[[39_996, 39_999]].tolist()
    assert len(client.latest()) == 4

    got = client.samples([2], START, START + timedelta(seconds=3))
    assert got.times_us.tolist() == [START_US + k * 1_000_000 for k in range(3)]
    assert got.values.tolist() == wave.values[2:12:4].tolist()
    assert len(client.samples([2], START, end, limit=10)) == 10


def test_curves_equal_plain_figures_from_samples_and_from_rollups(running: Running) -> None:
    end = START + timedelta(hours=2)
    wave = _wave(rows=40_000, tags=4, start_us=START_US, step_us=1_000_000)
    until = time.monotonic() + 60
    while client.status()["late_pieces"]:
        assert time.monotonic() < until
        time.sleep(0.5)
    for width in (2_000, 60, 1):
        curve = client.trend([1, 77], START, end, width)
        assert len(curve[77].count) == 0
        found = curve[1]
        # The last column is whole, also where the span ends within it.
        unit = next((u for u in (3_600_000_000, 60_000_000) if found.every_us >= 2 * u), 1)
        upto = -(-client.micros(end) // unit) * unit
        mine = wave.take((wave.tags == 1) & (wave.times_us < upto))
        column = mine.times_us // found.every_us * found.every_us
        starts = np.unique(column)
        assert found.starts_us.tolist() == starts.tolist()
        for at, start in enumerate(starts.tolist()):
            rows = mine.values[column == start]
            assert found.count[at] == len(rows)
            assert found.minimum[at] == rows.min()
            assert found.maximum[at] == rows.max()
            assert found.average[at] == pytest.approx(rows.mean())
            assert found.last[at] == rows[-1]


def test_a_late_sample_changes_the_rollup_and_bad_ones_stay_out(running: Running) -> None:
    late = START_US + 30 * 60_000_000 + 1
    sequence = int(str(client.status()["sequence"]))
    running.publish(
        wire.encode(
            wire.batch_of([1, 1, 1], [late, late + 1, late + 2], [500, 900, np.nan], [0, 2, 2])
        )
    )
    running.await_stored(sequence + 1)
    until = time.monotonic() + 60
    while client.status()["late_pieces"]:
        assert time.monotonic() < until
        time.sleep(0.5)
    curve = client.trend([1], START, START + timedelta(hours=2), 60)[1]
    at = int(np.searchsorted(curve.starts_us, late, side="right")) - 1
    assert curve.maximum[at] == 500
    assert curve.count[at] == curve.every_us // 1_000_000 + 3
    assert np.nanmax(curve.maximum) == 500


def test_silence_is_told(running: Running) -> None:
    end = START + timedelta(hours=3)
    last = START_US + 9_999_000_000
    found = client.gaps([0, 55], START, end, longer_s=60)
    assert [(gap.number, gap.start_us, gap.end_us) for gap in found] == [
        (0, last, client.micros(end)),
        (55, START_US, client.micros(end)),
    ]
    online = client.online([0, 55], START, end)
    assert (online[0].minutes, online[0].of) == (167, 180)
    assert online[55].rate == 0.0


def test_a_bad_question_is_refused_with_a_reason(running: Running) -> None:
    with pytest.raises(client.BadQuestion, match="empty"):
        client.trend([1], START, START, 100)
    with pytest.raises(client.BadQuestion, match="at a time"):
        client.trend([], START, START + timedelta(hours=1), 100)
    with pytest.raises(ValueError, match="zone"):
        client.trend([1], START.replace(tzinfo=None), START, 100)


def test_without_a_store_there_is_an_error_and_no_wait(running: Running) -> None:
    running.end(signal.SIGTERM)
    began = time.monotonic()
    with pytest.raises(client.NoHistorian):
        client.latest([1])
    assert time.monotonic() - began < 2
    running.start()
    assert len(client.latest()) == 4
