"""Identification and grading of a unit under GB 18218-2018 (clauses 4.1 to 4.3)."""

from dataclasses import replace
from fractions import Fraction

from anlan.engines.gb18218.beta import line_and_step
from anlan.engines.gb18218.critical import Resolved, read_number, resolve
from anlan.engines.gb18218.exact import BadNumber, exact, show
from anlan.engines.gb18218.model import (
    Blocks,
    Chemical,
    Line,
    Problem,
    Result,
    Settings,
    Step,
    Unit,
    weakest,
)
from anlan.engines.gb18218.tables import AlphaBand, LevelBand, tables
from anlan.facts import Provenance

DEFAULT_SETTINGS = Settings()

# More people than this do not live around any plant; it catches a slipped key.
_MAX_PEOPLE = 10**8
_MAX_ALPHA = 100


def assess(unit: Unit, settings: Settings = DEFAULT_SETTINGS) -> Result:
    """Identify and grade one unit. Never raises for bad data: see `Result.problems`.

    S, R and the level are decided on exact values; nothing is rounded before a comparison.
    A unit without chemicals is missing data, not "no".
    """
    problems: list[Problem] = []
    if not unit.chemicals:
        problems.append(Problem("no_chemicals", "chemicals", "S"))
    lines: list[Line] = []
    q_items: list[Step] = []
    amount_items: list[Step] = []
    beta_items: list[Step] = []
    for index, chemical in enumerate(unit.chemicals):
        resolved = resolve(index, chemical, settings)
        q = _quantity(resolved, chemical)
        line, beta_item = line_and_step(resolved, chemical, q, settings)
        lines.append(line)
        q_items.append(_critical_item(resolved))
        amount_items.append(_amount_item(line, chemical))
        beta_items.append(beta_item)
        problems += resolved.problems
    alpha, alpha_step = _alpha(unit, problems)

    ratios = [line.ratio for line in lines if line.ratio is not None]
    at_least = sum(ratios, Fraction(0))
    whole = not any(problem.blocks == "S" for problem in problems)
    total = at_least if whole and len(ratios) == len(lines) else None
    weighted = [line.weighted for line in lines if line.weighted is not None]
    index_r: Fraction | None = None
    if total is not None and alpha is not None and len(weighted) == len(lines):
        index_r = alpha * sum(weighted, Fraction(0))
    is_major = None if total is None else total >= 1
    band = level_band(index_r) if is_major and index_r is not None else None

    steps = [
        Step(0, "critical_quantities", "4.1.2", None, {}, tuple(q_items), _mark(q_items)),
        Step(0, "quantities", "4.2.2", None, {}, tuple(amount_items)),
        _sum_step(total, at_least, tuple(ratios)),
        _verdict_step(total, is_major),
        Step(0, "betas", "4.3.2", None, {}, tuple(beta_items), _mark(beta_items)),
        alpha_step,
        _index_step(index_r, alpha, lines),
        _level_step(is_major, index_r, band),
    ]
    return Result(
        unit_id=unit.id,
        edition=tables().edition,
        settings=settings,
        lines=tuple(lines),
        S=total,
        R=index_r,
        alpha=alpha,
        level=band.level if band else None,
        is_major_hazard=is_major,
        s_at_least=at_least,
        steps=tuple(_numbered(number, step) for number, step in enumerate(steps, start=1)),
        problems=tuple(problems),
    )


def level_band(index_r: Fraction) -> LevelBand:
    """The row of table 6 for an R of a unit that is a major hazard; bands are closed below."""
    for band in tables().levels:
        if band.minimum is None or index_r >= band.minimum:
            return band
    raise AssertionError("table 6 has no open band")


def alpha_band(population: int) -> AlphaBand:
    """The row of table 5 for a number of permanent residents (≥ 0)."""
    for band in tables().alphas:
        if band.minimum <= population and (band.maximum is None or population <= band.maximum):
            return band
    raise AssertionError("table 5 has a gap")


def _quantity(resolved: Resolved, chemical: Chemical) -> Fraction | None:
    if chemical.q_t is None:
        if chemical.basis is not None:
            return chemical.basis.tonnes
        resolved.stop("number.missing", "q_t")
        return None
    return read_number(resolved, chemical.q_t, "q_t")


def _critical_item(resolved: Resolved) -> Step:
    params: dict[str, object] = {"label": resolved.label, "Q": resolved.critical}
    substance = resolved.substance
    clause, table, code = "4.1.2", None, "q.undecided"
    if resolved.critical is None:
        params.pop("Q")
    elif resolved.critical_from == "given":
        code = "q.given"
    elif resolved.critical_from == "table1" and substance is not None:
        table, code = 1, "q.table1"
        if resolved.mixture_same:
            clause, code = "4.2.3", "q.mixture_same"
        params.update(seq=substance.seq, name_zh=substance.name_zh, name_en=substance.name_en)
    elif resolved.critical_from == "table2":
        several = len(resolved.categories) > 1
        table, code = 2, "q.table2_lowest" if several else "q.table2"
        symbols = "、".join(category.symbol for category in resolved.categories)
        params.update(symbol=resolved.category, symbols=symbols)
        if resolved.mixture_of:
            clause = "4.2.3"
            code = "q.mixture_same_class" if resolved.mixture_same else "q.mixture_other_class"
            params.update(pure=resolved.mixture_of)
    return Step(0, code, clause, table, params, (), resolved.provenance)


