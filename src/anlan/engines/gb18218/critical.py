"""Critical quantity Q of one chemical (clause 4.1.2, mixtures 4.2.3)."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from anlan.engines.gb18218.exact import MAX_TONNES, BadNumber, exact
from anlan.engines.gb18218.lookup import (
    Found,
    cas_is_valid,
    looks_like_solution,
    lookup,
    normalise,
    normalise_cas,
    rows_of_cas,
    suggestions,
    usual_categories,
)
from anlan.engines.gb18218.model import Blocks, Chemical, Problem, Settings, weakest
from anlan.engines.gb18218.tables import Category, Substance, tables
from anlan.facts import Provenance

_CONDITION = re.compile(r"[<>≤≥%]|无水|anhydrous")
_SYMBOL = re.compile(r"(?<![A-Z0-9.])[JW]\d+(?:\.\d+)?(?![A-Z0-9])")
_SEPARATORS = re.compile(r"[,;/|+]+")


@dataclass(slots=True)
class Resolved:
    """What is known of a chemical after the look-up, and what was wrong with it."""

    index: int
    label: str
    categories: tuple[Category, ...] = ()
    bad_symbols: tuple[str, ...] = ()
    substance: Substance | None = None
    critical: Fraction | None = None
    critical_from: str = ""
    category: str = ""
    mixture_same: bool = False
    mixture_of: str = ""
    named_as: str = ""
    provenance: Provenance | None = None
    problems: list[Problem] = field(default_factory=list)

    def problems_block_s(self) -> bool:
        """Whether a problem already keeps S from being computed."""
        return any(problem.blocks == "S" for problem in self.problems)

    def stop(self, code: str, name: str, blocks: Blocks = "S", **params: object) -> None:
        """Note a problem of this chemical under the field `name`."""
        place = f"chemicals[{self.index}].{name}"
        self.problems.append(Problem(code, place, blocks, params))


def split_symbols(categories: tuple[str, ...]) -> tuple[str, ...]:
    """Symbols of table 2 in upper case and half width; an entry may hold several.

    Chinese words beside a symbol (`W5.3 易燃液体，类别2`) are left aside. An entry without
    a symbol, or with other Latin words, comes back as it is, to be refused.
    """
    found: dict[str, None] = {}
    for entry in categories:
        text = normalise(entry).upper()
        symbols = _SYMBOL.findall(text)
        rest = _SYMBOL.sub("", text)
        if text and (not symbols or re.search("[A-Z]", rest)):
            symbols = [part for part in _SEPARATORS.split(text) if part]
        found.update(dict.fromkeys(symbols))
    return tuple(found)


def resolve(index: int, chemical: Chemical, settings: Settings) -> Resolved:
    """Find Q of a chemical: as given, by name (table 1), else by category (table 2)."""
    label = chemical.name or chemical.cas or "、".join(chemical.categories) or f"#{index + 1}"
    out = Resolved(index, label)
    _read_categories(out, chemical)
    given = read_number(out, chemical.critical_t, "Q_t", positive=True)
    needs_q = chemical.critical_t is None
    out.mixture_of = chemical.mixture_of
    if chemical.mixture_of and not chemical.same_class:
        _mixture_of_other_class(out, chemical, needs_q)
    else:
        name, cas = chemical.name, chemical.cas
        if chemical.mixture_of:
            name, cas, out.mixture_same = chemical.mixture_of, "", True
        _find_substance(out, name, cas, settings, needs_q)
    if given is not None:
        out.critical, out.critical_from = given, "given"
    elif not needs_q or out.problems_block_s():
        pass
    elif out.substance is not None:
        out.critical, out.critical_from = out.substance.critical, "table1"
    elif out.categories:
        lowest = min(out.categories, key=lambda category: category.critical)
        out.critical, out.critical_from = lowest.critical, "table2"
        out.category = lowest.symbol
        out.provenance = weakest((out.provenance, lowest.provenance))
    _refuse_symbols(out, chemical)
    return out


def read_number(
    out: Resolved, value: object, name: str, *, positive: bool = False, blocks: Blocks = "S"
) -> Fraction | None:
    """An optional number of a chemical; a bad one becomes a problem of that field."""
    if value is None:
        return None
    try:
        return exact(value, positive=positive)
    except BadNumber as bad:
        out.stop(f"number.{bad.fault}", name, blocks, value=bad.value, maximum=MAX_TONNES)
        return None


def _read_categories(out: Resolved, chemical: Chemical) -> None:
    known = tables().categories
    symbols = split_symbols(chemical.categories)
    out.categories = tuple(known[symbol] for symbol in symbols if symbol in known)
    out.bad_symbols = tuple(symbol for symbol in symbols if symbol not in known)


def _refuse_symbols(out: Resolved, chemical: Chemical) -> None:
    """A wrong category stops what hangs on it: Q unless a name gave it, β unless it is given."""
    blocks: Blocks = "" if chemical.beta is not None else "R"
    if out.critical_from in ("", "table2"):
        blocks = "S"
    for symbol in out.bad_symbols:
        out.stop(
            "category.unknown", "category", blocks,
            value=symbol, allowed=" ".join(tables().categories),
        )  # fmt: skip


def _mixture_of_other_class(out: Resolved, chemical: Chemical, needs_q: bool) -> None:
    if chemical.same_class is None:
        out.stop("mixture.class_unsaid", "same_class", value=chemical.mixture_of)
    elif not out.categories and needs_q:
        out.stop("mixture.class_missing", "category")


def _find_substance(out: Resolved, name: str, cas: str, settings: Settings, needs_q: bool) -> None:
    """Set `substance`, or note why it can't be. Errors only where the look-up is needed."""
    if not name.strip() and not cas.strip():
        if needs_q and not out.categories and not out.bad_symbols:
            out.stop("chemical.unnamed", "name_zh")
        return
    where = "name_zh" if name.strip() else "cas"
    value = name or cas
    found = lookup(name, cas)
    if cas.strip() and not cas_is_valid(normalise_cas(cas)):
        out.stop("cas.bad", "cas", "", value=cas)
    can_do_without = not needs_q or bool(out.categories) or bool(out.bad_symbols)
    if found.lookalike is not None:
        if not can_do_without:
            like = found.lookalike
            out.stop(
                "chemical.lookalike", where, value=value,
                instead_zh=like.instead_zh, instead_en=like.instead_en or like.instead_zh,
            )  # fmt: skip
        return
    if not found.rows:
        if not can_do_without:
            _unknown(out, where, value)
        return
    if len(found.rows) > 1:
        _choose_form(out, found, where, value, settings, needs_q)
    elif found.how == "cas" and name.strip() and looks_like_solution(name):
        if not can_do_without:
            row = found.rows[0]
            out.stop(
                "chemical.solution", "name_zh", value=name, cas=cas,
                instead_zh=row.name_zh, instead_en=row.name_en,
            )  # fmt: skip
        return
    else:
        out.substance = found.rows[0]
    if out.substance is None:
        return
    _check_cas(out, name, cas, needs_q)
    _note_match(out, found, where, name)
    out.named_as = value
    if needs_q:
        out.provenance = weakest((out.provenance, found.provenance, out.substance.provenance))


