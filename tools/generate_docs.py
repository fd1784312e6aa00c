"""Regenerate the pages of docs/ that are made from the code: `make docs`."""

import json
import os
from pathlib import Path

from tools import settings_page

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    """Write every generated page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    os.environ.setdefault("ANLAN_SECRET_KEY", "only-to-generate-documentation")
    import django

    django.setup()
    from anlan.config.api import api
    from tools import role_pages

    text = json.dumps(api.get_openapi_schema(), default=str, ensure_ascii=False, indent=1)
    (DOCS / "openapi.json").write_text(text + "\n", encoding="utf-8")
    role_pages.write(DOCS)

    from anlan.base.audit.documenting import events_page

    (DOCS / "audit-events.md").write_text(events_page(), encoding="utf-8")
    settings_page.write()


if __name__ == "__main__":
    main()
