"""The pages of roles say what the code decides."""

from pathlib import Path

from tools.role_pages import pages

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "roles"


def test_each_role_has_its_page_as_the_code_makes_it() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert found == pages(), "run `make docs`"
