"""Short texts of hazard findings: category, signs of a major hazard, near duplicates.

Public surface: `guess_category(text)`; `judge(text, basis, registered_on=day)` with criteria and
reasons; `compare(a, b)`, `cluster(texts)` and `similar_index.SimilarIndex` for near duplicates;
`check_findings(rows, on=day)` does all of it for a list. Pure: texts in, reasons out. Everything
is a suggestion for a person, made of the words found; the words are data in
`facts/findings_text`. Names load on first use, because numpy is slow to start.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anlan.engines.findings_text.category import CategoryGuess, Evidence, guess_category
    from anlan.engines.findings_text.check import Finding, check_findings
    from anlan.engines.findings_text.majors import (
        Criterion,
        Judgement,
        Strength,
        Suggestion,
        cited_criteria,
        criteria,
        judge,
    )
    from anlan.engines.findings_text.similar import Cluster, Comparison, cluster, compare

_HOME = {
    "CategoryGuess": "category",
    "Cluster": "similar",
    "Comparison": "similar",
    "Criterion": "majors",
    "Evidence": "category",
    "Finding": "check",
    "Judgement": "majors",
    "Strength": "majors",
    "Suggestion": "majors",
    "check_findings": "check",
    "cited_criteria": "majors",
    "cluster": "similar",
    "compare": "similar",
    "criteria": "majors",
    "guess_category": "category",
    "judge": "majors",
}

__all__ = [
    "CategoryGuess",
    "Cluster",
    "Comparison",
    "Criterion",
    "Evidence",
    "Finding",
    "Judgement",
    "Strength",
    "Suggestion",
    "check_findings",
    "cited_criteria",
    "cluster",
    "compare",
    "criteria",
    "guess_category",
    "judge",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"{__name__} has no {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
