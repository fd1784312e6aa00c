"""What a person does besides the round."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.pocket.conftest import Handset, Served
from tests.journeys.pocket.oracle import judge, sealed_on, until_says
from tests.journeys.pocket.proxy import Line
from tests.journeys.pocket.test_shift import answer, to_question

Phones = Callable[..., Handset]


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
