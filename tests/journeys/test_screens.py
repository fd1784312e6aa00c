"""Language, theme, keyboard, and the phone."""

import re
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Open = Callable[..., Visitor]


def test_language_and_theme_stay_chosen(visit: Open) -> None:
    her = visit("safety")
    html = her.page.locator("html")
    expect(html).to_have_attribute("lang", "zh-CN")
    her.page.click("summary.an-me")
    her.page.click("button[name=language][value=en]")
    expect(html).to_have_attribute("lang", "en")
    her.go("/registry/units/")
    assert "Major hazard installations" in her.text("h1, main")
    her.page.click("summary.an-me")
    her.page.click("button[name=theme][value=dark]")
    # The page that follows, and its style: a click does not wait for either.
    expect(html).to_have_attribute("data-an-theme", "dark")
    her.page.wait_for_load_state()
    dark = her.page.evaluate("getComputedStyle(document.body).backgroundColor")
    her.go("/")
    assert her.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    her.page.click("summary.an-me")
    her.page.click("button[name=theme][value=light]")
    expect(html).to_have_attribute("data-an-theme", "light")
    her.page.wait_for_load_state()
    assert her.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    assert not her.complaints


def test_the_keyboard_is_enough(visit: Open) -> None:
    her = visit("safety")
    page = her.page
    her.go("/")
    page.keyboard.press("Control+k")
    expect(page.locator("#an-search")).to_be_focused()
    page.keyboard.type("jqzz")  # pinyin initials of the unit 加氢装置
    expect(page.locator("#an-found")).to_contain_text("加氢装置")
    page.keyboard.press("Escape")

    her.go("/registry/units/?view=all")
    page.keyboard.press("/")
    box = page.locator("[data-an-filter]").first
    expect(box).to_be_focused()
    page.keyboard.type("罐区")
    # Each sign typed asks anew; the answer to the last one must be drawn before the arrows.
    expect(page).to_have_url(re.compile(f"q={quote('罐区')}"))
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    expect(page.locator("tbody tr[data-an-row]")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator("tbody tr[data-an-row]").nth(1)
    expect(second).to_be_focused()
    name = second.locator("[data-an-main]").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/registry/units/*-*/")
    assert name in her.text("main")
    page.keyboard.press("?")
    expect(page.locator("#an-keys")).to_be_visible()
    assert not her.complaints


def test_the_phone_has_its_own_home(visit: Open) -> None:
    his = visit("operator", phone=True)
    assert his.go("/p/").status == 200
    expect(his.page.locator("nav.pk-tabs a")).to_have_count(5)
    assert his.overflow() == 0
    small = his.page.evaluate(
        "[...document.querySelectorAll('nav.pk-tabs a, .pk-btn')]"
        ".filter(e => e.getBoundingClientRect().height < 48).length"
    )
    assert small == 0
    described = his.page.request.get("/manifest.webmanifest").json()
    assert described["start_url"] == "/p/"
    assert described["display"] == "standalone"
    for icon in described["icons"]:
        picture = his.page.request.get(icon["src"])
        assert picture.body().startswith(b"\x89PNG")
    his.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert not his.complaints


def test_the_phone_says_so_when_the_server_is_gone(visit: Open) -> None:
    his = visit("operator", phone=True)
    his.go("/p/")
    his.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    his.page.reload()
    his.context.set_offline(True)
    his.page.goto("/p/never-visited/")
    # The shell comes from the phone itself and says what it can do without a line.
    expect(his.page.locator("body")).to_contain_text("连一次网就能离线用")
    assert his.overflow() == 0
    his.context.set_offline(False)
    his.page.goto("/p/")
    expect(his.page.locator("nav.pk-tabs")).to_be_visible()
