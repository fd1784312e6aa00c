"""Compile every `django.po` beside it to `django.mo`, without the gettext tools.

Run as `python -m anlan.config.compile_messages`; `make setup` and the wheel build do.
"""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_messages(root: Path = ROOT) -> list[Path]:
    """Compile catalogues under `root` newer than their result; return the files written."""
    written = []
    for po in sorted(root.rglob("locale/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        polib.pofile(str(po)).save_as_mofile(str(mo))
        written.append(mo)
    return written


if __name__ == "__main__":
    for path in compile_messages():
        print(path.relative_to(ROOT))
