"""The pages of roles say what the code decides."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"en": ROOT / "docs" / "roles", "zh-hans": ROOT / "docs" / "zh" / "roles"}

# In a process of its own: tests grant permissions that the product does not have.
PAGES = """
import json, django
django.setup()
from tools.role_pages import WORDS, pages
print(json.dumps({language: pages(language) for language in WORDS}))
"""


def test_each_role_has_its_page_as_the_code_makes_it() -> None:
    found = {
        language: {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
        for language, folder in FOLDERS.items()
    }
    made = subprocess.run(
        [sys.executable, "-c", PAGES],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert found == json.loads(made.stdout), "run `make docs`"
