"""A shift without a line, and what may go wrong on a phone."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.journeys.pocket.conftest import PHONE, Handset, Served
from tests.journeys.pocket.oracle import judge, sealed_on, until, until_says
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


def to_question(page: Page) -> None:
    """Go on from a place to what is asked there, as far as the round demands."""
    page.wait_for_selector(".pk-ask, .pk-dock .pk-btn--primary")
    while page.query_selector(".pk-ask") is None:
        before = page.url
        page.click(".pk-dock .pk-btn--primary")
        # The address changes first and the screen follows: a tap in between presses the old screen.
        page.wait_for_function(
            "(before) => location.href !== before && document.getElementById('pk-app')"
            ".dataset.shown === location.pathname + location.search",
            arg=before,
        )
        page.wait_for_selector(".pk-ask, .pk-dock .pk-btn--primary")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000001149444154789c6330"
    "48988015310c2d09000a6c4801ab1112540000000049454e44ae426082"
)


def test_a_whole_shift_offline_then_everything_is_there_once(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset("kept")
    page = phone.open(ready=True)
    page.wait_for_selector(".pk-stop")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.context.close()
    line.cut()

    # A cold start with the server dead: the shell comes from the worker, the rows from the phone.
    again = handset("kept", sign_in=False)
    page = again.open()
    page.wait_for_selector(".pk-stop")
    assert "31" in page.inner_text(".pk-group__n")
    page.wait_for_selector(".pk-sync[data-state=off]")
    page.click(".pk-btn--next")
    for _step in range(6):
        to_question(page)
        answer(page)
    # A finding, photo first.
    page.goto(again.base + "/p/finding/")
    page.wait_for_function("() => document.querySelector('.pk-video')?.videoWidth > 0")
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
    again.context.close()

    # The tab was closed, the phone comes back to a line.
    line.mend()
    back = handset("kept")
    page = back.open()
    found = page.evaluate("() => pocket.keepSending(200)")
    assert found == {"complete": sealed}
    judge(sealed_on(page), served.data / "files")
    page.goto(back.base + "/p/outbox/")
    page.wait_for_selector(".pk-sync[data-state=ok]")
    assert not back.complaints


SUBMIT = "POST /api/pocket/submissions"
PIECE = "PATCH /api/pocket/blobs/"
# What is lost when the line breaks: at which request, how far it comes, how large a photo is.
BREAKS = {
    "all records": (SUBMIT, "before", 30_000),
    "half of the records": (SUBMIT, "half", 30_000),
    "the verdicts": (SUBMIT, "answer", 30_000),
    "what is known of a photo": ("POST /api/pocket/blobs/check", "answer", 30_000),
    "a later piece of a photo": (PIECE + ".*Upload-Offset: [1-9]", "half", 1_200_000),
    "the receipt": (PIECE, "answer", 30_000),
}
# A photo is sent by itself, whatever waits beside it: fifty records have only one.
CASES = [(1, what) for what in BREAKS] + [(50, what) for what in list(BREAKS)[:3]]


def test_the_cut_matrix(served: Served, line: Line, handset: Phones) -> None:
    """Each way a line can break, for one envelope and for fifty, by page and by worker."""
    phone = handset()
    page = phone.open(ready=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    for count, what in CASES:
        request, way, size = BREAKS[what]
        for sender in ("page", "worker"):
            line.cut()
            page.evaluate(f"() => pocket.sealMany({count}, 50, {size})")
            line.break_at(request, way)
            _send(page, sender)
            line.wait_for_break()
            line.mend()
            found = page.evaluate("() => pocket.keepSending(200)")
            assert set(found) == {"complete"}, (count, what, sender, found)
    judge(sealed_on(page), served.data / "files")


def _send(page: Page, sender: str) -> None:
    if sender == "page":
        page.evaluate("() => { pocket.send(true).catch(() => undefined) }")
    else:
        page.evaluate("() => navigator.serviceWorker.controller.postMessage('send')")


def test_the_same_five_times_at_once_in_any_order_is_once(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open(ready=True)
    line.cut()
    page.evaluate("() => pocket.sealMany(8, 0, 0)")
    line.mend()
    receipts = page.evaluate(
        """async () => {
          const texts = (await pocket.envelopes()).map((row) => row.text);
          const turned = (by) => [...texts.slice(by), ...texts.slice(0, by)];
          const sent = [0, 1, 2, 3, 4].map(turned).map((rows) =>
            pocket.call("POST", "/api/pocket/submissions", {timeout: 60000,
              body: `{"envelopes":[${rows.join(",")}]}`,
              headers: {"Content-Type": "application/json"}}));
          return (await Promise.all(sent)).map((told) =>
            told.verdicts.map((one) => one.receipt)); }"""
    )
    assert len(receipts) == 5
    # The same receipt may come with its fields in another order: kept ones are sorted.
    same = {tuple(sorted(json.dumps(one, sort_keys=True) for one in rows)) for rows in receipts}
    assert len(same) == 1, "the receipts differ"
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 8}
    judge(sealed_on(page), served.data / "files")


def test_two_tabs_send_each_envelope_once(served: Served, line: Line, handset: Phones) -> None:
    phone = handset()
    log = served.data / "server.log"
    before = log.stat().st_size
    first = phone.open(ready=True)
    second = phone.open("/p/outbox/")
    line.cut()
    for page in (first, second):
        page.evaluate("() => pocket.sealMany(15, 5, 20000)")
    rows = sealed_on(first)
    assert [row["seq"] for row in rows] == list(range(1, 31))
    line.mend()
    for page in (first, second):
        page.evaluate("() => { pocket.keepSending(200).then(() => (globalThis.done = true)) }")
    for page in (first, second):
        page.wait_for_function("() => globalThis.done")
    judge(sealed_on(first), served.data / "files")
    told = log.read_bytes()[before:]
    assert 0 < told.count(b"POST /api/pocket/submissions") < 30


@pytest.mark.parametrize("victim", ["tab", "browser"])
def test_what_is_killed_while_sealing_is_whole_or_not_there(
    victim: str, served: Served, line: Line, handset: Phones
) -> None:
    """What was said to be saved is there; photo and draft of a finding begun are back."""
    phone = handset("kept")
    page = phone.open(ready=True)
    line.cut()
    page.goto(phone.base + "/p/finding/")
    page.wait_for_function("() => document.querySelector('.pk-video')?.videoWidth > 0")
    page.click("#pk-shoot")
    page.wait_for_selector(".pk-thumb__n")
    page.click("#pk-act")
    page.fill("input[name=title]", "呼吸阀卡涩")
    page.evaluate(phone.driver)
    until_says(page, "(await pocket.drafts()).some((one) => one.form.title === '呼吸阀卡涩')")
    page.evaluate("() => pocket.sealMany(40, 8, 30000)")
    told = sealed_on(page)
    assert len(told) == 40
    page.evaluate("() => { pocket.sealMany(1000, 3, 30000) }")
    until(lambda: page.evaluate("async () => (await pocket.envelopes()).length") > 50, page)
    if victim == "tab":
        # A page opened before the browser has seen its processes die gets a dead one and hangs.
        with page.expect_event("crash"):
            dead = _kill(phone, tab=True)
        deadline = time.monotonic() + 30
        while dead & set(_processes_of(phone, tab=True)):
            assert time.monotonic() < deadline, "killed processes that do not go"
            time.sleep(0.05)
    else:
        _kill(phone)
    line.mend()

    again = phone if victim == "tab" else handset("kept")
    page = _opened(again)
    page.click("text=呼吸阀卡涩")
    expect(page.locator("input[name=title]")).to_have_value("呼吸阀卡涩")
    page.wait_for_function("() => document.querySelector('.pk-photo img')?.naturalWidth > 0")
    rows = sealed_on(page)
    assert [row["text"] for row in rows[:40]] == [row["text"] for row in told]
    assert 50 < len(rows) < 1040, "it must be killed while it seals"
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": len(rows)}
    judge(sealed_on(page), served.data / "files")
    if victim == "tab":
        # The page whose process is gone does not answer a call to close.
        _kill(phone)


def _kill(phone: Handset, *, tab: bool = False) -> set[int]:
    """Kill the browser of this profile, or its pages alone; return what was killed."""
    found = set(_processes_of(phone, tab=tab))
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return found


def _opened(phone: Handset) -> Page:
    """Open a page; a browser whose tab was killed may offer the dead process once more."""
    for _ in range(5):
        try:
            return phone.open()
        except Error as error:
            if "crashed" not in str(error):
                raise
            time.sleep(0.5)
    return phone.open()


def _processes_of(phone: Handset, *, tab: bool = False) -> list[int]:
    """Return the browser processes of this profile, and no others; with `tab` its pages alone."""
    commands: dict[int, str] = {}
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            folder = Path("/proc") / name
            commands[int(name)] = (folder / "cmdline").read_text("utf-8", "replace")
            parents[int(name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    own = {pid for pid, text in commands.items() if f"--user-data-dir={phone.profile}" in text}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return [pid for pid in own if not tab or "--type=renderer" in commands[pid]]


def test_a_full_phone_still_takes_text_and_says_so(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset("kept")
    page = phone.context.new_page()
    session = phone.context.new_cdp_session(page)
    # Set before the first write: later a limit no longer bites.
    session.send("Storage.overrideQuotaForOrigin", {"origin": phone.base, "quotaSize": 12_000_000})
    page.goto(phone.base + "/p/")
    page.evaluate(phone.driver)
    until_says(page, "await pocket.current()")
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    page.evaluate("() => pocket.keepSending(200)")
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
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 4}
    judge(sealed_on(page), served.data / "files")


def test_the_pill_never_says_synced_with_rows_unsent(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open(ready=True)
    said = []
    for turn in range(4):
        line.cut() if turn % 2 == 0 else line.mend()
        page.evaluate("() => pocket.sealMany(3, 1, 20000)")
        page.evaluate("() => { pocket.send(true).catch(() => undefined) }")
        for _look in range(6):
            said.append(page.evaluate("() => pocket.pillAndTruth()"))
            page.wait_for_timeout(120)
    line.mend()
    page.evaluate("() => pocket.keepSending(200)")
    said.append(page.evaluate("() => pocket.pillAndTruth()"))
    for one in said:
        assert one["state"] != "ok" or (one["unsent"] == 0 and one["age"] < 60_000), one
    assert said[-1]["state"] == "ok"
    assert page.viewport_size == PHONE
