"""Which criteria for major accident hazards a finding's words point to, and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from anlan.engines.findings_text.lexicon import compiled, words
from anlan.engines.findings_text.normalise import clean
from anlan.facts.loader import FactError, Row, load_packaged

CRITERIA_FILES = (
    "major_hazards/criteria_2026.csv",
    "major_hazards/criteria_2017.csv",
    "major_hazards/criteria_industry_2023.csv",
)
_AND = " && "


class Strength(StrEnum):
    """How far the text itself meets the criterion."""

    LIKELY = "likely"  # it states what the criterion asks
    POSSIBLE = "possible"  # part of it; a person must look at the rest


@dataclass(frozen=True, slots=True)
class Criterion:
    """One item of a set of criteria."""

    code: str
    clause: str
    text_zh: str
    standard: str  # with edition
    provenance: str
    holds_from: date | None
    holds_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the set of this item judges findings registered on the day."""
        if self.holds_from is not None and day < self.holds_from:
            return False
        return self.holds_to is None or day <= self.holds_to


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A criterion to look at. `words` are those of the text (or of its basis) that point to it."""

    criterion: Criterion
    strength: Strength
    words: tuple[str, ...]
    from_basis: bool
    in_force: bool

    @property
    def why(self) -> str:
        """The reason in one Chinese sentence."""
        heard = "、".join(f"“{one}”" for one in self.words)
        where = "依据" if self.from_basis else "描述"
        degree = "对应" if self.strength is Strength.LIKELY else "可能涉及，需核实："
        item = self.criterion
        force = "" if self.in_force else "（按登记日期不适用，仅供对照）"
        return f"{where}中{heard}{degree}{item.standard} {item.clause}：{item.text_zh}{force}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`major`: a criterion in force is likely met. Suggestions come likely ones first."""

    major: bool
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    codes: tuple[str, ...]
    strength: Strength
    needs: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None


@cache
def criteria() -> Mapping[str, Criterion]:
    """Return all criteria of all sets by code."""
    found: dict[str, Criterion] = {}
    for file in CRITERIA_FILES:
        table = load_packaged(file)
        head = table.dataset
        for row in table:
            found[row["code"]] = Criterion(
                code=row["code"],
                clause=_clause(row),
                text_zh=row["text_zh"],
                standard=head.citation if head.standard.isascii() else head.standard,
                provenance=str(row.provenance),
                holds_from=head.effective_from,
                holds_to=head.effective_to,
            )
    for code, name in _WHOLE.items():
        text = f"依据引用了{name}，未对应到具体条款"
        found[code] = Criterion(code, "整体", text, name, "product-default", None, None)
    return found


def _clause(row: Row) -> str:
    """Return how the item is cited: 第12条, 5.4.2, or as the file gives it."""
    prefix, _, number = row["code"].partition("-")
    if "clause" in row.cells:
        return row["clause"]
    return f"第{int(number)}条" if prefix == "MH17" else number


def judge(text: str, basis: str = "", *, registered_on: date) -> Judgement:
    """Return the criteria that a finding's words point to, and whether it looks major.

    `basis` counts only where it cites a criterion by its number: the check item that somebody
    chose when reporting often does not fit the text. `registered_on` (Asia/Shanghai) decides
    which set is in force; items of the other set are listed too, marked, for comparison.
    A suggestion is no decision: the conditions outside the text (whether the plant produces or
    only uses chemicals, its installations) are for a person to see.
    """
    cleaned = _what_is_wrong(clean(text))
    found: dict[str, Suggestion] = {}
    for code in cited_criteria(basis):
        _keep(found, code, Strength.LIKELY, (_shorten(basis),), True, registered_on)
    for rule in _rules():
        if rule.unless is not None and rule.unless.search(cleaned):
            continue
        matches = [pattern.search(cleaned) for pattern in rule.needs]
        heard = tuple(match[0] for match in matches if match is not None)
        if len(heard) < len(matches):
            continue
        for code in rule.codes:
            _keep(found, code, rule.strength, heard, False, registered_on)
    ordered = sorted(
        found.values(), key=lambda one: (one.strength is not Strength.LIKELY, not one.in_force)
    )
    major = any(one.in_force and one.strength is Strength.LIKELY for one in ordered)
    return Judgement(major, tuple(ordered))


def _what_is_wrong(cleaned: str) -> str:
    """Return the text without what it says is mended, in order or not there.

    A sentence whose defect was put right before (原未设…已整改完成, 复查合格) tells history, and
    未发现无证上岗 tells the opposite of a defect. 现场立即整改 is neither: the defect was there.
    """
    kept = [one for one in _SENTENCE.split(cleaned) if not _MENDED.search(one)]
    return "；".join(_IN_ORDER.sub("", one) for one in kept)


