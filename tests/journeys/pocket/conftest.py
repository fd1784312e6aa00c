"""A served product with an invented round, a line that can be cut, and phones.

Unlike the other journeys these kill servers and fill phones, so they have a product of their own:
granian on the test database, which is wiped after each test.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.journeys.pocket.proxy import Line, line_to
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ESBUILD = ROOT / "web" / "node_modules" / ".bin" / "esbuild"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
         "--use-fake-device-for-media-stream"]  # fmt: skip
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    """Skip loudly without a browser or a built web/."""
    if not CHROMIUM or not ESBUILD.exists():
        if os.environ.get("ANLAN_TEST_NO_SKIP") == "1":
            pytest.fail("journeys of Pocket need chromium and web/node_modules")
        warnings.warn("NO CHROMIUM: the journeys of Pocket are skipped", stacklevel=1)
        pytest.skip("journeys of Pocket need chromium and web/node_modules")


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The phone's own code as one script."""
    out = tmp_path_factory.mktemp("drive") / "drive.js"
    subprocess.run(
        [str(ESBUILD), str(Path(__file__).with_name("drive.ts")), "--bundle", "--format=iife",
         "--target=chrome100", f"--outfile={out}", "--log-level=error"],
        check=True,
    )  # fmt: skip
    return out.read_text("utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """granian on the test database; may be killed and started again."""

    data: Path
    secret: str
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "tests.support.served",
            "ANLAN_SECRET_KEY": self.secret,
            "ANLAN_DATA": str(self.data),
            "ANLAN_DATABASE_URL": _database_url(),
            "ANLAN_DATABASE_OWNER_URL": "",
            "ANLAN_DB_AS_OWNER": "0",
            "ANLAN_OPEN_WALL": "0",
        }
        with open(self.data / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1",
                 "--port", str(self.port), "anlan.config.asgi:application"],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 90
        while not self._answers():
            assert self.process.poll() is None, (self.data / "server.log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/offline/", timeout=5).close()
        except (OSError, urllib.error.URLError):
            return False
        return True

    def kill(self) -> None:
        """SIGKILL of the server and its workers, by their own process group."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


def _database_url() -> str:
    from django.db import connection

    found = connection.settings_dict
    host = str(found["HOST"] or "")
    name, user, port = found["NAME"], found["USER"], found["PORT"]
    password = f":{quote(str(found['PASSWORD']))}" if found["PASSWORD"] else ""
    if host.startswith("/"):
        return f"postgresql://{user}{password}@:{port}/{name}?host={quote(host)}"
    return f"postgresql://{user}{password}@{host}:{port}/{name}"


@pytest.fixture(autouse=True)
def _beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test read the database in the thread where Playwright keeps its loop."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def world(_beside_playwright: None, committed: None) -> World:
    """The small world, committed, so that the server sees it."""
    from anlan.base.actors import wall
    from tests.support.world import build_world

    wall.bind(wall.default_scope())
    return build_world()


@pytest.fixture
def served(world: World, tmp_path: Path, settings: Any) -> Iterator[Served]:
    """The running server."""
    settings.SECRET_KEY = "pocket-" + secrets.token_hex(20)
    found = Served(tmp_path, settings.SECRET_KEY)
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    found.start()
    yield found
    found.kill()


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    """The line between phones and server."""
    with line_to(served.port) as found:
        yield found


@dataclass
class Handset:
    """A browser profile on a phone, signed in through the line."""

    context: BrowserContext
    base: str
    driver: str
    user_id: Any
    profile: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/p/") -> Page:
        """Open a page with the phone's code at hand."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.base + path, wait_until="load")
        page.evaluate(self.driver)
        return page


@pytest.fixture
def handset(
    world: World, line: Line, driver: str, tmp_path: Path
) -> Iterator[Callable[..., Handset]]:
    """Return a function that makes phones; the same name gives the same profile again."""
    from django.test import Client

    from anlan.base.actors.roles import Role
    from anlan.base.pocket.testing import BACKEND

    with sync_playwright() as playwright:
        opened: list[BrowserContext] = []

        def make(name: str = "phone", *, sign_in: bool = True, **options: Any) -> Handset:
            profile = tmp_path / f"profile-{name}"
            for stale in profile.glob("Singleton*"):
                stale.unlink()
            context = playwright.chromium.launch_persistent_context(
                str(profile), executable_path=CHROMIUM, args=FLAGS, viewport=PHONE,
                locale="zh-CN", **options,
            )  # fmt: skip
            context.set_default_timeout(20_000)
            opened.append(context)
            base = f"http://127.0.0.1:{line.port}"
            user = world.user(Role.OPERATOR, "workshop_a")
            if sign_in:
                client = Client()
                client.force_login(user, backend=BACKEND)
                context.add_cookies(
                    [{"name": "sessionid", "value": client.cookies["sessionid"].value,
                      "url": base, "expires": time.time() + 86_400}]
                )  # fmt: skip
            return Handset(context, base, driver, user.pk, profile)

        yield make
        for context in opened:
            try:
                context.close()
            except Exception:
                continue
