"""The elements of the evaluation standard, as facts."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.utils.translation import get_language

from anlan.facts.loader import Provenance, load_packaged


@dataclass(frozen=True, slots=True)
class Element:
    """One B-level element; `figures` are the keys of what the product can say about it."""

    code: str
    section_zh: str
    section_en: str
    title_zh: str
    title_en: str
    score: Decimal
    is_bonus: bool
    figures: tuple[str, ...]
    provenance: Provenance

    @property
    def title(self) -> str:
        """Return the title in the active language."""
        return self.title_zh if _zh() else self.title_en

    @property
    def section(self) -> str:
        """Return the A-level element in the active language."""
        return self.section_zh if _zh() else self.section_en

    @property
    def field(self) -> str:
        """Return the name of the form field of its points."""
        return f"points_{self.code.replace('.', '_')}"


def _zh() -> bool:
    return (get_language() or "zh").startswith("zh")


@cache
def elements() -> tuple[Element, ...]:
    """Return the 16 elements in their order."""
    return tuple(
        Element(
            row["code"],
            row["section_zh"],
            row["section_en"],
            row["title_zh"],
            row["title_en"],
            row.decimal("score"),
            row.decimal("bonus") > 0,
            row.parts("figures"),
            row.provenance,
        )
        for row in load_packaged("indicators/self_evaluation.csv")
    )
