"""A shift without a line, and what may go wrong on a phone."""

import os
import signal
import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.journeys.pocket.conftest import PHONE, Handset, Served
from tests.journeys.pocket.oracle import judge, ready, sealed_on
from tests.journeys.pocket.proxy import Line

Phones = Callable[..., Handset]


def answer(page: Page) -> None:
    """Answer the item shown: a reading within its limits, a photo where one is due, normal."""
    page.wait_for_selector(".pk-ask")
    limits = page.query_selector(".pk-limits b")
    if limits and page.query_selector(".pk-keys"):
        last = page.inner_text(".pk-hist b")
        for key in last:
            page.click(f'[data-key="{key}"]')
    act = page.inner_text("#pk-act")
    if act == "先拍照":
        with page.expect_file_chooser() as chosen:
            page.click("text=拍照 >> nth=0")
        chosen.value.set_files([{"name": "a.png", "mimeType": "image/png", "buffer": PNG}])
    page.wait_for_selector("#pk-act.pk-btn--done")
    before = page.inner_text(".pk-ask h2")
    page.click("#pk-act")
    page.wait_for_function(
        "(before) => { const now = document.querySelector('.pk-ask h2');"
        " return !now || now.textContent !== before; }",
        arg=before,
    )


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000001149444154789c6330"
    "48988015310c2d09000a6c4801ab1112540000000049454e44ae426082"
)


