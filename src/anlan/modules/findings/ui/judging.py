"""What the text engine says of a finding, in the words of the page."""

from dataclasses import dataclass

from anlan.base.clock import day_of
from anlan.engines.findings_text import guess_category, judge
from anlan.modules.findings import criteria
from anlan.modules.findings.models import Finding


@dataclass(frozen=True, slots=True)
class Suggested:
    """A criterion to look at. `is_likely`: the words state what it asks."""

    code: str
    text: str
    words: tuple[str, ...]
    is_likely: bool
    mark: str


def suggestions(row: Finding) -> list[Suggested]:
    """Return the criteria of the finding's own edition that its words point to, likely first."""
    text = f"{row.title}。{row.description}"
    known = criteria.criteria(row.criteria_edition)
    found = judge(text, row.basis, registered_on=day_of(row.registered_at))
    return [
        Suggested(
            one.criterion.code,
            known[one.criterion.code].text,
            one.words,
            str(one.strength) == "likely",
            str(known[one.criterion.code].provenance),
        )
        for one in found.suggestions
        if one.criterion.code in known
    ]


def trade_of(text: str) -> int | None:
    """Return the discipline a text points to, None where it points to none."""
    from anlan.modules.findings.choices import Discipline

    words = {
        "安全": 1, "工艺": 2, "电气": 3, "仪表": 4, "消防": 5, "总图": 6, "设备": 7, "其他": 8,
    }  # fmt: skip
    found = guess_category(text).category
    code = next((n for word, n in words.items() if word in found), None)
    return code if code in Discipline.values else None
