"""What a person does besides the round: lock and forget the PIN, take back, look at pictures."""

import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.pocket.conftest import Handset, Served
from tests.journeys.pocket.oracle import judge, sealed_on, until_says
from tests.journeys.pocket.proxy import Line
from tests.journeys.pocket.test_shift import answer, to_question
from tests.support.world import PASSWORD, World

Phones = Callable[..., Handset]
IDLE = "localStorage.setItem('anlan-act', String(Date.now() - 301_000))"


def enter(page: Page, digits: str) -> None:
    """Type a PIN; the pad has judged it when its dots are empty again or it has gone."""
    page.wait_for_function("() => !document.querySelector('.pk-dots .is-on')")
    for digit in digits:
        page.click(f'.pk-pin [data-key="{digit}"]')
    page.wait_for_function("() => !document.querySelector('.pk-dots .is-on')")


def test_the_pin_locks_reports_and_is_forgotten(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open("/p/me/", ready=True)
    page.click("text=设 6 位 PIN")
    enter(page, "120120")
    enter(page, "120129")
    expect(page.locator(".pk-pinpad")).to_contain_text("两遍不一样")
    enter(page, "120120")
    enter(page, "120120")
    page.wait_for_url("**/p/me/")

    # Five minutes without a touch; opening a page is none.
    page.evaluate(f"() => {IDLE}")
    page.goto(phone.base + "/p/")
    heading = page.locator("h1")
    expect(heading).to_have_text("已上锁")
    assert page.locator(".pk-stop").count() == 0
    enter(page, "120121")
    expect(page.locator(".pk-pinpad")).to_contain_text("PIN 不对")
    enter(page, "120120")
    page.wait_for_selector(".pk-stop")

    # Locked, a finding goes all the same, and says that nobody proved who they are.
    page.evaluate(f"() => {IDLE}")
    page.reload()
    page.click("#pk-lock-report")
    page.click("#pk-act")
    page.fill("input[name=title]", "管廊滴漏")
    page.click("#pk-act.pk-btn--primary")
    expect(heading).to_have_text("已上锁")
    page.evaluate(phone.driver)
    (row,) = sealed_on(page)
    assert '"auth":"device"' in row["text"]

    for _wrong in range(5):
        enter(page, "000000")
    expect(page.locator(".pk-pinpad")).to_contain_text("错太多次")
    enter(page, "120120")
    expect(page.locator(".pk-pinpad")).to_contain_text("错太多次")

    # Whoever signs in anew has proved to be the person: the PIN falls.
    page.click("text=忘了 PIN")
    page.fill("input[type=password]", PASSWORD)
    page.press("input[type=password]", "Enter")
    page.wait_for_selector(".pk-stop")
    page.evaluate(phone.driver)
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 1}
    page.evaluate(f"() => {IDLE}")
    page.reload()
    page.wait_for_selector(".pk-stop")
    page.evaluate(phone.driver)
    judge(sealed_on(page), served.data / "files", applied=False)
    assert not phone.complaints


def test_an_answer_is_taken_back_or_sealed_when_the_page_goes(
    served: Served, line: Line, handset: Phones
) -> None:
    phone = handset()
    page = phone.open(ready=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    line.cut()
    page.click(".pk-btn--next")
    to_question(page)
    asked = page.inner_text(".pk-ask h2")
    answer(page)
    expect(page.locator(".pk-sync")).not_to_have_attribute("data-state", "ok")
    page.click(".pk-undo button")
    expect(page.locator(".pk-ask h2")).to_have_text(asked)
    assert sealed_on(page) == []
    assert not page.evaluate("async () => (await pocket.drafts()).some((one) => one.pending)")

    answer(page)
    until_says(page, "(await pocket.drafts()).some((one) => one.pending)")
    at = page.evaluate("() => Date.now()")
    page.close()
    page = phone.open()
    until_says(page, "(await pocket.envelopes()).length === 1")
    given = page.evaluate("async () => Date.parse((await pocket.envelopes())[0].created_at)")
    assert at - 60_000 < given <= at, "it has the moment when it was given"
    expect(page.locator(".pk-group__n").first).to_contain_text("1/31")
    line.mend()
    assert page.evaluate("() => pocket.keepSending(200)") == {"complete": 1}
    judge(sealed_on(page), served.data / "files")
    assert not phone.complaints


def hang(world: World, kind: str, colour: str) -> None:
    """Hang a picture on plant A, where the workshop sees it."""
    from anlan.base.files.models import Attachment
    from anlan.base.files.services import keep

    content = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(content, "PNG")
    Attachment.objects.create(
        enterprise=world.plant_a, scope_path=world.workshop_a.path, kind=kind, title=kind,
        object_type="registry.enterprise", object_id=world.plant_a.pk, file_name="a.png",
        file=keep(content.getvalue(), "image/png"),
    )  # fmt: skip


def test_pictures_of_a_place_are_there_without_a_line(
    served: Served, line: Line, handset: Phones, world: World
) -> None:
    hang(world, "plan", "white")
    hang(world, "photo", "grey")
    phone = handset()
    page = phone.open(ready=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    # Thumbnail and photo are one file here: the picture is small already.
    until_says(page, "(await (await caches.open('pkg-files')).keys()).length === 2")
    line.cut()
    page.reload()
    page.click(".pk-stop >> nth=0")
    page.wait_for_function("() => document.querySelector('.pk-strip img')?.naturalWidth > 0")
    plan = page.locator(".pk-plan")
    expect(plan.locator("circle.is-here")).to_have_count(1)
    expect(plan.locator("circle.is-other")).to_have_count(3)
    near = plan.get_attribute("viewBox")
    page.click(".pk-planbox")
    expect(plan).not_to_have_attribute("viewBox", near or "")
    assert not phone.complaints
