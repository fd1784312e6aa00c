"""Backup while it runs, restore elsewhere, start from it; damaged archives are refused."""

import asyncio
import io
import json
import stat
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client

from anlan.config.nats_address import server_options
from tests.ops.conftest import Product, anlan
from tests.ops.test_up import manage_sql

MESSAGES = 2_500


def nats_url(data: Path) -> str:
    port = json.loads((data / "state.json").read_text())["nats_port"]
    return f"nats://anlan:{(data / 'secrets' / 'nats').read_text().strip()}@127.0.0.1:{port}"


def with_nats(url: str, do: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        client = await nats.connect(**server_options(url))
        try:
            return await do(client)
        finally:
            await client.close()

    return asyncio.run(run())


async def _fill(client: Client) -> None:
    stream = client.jetstream()
    await stream.add_stream(name="UPWARD", subjects=["up.>"])
    await stream.add_stream(name="EMPTY", subjects=["empty.>"])
    for number in range(MESSAGES):
        await stream.publish_async(f"up.{number % 7}", f"{number}:{'x' * 400}".encode())
    await stream.publish_async_completed()
    reader = await stream.pull_subscribe("up.>", durable="reader")
    for message in await reader.fetch(1000, timeout=10):
        await message.ack_sync()


async def _rest(client: Client) -> tuple[int, str, list[str]]:
    stream = client.jetstream()
    info = await stream.stream_info("UPWARD")
    reader = await stream.pull_subscribe("up.>", durable="reader")
    first = (await reader.fetch(1, timeout=10))[0]
    names = sorted(found.config.name or "" for found in await stream.streams_info())
    return info.state.messages, first.data.decode().partition(":")[0], names


@pytest.fixture(scope="module")
def archive(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a running product that holds something of each kind."""
    manage_sql(product, "CREATE TEMP TABLE bulk (a int)")  # what bulk imports need
    code = (
        "from django.db import connection as c\nk=c.cursor()\n"
        "k.execute('''CREATE TABLE kept (id int primary key, words text)''')\n"
        "k.execute('''INSERT INTO kept SELECT g, '\u5371\u5316\u54c1 ' || g "
        "FROM generate_series(1, 1000) g''')\n"
        "k.execute('''ALTER TABLE kept ENABLE ROW LEVEL SECURITY''')\n"
        "k.execute('''ALTER TABLE kept FORCE ROW LEVEL SECURITY''')"
    )
    owner = anlan("manage", "--data", str(product.data), "shell", "-c", code, ANLAN_DB_AS_OWNER="1")
    assert owner.returncode == 0, owner.stderr
    blob = product.data / "files" / "ab" / "abcd"
    blob.parent.mkdir()
    blob.write_bytes(b"\x00photo" * 5000)
    with_nats(nats_url(product.data), _fill)
    target = tmp_path_factory.mktemp("backup") / "anlan.tar.gz"
    result = anlan("backup", str(target), "--data", str(product.data))
    assert result.returncode == 0, result.stderr + result.stdout
    return target


def test_the_archive_is_private_and_complete(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert {"database.dump", "files/ab/abcd", "streams/UPWARD", "secrets/secret-key"} <= set(names)
    assert names[-1] == "manifest.json"
    assert not [name for name in names if "database-" in name]


def test_a_restored_installation_starts_and_holds_everything(
    product: Product, archive: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    result = anlan("restore", str(archive), "--data", str(new))
    assert result.returncode == 0, result.stderr + result.stdout
    assert (new / "files" / "ab" / "abcd").read_bytes() == b"\x00photo" * 5000
    old_key = (product.data / "secrets" / "secret-key").read_text()
    assert (new / "secrets" / "secret-key").read_text() == old_key
    copy = Product(new).start()
    try:
        copy.wait_until(copy.answers)
        assert with_nats(nats_url(new), _rest) == (MESSAGES, "1000", ["EMPTY", "UPWARD"])
        wall = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'kept'"
        assert manage_sql(copy, wall) == "True"
        owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'"
        assert manage_sql(copy, owner) == "anlan_owner"
        # The forced wall hides the rows from the application, not from the next backup.
        again = tmp_path / "again.tar"
        assert anlan("backup", str(again), "--data", str(new)).returncode == 0
    finally:
        copy.stop()
    with tarfile.open(again) as tar:
        assert "streams/UPWARD" in tar.getnames()


def test_a_backup_never_overwrites(product: Product, archive: Path) -> None:
    before = archive.read_bytes()
    result = anlan("backup", str(archive), "--data", str(product.data))
    assert result.returncode == 1
    assert "is there already" in result.stderr
    assert archive.read_bytes() == before


def test_a_full_folder_is_refused(product: Product, archive: Path) -> None:
    result = anlan("restore", str(archive), "--data", str(product.data))
    assert result.returncode == 1
    assert "is not empty" in result.stderr


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "stranger", "newer"])
def test_a_damaged_archive_writes_nothing(archive: Path, tmp_path: Path, damage: str) -> None:
    bad = tmp_path / "bad.tar.gz"
    if damage == "cut":
        bad.write_bytes(archive.read_bytes()[:-2000])
    else:
        with tarfile.open(archive) as old, tarfile.open(bad, "w:gz") as new:
            for info in old:
                file = old.extractfile(info)
                assert file is not None
                data = file.read()
                if damage == "missing" and info.name == "files/ab/abcd":
                    continue
                if damage == "changed" and info.name == "database.dump":
                    data = data[:-1] + bytes([data[-1] ^ 1])
                if damage == "newer" and info.name == "manifest.json":
                    data = json.dumps({**json.loads(data), "anlan": "99.0.0"}).encode()
                    info.size = len(data)
                if damage == "stranger" and info.name == "files/ab/abcd":
                    info.name = "files/../../escaped"
                new.addfile(info, io.BytesIO(data))
    result = anlan("restore", str(bad), "--data", str(tmp_path / "new"))
    said = {
        "cut": "damaged",
        "changed": "database.dump is not what was backed up",
        "missing": "files/ab/abcd is missing",
        "stranger": "is not a backup of Anlan",
        "newer": "was made by Anlan 99.0.0",
    }[damage]
    assert result.returncode == 1
    assert said in result.stderr
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "escaped").exists()
