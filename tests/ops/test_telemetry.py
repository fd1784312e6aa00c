"""Measured values through the real product: in by HTTP, killed, backed up, restored."""

import hashlib
import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anlan.telemetry import client
from anlan.telemetry.client import NatsAsker, NoHistorian
from tests.ops.conftest import DOOR, Product, anlan
from tests.ops.copies import run_folder, with_prepared_database
from tests.ops.test_backup import nats_url

SECRET = "s" * 30
ROWS = 500
START = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)

A_SOURCE = f"""
from datetime import timedelta
from anlan.base.actors.models import Organisation
from anlan.base.clock import now
from anlan.modules.monitoring.models import Point, Source, SourceToken
place = Organisation(kind="enterprise", code="T1", name="Plant")
place.path = f"e{{place.pk.hex}}/"
place.save()
here = dict(enterprise=place, scope_path=place.path)
source = Source.objects.create(**here, name="DCS", kind="http")
SourceToken.objects.create(**here, source=source, prefix="ab12", scopes=["ingest"],
    secret_hash=bytes.fromhex("{hashlib.sha256(SECRET.encode()).hexdigest()}"),
    expires_at=now() + timedelta(days=1))
point = Point.objects.create(**here, tag="LI-1", name="Level", kind="level", source=source)
point.refresh_from_db()
print(">>", point.number)
"""
COUNTERS = """
from anlan.modules.monitoring.models import Source
print(">>", Source.objects.unscoped("a test").get().counters.get("samples"))
"""


def in_shell(product: Product, code: str) -> str:
    found = anlan("manage", "--data", str(product.data), "shell", "-v", "0", "-c", code)
    assert found.returncode == 0, found.stderr
    return found.stdout.rpartition(">>")[2].strip()


def post(product: Product, first: int) -> int:
    """Send ROWS samples, one a second from the `first` on."""
    begin = int(START.timestamp() * 1000)
    columns = {
        "tag": ["LI-1"] * ROWS,
        "ts": [begin + (first + k) * 1000 for k in range(ROWS)],
        "value": [float(k) for k in range(ROWS)],
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.port + DOOR}/ingest/",
        json.dumps({"columns": columns}).encode(),
        {"Authorization": f"Bearer ans_ab12_{SECRET}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def eventually(holds: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except (NoHistorian, OSError):
            pass
        assert time.monotonic() < until, "not in time"
        time.sleep(0.2)


def stored(data: Path, number: int) -> int:
    """How many samples of the point the store counts."""
    asker = NatsAsker(nats_url(data))
    before = client.install(asker)
    try:
        return client.counts(START, datetime.now(UTC), [number]).get(number, 0)
    finally:
        client.install(before)
        asker.close()


@pytest.fixture
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("telemetry")
    found = Product(folder / "data", environment={"ANLAN_TELEMETRY": "1"})
    with_prepared_database(found, run_folder(tmp_path_factory)).start()
    yield found
    if found.process is not None and found.process.poll() is None:
        found.stop()


def test_values_survive_kills_and_a_restore(product: Product, tmp_path: Path) -> None:
    number = int(in_shell(product, A_SOURCE))
    eventually(lambda: post(product, 0) == 202)
    for part in ("historian", "door", "alarms"):
        os.kill(product.pid(part), signal.SIGKILL)
    eventually(lambda: post(product, ROWS) == 202)
    eventually(lambda: stored(product.data, number) == 2 * ROWS)
    eventually(lambda: int(in_shell(product, COUNTERS) or 0) >= ROWS)

    said = anlan("doctor", "--data", str(product.data), ANLAN_TELEMETRY="1",
                 ANLAN_PORT=str(product.port))  # fmt: skip
    assert "ok    historian" in said.stdout, said.stdout
    assert "ok    door" in said.stdout, said.stdout

    archive = tmp_path / "backup.tar"
    said = anlan("backup", str(archive), "--data", str(product.data))
    assert said.returncode == 0, said.stderr
    assert "history" in said.stdout
    assert not list((product.data / "history").glob("export-*"))
    assert product.stop() == 0

    elsewhere = tmp_path / "elsewhere"
    said = anlan("restore", str(archive), "--data", str(elsewhere))
    assert said.returncode == 0, said.stderr
    again = Product(elsewhere, environment={"ANLAN_TELEMETRY": "1"}).start()
    try:
        eventually(lambda: stored(elsewhere, number) == 2 * ROWS)
    finally:
        again.stop()
