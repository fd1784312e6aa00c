"""From a spreadsheet to the bureau: the whole of dual prevention, as its users walk it.

An engineer imports a tank-farm risk register from Excel, the plan is made, an inspector checks it
without a line, the workshop puts right what was found, another person accepts, the indicators
move, the bureau of the county sees it and another county does not.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from anlan.base.clock import day_of, now
from tests.journeys import tank_farm
from tests.journeys.conftest import PICTURES
from tests.journeys.test_invitations import invite, take_up
from tests.journeys.visitor import Visitor

Open = Callable[..., Visitor]
SLOW = 20_000  # milliseconds, for machines that do other things as well
FOUND = (
    # The item on the phone, what is typed of it, the photos taken, what is said of it.
    ("V-903 根部阀法兰无渗漏", "", 2, "V-903 根部阀法兰有渗漏油迹"),
    ("P-901A 驱动端轴承温度", "83", 1, ""),
    ("静电接地夹弹性良好、导线无破损", "", 1, "2# 鹤位静电接地夹导线破损"),
)


@dataclass
class Album:
    """Pictures of every step, for whoever looks."""

    n: int = 0
    folder: Path = field(default=PICTURES / "dual_prevention")

    def take(self, page: Page, name: str) -> None:
        """Keep a picture of a page."""
        self.n += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.folder / f"{self.n:02d}-{name}.png")


def photo(number: int) -> bytes:
    """Return a picture as a phone's camera would make it, each one different."""
    picture = Image.new("RGB", (960, 720), (90 + 20 * number, 110, 120))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((200, 120, 700, 620), fill=(150, 150, 145), outline=(60, 60, 60), width=12)
    draw.line((300 + 30 * number, 620, 420, 700), fill=(40, 30, 20), width=18)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def test_from_the_register_to_the_bureau(visit: Open, tmp_path: Path) -> None:
    album = Album()
    safety = visit("safety")
    before = score(safety)
    album.take(safety.page, "indicators-before")

    engineer = visit("equipment")
    import_register(engineer, tmp_path, album)

    plan_inspections(safety, album)

    inspector = visit("operator", phone=True)
    titles = check_without_a_line(inspector, album)

    numbers = all_there_once(safety, titles, album)

    workshop = visit("workshop")
    confirm(safety, numbers, workshop_head="顾南乔", acceptor="周砚秋", album=album)
    for count, title in enumerate(titles):
        rectify(workshop, title, photo(10 + count), album if count == 0 else None)
    for count, number in enumerate(numbers):
        accept(safety, number, album if count == 0 else None)

    after = score(safety)
    album.take(safety.page, "indicators-after")
    assert after["已验收"] == before["已验收"] + len(numbers), (before, after)
    assert after["本周登记"] == before["本周登记"] + len(numbers), (before, after)

    the_bureau_sees_it(visit, numbers, titles, album)
    for visitor in (safety, engineer, workshop):
        assert not visitor.complaints, visitor.complaints
    # Without a line the browser notes each request that did not go out.
    assert not [one for one in inspector.complaints if "resource: net::ERR_" not in one]


def choose(visitor: Visitor, name: str) -> None:
    """Go somewhere by the menu at the side."""
    visitor.page.click(f"nav a:has-text('{name}')")
    visitor.page.wait_for_load_state()


def score(visitor: Visitor) -> dict[str, int]:
    """Open the indicators of the own plant; return the counts behind the score of this week."""
    visitor.go("/")
    choose(visitor, "运行成效")
    if "/enterprises/" not in visitor.page.url:
        visitor.page.locator("tbody [data-an-main]").first.click()
        visitor.page.wait_for_url("**/indicators/enterprises/**")
    later = visitor.page.locator("a:has-text('下一周')")
    while later.count():
        later.first.click()
        visitor.page.wait_for_load_state()
    found = re.findall(r"([一-鿿]+) (\d+)", visitor.text("main table >> nth=0"))
    return {name: int(n) for name, n in found}


def import_register(engineer: Visitor, folder: Path, album: Album) -> None:
    """Fill the product's template, look at the preview, correct a slip, write it."""
    page = engineer.page
    choose(engineer, "风险分级管控")
    album.take(page, "register-before")
    page.click("main a:has-text('导入')")
    page.wait_for_load_state()
    album.take(page, "import")
    template = engineer.download("a:has-text('下载模板')", folder)
    slipped = tank_farm.fill(template, folder / "苯乙烯罐区风险清单.xlsx", 固有风险="高")
    bring(page, slipped)
    album.take(page, "import-preview-with-a-slip")
    wrong = page.locator("main tbody tr").all_inner_texts()
    assert any("固有风险" in row and row.startswith("4") for row in wrong), wrong

    engineer.go("/imports/risk_chain/")
    bring(page, tank_farm.fill(template, folder / "苯乙烯罐区风险清单（改）.xlsx"))
    album.take(page, "import-preview")
    page.click("button:has-text('写入全部 30 行')")
    expect(page.locator(".an-banner--done")).to_contain_text("30", timeout=60_000)
    album.take(page, "import-done")
    page.click(".an-banner--done a")
    page.wait_for_load_state()
    page.fill(".an-riskreg__find input[name=q]", "苯乙烯")
    with page.expect_navigation():
        page.press(".an-riskreg__find input[name=q]", "Enter")
    page.click(".an-tree >> text=苯乙烯罐区")
    page.wait_for_load_state()
    album.take(page, "register-after")
    assert "苯乙烯罐区" in engineer.text("main")


