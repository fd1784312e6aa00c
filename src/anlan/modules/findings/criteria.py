"""The sets of major-hazard criteria, by edition."""

from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language

from anlan.facts.loader import Provenance, load_packaged

FILES = {
    "2017": "major_hazards/criteria_2017.csv",
    "2026": "major_hazards/criteria_2026.csv",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a set, with how far its wording can be trusted."""

    code: str
    text_zh: str
    text_en: str
    edition: str
    citation: str
    provenance: Provenance
    nearest: str

    @property
    def text(self) -> str:
        """Return the text in the active language."""
        return self.text_zh if (get_language() or "zh").startswith("zh") else self.text_en


@cache
def criteria(edition: str) -> dict[str, Criterion]:
    """Return the criteria of an edition by code, in the order of the set.

    Raises KeyError for an edition that is not carried.
    """
    table = load_packaged(FILES[edition])
    return {
        row["code"]: Criterion(
            row["code"],
            row["text_zh"],
            row["text_en"],
            edition,
            table.dataset.citation,
            row.provenance,
            row.cells.get("nearest", ""),
        )
        for row in table
    }


def find(edition: str, code: str) -> Criterion | None:
    """Return a criterion, None if the set does not have it."""
    return criteria(edition).get(code)
