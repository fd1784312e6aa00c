"""An open page follows what others do, and says so when it cannot."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor
from tests.ops.conftest import Product

Open = Callable[..., Visitor]
SILENCE_MS = 45_000
"""After which a page says that nothing has come (`SILENCE` of live.ts), and a little."""
UNIT = "硝化装置"  # below the threshold in the demo city


def bell(visitor: Visitor) -> int:
    text = visitor.text("header [data-an-unread]").strip()
    return int(text) if text else 0


def enter_benzene(visitor: Visitor, place: str, tonnes: int) -> None:
    """Enter an inventory by the form, so large that the unit's level changes."""
    visitor.go("/registry/units/?view=all")
    address = visitor.page.locator("[data-an-main]", has_text=UNIT).get_attribute("href")
    assert address is not None
    visitor.go("/registry/inventories/new/?unit=" + address.rstrip("/").rpartition("/")[2])
    page = visitor.page
    page.select_option("[name=chemical]", label=_option(visitor, "chemical", "苯"))
    page.fill("[name=place]", place)
    page.select_option("[name=basis]", "stated")
    page.fill("[name=quantity_t]", str(tonnes))
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/new/" not in url)


def _option(visitor: Visitor, name: str, word: str) -> str:
    options = visitor.page.locator(f"[name={name}] option").all_inner_texts()
    return next(text for text in options if re.search(rf"(^|\s){word}(\s|$)", text))


def wait_for(product: Product) -> None:
    deadline = time.monotonic() + 60
    while not product.answers():
        assert time.monotonic() < deadline, "the supervisor did not start the web process again"
        time.sleep(0.1)


def told(visitor: Visitor) -> tuple[int, int]:
    """Ask the server: how many unread messages there are, and how many of them name the unit.

    The city's own jobs write to people as well, so the bell alone does not tell what came.
    """
    page = visitor.page.request.get("/inbox/?view=unread").text()
    unread = re.search(r"data-an-unread>(\d*)<", page)
    assert unread is not None
    return int(unread[1] or 0), len(re.findall(rf"data-an-main><b>[^<]*{UNIT}", page))


def rises_to(visitor: Visitor, ours: int) -> None:
    """Wait until so many messages name the unit and the open page's bell shows all there are."""
    deadline = time.monotonic() + 60
    while (seen := (bell(visitor), told(visitor)))[1][1] < ours or seen[0] != seen[1][0]:
        assert time.monotonic() < deadline, seen
        visitor.page.wait_for_timeout(200)


def test_the_bell_rises_in_an_open_page_and_a_lost_line_catches_up(
    visit: Open, product: Product
) -> None:
    his = visit("inspector")
    his.page.clock.install()
    his.go("/registry/map/")
    line = his.page.locator("[data-an-live]")
    expect(line).to_have_attribute("data-state", "on", timeout=30_000)
    before = told(his)[1]
    address = his.page.url

    her = visit("safety")
    enter_benzene(her, "T-LIVE-1", 60)
    rises_to(his, before + 1)
    assert his.page.url == address

    # The supervisor is held, or it would start the web process anew within a second.
    supervisor = _supervisor(product)
    os.kill(supervisor, signal.SIGSTOP)
    try:
        # With its workers, which would go on serving without it.
        os.killpg(product.pid("web"), signal.SIGKILL)
        expect(line).to_have_attribute("data-state", re.compile("retry|lost"), timeout=30_000)
        his.page.clock.fast_forward(SILENCE_MS)
        expect(his.page.locator("#an-live-banner")).to_be_visible(timeout=90_000)
    finally:
        os.kill(supervisor, signal.SIGCONT)
        wait_for(product)
    enter_benzene(her, "T-LIVE-2", 2000)
    expect(line).to_have_attribute("data-state", "on", timeout=90_000)
    expect(his.page.locator("#an-live-banner")).to_have_count(0)
    rises_to(his, before + 2)
    assert his.page.url == address

    his.go("/inbox/")
    assert UNIT in his.text("main")
    assert told(his)[1] == before + 2


def _supervisor(product: Product) -> int:
    """Return the process that started the web process."""
    status = Path(f"/proc/{product.pid('web')}/status").read_text()
    found = re.search(r"^PPid:\s+(\d+)", status, re.MULTILINE)
    assert found is not None
    return int(found[1])
