"""The patterns of the fact files, compiled once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from anlan.facts.loader import FactError, Row, load_packaged

_NAME = re.compile(r"\{([A-Z]+)\}")


@dataclass(frozen=True, slots=True)
class CategoryTerm:
    """Words that speak for a category, and how strongly (1 a hint, 6 settles it)."""

    category: str
    weight: float
    pattern: re.Pattern[str]


@cache
def words() -> Mapping[str, str]:
    """Return the named groups of words, names inside them already replaced."""
    found: dict[str, str] = {}
    for row in load_packaged("findings_text/words.csv"):
        found[row["name"]] = fill(row, "pattern", found)
    return found


def fill(row: Row, column: str, names: Mapping[str, str]) -> str:
    """Return a pattern with its `{NAME}`s replaced. Raises FactError for an unknown name."""

    def one(match: re.Match[str]) -> str:
        try:
            return names[match[1]]
        except KeyError:
            problem = f"{{{match[1]}}} is not a name of words.csv."
            raise FactError(row.file, row.line, problem, "use a name that is there.") from None

    return _NAME.sub(one, row[column])


def compiled(row: Row, column: str) -> re.Pattern[str]:
    """Return the compiled pattern of a cell. Raises FactError naming the line."""
    try:
        return re.compile(fill(row, column, words()))
    except re.error as error:
        raise FactError(
            row.file, row.line, f"{column} is no regular expression ({error}).", "mend it."
        ) from None


@cache
def category_terms() -> tuple[CategoryTerm, ...]:
    """Return all terms in the order of the file."""
    return tuple(
        CategoryTerm(row["category"], float(row.decimal("weight")), compiled(row, "pattern"))
        for row in load_packaged("findings_text/categories.csv")
    )


@cache
def categories() -> tuple[str, ...]:
    """Return the names of the categories in the order of the file."""
    return tuple(dict.fromkeys(term.category for term in category_terms()))
