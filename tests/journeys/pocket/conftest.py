"""A served product with an invented round, a line that can be cut, and phones.

Unlike the other journeys these kill servers and fill phones, so they have a product of their own:
granian on the test database. All tests share it; each has a person, a phone and a line of its own,
so that none sees what another left.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from anlan.base.actors.roles import Role
from tests.journeys.pocket.oracle import until_says
from tests.journeys.pocket.proxy import Line, line_to
from tests.ops.conftest import free_port
from tests.support import chromium
from tests.support.wiping import FILLED, wipe
from tests.support.world import PASSWORD, World, build_world

if TYPE_CHECKING:
    from anlan.base.actors.models import User

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ESBUILD = ROOT / "web" / "node_modules" / ".bin" / "esbuild"
FLAGS = [
    *chromium.FLAGS,
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
"""How long something may take on a slow machine; nothing waits that long when all is well."""


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
        check=True, timeout=120,
    )  # fmt: skip
    return out.read_text("utf-8")


@dataclass
class Served:
    """granian on the test database; may be killed and started again."""

    data: Path
    secret: str
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    dist: Path | None = None
    """Another build of `web/` to serve than the one of this tree."""

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

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
            "ANLAN_TEST_DIST": str(self.dist or ""),
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


@pytest.fixture(scope="package", autouse=True)
def _beside_playwright() -> Iterator[None]:
    """Let the tests read the database in the thread where Playwright keeps its loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="package")
def world(
    request: pytest.FixtureRequest,
    _beside_playwright: None,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[World]:
    """The small world, committed, so that the server sees it; one for all tests."""
    from anlan.base.actors import wall

    with django_db_blocker.unblock():
        wall.bind(wall.default_scope())
        try:
            yield build_world()
        finally:
            wipe(request.config.stash[FILLED])


@pytest.fixture(scope="package")
def server(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The running server."""
    from django.test import override_settings

    data = tmp_path_factory.mktemp("pocket")
    secret = "pocket-" + secrets.token_hex(20)
    with override_settings(SECRET_KEY=secret, DATA=data, MEDIA_ROOT=data / "files"):
        found = Served(data, secret)
        found.start()
        yield found
        found.kill()


@pytest.fixture
def served(server: Served) -> Served:
    """The running server, also after a test that killed it."""
    if not server.is_running:
        server.start()
    return server


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    """A line between this test's phones and the server: an origin of its own."""
    with line_to(served.port) as found:
        yield found


@pytest.fixture
def operator(world: World) -> "User":
    """An operator of workshop A whom no other test knows."""
    from anlan.base.actors import wall
    from anlan.base.actors.models import Membership, User

    wall.bind(wall.default_scope())
    name = f"operator-{secrets.token_hex(4)}"
    user = User(username=name, display_name=name)
    user.set_password(PASSWORD)
    user.save()
    place = world.places["workshop_a"]
    Membership.objects.create(user=user, organisation=place, role=Role.OPERATOR)
    return user


@dataclass
class Handset:
    """A browser on a phone, signed in through the line."""

    context: BrowserContext
    base: str
    driver: str
    profile: Path | None
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/p/", *, ready: bool = False) -> Page:
        """Open a page with the phone's code at hand; `ready`: known and with its package."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.base + path, wait_until="load")
        page.evaluate(self.driver)
        if ready:
            # The clock is measured with the first contact, after the package has come.
            until_says(page, "await pocket.current() && await pocket.meta('clock')")
        return page


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers; it waits long, because the machine may be slow."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as found:
        yield found
    expect.set_options(timeout=5000)


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all phones whose profile need not outlive it."""
    found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield found
    found.close()


@pytest.fixture
def handset(
    operator: "User",
    line: Line,
    driver: str,
    tmp_path: Path,
    playwright: Playwright,
    browser: Browser,
) -> Iterator[Callable[..., Handset]]:
    """Return a function that makes phones of the operator.

    One with a `name` has a browser and a profile of its own: the same name gives the same profile
    again. The others are fresh and share a browser.
    """  # fmt: skip
    opened: list[BrowserContext] = []

    def make(name: str = "", *, sign_in: bool = True, **options: Any) -> Handset:
        options = {"viewport": PHONE, "locale": "zh-CN", **options}
        profile = tmp_path / f"profile-{name}" if name else None
        if profile is None:
            context = browser.new_context(**options)
        else:
            for stale in profile.glob("Singleton*"):
                stale.unlink()
            context = playwright.chromium.launch_persistent_context(
                str(profile), executable_path=CHROMIUM, args=FLAGS, **options
            )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        base = f"http://127.0.0.1:{line.port}"
        if sign_in:
            context.add_cookies(
                [{"name": "sessionid", "value": _session(operator), "url": base,
                  "expires": time.time() + 86_400}]
            )  # fmt: skip
        return Handset(context, base, driver, profile)

    yield make
    for context in opened:
        with contextlib.suppress(Error):
            context.close()


def _session(user: "User") -> str:
    from django.test import Client

    from anlan.base.pocket.testing import BACKEND

    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies["sessionid"].value
