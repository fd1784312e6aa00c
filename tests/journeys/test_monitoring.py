"""A tank fills up: from the sample to the operator's screen, the figures and the county.

The engineer issues a key, a program sends a level that rises, the operator's open page shows and
sounds the alarms, also the one that came while the line was down; they are acknowledged by
keyboard, shelved and handled; the load of alarms and the early warning move, and the county's
officer asks for feedback.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from anlan.base.clock import SHANGHAI
from tests.journeys import telemetry
from tests.journeys.telemetry import Gauge
from tests.journeys.visitor import Visitor
from tests.ops.conftest import Product

Open = Callable[..., Visitor]
LIMITS = HIGH, HIGH_HIGH = "10.2", "10.8"
DELAY = 10
# What is played is noted down, and played.
LISTEN = """
window.played = [];
const make = BaseAudioContext.prototype.createOscillator;
BaseAudioContext.prototype.createOscillator = function () {
  const tone = make.call(this);
  const start = tone.start;
  tone.start = function (...when) {
    window.played.push(Math.round(tone.frequency.value));
    return start.apply(tone, when);
  };
  return tone;
};
"""

# The pitch of the gravest priority that stands unacknowledged, 2 at least, and no graver one.
THE_WORST_SOUNDS = """() => {
  const worst = [1, 2].find((n) => document.querySelector(`.an-al-row--${n}.is-new`));
  const due = { 1: 880, 2: 740 }[worst];
  return window.played.includes(due) && (worst === 1 || !window.played.includes(880));
}"""


@pytest.fixture(scope="module")
def _measured(product: Product) -> Iterator[None]:
    with telemetry.running(product):
        yield


@pytest.mark.usefixtures("_measured")
def test_from_a_rising_level_to_the_question_of_the_county(visit: Open) -> None:
    url, key = a_key(visit("equipment"))
    operator = visit("control")
    page = operator.page
    before = announced(operator)

    page.add_init_script(LISTEN)
    operator.go("/monitoring/alarms/")
    gauge = Gauge(url, key, a_calm_tank(page))
    acknowledge_all(page)
    page.click("[data-an-sound]")
    expect(page.locator("[data-an-sound]")).to_have_attribute("aria-pressed", "true")
    page.evaluate("window.same = true")
    assert played(page) == []

    gauge.send(9.8, 3)
    rose = gauge.send(10.4, 20)
    high = row(page, gauge.tag, HIGH)
    expect(high).to_have_class(re.compile("is-new"), timeout=60_000)
    assert flashes(high)
    # Should something graver of the city have come meanwhile, its tone is due instead.
    page.wait_for_function(THE_WORST_SOUNDS)
    unit = high.locator(".an-al-context").inner_text().split(" · ")[0]

    topped = while_the_line_is_down(page, gauge)
    highest = row(page, gauge.tag, HIGH_HIGH)
    expect(highest).to_have_class(re.compile("is-new"))
    page.wait_for_function("() => window.played.includes(880)")

    walk_to(page, highest)
    page.keyboard.press("Space")
    expect(highest).not_to_have_class(re.compile("is-new"))
    assert page.evaluate("document.activeElement.dataset.anAlarm") == name_of(highest)
    shelve(page, high, "正在倒罐，改看 LI 趋势和现场液位计")
    expect(high).to_have_count(0)
    handle(page, highest, "进料阀内漏", "已停进料泵，关闭进料切断阀，现场核对液位")
    assert page.evaluate("window.same"), "the page was loaded anew"

    told = journal(operator, gauge.tag)
    for words in (moment(rose + DELAY), moment(topped + DELAY), "进料阀内漏 → 已停进料泵", "倒罐"):
        assert words in told, (words, told)
    # Beside these two a point that fell silent may have told so.
    assert announced(operator) >= before + 2

    safety = visit("safety")
    warning = its_warning(safety, unit, f"{gauge.tag} HH")
    county = visit("inspector")
    ask(county, warning, f"{gauge.tag} HH", "请说明进料阀内漏的处理和倒罐进度")
    answer(safety, warning, "已倒罐至 2#罐，阀门今日更换")
    county.go(warning)
    expect(county.page.locator("main")).to_contain_text("阀门今日更换")


def a_key(engineer: Visitor) -> tuple[str, str]:
    """Issue a key for the source of the tank farm; return where to send, and the key."""
    page = engineer.page
    engineer.go("/monitoring/sources/?q=演示仿真")
    page.click("tbody tr:has-text('演示仿真') [data-an-main]")
    page.wait_for_load_state()
    url = page.inner_text("main code:has-text('POST')").removeprefix("POST ")
    assert urlsplit(url).path == "/ingest/"
    page.click("[data-an-open='#key']")
    page.click("#key button[type=submit]")
    return url, page.input_value("#link")


def announced(operator: Visitor) -> int:
    """Return how many alarms the page of the load counts."""
    operator.go("/monitoring/kpi/")
    found = re.search(r"([\d,]+) 次", operator.text(".an-head__facts"))
    assert found is not None, operator.text(".an-head__facts")
    return int(found[1].replace(",", ""))


def a_calm_tank(page: Page) -> str:
    """Return a level that stands at neither of its upper limits."""
    tags = (f"LI-{n}" for n in range(101, 113))
    return next(tag for tag in tags if not any(row(page, tag, at).count() for at in LIMITS))


def acknowledge_all(page: Page) -> None:
    """See what the demonstration left, all at once, so that silence comes first."""
    new = page.locator("[data-an-alarm].is-new input.an-check")
    for place in range(new.count()):
        new.nth(place).check()
    if new.count():
        page.fill("#an-al-comment", "交接班已知")
        page.click("[data-an-alarm-bulk] button[type=submit]")
    expect(page.locator("[data-an-alarm-rows]")).to_have_attribute("data-unacknowledged", "0")


def row(page: Page, tag: str, limit: str) -> Locator:
    """Return the line of an alarm by its point and limit."""
    return page.locator("[data-an-alarm]", has_text=tag).filter(
        has=page.locator(".an-al-value span", has_text=limit)
    )


def name_of(line: Locator) -> str:
    """Return which alarm a line is of."""
    return line.get_attribute("data-an-alarm") or ""


def flashes(line: Locator) -> bool:
    """Tell whether its mark moves."""
    look = "one => getComputedStyle(one).animationName"
    return line.locator(".an-al-mark").evaluate(look) == "an-al-flash"


def played(page: Page) -> list[int]:
    """Return the pitches that were sounded."""
    found: list[int] = page.evaluate("window.played")
    return found


def while_the_line_is_down(page: Page, gauge: Gauge) -> float:
    """Let the level reach the second limit while the operator's line is cut; return when."""
    line = page.locator("[data-an-live]")
    expect(line).to_have_attribute("data-state", "on")
    page.context.set_offline(True)
    expect(page.locator("#an-live-banner")).to_be_visible()
    topped = gauge.send(11.0, 20)
    expect(row(page, gauge.tag, HIGH_HIGH)).to_have_count(0)
    page.context.set_offline(False)
    expect(line).to_have_attribute("data-state", "on")
    expect(page.locator("#an-live-banner")).to_have_count(0)
    return topped


