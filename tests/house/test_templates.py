"""Templates keep to the Content-Security-Policy and to the sprite."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "anlan"
TEMPLATES = sorted(
    path for path in SOURCE.rglob("*.html") if "templates" in path.parts and path.is_file()
)
INLINE_STYLE = re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
HTMX_EVAL = re.compile(r"hx-on[:\s=-]|hx-vals=[\"']js:|hx-headers=[\"']js:", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\bnonce=)(?![^>]*\btype=\"application/json\")", re.IGNORECASE)
STYLE = re.compile(r"<style(?![^>]*\bnonce=)", re.IGNORECASE)
OUTSIDE = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//", re.IGNORECASE)
# Forms that are made for paper or post are no screens.
NOT_SCREENS = ("papers", "mail", "email", "account/email")


def screens() -> list[Path]:
    return [p for p in TEMPLATES if not any(part in NOT_SCREENS for part in p.parts)]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (INLINE_STYLE, "inline style: use a class, an SVG attribute or <progress>"),
        (HANDLER, "inline handler: use a behaviour in web/src/behaviours"),
        (HTMX_EVAL, "htmx expression that needs eval"),
        (SCRIPT, "inline script without a nonce"),
        (STYLE, "inline style sheet without a nonce"),
        (OUTSIDE, "an address outside the installation"),
    ],
)
def test_templates_keep_to_the_policy(rule: re.Pattern[str], why: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in screens()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if rule.search(line)
    ]
    assert not found, f"{why}: {found}"


def test_every_icon_named_in_code_is_in_the_sprite() -> None:
    manifest = SOURCE / "static" / "dist" / "manifest.json"
    if not manifest.exists():
        pytest.skip("web/ is not built")
    from anlan.base.ui import marks, navigation, searching

    entries = json.loads(manifest.read_text("utf-8"))
    sprite = manifest.parent / entries["src/generated/icons.svg"]["file"]
    have = set(re.findall(r'<symbol id="([^"]+)"', sprite.read_text("utf-8")))
    named = {item.icon for item in navigation.items()}
    named |= {mark.icon for mark in marks._states.values()}
    named |= {source.icon for source in searching._sources.values()}
    assert named <= have, f"add to web/icons.txt and build again: {named - have}"