def _unknown(out: Resolved, where: str, value: str) -> None:
    if usual := usual_categories(value):
        out.stop("chemical.usual", where, value=value, symbols=usual)
        return
    near = suggestions(value) if where == "name_zh" else ()
    zh = "是否指：" + "；".join(row.name_zh for row in near) + "？" if near else ""
    en = " Did you mean: " + "; ".join(row.name_en for row in near) + "?" if near else ""
    out.stop("chemical.unknown", where, value=value, suggestions_zh=zh, suggestions_en=en)


def _choose_form(
    out: Resolved, found: Found, where: str, value: str, settings: Settings, needs_q: bool
) -> None:
    if settings.ambiguous_form == "lowest_q":
        row = min(found.rows, key=lambda one: (one.critical, one.seq))
        out.substance = row
        out.stop("form.lowest", where, "", value=value, row_zh=row.name_zh, row_en=row.name_en)
    elif needs_q:
        out.stop(
            "chemical.ambiguous", where, value=value,
            forms_zh="；".join(f"{row.name_zh} {row.critical} t" for row in found.rows),
            forms_en="; ".join(f"{row.name_en} {row.critical} t" for row in found.rows),
        )  # fmt: skip


def _check_cas(out: Resolved, name: str, cas: str, needs_q: bool) -> None:
    others, substance = rows_of_cas(cas), out.substance
    if not cas.strip() or not name.strip() or substance is None or not substance.cas:
        return
    if substance in others:
        return
    if not others:
        # Known to no row: an isomer, a misprint, another grade. The name decides.
        if cas_is_valid(normalise_cas(cas)):
            words = {"row_zh": substance.name_zh, "printed": "、".join(substance.cas)}
            out.stop("cas.other", "cas", "", cas=cas, row_en=substance.name_en, **words)
        return
    out.stop(
        "cas.conflict", "cas", "S" if needs_q else "", value=name, cas=cas,
        other_zh=others[0].name_zh, other_en=others[0].name_en,
    )  # fmt: skip


def _note_match(out: Resolved, found: Found, where: str, name: str) -> None:
    row = out.substance
    if row is None or len(found.rows) > 1:
        return
    words = {"value": out.label, "row_zh": row.name_zh, "row_en": row.name_en}
    if found.how in ("base", "cas") and _CONDITION.search(row.name_zh):
        out.stop("name.condition", where, "", **words)
    elif found.how == "trade":
        out.stop("name.trade", where, "", **words)
    if found.how == "cas" and name.strip():
        out.stop("name.by_cas", where, "", **words)
