"""Which discipline a finding belongs to, by weighted words."""

from dataclasses import dataclass
from typing import NamedTuple

from anlan.engines.findings_text.lexicon import CategoryTerm, categories, category_terms
from anlan.engines.findings_text.normalise import clean

# The second word for a category counts half, the third a quarter: three hints must not
# outvote the one word that settles the matter.
_FADING = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the text that speak for the category."""

    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class CategoryGuess:
    """The best category. `sureness` is the lead over the runner-up, 0 (a guess) to 1."""

    category: str
    sureness: float
    because: tuple[Evidence, ...]
    runner_up: str


def guess_category(text: str, terms: tuple[CategoryTerm, ...] | None = None) -> CategoryGuess:
    """Return the category that the words of a finding speak for.

    `terms` replaces the packaged lexicon. A text without any known word gets the first category
    of the lexicon with sureness 0.
    """
    lexicon = category_terms() if terms is None else terms
    cleaned = clean(text)
    found: dict[str, list[_Hit]] = {}
    for term in lexicon:
        match = term.pattern.search(cleaned)
        if match is not None:
            hit = _Hit(term.weight, match.start(), match.end(), match[0])
            found.setdefault(term.category, []).append(hit)
    kept = {name: _without_overlaps(hits) for name, hits in found.items()}
    names = categories() if terms is None else tuple(dict.fromkeys(t.category for t in lexicon))
    scores = {name: _faded(kept.get(name, [])) for name in names}
    # The order of the file breaks ties, so that the answer never depends on chance.
    ranked = sorted(names, key=lambda name: -scores[name])
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ""
    lead = scores[best] - scores.get(second, 0.0)
    sureness = round(lead / scores[best], 2) if scores[best] >= 1 else 0.0
    because = tuple(Evidence(h.words, h.weight) for h in kept.get(best, []) if h.weight >= 1)
    return CategoryGuess(best, sureness, because, second)


class _Hit(NamedTuple):
    weight: float
    start: int
    end: int
    words: str


def _without_overlaps(hits: list[_Hit]) -> list[_Hit]:
    """Return the hits, strongest first, each on characters that no stronger one has used."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.weight, hit.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return kept


def _faded(hits: list[_Hit]) -> float:
    return sum(hit.weight * _FADING**rank for rank, hit in enumerate(hits))
