"""The whole product on servers of somebody's own, and what becomes of an import when they die.

One running demonstration serves all tests of this file; the last ones stop it.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller

from anlan.base.inbox.tests.fakes import http_server
from anlan.base.live.tests.nats_server import NatsServer
from tests.ops.conftest import Product, anlan, free_port
from tests.ops.servers import Servers, servers
from tests.ops.test_backup import with_nats
from tests.ops.test_doctor import examine
from tests.ops.visitor import Client
from tests.support.oidc import CLIENT, SECRET, Provider, provider

WAIT_SECONDS = 60.0
ROWS = 300


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with servers(tmp_path_factory.mktemp("servers") / "theirs") as found:
        yield found


@dataclass
class Mailbox:
    """A mail server that keeps what comes."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, as aiosmtpd calls it."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 kept"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    found = Mailbox(free_port())
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture(scope="module")
def sso() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def product(
    outside: Servers,
    mailbox: Mailbox,
    sso: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Product]:
    """`anlan demo` told where everything is that is not its own."""
    found = Product(tmp_path_factory.mktemp("outside") / "data")
    found.environment = {
        **outside.environment(),
        "ANLAN_PUBLIC_URL": f"http://localhost:{found.port}",
        "ANLAN_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "ANLAN_OIDC_URL": sso.issuer,
        "ANLAN_OIDC_CLIENT_ID": CLIENT,
        "ANLAN_OIDC_SECRET": SECRET,
        "ANLAN_CHANNEL_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    found.start(("demo", "--size", "small"))
    yield found
    assert found.stop() == 0


@pytest.fixture(scope="module")
def her(product: Product) -> Client:
    """The safety manager of the demonstration's plant, signed in."""
    client = Client(f"http://localhost:{product.port}")
    assert client.sign_in("safety")
    return client


def until(holds: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)


def one(outside: Servers, statement: str, name: str = "anlan") -> str:
    """Ask the database as its superuser; return the first value."""
    with outside.superuser(name) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return str(row[0]) if row else ""


def test_only_what_is_not_theirs_is_started(product: Product, her: Client) -> None:
    product.wait_until(product.answers)
    assert [path.stem for path in sorted((product.data / "run").glob("*.json"))] == [
        "web",
        "worker",
    ]
    assert not any((product.data / "database").iterdir())
    assert "registry/enterprises" in her.page("/")


def test_the_application_holds_only_its_own_role(product: Product, outside: Servers) -> None:
    used = (
        "SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity"
        " WHERE datname = 'anlan' AND pid <> pg_backend_pid()"
    )
    until(lambda: one(outside, used) == "anlan_app")
    for part in ("web", "worker"):
        environment = Path(f"/proc/{product.pid(part)}/environ").read_bytes().decode()
        assert "OWNER" not in environment
        assert "BACKUP" not in environment


def test_the_doctor_finds_nothing_wrong(product: Product, outside: Servers) -> None:
    code, found = examine(product.data, ANLAN_PORT=str(product.port), **outside.environment())
    wrong = [f for findings in found.values() for f in findings if f["status"] == "fail"]
    assert (code, wrong) == (0, []), wrong
    assert "18." in found["database"][0]["says"]
    assert found["second wall"][0]["status"] == "ok"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[NatsServer]:
    """Another message server."""
    server = NatsServer(tmp_path / "streams")
    server.start()
    yield server
    server.stop()


def counted(outside: Servers, *database: str) -> list[int]:
    tables = ("registry_enterprise", "audit_event", "actors_user")
    return [int(one(outside, f"SELECT count(*) FROM {table}", *database)) for table in tables]


@contextmanager
def jobs_stand_still(product: Product) -> Iterator[None]:
    """Hold the worker: some of its jobs leave a line of history, also during a backup."""
    os.killpg(product.pid("worker"), signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(product.pid("worker"), signal.SIGCONT)


def test_backup_and_restore_between_their_servers(
    product: Product, outside: Servers, empty: NatsServer, tmp_path: Path
) -> None:
    async def fill(client: Any) -> None:
        await client.jetstream().add_stream(name="UPWARD", subjects=["up.>"])
        await client.jetstream().publish("up.1", b"kept")

    async def count(client: Any) -> int:
        return (await client.jetstream().stream_info("UPWARD")).state.messages

    with_nats(outside.nats, fill)
    archive, new = tmp_path / "theirs.tar.gz", tmp_path / "new"
    with jobs_stand_still(product):
        before = counted(outside)
        made = anlan("backup", str(archive), "--data", str(product.data), **outside.environment())
    assert made.returncode == 0, made.stderr + made.stdout
    with outside.superuser() as connection:
        connection.execute("CREATE DATABASE second OWNER anlan_owner TEMPLATE template0")
        connection.execute("GRANT CONNECT, TEMPORARY ON DATABASE second TO anlan_app")
    there = {**outside.environment("second"), "ANLAN_NATS_URL": empty.url}
    back = anlan("restore", str(archive), "--data", str(new), **there)
    assert back.returncode == 0, back.stderr + back.stdout
    assert counted(outside, "second") == before
    assert with_nats(empty.url, count) == 1
    proof = anlan("audit", "verify", "--data", str(new), **there)
    assert proof.returncode == 0, proof.stdout
    owners = "SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname='public'"
    assert one(outside, owners, "second") == "anlan_owner"
    again = anlan("restore", str(archive), "--data", str(tmp_path / "newer"), **there)
    assert again.returncode == 1
    assert "Restore into an empty one" in again.stderr


def give_address(outside: Servers, username: str) -> str:
    """Give an account a verified e-mail address."""
    address = f"{username}@plant.example.cn"
    with outside.superuser("anlan") as connection:
        connection.execute(
            "UPDATE actors_user SET email = %s WHERE username = %s", [address, username]
        )
        connection.execute(
            'INSERT INTO account_emailaddress (email, verified, "primary", user_id)'
            " SELECT email, true, true, id FROM actors_user WHERE username = %s",
            [username],
        )
    return address


def test_a_forgotten_password_is_mailed_and_its_link_works_once(
    product: Product, outside: Servers, mailbox: Mailbox
) -> None:
    address = give_address(outside, "team")
    base = f"http://localhost:{product.port}"
    asking = Client(base)
    asking.page("/accounts/password/reset/")
    asking.submit("/accounts/password/reset/", email=address)
    until(lambda: mailbox.mails)
    mail = mailbox.mails.pop()
    assert mail["To"] == address
    link = re.search(rf"{base}(/accounts/password/reset/key/\S+)", mail.get_content())
    assert link is not None
    fresh = "Ruhig-Hafen-77"
    form = asking.get(base + link[1]).url.removeprefix(base)
    asking.submit(form, password1=fresh, password2=fresh)
    assert Client(base).sign_in("team", fresh)
    assert not Client(base).sign_in("team")
    later = Client(base)
    form = later.get(base + link[1]).url.removeprefix(base)
    later.submit(form, password1="Another-Hafen-78", password2="Another-Hafen-78")
    assert Client(base).sign_in("team", fresh)


def test_single_sign_on_of_a_running_product(
    product: Product, outside: Servers, sso: Provider
) -> None:
    address = give_address(outside, "equipment")
    sso.person = {"sub": "e-1", "email": address, "email_verified": True}
    base = f"http://localhost:{product.port}"
    known, stranger = Client(base), Client(base)
    assert "/accounts/oidc/sso/login/" in known.page("/accounts/login/")
    known.submit("/accounts/oidc/sso/login/")
    assert known.is_in()
    sso.person = {"sub": "s-1", "email": "s@elsewhere.cn", "email_verified": True}
    stranger.page("/accounts/login/")
    stranger.submit("/accounts/oidc/sso/login/")
    assert not stranger.is_in()


def channel(admin: Client, kind: str, **values: str) -> str:
    """Set up a channel and send a test; return what its page says."""
    settings = {f"set-{name}": value for name, value in values.items()}
    admin.page(f"/inbox/channels/new/{kind}/")
    made = admin.submit(f"/inbox/channels/new/{kind}/", name=kind, is_active="on", **settings)
    page = made.url.removeprefix(admin.base)
    assert "/new/" not in page, re.sub(r"<[^>]+>|\s+", " ", made.text)[:1500]
    return admin.submit(page + "test/").text


def test_channels_deliver_and_a_refusal_in_a_good_answer_is_told(
    product: Product, outside: Servers, mailbox: Mailbox
) -> None:
    address = give_address(outside, "admin")
    admin = Client(f"http://localhost:{product.port}")
    assert admin.sign_in("admin")
    server = {"host": "127.0.0.1", "port": str(mailbox.port), "security": "none"}
    channel(admin, "email", sender="anlan@plant.example.cn", **server)
    until(lambda: mailbox.mails)
    assert address in mailbox.mails.pop()["To"]
    with http_server() as robot:
        for kind, refusal in (
            ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
            ("dingtalk", {"errcode": 300005, "errmsg": "token is not exist"}),
            ("feishu", {"code": 19001, "msg": "param invalid"}),
        ):
            robot.answer = refusal
            keys = {"key": "K", "token": "T"}
            said = channel(admin, kind, address=robot.url, **keys)
            assert next(str(v) for v in refusal.values()) in said, kind
    states = "SELECT string_agg(state, ' ' ORDER BY created_at) FROM inbox_delivery"
    sent, *refused = one(outside, states).split()
    assert (sent, refused.count("sent")) == ("sent", 0)


def import_run(her: Client, folder: Path, word: str) -> str:
    """Bring a sheet of sites and have it checked; return the address of its page."""
    rows = "".join(f"{word}-{n},{word} {n},{word}\n" for n in range(ROWS))
    sheet = folder / f"{word}.csv"
    sheet.write_text("Code,Name,Remarks\n" + rows, encoding="utf-8-sig")
    answer = her.submit("/imports/sites/", files={"file": sheet})
    page = answer.url.removeprefix(her.base)
    assert "/imports/run/" in page, page
    until(lambda: state_of(her, page) == "checked")
    return page


def state_of(her: Client, page: str) -> str:
    """Return how an import stands, as its page tells."""
    text = her.page(page)
    for state, sign in (
        ("busy", 'id="import-progress"'),
        ("checked", page + "apply/"),
        ("applied", "an-banner--done"),
        ("failed", page + "again/"),
    ):
        if sign in text:
            return state
    raise AssertionError(re.sub(r"<[^>]+>|\s+", " ", text)[:2000])


@contextmanager
def held_in_the_middle(outside: Servers) -> Iterator[None]:
    """Let nobody write history: whoever writes rows stands still before their event is kept."""
    with outside.superuser("anlan") as connection, connection.transaction():
        connection.execute("LOCK TABLE audit_event IN SHARE MODE")
        yield


def writer(outside: Servers) -> bool:
    """Whether an import has written rows and waits to write their history."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
        " AND wait_event_type = 'Lock' AND query LIKE '%audit_event%' AND usename = 'anlan_app'"
    )
    return one(outside, waiting) != "0"


def written(outside: Servers, word: str) -> int:
    return int(one(outside, f"SELECT count(*) FROM registry_site WHERE note = '{word}'"))


def sweep_soon(product: Product, outside: Servers) -> None:
    """Let half a minute of silence pass at once, and look for jobs that lost their worker."""
    with outside.superuser("anlan") as connection:
        connection.execute(
            "UPDATE jobs_job SET heartbeat_at = now() - interval '1 minute' WHERE state = 'running'"
        )
    code = "from anlan.base.jobs.services.sweep import sweep; sweep()"
    environment = {"ANLAN_OPEN_WALL": "1", **outside.environment()}
    made = anlan(
        "manage", "--data", str(product.data), "shell", "-v", "0", "-c", code, **environment
    )
    assert made.returncode == 0, made.stderr


def history_is_whole(product: Product, outside: Servers) -> None:
    proof = anlan("audit", "verify", "--data", str(product.data), **outside.environment())
    assert proof.returncode == 0, proof.stdout


def test_a_worker_killed_while_it_writes_an_import(
    product: Product, outside: Servers, her: Client, tmp_path: Path
) -> None:
    page = import_run(her, tmp_path, "killed")
    before = product.pid("worker")
    with held_in_the_middle(outside):
        her.submit(page + "apply/", mode="all")
        until(lambda: writer(outside))
        os.kill(before, signal.SIGKILL)
    product.wait_until(lambda: product.pid("worker") not in (0, before))
    until(lambda: not writer(outside))
    assert written(outside, "killed") == 0
    assert state_of(her, page) == "busy"
    sweep_soon(product, outside)
    until(lambda: state_of(her, page) == "applied")
    assert written(outside, "killed") == ROWS
    history_is_whole(product, outside)


def test_postgresql_killed_while_an_import_is_written(
    product: Product, outside: Servers, her: Client, tmp_path: Path
) -> None:
    page = import_run(her, tmp_path, "crashed")
    postmaster = outside.pid()
    assert postmaster
    with suppress(psycopg.OperationalError), held_in_the_middle(outside):
        her.submit(page + "apply/", mode="all")
        until(lambda: writer(outside))
        os.kill(postmaster, signal.SIGKILL)
    until(lambda: outside.pid() not in (0, postmaster) and product.answers())
    assert written(outside, "crashed") == 0
    assert state_of(her, page) == "busy"
    sweep_soon(product, outside)
    # By the same worker, or by one that the supervisor started in its place.
    until(lambda: state_of(her, page) == "applied")
    assert written(outside, "crashed") == ROWS
    history_is_whole(product, outside)
