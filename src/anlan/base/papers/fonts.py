"""The fonts of papers: bundled, so that a paper looks the same on every server."""

from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Unavailable

BUNDLED = Path(__file__).resolve().parent / "fonts"
FAMILY = "Noto Sans SC"
FALLBACKS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans CJK JP")


class FontsMissing(Unavailable):
    """Neither the bundled fonts nor a fitting system font are there."""

    code = "papers.fonts_missing"
    text = _("The fonts for papers are not installed.")
    remedy = _(
        "Build the web part (make setup), or install Noto Sans CJK on the server "
        "(Debian: fonts-noto-cjk)."
    )


def font_folder() -> Path | None:
    """Return the folder of bundled fonts; None when the web part was not built."""
    return BUNDLED if any(BUNDLED.glob("*.ttf")) else None


def fonts() -> typst.Fonts:
    """Return the fonts to set papers in: bundled ones, else the system's. Raises FontsMissing.

    The setting PAPERS_SYSTEM_FONTS (off in tests) allows the system's.
    """
    folder = font_folder()
    if folder is not None:
        return typst.Fonts(include_system_fonts=False, font_paths=[folder])
    if getattr(settings, "PAPERS_SYSTEM_FONTS", True):
        found = typst.Fonts(include_system_fonts=True)
        if {FAMILY, *FALLBACKS} & set(found.families()):
            return found
    raise FontsMissing(permanent=True)
