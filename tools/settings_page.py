"""Writes docs/operations/settings.md from the variables that the code declares.

Run as `python -m tools.settings_page`; a test compares the page with the code.
"""

import importlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "operations" / "settings.md"
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "anlan"

HEAD = """\
# Settings

Anlan is configured by environment variables. None is needed to start. A value that cannot be
read stops the start and names the variable. `anlan doctor` names set variables that nothing
reads, such as misspelt ones.

Where the table says *file*, `NAME_FILE` may name a file that holds the value instead, as
container and systemd secrets do. *flag* is `1` or `0`. *list* is separated by commas.

This page is made by `make docs` from the code that reads the variables.

| variable | kind | unset | what it does |
|---|---|---|---|
"""


def render() -> str:
    """The page as it should be, after importing every module that declares a variable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    os.environ.setdefault("ANLAN_SECRET_KEY", "only-to-read-the-settings")
    import django

    django.setup()
    from anlan.config import env
    from anlan.config.supervisor import options

    options.read()
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" not in path.parts and "import env\n" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    rows = []
    for setting in sorted(env.DOCS.values(), key=lambda setting: setting.name):
        kind = setting.kind.replace(" | ", ", ") + (", file" if setting.from_file else "")
        default = f"`{setting.default}`" if setting.default else "–"
        rows.append(f"| `{setting.name}` | {kind} | {default} | {setting.help} |\n")
    return HEAD + "".join(rows)


def write() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    write()
