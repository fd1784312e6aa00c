"""What the documentation points to is there: pages, headings, pictures, files, commands."""

import importlib.util
import re
import subprocess
from pathlib import Path

import click
import pytest

from anlan.cli import cli

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?:!?\[[^\]]*\]\(|<img src=\")(?P<to>[^)\s\"]+)[)\"]")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
SCHEME = re.compile(r"[a-z]+:")
PLACES = ("benchmarks", "docs", "requirements", "src", "tests", "tools", "web")
CODE = ("base", "cli", "config", "demo", "engines", "exchange", "facts", "modules", "telemetry")
FILE = re.compile(rf"(?:{'|'.join(PLACES + CODE)})/[\w./-]+")
# A command stands at the beginning of a line of a block, or alone in a pair of backticks.
COMMAND = re.compile(r"(?:^[ $]*|`)anlan ((?:[a-z0-9_]+ ?)+)", re.MULTILINE)


def pages() -> list[Path]:
    """Return the Markdown pages that belong to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).exists()]


def headings(page: Path) -> set[str]:
    """Return the marks that a page's headings can be linked by."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


def test_links_lead_somewhere() -> None:
    lost = []
    for page in pages():
        for found in LINK.finditer(FENCE.sub("", page.read_text(encoding="utf-8"))):
            place, _, mark = found["to"].partition("#")
            if SCHEME.match(found["to"]):
                continue
            target = page.parent / place if place else page
            if not target.exists() or (mark and mark not in headings(target)):
                lost.append(f"{page.relative_to(ROOT)}: {found['to']}")
    assert not lost, lost


def test_every_page_is_led_to() -> None:
    linked = {
        (page.parent / found["to"].partition("#")[0]).resolve()
        for page in pages()
        for found in LINK.finditer(page.read_text(encoding="utf-8"))
        if not SCHEME.match(found["to"])
    }
    folders = {place for place in linked if place.is_dir()}
    alone = [
        str(page.relative_to(ROOT))
        for page in pages()
        if page.is_relative_to(ROOT / "docs")
        and page not in linked
        and page.parent not in folders
        and page != ROOT / "docs" / "README.md"
    ]
    assert not alone, f"no other page leads to {alone}"


def test_pictures_are_used_and_small() -> None:
    used = {
        (page.parent / found["to"]).resolve()
        for page in pages()
        for found in LINK.finditer(page.read_text(encoding="utf-8"))
        if found[0].startswith(("!", "<img"))
    }
    stored = set((ROOT / "docs" / "images").iterdir())
    assert stored <= used, f"no page shows {sorted(one.name for one in stored - used)}"
    assert not [one.name for one in stored if one.stat().st_size > 200_000]


def test_files_that_are_named_exist() -> None:
    roots = (ROOT, ROOT / "src" / "anlan", ROOT / "tests")
    lost = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages()
        for name in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
        if FILE.fullmatch(name) and not any((root / name).exists() for root in roots)
    ]
    assert not lost, lost


def test_commands_that_are_told_exist() -> None:
    unknown = []
    for page in pages():
        for found in COMMAND.finditer(page.read_text(encoding="utf-8")):
            command: click.Command | None = cli
            for word in found[1].split():
                # Django's own commands are behind `manage`.
                if not isinstance(command, click.Group):
                    break
                command = command.get_command(click.Context(command), word)
            if command is None:
                unknown.append(f"{page.relative_to(ROOT)}: anlan {found[1].strip()}")
    assert not unknown, unknown


def test_modules_that_are_run_exist() -> None:
    unknown = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages()
        for name in re.findall(r"python -m (anlan[\w.]*)", page.read_text(encoding="utf-8"))
        if importlib.util.find_spec(name) is None
    ]
    assert not unknown, unknown