def bring(page: Page, path: Path) -> None:
    """Upload a file and wait until it was checked."""
    page.set_input_files("input[type=file]", path)
    page.click("main button[type=submit]")
    page.wait_for_url("**/imports/run/**")
    page.wait_for_selector(".an-strip", timeout=60_000)


def plan_inspections(manager: Visitor, album: Album) -> None:
    """Set up what the product suggests for measures without a task."""
    page = manager.page
    manager.go("/")
    choose(manager, "排查任务")
    album.take(page, "tasks-before")
    page.click("main a:has-text('现成计划')")
    page.wait_for_load_state()
    album.take(page, "plan-suggested")
    expect(page.locator("input[name=measures]:checked")).to_have_count(30, timeout=SLOW)
    page.click("button:has-text('生成所选任务')")
    page.wait_for_load_state()
    album.take(page, "plan-made")


def check_without_a_line(inspector: Visitor, album: Album) -> list[str]:
    """Thirty checks and three findings without a line; return the titles of the findings."""
    page = inspector.page
    inspector.go("/p/")
    page.wait_for_selector(".pk-stop:has-text('TF-09-01')", timeout=30_000)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    expect(page.locator(".pk-sync")).to_have_attribute("data-state", "ok", timeout=SLOW)
    album.take(page, "pocket-today")
    inspector.context.set_offline(True)
    titles, done = [], 0
    for unit in ("TF-09-01", "TF-09-02", "TF-09-03"):
        page.goto("/p/")
        page.click(f".pk-stop:has-text('{unit}')")
        page.wait_for_selector("main .pk-item")
        album.take(page, f"pocket-place-{unit}")
        for _item in range(10):
            if not page.locator(".pk-ask").count():
                page.click(".pk-dock .pk-btn--primary")
                page.wait_for_selector(".pk-ask")
            if done == 0:
                album.take(page, "pocket-check")
            title = check_one(page, album)
            titles += [title] if title else []
            done += 1
    assert done == 30
    album.take(page, "pocket-round-done")
    expect(page.locator(".pk-sync")).to_have_attribute("data-state", "off", timeout=SLOW)

    # The tab is closed and opened again without a line.
    page.close()
    inspector.page = page = inspector.context.new_page()
    page.on("console", inspector._note)
    inspector.go("/p/outbox/")
    page.wait_for_selector(".pk-sync[data-state=off]")
    expect(page.locator(".pk-sync")).to_contain_text("33", timeout=SLOW)
    album.take(page, "pocket-outbox-offline")
    inspector.context.set_offline(False)
    expect(page.locator(".pk-sync")).to_have_attribute("data-state", "ok", timeout=60_000)
    album.take(page, "pocket-outbox-sent")
    return titles


def check_one(page: Page, album: Album) -> str:
    """Answer the item shown; return the title of the finding it led to, if any."""
    item = page.inner_text(".pk-ask h2")
    found = next((one for one in FOUND if one[0] == item), None)
    reads = page.locator(".pk-keys").count() > 0
    if reads:
        limits = re.findall(r"\d+(?:\.\d+)?", page.inner_text(".pk-limits b"))
        middle = f"{(float(limits[0]) + float(limits[-1])) / 2:.1f}" if len(limits) > 1 else "18"
        for key in found[1] if found else middle:
            page.click(f'[data-key="{key}"]')
    if found is None:
        page.click("#pk-act.pk-btn--done")
    else:
        album.take(page, "pocket-abnormal")
        page.click("#pk-act" if found[1] else ".pk-btn:has-text('异常')")
        title = find(page, found[2], found[3], album)
    # The next item, or the place once it is done.
    page.wait_for_function(
        "(item) => { const now = document.querySelector('.pk-ask h2');"
        " return now ? now.textContent !== item : document.querySelector('main .pk-item'); }",
        arg=item,
    )
    return title if found else ""


def find(page: Page, photos: int, words: str, album: Album) -> str:
    """Report a finding, photo first; return its title."""
    page.wait_for_selector("#pk-shoot")
    for number in range(photos):
        with page.expect_file_chooser() as chosen:
            page.click("#pk-shoot")
        name = f"IMG_{number}.jpg"
        seed = number + len(words)
        chosen.value.set_files([{"name": name, "mimeType": "image/jpeg", "buffer": photo(seed)}])
        expect(page.locator(".pk-thumb__n")).to_have_text(str(number + 1), timeout=SLOW)
    album.take(page, "pocket-camera")
    page.click("#pk-act")
    page.wait_for_selector("input[name=title]")
    if words:
        page.fill("input[name=title]", words)
    title = page.input_value("input[name=title]")
    album.take(page, "pocket-finding")
    page.click("#pk-act.pk-btn--primary")
    page.wait_for_selector("input[name=title]", state="detached")
    return title


