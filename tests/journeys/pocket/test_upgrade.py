"""A new version of Pocket, and the way back, with a full outbox on the phone."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pocket.conftest import ROOT, Handset, Served
from tests.journeys.pocket.oracle import judge, sealed_on, until_says
from tests.journeys.pocket.proxy import Line

QUEUED = 300


@pytest.fixture
def later(served: Served, tmp_path: Path) -> Iterator[Served]:
    """A server of the next version: another worker, other files, a further step of the database."""
    dist = tmp_path / "next" / "dist"
    shutil.copytree(ROOT / "src" / "anlan" / "static" / "dist", dist)
    subprocess.run(
        ["node", str(Path(__file__).with_name("next_build.mjs")), str(ROOT / "web"), str(dist)],
        check=True,
        timeout=120,
    )
    found = Served(served.data, served.secret, dist=dist)
    found.start()
    yield found
    found.kill()


def take_the_new_version(page: Page) -> None:
    """Do what the button does; open tabs load anew by themselves."""
    known = "(await navigator.serviceWorker.getRegistration())"
    page.evaluate(f"async () => {known}.update()")
    until_says(page, f"{known}.waiting")
    with page.expect_navigation():
        page.evaluate(f"async () => {known}.waiting.postMessage('go')")


def version(page: Page) -> int:
    """Return the version of the outbox's database."""
    found: int = page.evaluate(
        "async () => (await indexedDB.databases()).find((one) => one.name === 'anlan-out').version"
    )
    return found


def test_a_full_outbox_outlives_an_upgrade_and_the_way_back(
    served: Served, later: Served, line: Line, handset: Callable[..., Handset]
) -> None:
    phone = handset()
    page = phone.open(ready=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    # A page of the old version that stays open: it must not block the new one.
    held = phone.open("/accounts/login/")
    line.cut()
    page.evaluate(f"() => pocket.sealMany({QUEUED}, 100, 30000)")
    page.evaluate(
        """async () => pocket.saveDraft({id: "0190b8c0-0000-7000-8000-000000000001",
          kind: "finding", schema: 1, updated_at: 0, form: {title: "法兰渗漏"}, files: []})"""
    )
    before = sealed_on(held)
    assert len(before) == QUEUED

    # The line is back, the server is the next version, and no record gets through yet.
    phone.context.route("**/api/pocket/submissions*", lambda route: route.abort())
    line.server_port = later.port
    line.mend()
    page.goto(phone.base + "/p/me/")
    # A draft is open: the phone waits for its person.
    expect(page.locator("main")).to_contain_text("新版本，交班后更新")
    assert not page.evaluate("() => globalThis.anlanNext")
    take_the_new_version(page)
    page.wait_for_function("() => globalThis.anlanNext")
    page.goto(phone.base + "/p/")
    expect(page.locator("main")).to_contain_text("法兰渗漏")
    assert version(page) == 2
    page.evaluate(phone.driver)
    assert [row["text"] for row in sealed_on(page)] == [row["text"] for row in before]
    # The old page gave way and still reads what there is.
    assert len(sealed_on(held)) == QUEUED

    # Back to the version before, which meets a newer database.
    # Cut, or the connections that are kept alive would still lead to the other server.
    line.cut()
    line.server_port = served.port
    line.mend()
    page.reload()
    take_the_new_version(page)
    page.goto(phone.base + "/p/")
    page.wait_for_selector(".pk-stop")
    assert not page.evaluate("() => globalThis.anlanNext")
    assert version(page) == 2
    expect(page.locator("main")).to_contain_text("法兰渗漏")
    page.evaluate(phone.driver)
    page.evaluate("() => pocket.sealMany(1, 1, 30000)")
    phone.context.unroute("**/api/pocket/submissions*")
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": QUEUED + 1}
    judge(sealed_on(page), served.data / "files")
    assert not phone.complaints
