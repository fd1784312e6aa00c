"""A phone at its limits: closed pages, lost rights, old packages, thin lines."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from anlan.base.actors.models import User
from anlan.base.clock import now
from tests.journeys.pocket.conftest import Handset, Served
from tests.journeys.pocket.oracle import judge, received, sealed_on, until, until_says
from tests.journeys.pocket.proxy import Line

Phones = Callable[..., Handset]


def test_the_worker_sends_when_no_page_is_open(served: Served, line: Line, handset: Phones) -> None:
    phone = handset("kept")
    page = phone.open(ready=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    line.cut()
    page.evaluate("() => pocket.sealMany(6, 2, 20000)")
    rows = sealed_on(page)
    page.evaluate("async () => (await navigator.serviceWorker.ready).sync.register('outbox')")
    blank = phone.context.new_page()
    page.close()
    session = phone.context.new_cdp_session(blank)
    known: list[dict[str, Any]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    until(lambda: known, blank)
    line.mend()
    # What the browser does by itself when it thinks that the line is back.
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": phone.base, "registrationId": known[0]["registrationId"], "tag": "outbox",
         "lastChance": False},
    )  # fmt: skip
    until(lambda: [row.state for row in received(rows)] == ["complete"] * 6, blank)
    again = phone.open("/p/outbox/")
    judge(sealed_on(again), served.data / "files")
    again.wait_for_selector(".pk-sync[data-state=ok]")


def test_rights_lost_while_offline(
    served: Served, line: Line, handset: Phones, operator: User
) -> None:
    from django.db import connection

    from anlan.base.actors.models import Membership

    phone = handset()
    page = phone.open(ready=True)
    line.cut()
    page.evaluate("() => pocket.sealMany(2, 1, 20000)")
    connection.close()
    # Well apart: the phone knows the server's clock only as well as its first contact measured it.
    apart = 1000 + page.evaluate("async () => (await pocket.meta('clock')).err_ms")
    page.wait_for_timeout(apart)
    Membership.objects.filter(user=operator).update(ended_at=now())
    page.wait_for_timeout(apart)
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    line.mend()
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 3}
    rows = received(sealed_on(page))
    assert [row.review for row in rows] == [["right_lost_since"]] * 2 + [["no_right"]]
    judge(sealed_on(page), served.data / "files", applied=False)
    # Everything is there: now the package goes, and the phone says why.
    expect(page.locator("main")).to_contain_text("这台手机已停用")
    until_says(page, "(await pocket.current()) === undefined")


def test_an_old_package_is_for_recording_only(line: Line, handset: Phones) -> None:
    phone = handset()
    page = phone.open(ready=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.close()
    line.cut()
    phone.context.clock.install(time=now() + timedelta(hours=13))
    page = phone.open()
    expect(page.locator(".pk-sync")).to_have_attribute("data-state", "stale")
    expect(page.locator(".pk-stop").first).to_be_visible()


def test_a_thin_line_lets_urgent_things_through(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open(ready=True)
    line.cut()
    # 20 MB in photos of half a megabyte each.
    page.evaluate("() => pocket.sealMany(40, 1, 500000)")
    session = phone.context.new_cdp_session(page)
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 2000, "downloadThroughput": 2500, "uploadThroughput": 2500},
    )
    line.mend()
    # Let it get to the photos: one of their pieces is under way.
    with page.expect_request(lambda asked: asked.method == "PATCH", timeout=200_000):
        page.evaluate("() => { pocket.send(true).catch(() => undefined) }")
    began = time.monotonic()
    page.evaluate(
        """async () => { const pkg = await pocket.current();
        const row = await pocket.seal({kind: "finding.report", lane: 1, payload: {urgent: true},
          actor: pkg.manifest.actor.id, pkg: pkg.manifest.id, icon: "alert-triangle",
          title: "重大隐患", detail: ""});
        pocket.send(true).catch(() => undefined); globalThis.urgent = row.id; }"""
    )
    rows = sealed_on(page)
    until(lambda: any(row.kind == "finding.report" for row in received(rows)), page, 15)
    assert time.monotonic() - began < 10


def test_a_cleared_phone_is_told_what_was_lost(served: Served, line: Line, handset: Phones) -> None:
    phone = handset("kept")
    page = phone.open(ready=True)
    page.evaluate("() => pocket.sealMany(2, 0, 0)")
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 2}
    line.cut()
    page.evaluate("() => pocket.sealMany(3, 1, 20000)")
    page.evaluate("() => pocket.send(true)")
    # One contact: the server hears how far the phone has sealed, and none of it comes.
    line.break_at("POST /api/pocket/submissions", "before")
    page.evaluate("() => pocket.send(true)")
    line.wait_for_break()
    page.goto("about:blank")
    session = phone.context.new_cdp_session(page)
    session.send(
        "Storage.clearDataForOrigin",
        {"origin": phone.base,
         "storageTypes": "indexeddb,cache_storage,service_workers,local_storage"},
    )  # fmt: skip
    line.mend()
    page.goto(phone.base + "/p/")
    main = page.locator("main")
    expect(main).to_contain_text("手机数据被清过")
    expect(main).to_contain_text("3–5")
    # What was on it is to do again.
    expect(page.locator(".pk-group__n").first).to_contain_text("0/31")


SEEN = """new MutationObserver(() => {
  const state = document.querySelector('.pk-sync')?.dataset.state;
  if (state && (globalThis.seen ??= []).at(-1) !== state) globalThis.seen.push(state);
}).observe(document, { childList: true, subtree: true });"""


def test_the_pill_does_not_say_offline_before_the_first_answer(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    phone.context.add_init_script(SEEN)
    page = phone.open()
    page.wait_for_selector(".pk-sync[data-state=ok]")
    assert page.evaluate("() => seen[0]") == "seek"
    # Once it is known that there is no line, it says so.
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    line.cut()
    page.reload()
    page.wait_for_selector(".pk-sync[data-state=off]")
