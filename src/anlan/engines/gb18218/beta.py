"""β of one chemical (clause 4.3.2): table 3 by name, else table 4 by category."""

from fractions import Fraction

from anlan.engines.gb18218.critical import Resolved, read_number
from anlan.engines.gb18218.lookup import normalise
from anlan.engines.gb18218.model import Chemical, Line, Settings, Step, weakest
from anlan.engines.gb18218.tables import Category, NamedBeta, Substance, tables
from anlan.facts import Provenance

COAL_GAS = 13  # row of table 1
CARBON_MONOXIDE = "一氧化碳"

Answer = tuple[Fraction | None, str, str, Provenance | None, Step]


def line_and_step(
    resolved: Resolved, chemical: Chemical, q: Fraction | None, settings: Settings
) -> tuple[Line, Step]:
    """The finished line of a chemical, and the item that explains its β.

    A β that can't be decided becomes a problem that blocks R only.
    """
    beta, source, symbol, mark, step = _decide(resolved, chemical, settings)
    line = Line(
        index=resolved.index,
        label=resolved.label,
        q=q,
        critical=resolved.critical,
        critical_from=resolved.critical_from,
        beta=beta,
        beta_from=source,
        seq=resolved.substance.seq if resolved.substance else None,
        category=resolved.category,
        beta_category=symbol,
        provenance=weakest((resolved.provenance, mark)),
    )
    return line, step


def named_beta(substance: Substance) -> NamedBeta | None:
    """The row of table 3 that names this table 1 substance, its bracket left aside.

    Matched by name, never by CAS: the number joined to a row may belong to a solution too.
    """
    base = normalise(substance.name_zh).partition("(")[0]
    return next((row for row in tables().named_betas if row.name_zh == base), None)


def _decide(resolved: Resolved, chemical: Chemical, settings: Settings) -> Answer:
    given = read_number(resolved, chemical.beta, "beta", positive=True, blocks="R")
    if given is not None:
        return _answer(resolved, "beta.given", given, "given", "", None)
    if chemical.beta is not None or resolved.bad_symbols:
        return _open(resolved)
    substance = resolved.substance
    if substance is not None and (row := _from_table_3(resolved, substance)):
        return _answer(resolved, "beta.table3", row.beta, "table3", "", row.provenance)
    if substance is not None and substance.seq == COAL_GAS:
        if settings.coal_gas == "carbon_monoxide":
            beta = _carbon_monoxide().beta
            return _answer(resolved, "beta.coal_gas", beta, "coal_gas", "", Provenance.RECALLED)
        if not resolved.categories:
            return _unknown(resolved)
    if resolved.categories:
        return _from_table_4(resolved, settings)
    if substance is not None and settings.beta_hint == "use":
        return _from_hint(resolved, substance, settings)
    return _unknown(resolved)


def _from_table_3(resolved: Resolved, substance: Substance) -> NamedBeta | None:
    if substance.seq == COAL_GAS:
        # Row 13 of table 1 holds coal gas and, in brackets, CO; table 3 names only the latter.
        pure = {normalise(CARBON_MONOXIDE), "co", "630-08-0", "carbonmonoxide"}
        return _carbon_monoxide() if normalise(resolved.named_as) in pure else None
    return named_beta(substance)


def _carbon_monoxide() -> NamedBeta:
    return next(row for row in tables().named_betas if row.name_zh == CARBON_MONOXIDE)


def _from_table_4(resolved: Resolved, settings: Settings) -> Answer:
    categories = resolved.categories
    by_beta: list[Category] = sorted(categories, key=lambda one: one.beta, reverse=True)
    chosen, code = by_beta[0], "beta.table4"
    if len(categories) > 1:
        code = "beta.table4_larger"
        if settings.several_classes == "class_of_q" and resolved.critical_from == "table2":
            code = "beta.table4_class_of_q"
            # Where several classes give the same lowest Q, the larger β among them.
            chosen = next(one for one in by_beta if one.critical == resolved.critical)
    symbols = "、".join(one.symbol for one in categories)
    mark = chosen.provenance
    return _answer(resolved, code, chosen.beta, "table4", chosen.symbol, mark, symbols)


def _from_hint(resolved: Resolved, substance: Substance, settings: Settings) -> Answer:
    hint = tables().hints.get(substance.seq)
    if hint is None:
        return _unknown(resolved)
    symbols = "、".join(hint.categories)
    if len(set(hint.betas)) > 1:
        if settings.beta_hint_range == "ask":
            resolved.stop("beta.range", "category", "R", value=resolved.label, symbols=symbols)
            return _open(resolved)
        beta = max(hint.betas)
        return _answer(
            resolved, "beta.hint_range", beta, "hint", "", hint.provenance, symbols
        )  # fmt: skip
    return _answer(resolved, "beta.hint", hint.betas[0], "hint", "", hint.provenance, symbols)


def _unknown(resolved: Resolved) -> Answer:
    if not resolved.problems_block_s():
        resolved.stop("beta.unknown", "category", "R", value=resolved.label)
    return _open(resolved)


def _open(resolved: Resolved) -> Answer:
    step = Step(0, "beta.undecided", "4.3.2", params={"label": resolved.label})
    return None, "", "", None, step


def _answer(
    resolved: Resolved,
    code: str,
    beta: Fraction,
    source: str,
    symbol: str,
    mark: Provenance | None,
    symbols: str = "",
) -> Answer:
    table = {"table3": 3, "coal_gas": 3, "table4": 4, "hint": 4}.get(source)
    params: dict[str, object] = {
        "label": resolved.label,
        "beta": beta,
        "symbol": symbol,
        "symbols": symbols,
    }
    if source == "hint" and resolved.substance is not None:
        hint = tables().hints[resolved.substance.seq]
        params.update(confidence=hint.confidence, note=hint.note)
    return beta, source, symbol, mark, Step(0, code, "4.3.2", table, params, (), mark)
