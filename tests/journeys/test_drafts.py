"""Nothing typed into a form is lost: reload, no line, an ended session."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.visitor import Visitor

Open = Callable[..., Visitor]
NEW = "/registry/chemicals/new/"
KEPT = re.compile("草稿已于")


def typed(page: Page) -> tuple[str, bool]:
    """Return what the form holds."""
    return page.input_value("[name=name]"), page.is_checked("[name=categories][value='W5.3']")


def test_what_is_typed_survives_reload_lost_line_and_ended_session(visit: Open) -> None:
    name = f"清洗剂 {uuid4().hex[:6]}"
    mine = visit("safety")
    mine.go(NEW)
    page = mine.page
    offer = page.locator("[data-an-draft-offer]")
    expect(offer).to_be_hidden()
    page.fill("[name=name]", name)
    page.check("[name=categories][value='W5.3']")
    expect(page.locator("[data-an-draft-state]")).to_have_text(KEPT)

    mine.go(NEW)
    expect(offer).to_be_visible()
    assert typed(page) == ("", False)
    page.click("[data-an-draft-take]")
    assert typed(page) == (name, True)
    expect(offer).to_have_count(0)

    # Without a line the browser keeps it, and hands it over when the form is opened again.
    page.route("**/drafts/keep/", lambda route: route.abort())
    page.fill("[name=alias]", "洗板水")
    expect(page.locator("[data-an-draft-state]")).to_have_text(re.compile("服务器无应答"))
    page.unroute("**/drafts/keep/")

    # The session ends while somebody types: sending leads to sign-in, the text waits behind it.
    page.context.clear_cookies(name=re.compile("session"))
    page.fill("[name=note]", "现场确认")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile("/accounts/login/"))
    mine.sign_in("safety")
    mine.go(NEW)
    page.click("[data-an-draft-take]")
    assert typed(page) == (name, True)
    assert page.input_value("[name=alias]") == "洗板水"
    assert page.input_value("[name=note]") == "现场确认"

    other = visit("principal")
    other.go(NEW)
    expect(other.page.locator("[data-an-draft-offer]")).to_be_hidden()

    page.select_option("[name=use]", index=1)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/new/" not in url)
    mine.go(NEW)
    expect(offer).to_be_hidden()
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('an-draft'))") == []
    )


def test_a_discarded_draft_is_gone(visit: Open) -> None:
    mine = visit("safety")
    mine.go(NEW)
    mine.page.fill("[name=name]", "不要了")
    expect(mine.page.locator("[data-an-draft-state]")).to_have_text(KEPT)
    mine.go(NEW)
    with mine.page.expect_response("**/drafts/drop/"):
        mine.page.click("[data-an-draft-drop]")
    mine.go(NEW)
    expect(mine.page.locator("[data-an-draft-offer]")).to_be_hidden()
