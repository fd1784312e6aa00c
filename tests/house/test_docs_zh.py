"""Each page for users is there in Chinese, and says as much as the English one."""

import posixpath
import re
from pathlib import Path

import pytest

from tests.house.test_docs_links import FENCE, LINK, SCHEME

DOCS = Path(__file__).resolve().parents[2] / "docs"
ZH = DOCS / "zh"
# Folders that are Chinese throughout; single pages of others may be.
WHOLE = ("capabilities", "operations", "roles")
# Made from what the code says of its variables, in English alone.
ENGLISH = {"operations/settings.md"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]+")
CODE = re.compile(r"`[^`]+`|\]\([^)]*\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)

PAGES = sorted(path.relative_to(ZH).as_posix() for path in ZH.rglob("*.md"))


def linked(name: str, folder: Path) -> set[str]:
    """Return what a page links to, by its place below docs/ whatever the language."""
    page = folder / name
    found = {match["to"] for match in LINK.finditer(FENCE.sub("", page.read_text("utf-8")))}
    beside = page.parent.relative_to(DOCS).as_posix()
    return {
        to
        if SCHEME.match(to)
        else posixpath.normpath(posixpath.join(beside, to.partition("#")[0])).removeprefix("zh/")
        for to in found
        if not to.startswith("#")
    }


def shape(text: str) -> dict[str, object]:
    """Return what a translation keeps: levels of headings, rows of tables, blocks of code."""
    bare = FENCE.sub("", text)
    return {
        "headings": HEADING.findall(bare),
        "rows": [row.count("|") for row in ROW.findall(re.sub(r"\\\|", "", bare))],
        "blocks": len(FENCE.findall(text)),
    }


def test_every_page_for_users_is_there_in_chinese() -> None:
    missing = [
        path.relative_to(DOCS).as_posix()
        for folder in WHOLE
        for path in sorted((DOCS / folder).glob("*.md"))
        if path.relative_to(DOCS).as_posix() not in {*PAGES, *ENGLISH}
    ]
    assert not missing, f"write their Chinese below docs/zh: {missing}"


def test_no_chinese_page_is_left_behind() -> None:
    left = [name for name in PAGES if not (DOCS / name).exists()]
    assert not left, f"the English page is gone: {left}"


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_parts(name: str) -> None:
    english, chinese = ((folder / name).read_text("utf-8") for folder in (DOCS, ZH))
    assert CHINESE.search(chinese.partition("\n")[0]), "the title is not Chinese"
    prose = CODE.sub("", FENCE.sub("", chinese))
    assert len(CHINESE.findall(prose)) > len(WORD.findall(prose)), "not in Chinese"
    assert shape(chinese) == shape(english)
    assert linked(name, ZH) == linked(name, DOCS)