def cited_criteria(basis: str) -> tuple[str, ...]:
    """Return the codes of criteria that a basis cites, e.g. 判定标准第二十条.

    Knows the items of 2017, the clauses of AQ 3067 and the articles for industry and trade (whose
    number alone does not tell the item: all items of the article come back). A set cited without
    a number, or one of another field (town gas, fire …), comes back as a whole.
    """
    cleaned = clean(basis)
    known = criteria()
    codes = [code for clause in _AQ_CLAUSE.findall(cleaned) if (code := f"MH26-{clause}") in known]
    cited = _CITED.search(cleaned)
    if cited is None:
        return tuple(dict.fromkeys(codes))
    numbers = [_number(one) for one in _ARTICLE.findall(cleaned[cited.start() :])]
    if "工贸" in cleaned:
        articles = tuple(f"第{number}条" for number in numbers)
        codes += [
            code
            for code, item in known.items()
            if code.startswith("GM23-") and articles and item.clause.startswith(articles)
        ]
        whole = "GM23"
    elif _OTHER_FIELD.search(cleaned):
        whole = "OTHER"
    elif "3067" in cleaned:
        whole = "MH26"
    else:
        codes += [code for number in numbers if (code := f"MH17-{number:02d}") in known]
        codes += [twin for code in codes for twin in _twins_of_2017().get(code, ())]
        whole = "MH17"
    return tuple(dict.fromkeys(codes)) or (whole,)


_SENTENCE = re.compile("[。；]")
_MENDED = re.compile(
    "^(?!.*(?:但|却|仍|尚))"
    "(?:.*(?:原|原来|原先|上次|此前|之前|前期).*?(?:已(?:经)?(?:全部)?(?:按[^，]{0,6})?"
    "(?:整改|完成|消除|销号|闭环|补|恢复|安装|投用|更换|配备)|整改完毕)"
    "|.*(?:整改|复查|复核)(?:后)?(?:合格|通过)"
    "|.*已(?:经)?(?:全部)?(?:整改(?:完成|完毕|到位|闭环)|闭环|销号))"
)
_IN_ORDER = re.compile(
    "(?:未发现|没有发现|不存在|未出现|没有出现|杜绝)[^，]*"
    "|(?:(?!但|却|未|没|无|不)[^，])*(?:均|都|全部|已经|已)(?:已|按[^，]{0,6})?"
    "(?:持证|取得|办理|设置|安装|配备|投用|建立|制定|正常)(?:(?!但|却|未|没|无|不)[^，])*(?=，|$)"
)
_CITED = re.compile(r"重大[^，。；]{0,12}?隐患[^，。；]{0,4}?判定|判定标准|判定准则")
_ARTICLE = re.compile(r"第([一二三四五六七八九十\d]{1,3})(?:条|项)")
_AQ_CLAUSE = re.compile(r"3067.{0,24}?(5\.\d\.\d{1,2})")
_OTHER_FIELD = re.compile(
    "燃气|消防|火灾|煤矿|矿山|房屋|市政|建设工程|水利|烟花|冶金|交通|道路|特种设备|电力|渔业|农机"
)
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
# Sets cited as a whole. Which item is meant, and whether the set still holds, is for a person.
_WHOLE = {
    "MH17": "化工和危险化学品重大生产安全事故隐患判定标准",
    "MH26": "AQ 3067 重大事故隐患判定准则",
    "GM23": "工贸企业重大事故隐患判定标准",
    "OTHER": "其他领域的重大事故隐患判定标准",
}


def _number(text: str) -> int:
    """Return the number of 二十 or 12; 0 where it is none."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + _DIGITS.get(ones, 0)


@cache
def _twins_of_2017() -> Mapping[str, tuple[str, ...]]:
    twins: dict[str, tuple[str, ...]] = {}
    for row in load_packaged("major_hazards/criteria_2026.csv"):
        for older in row.parts("nearest"):
            twins[older] = (*twins.get(older, ()), row["code"])
    return twins


@cache
def _rules() -> tuple[_Rule, ...]:
    known = criteria()
    rules = []
    for row in load_packaged("findings_text/majors.csv"):
        codes = (*row.parts("codes_2026"), *((row["code"],) if row["code"] else ()))
        missing = [code for code in codes if code not in known]
        if missing or not codes:
            problem = f"criterion {missing[0]!r} is unknown." if missing else "no criterion."
            raise FactError(row.file, row.line, problem, "use a code of facts/major_hazards.")
        whole = compiled(row, "needs").pattern
        rules.append(
            _Rule(
                codes=codes,
                strength=Strength(row["strength"]),
                needs=tuple(re.compile(part) for part in whole.split(_AND)),
                unless=compiled(row, "unless") if row["unless"] else None,
            )
        )
    return tuple(rules)


def _keep(
    found: dict[str, Suggestion],
    code: str,
    strength: Strength,
    heard: Sequence[str],
    from_basis: bool,
    day: date,
) -> None:
    """Add a suggestion unless a stronger one for the same criterion is there."""
    before = found.get(code)
    if before is not None and (before.strength is Strength.LIKELY or strength is before.strength):
        return
    criterion = criteria()[code]
    found[code] = Suggestion(criterion, strength, tuple(heard), from_basis, criterion.holds_on(day))


def _shorten(basis: str) -> str:
    return basis if len(basis) <= 40 else f"{basis[:39]}…"


def preload() -> None:
    """Read and compile everything, so that the first text is as quick as the next."""
    words()
    _rules()
