"""The data folder keeps secrets private and has one holder at a time."""

import os
import stat
from pathlib import Path

import pytest

from anlan.config.supervisor import account as accounts
from anlan.config.supervisor import ports
from anlan.config.supervisor.folder import DataFolder, Held
from anlan.config.supervisor.postgres import configuration
from anlan.config.supervisor.problem import Problem


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_once_and_private(folder: DataFolder) -> None:
    first = folder.secret("secret-key")
    assert len(first) >= 50
    assert folder.secret("secret-key") == first
    assert mode(folder / "secrets" / "secret-key") == 0o600
    assert mode(folder / "secrets") == mode(folder.path) == 0o700
    assert (folder / "secrets" / "secret-key").stat().st_uid == folder.account.uid


def test_a_second_holder_learns_who_and_where(folder: DataFolder) -> None:
    with folder.hold("up", "http://localhost:8000"):
        holder = folder.holder()
        assert holder is not None
        assert (holder.pid, holder.url) == (os.getpid(), "http://localhost:8000")
        with (
            pytest.raises(Held, match=rf"http://localhost:8000 \(process {os.getpid()}\)"),
            folder.hold("up", "http://localhost:9000"),
        ):
            pass
    assert folder.holder() is None


def test_a_folder_with_other_things_is_not_taken_over(
    tmp_path: Path, account: accounts.Account
) -> None:
    if not account.drops:
        pytest.skip("only root takes folders over")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match="holds something else"):
        DataFolder(tmp_path / "other", account).create()
    assert (tmp_path / "other" / "thesis.txt").stat().st_uid == 0


def test_a_broken_state_file_says_what_to_do(folder: DataFolder) -> None:
    folder.remember(nats_port=1)
    (folder / "state.json").write_text("{")
    with pytest.raises(Problem, match="delete it"):
        folder.state()


def test_a_closed_folder_on_the_way_is_found(tmp_path: Path) -> None:
    other = accounts.Account("somebody", 4_000_000, 4_000_000, drops=True)
    closed = tmp_path / "closed"
    (closed / "deep").mkdir(parents=True)
    closed.chmod(0o700)
    assert accounts.closed_folder(other, [closed / "deep" / "python"]) is not None
    assert accounts.closed_folder(other, [Path("/usr/bin/env")]) is None


def test_a_taken_port_is_named_with_the_way_out() -> None:
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {port} on 127.0.0.1 is taken.*--port"):
            ports.require_free(port, "127.0.0.1")
        assert ports.choose(port, range(15432, 15632)) != port
    with pytest.raises(Problem, match="not an address of this machine"):
        ports.require_free(8000, "203.0.113.7")


def test_postgres_keeps_what_it_promised_and_fits_the_memory() -> None:
    small, large = (configuration("anlan-1", 15432, gb * 2**30) for gb in (1, 64))
    for text in (small, large):
        for line in ("fsync = on", "full_page_writes = on", "synchronous_commit = on"):
            assert f"\n{line}\n" in text
    assert "shared_buffers = 128MB" in small
    assert "shared_buffers = 4096MB" in large


def test_two_starts_at_once_hardly_take_the_same_port() -> None:
    span = range(15432, 15632)
    assert len({ports.choose(None, span) for _ in range(50)}) > 10
    last = span[-1]
    assert ports.choose(last, span) == last or not ports.is_free(last)
