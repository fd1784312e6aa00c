"""The documentation as help pages: `docs/` of the repository, `anlan/docs/` in the wheel."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import markdown
import nh3
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

import anlan

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?$")
_HEADING = re.compile(r"^#\s+(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page. `name` is its address below /help/."""

    name: str
    title: str
    html: SafeString


# Folders in the order of those who read them most; others follow.
_FOLDERS: dict[str, str | Promise] = {
    "capabilities": _("What the product does"),
    "roles": _("Roles"),
    "": _("About the product"),
    "operations": _("Running it"),
    "base": _("How it is built"),
    "engines": _("Calculations"),
    "decisions": _("Decisions"),
}


@dataclass(frozen=True, slots=True)
class HelpSection:
    """Pages of one folder, under a heading."""

    name: str
    heading: str | Promise
    pages: tuple[tuple[str, str], ...]


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


@lru_cache(maxsize=1)
def sections() -> tuple[HelpSection, ...]:
    """Return all pages by folder, those for everybody first."""
    place = folder()
    if place is None:
        return ()
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(place.glob("*.md")) + sorted(place.glob("*/*.md")):
        name = path.relative_to(place).with_suffix("").as_posix()
        if _NAME.match(name):
            group = path.parent.name if path.parent != place else ""
            found.setdefault(group, []).append((name, _title(path.read_text("utf-8"), path.stem)))
    order = [*_FOLDERS, *(name for name in found if name not in _FOLDERS)]
    return tuple(
        HelpSection(name, _FOLDERS.get(name, name.capitalize()), tuple(found[name]))
        for name in order
        if name in found
    )


@lru_cache(maxsize=64)
def page(name: str) -> HelpPage | None:
    """Return one page, or None if there is none of that name."""
    place = folder()
    if place is None or not _NAME.match(name):
        return None
    path = place / f"{name}.md"
    if not path.is_file():
        return None
    text = path.read_text("utf-8")
    html = markdown.markdown(text, extensions=["tables", "fenced_code", "sane_lists", "toc"])
    # links between pages: other.md -> its address here, beside this one
    html = re.sub(r'href="([\w/-]+)\.md(#[\w-]+)?"', r'href="../\1/\2"', html)
    # ids let links point inside a page; nothing else is added to what nh3 thinks safe
    allowed = {**nh3.ALLOWED_ATTRIBUTES, **{tag: {"id"} for tag in ("h1", "h2", "h3", "h4")}}
    return HelpPage(name, _title(text, path.stem), SafeString(nh3.clean(html, attributes=allowed)))
