"""Find a chemical of table 1 by name or CAS number, without ever guessing between forms."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from anlan.engines.gb18218.tables import LookAlike, Substance, tables
from anlan.facts import Provenance

_SAME = str.maketrans(
    {"【": "(", "】": ")", "[": "(", "]": ")", "{": "(", "}": ")", "〔": "(", "〕": ")",
     "、": ",", "；": ";", "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤", "﹪": "%", "‰": "‰",
     "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "−": "-", "‒": "-", "﹣": "-",
     "·": "", "・": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "",
     "\u00ad": "", "’": "'", "′": "'", "「": "", "」": "", "『": "", "』": "", "《": "", "》": "",
     "〈": "", "〉": "", "“": "", "”": "", '"': ""}
)  # fmt: skip
_SOLUTION = re.compile(r"溶液|水溶|solution|aqueous|\d\s*%|混合|mixture", re.IGNORECASE)
_EXPLAINED = re.compile(r"([^()]+)\(([^()]+)\)")
_FORMULA = re.compile(r"(?:[a-z]{1,2}\d*){1,8}")
_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")


def normalise(text: str) -> str:
    """A name as it is compared: half width, lower case, no blanks, one kind of bracket."""
    folded = unicodedata.normalize("NFKC", text).translate(_SAME)
    folded = folded.replace(">=", "≥").replace("<=", "≤")
    return re.sub(r"\s+", "", folded).casefold()


def normalise_cas(text: str) -> str:
    """A CAS number with plain digits and hyphens; also written `CAS号：…` or without hyphens."""
    cleaned = re.sub(r"^cas(?:rn)?[^0-9]*", "", normalise(text))
    if cleaned.isdigit() and 5 <= len(cleaned) <= 10:
        cleaned = f"{cleaned[:-3]}-{cleaned[-3:-1]}-{cleaned[-1]}"
    head, _, rest = cleaned.partition("-")
    return f"{head.lstrip('0')}-{rest}" if rest else cleaned


def cas_is_valid(cas: str) -> bool:
    """Whether a normalised CAS number has the right form and check digit."""
    match = _CAS.fullmatch(cas)
    if match is None:
        return False
    digits = (match[1] + match[2])[::-1]
    return sum(place * int(digit) for place, digit in enumerate(digits, 1)) % 10 == int(match[3])


@dataclass(frozen=True, slots=True)
class Found:
    """What a name or CAS number points at.

    rows: none (unknown), one, or several forms to choose from. how: `name` (printed in table
    1), `base` (the name without its condition in brackets), `trade`, `cas`, or empty.
    lookalike: set when the text names a product that table 1 does not cover.
    """

    rows: tuple[Substance, ...] = ()
    how: str = ""
    lookalike: LookAlike | None = None

    @property
    def substance(self) -> Substance | None:
        """The one row found; None where there is none or a choice."""
        return self.rows[0] if len(self.rows) == 1 else None

    @property
    def provenance(self) -> Provenance | None:
        """How far the match itself can be trusted."""
        if not self.rows:
            return None
        return Provenance.RECALLED if self.how == "trade" else self.rows[0].provenance


def lookup(name: str = "", cas: str = "") -> Found:
    """Find a table 1 substance by name, else by CAS number.

    A name that picks one of several rows sharing a CAS number decides. Several rows come back
    where the text fits several forms; the caller must ask, not choose.
    """
    by_name = _by_name(normalise(name)) if name.strip() else Found()
    if by_name.rows or by_name.lookalike or not cas.strip():
        return by_name
    wanted = normalise_cas(cas)
    if rows := _cas_index().get(wanted, ()):
        return Found(rows, "cas")
    # Table 3 names carbon monoxide, whose CAS number stands in no row of table 1.
    named = next((entry for entry in tables().named_betas if entry.cas == wanted), None)
    return _by_name(normalise(named.name_zh)) if named else Found()


def rows_of_cas(cas: str) -> tuple[Substance, ...]:
    """All rows of table 1 printed with this CAS number."""
    return _cas_index().get(normalise_cas(cas), ())


def looks_like_solution(name: str) -> bool:
    """Whether a name speaks of a solution, a mixture or a percentage."""
    return _SOLUTION.search(unicodedata.normalize("NFKC", name)) is not None


def search(text: str, limit: int = 20) -> tuple[Substance, ...]:
    """Rows of table 1 whose names or CAS numbers hold the text; the best fits first."""
    wanted = normalise(text)
    if not wanted:
        return ()
    ranked: list[tuple[int, int, Substance]] = []
    for row in tables().substances:
        words = [normalise(word) for word in _words(row)]
        words += [normalise(t.name) for t in tables().trade_names if t.seq == row.seq]
        words += list(row.cas)
        if wanted in words:
            rank = 0
        elif any(word.startswith(wanted) for word in words):
            rank = 1
        elif any(wanted in word for word in words):
            rank = 2
        else:
            continue
        ranked.append((rank, row.seq, row))
    ranked.sort(key=lambda entry: entry[:2])
    return tuple(row for _, _, row in ranked[:limit])


def usual_categories(name: str) -> str:
    """The usual categories of a common substance outside table 1, for a message; else empty."""
    wanted = normalise(name)
    known = tables().usual_categories.items()
    return next((symbols for key, symbols in known if normalise(key) == wanted), "")


def suggestions(text: str, limit: int = 3) -> tuple[Substance, ...]:
    """Rows a mistyped or longer name may have meant."""
    import difflib  # only for the error path

    hits = search(text, limit)
    if hits:
        return hits
    wanted = normalise(text)
    if len(wanted) < 2:
        return ()
    index = _name_index()
    inside = [rows for key, (rows, _) in index.items() if len(key) >= 2 and key in wanted]
    close = [index[key][0] for key in difflib.get_close_matches(wanted, index, limit, 0.6)]
    found: dict[int, Substance] = {}
    for rows in inside + close:
        found.update((row.seq, row) for row in rows)
    return tuple(found.values())[:limit]


def _words(row: Substance) -> tuple[str, ...]:
    return (row.name_zh, row.name_en, *row.aliases)


def _base(name: str) -> str:
    return name.partition("(")[0]


def _by_name(wanted: str) -> Found:
    if wanted in _lookalikes():
        return Found(lookalike=_lookalikes()[wanted])
    rows, how = _name_index().get(wanted, ((), ""))
    return Found(rows, how) if rows else _explained_name(wanted)


def _explained_name(wanted: str) -> Found:
    """A name followed by another name or the formula of the same row: 氯(液氯), 氢(H2).

    A bracket with anything else may be a condition, so the name stays unknown.
    """
    match = _EXPLAINED.fullmatch(wanted)
    if match is None or match[1] in _lookalikes() or match[2] in _lookalikes():
        return Found()
    index = _name_index()
    rows, how = index.get(match[1], ((), ""))
    second, _ = index.get(match[2], ((), ""))
    if len(rows) == 1 and (second == rows or (not second and _FORMULA.fullmatch(match[2]))):
        return Found(rows, how)
    return Found()


@cache
def _lookalikes() -> dict[str, LookAlike]:
    found = {}
    for entry in tables().lookalikes:
        for name in (entry.name_zh, entry.name_en):
            if name:
                found[normalise(name)] = entry
    return found


@cache
def _name_index() -> dict[str, tuple[tuple[Substance, ...], str]]:
    index: dict[str, tuple[tuple[Substance, ...], str]] = {}

    def add(name: str, row: Substance, how: str) -> None:
        key = normalise(name)
        if not key:
            return
        rows, known_how = index.get(key, ((), how))
        if row not in rows and known_how == how:
            index[key] = ((*rows, row), how)

    # Printed names first: a shorter or a trade name never takes the place of a printed one.
    for row in tables().substances:
        for name in _words(row):
            add(name, row, "name")
    for row in tables().substances:
        for name in _words(row):
            add(_base(normalise(name)), row, "base")
    for trade in tables().trade_names:
        how = "trade" if trade.provenance is Provenance.RECALLED else "name"
        add(trade.name, tables().substance(trade.seq), how)
    return index


@cache
def _cas_index() -> dict[str, tuple[Substance, ...]]:
    index: dict[str, tuple[Substance, ...]] = {}
    for row in tables().substances:
        for cas in row.cas:
            index[cas] = (*index.get(cas, ()), row)
    return index
