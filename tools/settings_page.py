"""Writes docs/operations/settings.md from the variables that the code declares.

Run as `python -m tools.settings_page`; a test compares the page with the code.
"""

import os
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operations" / "settings.md"

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
    """The page as it should be. Imports the settings, so every variable is declared."""
    os.environ.setdefault("ANLAN_SECRET_KEY", "only-to-read-the-settings")
    from anlan.config import env, settings
    from anlan.config.supervisor import options

    assert settings.DATA
    options.read()
    rows = []
    for setting in sorted(env.DOCS.values(), key=lambda setting: setting.name):
        kind = setting.kind.replace(" | ", ", ") + (", file" if setting.from_file else "")
        default = f"`{setting.default}`" if setting.default else "–"
        rows.append(f"| `{setting.name}` | {kind} | {default} | {setting.help} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