def test_a_whole_shift_offline_then_everything_is_there_once(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open()
    ready(page)
    page.wait_for_selector(".pk-stop")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.close()
    phone.context.close()
    line.cut()

    # A cold start with the server dead: the shell comes from the worker, the rows from the phone.
    again = handset(sign_in=False)
    page = again.open()
    page.wait_for_selector(".pk-stop")
    assert "31" in page.inner_text(".pk-group__n")
    page.wait_for_selector(".pk-sync[data-state=off]")
    page.click(".pk-btn--next")
    for _step in range(6):
        while "/p/place/" in page.url:
            page.click(".pk-dock .pk-btn--primary")
            page.wait_for_timeout(50)
        answer(page)
    # A finding, photo first.
    page.goto(again.base + "/p/finding/")
    page.wait_for_selector(".pk-video")
    page.wait_for_timeout(600)
    page.click("#pk-shoot")
    page.wait_for_selector(".pk-thumb__n")
    page.click("#pk-act")
    page.fill("input[name=title]", "法兰渗漏")
    page.wait_for_selector("#pk-act.pk-btn--primary")
    page.click("#pk-act")
    page.wait_for_url("**/p/")
    page.evaluate(again.driver)
    sealed = len(sealed_on(page))
    assert sealed == 7
    page.close()
    again.context.close()

    # The tab was closed, the phone comes back to a line.
    line.mend()
    back = handset()
    page = back.open()
    found = page.evaluate("() => pocket.keepSending(60)")
    assert found == {"complete": sealed}
    judge(sealed_on(page), served.data / "files")
    page.goto(back.base + "/p/outbox/")
    page.wait_for_selector(".pk-sync[data-state=ok]")
    assert not back.complaints


def test_the_cut_matrix(served: Served, line: Line, handset: Phones) -> None:
    """Each way a line can break, for one envelope and for fifty, by page and by worker."""
    phone = handset()
    page = phone.open()
    ready(page)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    for count in (1, 50):
        for way in ("before", "half", "lost"):
            for sender in ("page", "worker"):
                line.cut()
                page.evaluate(f"() => pocket.sealMany({count}, 5, 30000)")
                if way != "before":
                    line.mode = "lose" if way == "lost" else "open"
                    _send(page, sender)
                    time.sleep(0.25)
                    line.cut()
                line.mend()
                _send(page, sender)
                found = page.evaluate("() => pocket.keepSending(40)")
                assert set(found) == {"complete"}, (count, way, sender, found)
    judge(sealed_on(page), served.data / "files")


def _send(page: Page, sender: str) -> None:
    if sender == "page":
        page.evaluate("() => { pocket.send(true).catch(() => undefined) }")
    else:
        page.evaluate("() => navigator.serviceWorker.controller.postMessage('send')")


def test_two_tabs_send_each_envelope_once(served: Served, line: Line, handset: Phones) -> None:
    phone = handset()
    first = phone.open()
    ready(first)
    second = phone.open("/p/outbox/")
    line.cut()
    for page in (first, second):
        page.evaluate("() => pocket.sealMany(15, 5, 20000)")
    rows = sealed_on(first)
    assert [row["seq"] for row in rows] == list(range(1, 31))
    line.mend()
    for page in (first, second):
        page.evaluate("() => { pocket.keepSending(40).then((found) => (globalThis.done = found)) }")
    for page in (first, second):
        page.wait_for_function("() => globalThis.done", timeout=60_000)
    judge(sealed_on(first), served.data / "files")
    log = (served.data / "server.log").read_text()
    assert log.count("POST /api/pocket/submissions") < 30


def test_a_killed_browser_keeps_what_it_said_was_saved(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open()
    ready(page)
    line.cut()
    page.evaluate("() => pocket.sealMany(40, 8, 30000)")
    for pid in _processes_of(phone):
        os.kill(pid, signal.SIGKILL)
    line.mend()
    again = handset()
    page = again.open()
    assert page.evaluate("() => pocket.keepSending(40)") == {"complete": 40}
    judge(sealed_on(page), served.data / "files")


def _processes_of(phone: Handset) -> list[int]:
    """Return the browser processes that this profile started, and no others."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    command = file.read().decode("utf-8", "replace")
            except OSError:
                continue
            if f"--user-data-dir={phone.profile}" in command:
                found.append(int(name))
    return found


def test_a_full_phone_still_takes_text_and_says_so(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.context.new_page()
    session = phone.context.new_cdp_session(page)
    # Set before the first write: later a limit no longer bites.
    session.send("Storage.overrideQuotaForOrigin", {"origin": phone.base, "quotaSize": 12_000_000})
    page.goto(phone.base + "/p/")
    page.evaluate(phone.driver)
    ready(page)
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    page.evaluate("() => pocket.keepSending(20)")
    line.cut()
    refused = page.evaluate(
        """async () => { for (let n = 0; n < 60; n += 1) {
          try { await pocket.keepFile(pocket.noise(n, 1e6), "scene", "test-draft", new Date()); }
          catch (reason) { return [n, reason.name]; } } return null; }"""
    )
    assert refused is not None
    assert refused[1] == "QuotaExceededError"
    page.evaluate("() => pocket.sealMany(3, 0, 0)")
    page.goto(phone.base + "/p/outbox/")
    page.wait_for_selector(".pk-sync[data-state=full]")
    page.evaluate(phone.driver)
    line.mend()
    assert page.evaluate("() => pocket.keepSending(40)") == {"complete": 4}
    judge(sealed_on(page), served.data / "files")


def test_the_pill_never_says_synced_with_rows_unsent(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open()
    ready(page)
    said = []
    for turn in range(4):
        line.cut() if turn % 2 == 0 else line.mend()
        page.evaluate("() => pocket.sealMany(3, 1, 20000)")
        page.evaluate("() => { pocket.send(true).catch(() => undefined) }")
        for _look in range(6):
            said.append(page.evaluate("() => pocket.pillAndTruth()"))
            page.wait_for_timeout(120)
    line.mend()
    page.evaluate("() => pocket.keepSending(30)")
    said.append(page.evaluate("() => pocket.pillAndTruth()"))
    for one in said:
        assert one["state"] != "ok" or (one["unsent"] == 0 and one["age"] < 60_000), one
    assert said[-1]["state"] == "ok"
    assert page.viewport_size == PHONE
