"""A phone at its limits: closed pages, lost rights, old packages, thin lines."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from tests.journeys.pocket.conftest import Handset, Served
from tests.journeys.pocket.oracle import judge, ready, sealed_on
from tests.journeys.pocket.proxy import Line
from tests.support.world import World

Phones = Callable[..., Handset]


def received() -> list[Any]:
    """Return what the server holds of all phones, in the order it was sealed."""
    from django.db import connection

    from anlan.base.actors import wall
    from anlan.base.actors.scope import EVERYTHING
    from anlan.base.pocket.models import Submission

    connection.close()
    wall.bind(EVERYTHING)
    return list(Submission.objects.unscoped("oracle").order_by("seq"))


def wait_until(holds: Callable[[], object], page: Page, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        page.wait_for_timeout(100)


def test_the_worker_sends_when_no_page_is_open(served: Served, line: Line, handset: Phones) -> None:
    phone = handset()
    page = phone.open()
    ready(page)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    line.cut()
    page.evaluate("() => pocket.sealMany(6, 2, 20000)")
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
    wait_until(lambda: known, blank)
    line.mend()
    # What the browser does by itself when it thinks that the line is back.
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": phone.base, "registrationId": known[0]["registrationId"], "tag": "outbox",
         "lastChance": False},
    )  # fmt: skip
    wait_until(lambda: [row.state for row in received()] == ["complete"] * 6, blank)
    again = phone.open("/p/outbox/")
    judge(sealed_on(again), served.data / "files")
    again.wait_for_selector(".pk-sync[data-state=ok]")


def test_rights_lost_while_offline(
    served: Served, line: Line, handset: Phones, world: World
) -> None:
    from django.db import connection

    from anlan.base.actors.models import Membership

    phone = handset()
    page = phone.open()
    ready(page)
    line.cut()
    page.evaluate("() => pocket.sealMany(2, 1, 20000)")
    user = world.user(Role.OPERATOR, "workshop_a")
    connection.close()
    # Well apart: the phone knows the server's clock to some milliseconds only.
    page.wait_for_timeout(1000)
    Membership.objects.filter(user=user).update(ended_at=now())
    page.wait_for_timeout(1000)
    page.evaluate("() => pocket.sealMany(1, 0, 0)")
    line.mend()
    assert page.evaluate("() => pocket.keepSending(20)") == {"complete": 3}
    rows = received()
    assert [row.review for row in rows] == [["right_lost_since"]] * 2 + [["no_right"]]
    judge(sealed_on(page), served.data / "files", applied=False)
    # Everything is there: now the package goes, and the phone says why.
    expect(page.locator("main")).to_contain_text("这台手机已停用")
    page.wait_for_function("async () => (await pocket.current()) === undefined")


def test_an_old_package_is_for_recording_only(line: Line, handset: Phones) -> None:
    phone = handset()
    page = phone.open()
    ready(page)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
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
    page = phone.open()
    ready(page)
    line.cut()
    # 20 MB in photos of half a megabyte each.
    page.evaluate("() => pocket.sealMany(40, 1, 500000)")
    session = phone.context.new_cdp_session(page)
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 2000, "downloadThroughput": 2500, "uploadThroughput": 2500},
    )
    line.mend()
    page.evaluate("() => { pocket.send(true).catch(() => undefined) }")
    # Let it get to the photos: one of their pieces is under way.
    page.wait_for_function(
        "async () => (await pocket.counts()).accepted > 0", timeout=60_000, polling=300
    )
    page.wait_for_timeout(1500)
    began = time.monotonic()
    page.evaluate(
        """async () => { const pkg = await pocket.current();
        const row = await pocket.seal({kind: "finding.report", lane: 1, payload: {urgent: true},
          actor: pkg.manifest.actor.id, pkg: pkg.manifest.id, icon: "alert-triangle",
          title: "重大隐患", detail: ""});
        pocket.send(true).catch(() => undefined); globalThis.urgent = row.id; }"""
    )
    wait_until(lambda: any(row.kind == "finding.report" for row in received()), page, 15)
    assert time.monotonic() - began < 10