def all_there_once(manager: Visitor, titles: list[str], album: Album) -> list[str]:
    """Look at the desk for what came from the phone; return the findings' numbers."""
    page = manager.page
    manager.go("/")
    choose(manager, "排查记录")
    for place, abnormal in (("储罐组", 1), ("机泵棚", 1), ("鹤位", 1)):
        page.fill("[data-an-filter]", place)
        rows = page.locator("tbody tr[data-an-row]")
        expect(rows.filter(has_text=place)).to_have_count(10, timeout=SLOW)
        expect(rows).to_have_count(10, timeout=SLOW)
        expect(rows.locator(".an-state", has_text="异常")).to_have_count(abnormal, timeout=SLOW)
    album.take(page, "records")
    manager.go("/findings/")
    album.take(page, "findings")
    numbers = []
    for title in titles:
        rows = page.locator("tbody tr[data-an-row]", has_text=title)
        expect(rows).to_have_count(1, timeout=SLOW)
        numbers.append(rows.first.locator("[data-an-main]").inner_text().strip())
    return numbers


def confirm(
    manager: Visitor, numbers: list[str], *, workshop_head: str, acceptor: str, album: Album
) -> None:
    """Confirm the reports together and give them to the workshop."""
    page = manager.page
    for number in numbers:
        page.check(f"tbody tr:has-text('{number}') input[type=checkbox]")
    page.click("[data-an-bulk] button:has-text('确认')")
    page.wait_for_selector("select[name=owner]")
    album.take(page, "confirm")
    page.select_option("select[name=owner]", label=workshop_head)
    page.select_option("select[name=acceptor]", label=acceptor)
    page.select_option("select[name=department]", label="生产一车间")
    page.fill("[name=deadline]", str(day_of(now() + timedelta(days=3))))
    page.fill("[name=measures]", "停用隔离后更换损坏件，复测合格再投用")
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    album.take(page, "confirmed")


def rectify(head: Visitor, title: str, picture: bytes, album: Album | None) -> None:
    """Put a finding right: words and a photo, handed to the acceptor."""
    page = head.page
    head.go("/")
    if album:
        album.take(page, "workshop-today")
    page.click(f"main a:has-text('{title}') >> nth=0")
    page.wait_for_selector("h1")
    if album:
        album.take(page, "workshop-finding")
    page.click("a.an-btn:has-text('提交验收')")
    page.wait_for_selector("[name=result]")
    page.set_input_files(
        "input[name=photo]", [{"name": "after.jpg", "mimeType": "image/jpeg", "buffer": picture}]
    )
    page.fill("[name=result]", "已更换并复测，运行 2 小时无异常")
    if album:
        album.take(page, "workshop-submit")
    page.click("form button[type=submit]:has-text('提交验收')")
    expect(page.locator("#an-modal-body form")).to_have_count(0, timeout=SLOW)
    expect(page.locator(".an-next")).to_contain_text("已更换并复测", timeout=SLOW)
    if album:
        album.take(page, "workshop-submitted")


def accept(manager: Visitor, number: str, album: Album | None) -> None:
    """Accept what somebody else put right."""
    page = manager.page
    manager.go("/findings/?view=accept")
    page.click(f"tbody tr:has-text('{number}') [data-an-main]")
    page.wait_for_load_state()
    page.click(".an-next a.an-btn--primary")
    page.wait_for_selector("[name=opinion]")
    page.fill("[name=opinion]", "现场复核合格")
    if album:
        album.take(page, "accept")
    page.click("#an-modal-body form button[type=submit]")
    expect(page.locator("#an-modal-body form")).to_have_count(0, timeout=SLOW)
    expect(page.locator("main")).to_contain_text("现场复核合格", timeout=SLOW)
    if album:
        album.take(page, "accepted")


def the_bureau_sees_it(visit: Open, numbers: list[str], titles: list[str], album: Album) -> None:
    """The county's inspector finds it by its words; another county's sees neither row nor page."""
    county = visit("inspector")
    county.go(f"/findings/?view=all&q={titles[0]}")
    county.page.click(f"tbody tr:has-text('{numbers[0]}') [data-an-main]")
    county.page.wait_for_load_state()
    album.take(county.page, "bureau-finding")
    assert titles[0] in county.text("main")
    address = county.page.url
    own = county.text(".an-org__name").strip()

    admin = visit("admin")
    other = next(name for name in ("临江区", "望海县", "云溪县") if name not in own)
    link = invite(admin, other, "bureau_inspector")
    stranger = visit()
    take_up(stranger, link, "other.county", "闻他县")
    stranger.go(f"/findings/?view=all&q={titles[0]}")
    album.take(stranger.page, "other-county-list")
    assert stranger.page.locator("tbody tr[data-an-row]").count() == 0
    assert stranger.go(address).status == 404
    album.take(stranger.page, "other-county-page")
