"""What Vite built: addresses of entries, icons and the files Pocket keeps offline."""

import hashlib
import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

log = logging.getLogger(__name__)

ICONS = "src/generated/icons.svg"
ENTRIES = {
    "console": "src/console.ts",
    "pocket": "src/pocket.ts",
    "plain": "src/plain.ts",
    "wall": "src/wall.ts",
}
PRECACHED = ("src/pocket.ts",)


def entry_tags(name: str, nonce: str = "") -> SafeString:
    """Return the script and style tags of an entry; a comment if `web/` was not built."""
    try:
        tags = DjangoViteAssetLoader.instance().generate_vite_asset(
            ENTRIES[name], app="default", nonce=nonce
        )
    except (DjangoViteAssetNotFoundError, KeyError):
        log.warning("web/ is not built: run 'make setup'. The page has no style and no scripts.")
        return SafeString("<!-- web/ is not built: run 'make setup' -->")
    return SafeString(tags)


@lru_cache(maxsize=1)
def icons_url() -> str:
    """Return the address of the icon sprite, empty if `web/` was not built."""
    try:
        return str(DjangoViteAssetLoader.instance().generate_vite_asset_url(ICONS, app="default"))
    except DjangoViteAssetNotFoundError:
        return ""


def icon_svg(name: str, size: str = "", label: str = "") -> SafeString:
    """Return one icon. Without a label it is decoration and hidden from screen readers."""
    classes = f"an-i an-i--{size}" if size else "an-i"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            classes, label, icons_url(), name,
        )  # fmt: skip
    return _plain_icon(name, classes, icons_url())


@lru_cache(maxsize=1000)
def _plain_icon(name: str, classes: str, url: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, url, name
    )


def _manifest_path() -> Path:
    return Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))


@lru_cache(maxsize=1)
def manifest() -> dict[str, Any]:
    """Return Vite's manifest, empty if `web/` was not built."""
    path = _manifest_path()
    if not path.exists():
        return {}
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def precached_urls() -> list[str]:
    """Return the addresses of all files Pocket needs without a line, those loaded later too."""
    entries, files, todo = manifest(), [], list(PRECACHED)
    while todo:
        entry = entries.get(todo.pop())
        if entry and entry["file"] not in files:
            files.append(entry["file"])
            files.extend(entry.get("css", []))
            todo.extend([*entry.get("imports", []), *entry.get("dynamicImports", [])])
    if ICONS in entries:
        files.append(entries[ICONS]["file"])
    return [static(f"dist/{file}") for file in dict.fromkeys(files)]


def service_worker(offline_url: str) -> str:
    """Return the service worker's source with the list of what it keeps in front."""
    file = _manifest_path().parent / "sw.js"
    if not file.exists():
        return "// web/ is not built\n"
    code = file.read_text("utf-8")
    keep = precached_urls()
    version = hashlib.sha256(("".join(keep) + code).encode()).hexdigest()[:16]
    setup = json.dumps({"version": version, "precache": keep, "offline": offline_url})
    return f"self.ANLAN={setup};\n{code}"