def _amount_item(line: Line, chemical: Chemical) -> Step:
    if line.q is None:
        return Step(0, "quantity.undecided", "4.2.2", params={"label": line.label})
    params: dict[str, object] = {"label": line.label, "q": line.q}
    basis = chemical.basis
    if basis is None or basis.tonnes != line.q:
        return Step(0, "quantity.given", "4.2.2", params=params)
    params.update(
        volume=basis.volume_m3, fill=basis.fill, density=basis.density_t_m3, count=basis.count
    )
    code = "quantity.design" if basis.count == 1 else "quantity.design_several"
    return Step(0, code, "4.2.2", params=params)


def _alpha(unit: Unit, problems: list[Problem]) -> tuple[Fraction | None, Step]:
    given = _unit_number(unit.alpha, "alpha", _MAX_ALPHA, problems, "R", positive=True)
    # A bad head count matters only while α hangs on it.
    blocks: Blocks = "" if given is not None else "R"
    people = _unit_number(
        unit.off_site_population, "off_site_population", _MAX_PEOPLE, problems, blocks
    )
    if people is not None and people.denominator != 1:
        params: dict[str, object] = {"value": unit.off_site_population}
        problems.append(Problem("number.not_whole", "off_site_population", blocks, params))
        people = None
    band = alpha_band(int(people)) if people is not None else None
    if given is not None:
        if given not in {row.alpha for row in tables().alphas}:
            problems.append(Problem("alpha.unusual", "alpha", "", {"value": given}))
        elif band is not None and band.alpha != given:
            values = {"value": given, "table": band.alpha}
            problems.append(Problem("alpha.overrides", "alpha", "", values))
        return given, Step(0, "alpha.given", "4.3.2", None, {"alpha": given})
    # An α that was given but can't be read is not quietly replaced by the table.
    if band is not None and unit.alpha is None:
        shown = {
            "population": people,
            "band": band.label_zh,
            "minimum": band.minimum,
            "maximum": "" if band.maximum is None else band.maximum,
            "alpha": band.alpha,
        }
        return band.alpha, Step(0, "alpha.table5", "4.3.2", 5, shown, (), band.provenance)
    if unit.alpha is None and unit.off_site_population is None:
        problems.append(Problem("alpha.unknown", "off_site_population", "R"))
    return None, Step(0, "alpha.undecided", "4.3.2", 5)


def _unit_number(
    value: object,
    name: str,
    maximum: int,
    problems: list[Problem],
    blocks: Blocks,
    *,
    positive: bool = False,
) -> Fraction | None:
    if value is None:
        return None
    try:
        return exact(value, maximum=maximum, positive=positive)
    except BadNumber as bad:
        params: dict[str, object] = {"value": bad.value, "maximum": maximum}
        problems.append(Problem(f"number.{bad.fault}", name, blocks, params))
        return None


def _sum_step(total: Fraction | None, at_least: Fraction, ratios: tuple[Fraction, ...]) -> Step:
    if total is None:
        code = "sum.undecided_reached" if at_least >= 1 else "sum.undecided"
        return Step(0, code, "4.2.1", None, {"at_least": at_least})
    return Step(0, "sum", "4.2.1", None, {"terms": ratios, "S": total})


def _verdict_step(total: Fraction | None, is_major: bool | None) -> Step:
    if is_major is None:
        return Step(0, "undecided_major", "3.4")
    return Step(0, "is_major" if is_major else "is_not_major", "3.4", None, {"S": total})


def _index_step(index_r: Fraction | None, alpha: Fraction | None, lines: list[Line]) -> Step:
    if index_r is None:
        return Step(0, "index.undecided", "4.3.2")
    terms = " + ".join(
        f"{show(line.beta, 6)} × {show(line.ratio).lstrip('≈')}"
        for line in lines
        if line.beta is not None and line.ratio is not None
    )
    return Step(0, "index", "4.3.2", None, {"alpha": alpha, "terms": terms, "R": index_r})


def _level_step(is_major: bool | None, index_r: Fraction | None, band: LevelBand | None) -> Step:
    if band is not None and index_r is not None:
        params: dict[str, object] = {
            "band": band.text,
            "R": index_r,
            "level": band.level,
            "name": band.name_zh,
        }
        return Step(0, "level", "4.3.3", 6, params, (), band.provenance)
    return Step(0, "level.none" if is_major is False else "level.undecided", "4.3.3", 6)


def _mark(items: list[Step]) -> Provenance | None:
    return weakest(item.provenance for item in items)


def _numbered(number: int, step: Step) -> Step:
    items = tuple(replace(item, number=n) for n, item in enumerate(step.items, start=1))
    return replace(step, number=number, items=items)
