"""`anlan up` on real engines: crashes, orphans, second starts, taken ports, a clean stop."""

import os
import signal
import socket
import stat
import sys
from pathlib import Path

import psycopg
import pytest

from anlan.config.supervisor import account as accounts
from anlan.config.supervisor import orphans
from tests.ops.conftest import Product, anlan


def manage_sql(product: Product, statement: str) -> str:
    """Run one statement as the application and return its first value."""
    code = (
        "from django.db import connection as c\nk=c.cursor()\n"
        f"k.execute({statement!r})\nprint('>>', k.fetchone()[0] if k.description else '')"
    )
    result = anlan("manage", "--data", str(product.data), "shell", "-v", "0", "-c", code)
    assert result.returncode == 0, result.stderr
    return result.stdout.rpartition(">>")[2].strip()


@pytest.mark.parametrize("part", ["postgres", "nats", "web", "worker"])
def test_kill_9_of_a_part_is_survived(product: Product, part: str) -> None:
    before = product.pid(part)
    assert before
    os.kill(before, signal.SIGKILL)
    product.wait_until(lambda: product.pid(part) not in (0, before))
    product.wait_until(product.answers)
    product.wait_until(lambda: all(product.pid(name) for name in ("postgres", "nats", "worker")))
    assert f"{part} was killed by SIGKILL" in product.log("anlan")


def test_kill_9_of_a_web_worker_is_survived(product: Product) -> None:
    record = next(r for r in orphans.records(product.data / "run") if r.name == "web")
    worker = orphans.family(record)[-1]
    assert worker.pid != record.pid
    os.kill(worker.pid, signal.SIGKILL)
    product.wait_until(lambda: orphans.look(worker.pid) is None)
    product.wait_until(product.answers)


def test_a_second_start_is_refused_with_process_and_address(product: Product) -> None:
    result = anlan("up", "--data", str(product.data), "--port", str(product.port + 1))
    assert result.returncode == 1
    assert product.process is not None
    assert f"process {product.process.pid}" in result.stderr
    assert f"http://localhost:{product.port}" in result.stderr
    product.wait_until(product.answers)


def test_the_application_connects_with_a_role_that_owns_nothing(product: Product) -> None:
    assert manage_sql(product, "SELECT current_user") == "anlan_app"
    owned = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
    assert manage_sql(product, owned) == "0"
    assert manage_sql(product, "SHOW fsync") == "on"


def test_the_web_server_does_not_know_the_owners_password(product: Product) -> None:
    secret = (product.data / "secrets" / "database-anlan_owner").read_text().strip()
    environment = Path(f"/proc/{product.pid('web')}/environ").read_bytes().decode()
    assert "ANLAN_DATABASE_URL=" in environment
    assert "ANLAN_DATABASE_OWNER_URL" not in environment
    assert secret not in environment


def test_nothing_of_it_runs_as_root_and_nothing_is_open_to_others(product: Product) -> None:
    for record in orphans.records(product.data / "run"):
        uids = Path(f"/proc/{record.pid}/status").read_text().partition("Uid:")[2].split()[:4]
        assert "0" not in uids, record.name
    for path in [product.data, *product.data.rglob("secrets/*"), product.data / "state.json"]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_strangers_cannot_enter_the_engines(product: Product) -> None:
    import json

    state = json.loads((product.data / "state.json").read_text())
    for password in ("", "anlan", "postgres"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                host="127.0.0.1",
                port=state["database_port"],
                user="anlan_owner",
                password=password,
                dbname="anlan",
            )
    with socket.create_connection(("127.0.0.1", state["nats_port"]), timeout=5) as connection:
        connection.recv(4096)
        connection.sendall(b'CONNECT {"verbose":true}\r\nPING\r\n')
        assert b"Authorization Violation" in connection.recv(4096)


def test_a_killed_supervisor_leaves_nothing_that_hinders_the_next_start(
    product: Product,
) -> None:
    supervised = [record.pid for record in orphans.records(product.data / "run")]
    web = product.pid("web")
    # The web server cannot follow its supervisor into death, and its workers hold the port.
    os.kill(web, signal.SIGSTOP)
    product.kill()
    product.start()
    product.wait_until(product.answers)
    assert all(orphans.look(pid) is None for pid in supervised)
    assert f"web of an earlier start still runs (process {web})" in product.log("anlan")


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = anlan("up", "--data", str(tmp_path / "data"), "--port", port)
    assert result.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in result.stderr
    assert "--port or ANLAN_PORT" in result.stderr


def test_a_bad_variable_stops_the_start_and_is_named(tmp_path: Path) -> None:
    result = anlan("up", "--data", str(tmp_path / "data"), ANLAN_WEB_WORKERS="many")
    assert result.returncode == 1
    assert result.stderr.startswith("ANLAN_WEB_WORKERS: 'many' is not a whole number")
    assert not (tmp_path / "data").exists()


def test_it_stops_cleanly_and_its_data_stay(product: Product) -> None:
    name = manage_sql(product, "SELECT system_identifier FROM pg_control_system()")
    assert product.stop() == 0
    assert not orphans.records(product.data / "run")
    assert "database system is shut down" in product.log("postgres").splitlines()[-1]
    # Not running: the command starts the engines for its own length.
    assert manage_sql(product, "SELECT system_identifier FROM pg_control_system()") == name
    assert not orphans.records(product.data / "run")
    prepared = product.log("prepare")
    product.start()
    product.wait_until(product.answers)
    assert product.log("prepare") == prepared, "the same code need not prepare it again"


def test_an_ordinary_user_can_run_it(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here already runs as an ordinary user")
    home = tmp_path / "home"
    home.mkdir()
    nobody = accounts.choose(home, "nobody")
    nobody.own(home)
    # This Python and this folder may lie where only root can go; a real user's do not.
    nobody = accounts.with_passage(
        nobody, [Path(os.path.realpath(sys.executable)), home], port=8000
    )
    product = Product(home / "data", preexec=accounts.entry(nobody, signal.SIGKILL))
    product.data.parent.chmod(0o700)
    product.start()
    try:
        product.wait_until(product.answers)
        assert (product.data / "database").stat().st_uid == nobody.uid
    finally:
        assert product.stop() == 0


def test_a_start_killed_at_any_moment_is_no_harm_to_the_next(tmp_path: Path) -> None:
    product = Product(tmp_path / "data")
    for sign in ("secrets/database-postgres", "database.new/PG_VERSION", "logs/prepare.log"):
        product.process = product.spawn()
        product.wait_until((product.data / sign).exists)
        product.kill()
    product.start()
    try:
        product.wait_until(product.answers)
    finally:
        assert product.stop() == 0
