"""Units read from JSON-like values, results written back. The words of `anlan calc gb18218`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from anlan.engines.gb18218.exact import as_decimal
from anlan.engines.gb18218.model import Chemical, Number, Problem, Result, Step, Unit
from anlan.engines.gb18218.wording import Lang

# What is merely not known yet leaves R open; nothing in the entry is wrong.
_OPEN = {"alpha.unknown", "beta.unknown", "beta.range", "no_chemicals"}


class BadShape(ValueError):
    """An entry that is not built as a unit; `problem` names the place and the way out."""

    def __init__(self, code: str, field: str) -> None:
        self.problem = Problem(f"shape.{code}", field, "S")
        super().__init__(f"{field}: {self.problem.render('en')}")


def read_unit(entry: object) -> Unit:
    """A unit from a decoded JSON object; unknown keys are ignored.

    Numbers are kept as they come and checked by `assess`, so that a bad one is reported with
    its field beside the rest. Raises BadShape for anything that is not an object with a list
    of chemicals.
    """
    if not isinstance(entry, Mapping):
        raise BadShape("unit", "entry")
    chemicals = entry.get("chemicals")
    if chemicals is None:
        chemicals = []
    if not isinstance(chemicals, list | tuple):
        raise BadShape("list", "chemicals")
    return Unit(
        chemicals=tuple(_chemical(n, item) for n, item in enumerate(chemicals)),
        off_site_population=entry.get("off_site_population"),
        alpha=entry.get("alpha"),
        id="" if entry.get("id") is None else str(entry.get("id")),
    )


def _chemical(index: int, item: object) -> Chemical:
    place = f"chemicals[{index}]"
    if not isinstance(item, Mapping):
        raise BadShape("chemical", place)
    same = item.get("same_class")
    if same is not None and not isinstance(same, bool):
        raise BadShape("truth", f"{place}.same_class")
    return Chemical(
        q_t=_number(item.get("q_t")),
        name=_text(item, place, "name_zh") or _text(item, place, "name"),
        cas=_text(item, place, "cas"),
        categories=_categories(item.get("category"), f"{place}.category"),
        critical_t=_number(item.get("Q_t")),
        beta=_number(item.get("beta")),
        mixture_of=_text(item, place, "mixture_of"),
        same_class=same,
    )


def _number(value: object) -> Number | None:
    # Anything else than a number is kept too: `exact` says what is wrong with it.
    return value  # type: ignore[return-value]


def _text(item: Mapping[str, object], place: str, key: str) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadShape("text", f"{place}.{key}")
    return value.strip()


def _categories(value: object, place: str) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return tuple(part for part in value if part.strip())
    raise BadShape("categories", place)


def result_to_json(result: Result, lang: Lang = "zh") -> dict[str, object]:
    """A result as JSON-ready values; S, R and quantities as Decimals, exact where finite.

    `error` (text) and `errors` are there when something in the entry is wrong, `missing` when
    something is not known yet; a unit without chemicals has both.
    """
    out: dict[str, object] = {
        "id": result.unit_id,
        "edition": result.edition,
        "S": _decimal(result.S),
        "R": _decimal(result.R),
        "alpha": _decimal(result.alpha),
        "level": result.level,
        "is_major_hazard": result.is_major_hazard,
        "provenance": result.provenance,
        "chemicals": [
            {
                "label": line.label,
                "q_t": _decimal(line.q),
                "Q_t": _decimal(line.critical),
                "Q_from": line.critical_from,
                "table1_row": line.seq,
                "category": line.category or None,
                "ratio": _decimal(line.ratio),
                "beta": _decimal(line.beta),
                "beta_from": line.beta_from,
                "provenance": line.provenance,
            }
            for line in result.lines
        ],
        "steps": [_step(step, lang) for step in result.steps],
        "warnings": [problem_to_json(problem, lang) for problem in result.warnings],
    }
    missing = [problem for problem in result.errors if problem.code in _OPEN]
    wrong = [p for p in result.errors if p.code not in _OPEN or p.code == "no_chemicals"]
    if missing:
        out["missing"] = [problem_to_json(problem, lang) for problem in missing]
    return {**out, **errors_to_json(wrong, lang)}


def errors_to_json(problems: Sequence[Problem], lang: Lang = "zh") -> dict[str, object]:
    """`error` as one text and `errors` one by one; empty without problems."""
    if not problems:
        return {}
    todo = "改法：" if lang == "zh" else " Remedy: "
    texts = (f"{p.field}: {p.render(lang)}{todo}{p.remedy(lang)}" for p in problems)
    return {
        "error": " ".join(texts),
        "errors": [problem_to_json(problem, lang) for problem in problems],
    }


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


def _step(step: Step, lang: Lang) -> dict[str, object]:
    out: dict[str, object] = {
        "number": step.number,
        "code": step.code,
        "clause": step.clause,
        "table": step.table,
        "text": step.render(lang),
        "provenance": step.provenance,
    }
    if step.items:
        out["items"] = [_step(item, lang) for item in step.items]
    return out


def problem_to_json(problem: Problem, lang: Lang = "zh") -> dict[str, object]:
    """A problem with its field, code, text and remedy."""
    return {
        "field": problem.field,
        "code": problem.code,
        "problem": problem.render(lang),
        "remedy": problem.remedy(lang),
    }
