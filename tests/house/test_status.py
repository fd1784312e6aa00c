"""docs/status.md is true: what works is there and documented, what is planned is not."""

import re
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CODE = ROOT / "src" / "anlan"
ROW = re.compile(r"^\| (?P<name>[^|]+) \| (?P<state>\w+) \| (?P<code>[^|]+) \| (?P<page>[^|]*) \|$")


def rows() -> list[dict[str, str]]:
    """Return the table's rows."""
    text = (DOCS / "status.md").read_text(encoding="utf-8")
    found = [match.groupdict() for line in text.splitlines() if (match := ROW.match(line))]
    return [row for row in found if row["state"] not in ("state",)]


def test_what_works_exists_and_has_its_page() -> None:
    for row in rows():
        if row["state"] == "planned":
            continue
        assert row["state"] in ("works", "partly"), row
        assert (CODE / row["code"].strip()).exists(), row
        assert (DOCS / row["page"].strip()).is_file(), row


def test_what_is_planned_is_not_there_yet() -> None:
    for row in rows():
        if row["state"] == "planned":
            assert not (CODE / row["code"].strip()).exists(), f"no longer planned: {row}"


def test_every_app_is_listed() -> None:
    listed = {row["code"].strip() for row in rows()}
    ours = {
        config.name.removeprefix("anlan.").replace(".", "/")
        for config in apps.get_app_configs()
        if config.name.startswith("anlan.")
    }
    assert not ours - listed - {"base/health"}
