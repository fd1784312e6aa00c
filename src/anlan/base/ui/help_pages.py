"""The documentation as help pages: `docs/` of the repository, `anlan/docs/` in the wheel.

A page is written in English, its Chinese beside it below `docs/zh/` under the same name. Readers
get the page of their language, and the English one where there is no other.
"""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import markdown
import nh3
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from markdown.extensions.toc import TocExtension, slugify_unicode

import anlan

ENGLISH, CHINESE = "en", "zh-hans"
_ZH = "zh"  # the folder of the Chinese pages, below that of the documentation

_NAME = re.compile(r"^([a-z0-9][a-z0-9_-]*/)?(README|[a-z0-9][a-z0-9_-]*)$")
_HEADING = re.compile(r"^#\s+(.+)$", re.MULTILINE)
_LINK = re.compile(r'(?<=<a )href="(?![a-z]+:|#|/)([^"#]+)(#[^"]*)?"')


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page. `name` is its address below /help/, `language` that of its text."""

    name: str
    title: str
    html: SafeString
    language: str


# Folders in the order of those who read them most; others follow.
_FOLDERS: dict[str, str | Promise] = {
    "capabilities": _("What the product does"),
    "roles": _("Roles"),
    "operations": _("Running it"),
    "": _("About the product"),
    "base": _("How it is built"),
    "engines": _("Calculations"),
    "decisions": _("Decisions"),
}
# Read by those who build the product or check its sums: in English alone.
_FOR_DEVELOPERS = frozenset({"base", "engines", "decisions"})


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """A page in the list of all, its title in `language`."""

    name: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class HelpSection:
    """Pages of one folder, under a heading."""

    name: str
    heading: str | Promise
    pages: tuple[HelpEntry, ...]
    for_developers: bool


def folder() -> Path | None:
    """Return where the documentation lies, or None where it was left out."""
    package = Path(anlan.__file__).resolve().parent
    for place in (package / "docs", package.parent.parent / "docs"):
        if place.is_dir():
            return place
    return None


def _title(text: str, name: str) -> str:
    match = _HEADING.search(text)
    return match.group(1).replace("`", "").strip() if match else name.replace("-", " ").capitalize()


def _find(place: Path, name: str, language: str) -> tuple[Path, str] | None:
    """Return the file of a page and its language: the reader's own where there is one."""
    if not _NAME.match(name) or name.startswith(f"{_ZH}/"):
        return None
    own = place / _ZH / f"{name}.md"
    if language == CHINESE and own.is_file():
        return own, CHINESE
    path = place / f"{name}.md"
    return (path, ENGLISH) if path.is_file() else None


@lru_cache(maxsize=2)
def sections(language: str) -> tuple[HelpSection, ...]:
    """Return all pages by folder, those for everybody first, with titles in the language."""
    place = folder()
    if place is None:
        return ()
    listed: dict[str, list[HelpEntry]] = {}
    for path in sorted(place.glob("*.md")) + sorted(place.glob("*/*.md")):
        name = path.relative_to(place).with_suffix("").as_posix()
        found = _find(place, name, language)
        if found is not None:
            text = found[0].read_text("utf-8")
            entry = HelpEntry(name, _title(text, path.stem), found[1])
            listed.setdefault(posixpath.dirname(name), []).append(entry)
    order = [*_FOLDERS, *(name for name in listed if name not in _FOLDERS)]
    return tuple(
        HelpSection(
            name,
            _FOLDERS.get(name, name.capitalize()),
            tuple(listed[name]),
            name in _FOR_DEVELOPERS,
        )
        for name in order
        if name in listed
    )


@lru_cache(maxsize=256)
def page(name: str, language: str) -> HelpPage | None:
    """Return one page for a reader of the language, or None if there is none of that name."""
    place = folder()
    found = _find(place, name, language) if place is not None else None
    if place is None or found is None:
        return None
    path, written_in = found
    text = path.read_text("utf-8")
    toc = TocExtension(slugify=slugify_unicode)
    html = markdown.markdown(text, extensions=["tables", "fenced_code", "sane_lists", toc])
    beside = path.parent.relative_to(place).as_posix()

    def address(link: re.Match[str]) -> str:
        """Give a link between files the address of the page; other files are not served."""
        target = posixpath.normpath(posixpath.join(beside, link[1])).removeprefix(f"{_ZH}/")
        other = target.removesuffix(".md")
        if target == other or _find(place, other, language) is None:
            return ""
        return f'href="{reverse("ui:help_page", args=[other])}{link[2] or ""}"'

    html = _LINK.sub(address, html)
    # ids let links point inside a page; nothing else is added to what nh3 thinks safe
    allowed = {**nh3.ALLOWED_ATTRIBUTES, **{tag: {"id"} for tag in ("h1", "h2", "h3", "h4")}}
    clean = SafeString(nh3.clean(html, attributes=allowed))
    return HelpPage(name, _title(text, path.stem), clean, written_in)
