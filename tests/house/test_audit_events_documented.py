"""Every declared event is documented: the table is made from the code."""

from pathlib import Path

from anlan.base.audit.documenting import events_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit-events.md"


def test_the_page_is_what_the_code_declares() -> None:
    assert PAGE.read_text(encoding="utf-8") == events_page(), "run: make docs"
