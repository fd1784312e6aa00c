"""Check a list of findings at once: what `anlan findings check` prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlan.engines.findings_text.category import guess_category
from anlan.engines.findings_text.majors import judge


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as somebody wrote it. `level` is what it was entered as, if given."""

    id: str
    text: str
    basis: str = ""
    category: str = ""
    level: str = ""


def check_findings(
    findings: Sequence[Finding], *, on: date, explain: bool = False
) -> dict[str, Any]:
    """Return category, criteria with reasons and groups of near duplicates, ready for JSON.

    `on`: the day of registration, which decides the set of criteria. With `explain` a finding
    says which words chose its category, how strong each criterion is and whether it is in force,
    and one entered as 一般 that looks major carries `entered_as_general`.
    """
    # Imported late: one finding alone needs no arrays.
    clusters: list[dict[str, Any]] = []
    if len(findings) > 1:
        from anlan.engines.findings_text.similar import cluster

        clusters = [
            {"ids": [findings[i].id for i in group.members], "score": group.score}
            for group in cluster([finding.text for finding in findings])
        ]
    return {"findings": [_one(finding, on, explain) for finding in findings], "clusters": clusters}


def _one(finding: Finding, on: date, explain: bool) -> dict[str, Any]:
    guess = guess_category(finding.text)
    judgement = judge(finding.text, finding.basis, registered_on=on)
    out: dict[str, Any] = {
        "id": finding.id,
        "category": guess.category,
        "major": judgement.major,
        "criteria": [{"code": one.criterion.code, "why": one.why} for one in judgement.suggestions],
    }
    if not explain:
        return out
    out["category_why"] = [evidence.words for evidence in guess.because]
    for told, one in zip(out["criteria"], judgement.suggestions, strict=True):
        told |= {"strength": str(one.strength), "in_force": one.in_force}
    if judgement.major and finding.level and "重大" not in finding.level:
        out["entered_as_general"] = True
    return out
