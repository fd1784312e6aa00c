"""Every page that links lead to: it fits a phone, the browser is content, the words are right."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urljoin, urlsplit

import pytest

from tests.journeys.visitor import Visitor

Open = Callable[..., Visitor]
MOST = 150
# Where each account came to in Chinese, and what was seen in English by anybody.
WALKED: dict[str, list[str]] = {}
IN_ENGLISH: set[str] = set()
# What each kind of page was made of where the browser drew it in Chinese, for any account.
DRAWN: dict[str, set[str]] = {}

# Files, ends of sessions, and pages whose text is documentation in English.
SKIPPED = re.compile(
    r"/accounts/logout|\.(xlsx|docx|pdf|geojson)$|^/(static|live|api|help|files)/|/end/$"
)
# Everything there is to know of a page, asked at once: how much too wide it is, its words, its
# links.
LOOK = """() => {
  const texts = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const inside = node.parentElement;
    if (inside && !inside.closest("script, style, code, pre, noscript, template, svg, [lang=en]"))
      texts.add(node.textContent.trim());
  }
  for (const element of document.querySelectorAll("[placeholder], [aria-label], [title]"))
    for (const name of ["placeholder", "aria-label", "title"])
      texts.add((element.getAttribute(name) || "").trim());
  const links = new Set();
  for (const link of document.querySelectorAll("a[href]:not([download])"))
    links.add(new URL(link.getAttribute("href"), document.baseURI).href);
  const { scrollWidth, clientWidth } = document.documentElement;
  return { over: scrollWidth - clientWidth, texts: [...texts].filter(Boolean), links: [...links] };
}"""
CLASSES = re.compile(r"<(\w+)[^>]*?\bclass=[\"']([^\"']*)")
LINKS = re.compile(r"<a\b(?![^>]*\bdownload\b)[^>]*?\bhref=[\"']([^\"']*)")
# Sentences, or single lower-case words that are no name, code or unit; `P-105-VIB HH` is a code.
ENGLISH = re.compile(r"(?<![A-Za-z])(?![A-Z]+ [A-Z]+\b)[A-Za-z]{3,} [A-Za-z]{2,}|^[A-Z][a-z]{3,}$")
CHINESE = re.compile(r"[一-鿿]")
# Product names, keys of the keyboard, and what people and files are called.
KNOWN = {
    "English", "Enter", "Webhook", "Anlan", "Excel", "Word", "Esc", "Ctrl K", "Microsoft Word",
    "Chrome", "Linux", "propylene oxide", "OPC UA", "Modbus TCP",
}  # fmt: skip


def shape(path: str) -> str:
    """Return an address with its ids taken out: one page of each kind is enough."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)", "ID", path)


def made_of(markup: str) -> set[str]:
    """Return the elements of a page with their classes: what decides how it is laid out."""
    return {f"{tag}.{kind}" for tag, kinds in CLASSES.findall(markup) for kind in kinds.split()}


def walk(
    visitor: Visitor,
    starts: Sequence[str] = ("/",),
    known: set[str] | None = None,
    within: str = "/",
    drawn: dict[str, set[str]] | None = None,
) -> tuple[list[str], list[str], list[str]]:
    """Follow all links; return what is wrong, the foreign words, and the pages there were.

    Kinds of pages in `known` are left out, and those met are put there; links that lead out of
    `within` are not followed. A page made of nothing that was not in `drawn` for its kind is
    fetched, must answer, and its links are followed; the browser draws the others.
    """
    todo, seen = list(starts), known if known is not None else set[str]()
    pages: list[str] = []
    wrong: list[str] = []
    english: dict[str, str] = {}
    while todo and len(pages) < MOST:
        path = todo.pop(0)
        kind = shape(urlsplit(path).path) + ("?" if "?" in path else "")
        if kind in seen or SKIPPED.search(urlsplit(path).path):
            continue
        seen.add(kind)
        pages.append(path)
        if drawn is not None and kind in drawn:
            fetched = visitor.context.request.get(path)
            if fetched.status >= 400:
                wrong.append(f"{path} answers {fetched.status}")
            markup = fetched.text()
            if made_of(markup) <= drawn[kind]:
                links = (urljoin(fetched.url, html.unescape(a)) for a in LINKS.findall(markup))
                todo += _followed(visitor, links, within)
                continue
        visitor.complaints.clear()
        answer = visitor.go(path)
        if answer.status >= 400:
            wrong.append(f"{path} answers {answer.status}")
        if drawn is not None:
            drawn.setdefault(kind, set()).update(made_of(answer.text()))
        # The phone draws its pages itself, after they were loaded.
        if within != "/":
            visitor.page.wait_for_selector("#pk-app[aria-busy]", state="detached")
        found = visitor.page.evaluate(LOOK)
        if found["over"] > 0:
            wrong.append(f"{path} is {found['over']} px too wide")
        wrong += visitor.complaints
        for text in found["texts"]:
            plain = re.sub(r"\s+", " ", text)
            if plain.startswith(("Mozilla/", "User agent: Mozilla/")):
                continue
            if ENGLISH.search(plain) and not CHINESE.search(plain) and plain not in KNOWN:
                english.setdefault(plain[:80], path)
        todo += _followed(visitor, found["links"], within)
    return wrong, [f"{text!r} on {path}" for text, path in english.items()], pages


def _followed(visitor: Visitor, links: Iterable[str], within: str) -> list[str]:
    """Return the addresses of the product among the links, without their fragments."""
    own = (urlsplit(link) for link in links if link.startswith(visitor.base))
    return [
        parts.path + (f"?{parts.query}" if parts.query else "")
        for parts in own
        if parts.path.startswith(within)
    ]


@pytest.mark.parametrize("account", ["safety", "admin", "inspector"])
def test_every_page_fits_the_phone_in_chinese(visit: Open, account: str) -> None:
    visitor = visit(account, phone=True)
    wrong, english, WALKED[account] = walk(visitor, drawn=DRAWN)
    assert len(WALKED[account]) > 30
    assert not wrong, "\n".join(wrong)
    assert not english, "\n".join(english)


@pytest.mark.parametrize("account", ["safety", "admin", "inspector"])
def test_every_page_fits_the_phone_in_english(visit: Open, account: str) -> None:
    visitor = visit(account, phone=True, english=True)
    # What a page looks like in English hardly depends on who reads it: once for all is enough.
    wrong, _words, _pages = walk(visitor, WALKED.get(account, ["/"]), IN_ENGLISH)
    assert len(IN_ENGLISH) > 30
    assert not wrong, "\n".join(wrong)


def test_pocket_fits_too(visit: Open) -> None:
    visitor = visit("operator", phone=True)
    wrong, english, pages = walk(visitor, ["/p/"], within="/p/")
    assert len(pages) > 4
    assert not wrong, "\n".join(wrong)
    assert not english, "\n".join(english)