def walk_to(page: Page, line: Locator) -> None:
    """Go to a line with the arrow keys."""
    page.evaluate("document.activeElement.blur()")
    for _step in range(page.locator("[data-an-alarm]").count()):
        page.keyboard.press("ArrowDown")
        if line.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("the keys do not reach the line")


def open_it(page: Page, line: Locator) -> None:
    """Open an alarm beside the list."""
    line.locator("[data-an-main]").click()
    expect(page.locator(".an-al-at")).to_have_attribute("hx-get", re.compile(name_of(line)))


def shelve(page: Page, line: Locator, reason: str) -> None:
    """Put an alarm on the shelf by its form."""
    open_it(page, line)
    page.click(".an-al-acts button:has-text('搁置')")
    page.fill("#an-modal-body [name=reason]", reason)
    page.click("#an-modal-body button[type=submit]")


def handle(page: Page, line: Locator, cause: str, done: str) -> None:
    """Write down why it came and what was done."""
    open_it(page, line)
    page.click(".an-al-acts button:has-text('处置记录')")
    page.fill("#an-modal-body [name=cause]", cause)
    page.fill("#an-modal-body [name=comment]", done)
    page.click("#an-modal-body button[type=submit]")
    expect(page.locator(".an-al-story")).to_contain_text(done)


def journal(operator: Visitor, tag: str) -> str:
    """Return what the journal tells of a point."""
    operator.go(f"/monitoring/journal/?q={tag}")
    return operator.text("tbody")


def moment(seconds: float) -> str:
    """Return a moment as the journal tells it."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def its_warning(visitor: Visitor, unit: str, factor: str) -> str:
    """Return the address of the warning of a unit, once it names what made it."""
    found: list[str] = []

    def names_it() -> bool:
        visitor.go("/warnings/")
        link = visitor.page.locator("tbody tr", has_text=unit).locator("[data-an-main]")
        if not link.count():
            return False
        found.append(link.first.get_attribute("href") or "")
        visitor.go(found[-1])
        return factor in visitor.text("main")

    telemetry.until(names_it, f"the warning does not name {factor}")
    return found[-1]


def ask(county: Visitor, warning: str, factor: str, text: str) -> None:
    """Find the warning as an officer and ask for feedback."""
    county.go("/warnings/")
    county.page.click(f"tbody a[href='{warning}']")
    county.page.wait_for_load_state()
    assert factor in county.text("main")
    county.page.fill("textarea[name=text]", text)
    county.page.click("button[name=move][value=ask]")
    expect(county.page.locator("main")).to_contain_text(text)


def answer(plant: Visitor, warning: str, text: str) -> None:
    """Answer what was asked."""
    plant.go(warning)
    plant.page.fill("textarea[name=answer]", text)
    plant.page.click("form[action*='/requests/'] button")
    expect(plant.page.locator("main")).to_contain_text(text)
