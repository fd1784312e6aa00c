"""Somebody with a browser: signs in, clicks, reads, and notes what the browser complains of."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response

from anlan.demo.accounts import PASSWORD

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# The software renderer of a machine without a GPU reports its slowness as a warning; htmx logs
# that it dropped an answer because a newer one was asked for.
HARMLESS = ("GL Driver Message", "GPU stall", "htmx:sendAbort", "htmx:afterRequest")
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Visitor:
    """One browser window with its own cookies. `complaints` are console errors and warnings."""

    base: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        browser: Browser,
        base: str,
        account: str = "",
        *,
        phone: bool = False,
        english: bool = False,
        dark: bool = False,
        **options: Any,
    ) -> "Visitor":
        """Open a window and sign in, unless there is no account."""
        context = browser.new_context(
            base_url=base,
            viewport=PHONE if phone else DESK,
            locale="en-GB" if english else "zh-CN",
            color_scheme="dark" if dark else "light",
            **options,
        )
        context.set_default_timeout(45_000)
        visitor = cls(base, context, context.new_page())
        visitor.page.on("console", visitor._note)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        if account:
            visitor.sign_in(account)
        if english:
            context.add_cookies([{"name": "anlan_language", "value": "en", "url": base}])
        return visitor

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(h in message.text for h in HARMLESS):
            self.complaints.append(f"{message.text} ({self.page.url})")

    def sign_in(self, account: str, password: str = PASSWORD) -> None:
        """Sign in by the form."""
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", account)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def go(self, path: str) -> Response:
        """Open an address; return the answer."""
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None
        return answer

    def text(self, selector: str = "body") -> str:
        """Return what is read there."""
        return self.page.inner_text(selector)

    def download(self, selector: str, to: Path) -> Path:
        """Click and keep the file that comes."""
        with self.page.expect_download() as waited:
            self.page.click(selector)
        path = to / waited.value.suggested_filename
        waited.value.save_as(path)
        return path

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate(WIDTH))

    def keep(self, path: Path) -> None:
        """Keep a picture of the page as it is."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    def close(self) -> None:
        """Close the window."""
        self.context.close()
