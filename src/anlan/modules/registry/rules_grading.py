"""From registered figures to GB 18218 and back: inputs and results as JSON that is kept.

Pure: values in, values out. Exact numbers are text in JSON: decimals as they were entered,
results as fractions (`"37/2"`), so that an old result can be shown and recomputed exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, cast

from anlan.engines import gb18218
from anlan.engines.gb18218 import BadNumber, Chemical, Diff, Line, Problem, Result, Step, Unit
from anlan.facts import Provenance

Json = dict[str, Any]
COMPUTED, STATED = "computed", "stated"
FACTORS = ("volume_m3", "fill_factor", "density_t_m3")
# Ten places are stored; a value under a closed limit must stay under it.
_PLACES = Decimal("1e-10")

# Ranks order what can be said of a unit: 1 to 4 the level, 5 not a major hazard.
NOT_MAJOR = 5


@dataclass(frozen=True, slots=True)
class Held:
    """One chemical at one place of a unit, as the registry holds it. Quantities in tonnes."""

    id: str
    name: str
    cas: str
    categories: tuple[str, ...]
    process_category: str
    place: str
    basis: str
    volume_m3: Decimal | None
    fill_factor: Decimal | None
    density_t_m3: Decimal | None
    quantity_t: Decimal
    components: tuple[str, ...] = ()
    mixture_of: str = ""
    same_class: bool | None = None


def inputs_of(
    held: Sequence[Held], population: int | None, population_basis: str, settings: Mapping[str, str]
) -> Json:
    """Return what one identification rests on, as JSON."""
    return {
        "chemicals": [_chemical_json(one) for one in held],
        "off_site_population": None if population is None else str(population),
        "population_basis": population_basis,
        "settings": dict(settings),
    }


def _chemical_json(one: Held) -> Json:
    # Only mixtures say so: what identifications of all other chemicals rest on stays as it was.
    mixture = {
        "mixture_of": one.mixture_of,
        "same_class": one.same_class,
        "components": list(one.components),
    }
    return {
        **(mixture if one.mixture_of else {}),
        "id": one.id,
        "name": one.name,
        "cas": one.cas,
        "categories": list(process_categories(one.categories, one.process_category)),
        "place": one.place,
        "basis": one.basis,
        "volume_m3": text_of(one.volume_m3),
        "fill_factor": text_of(one.fill_factor),
        "density_t_m3": text_of(one.density_t_m3),
        "quantity_t": text_of(one.quantity_t),
    }


def process_categories(of_chemical: Sequence[str], in_process: str) -> tuple[str, ...]:
    """Return the categories that hold in the unit.

    W5.1 to W5.3 depend on the process: a category said for the place takes the place of those
    of its family, the other families of the chemical stay.
    """
    if not in_process:
        return tuple(of_chemical)
    family = in_process.partition(".")[0]
    return (*(one for one in of_chemical if one.partition(".")[0] != family), in_process)


def text_of(value: Decimal | None) -> str:
    """Return a figure as people write it: no exponent, no trailing zeros; empty for None."""
    return "" if value is None else f"{value.normalize():f}"


def settings_of(inputs: Mapping[str, Any]) -> gb18218.Settings:
    """Return the settings stored with inputs; unknown keys of older rows are left out."""
    known = asdict(gb18218.Settings())
    given = cast("Mapping[str, str]", inputs.get("settings") or {})
    return gb18218.Settings(**{key: value for key, value in given.items() if key in known})  # type: ignore[arg-type]


def unit_of(inputs: Mapping[str, Any]) -> tuple[Unit, tuple[Problem, ...]]:
    """Return the unit for the engine, and what is wrong with typed factors.

    A row with a wrong factor has no quantity; the problem names the factor itself.
    """
    chemicals: list[Chemical] = []
    faults: list[Problem] = []
    for index, row in enumerate(inputs["chemicals"]):
        chemical, wrong = _chemical(index, row)
        chemicals.append(chemical)
        faults += wrong
    population = inputs.get("off_site_population")
    return Unit(tuple(chemicals), population or None), tuple(faults)


def _chemical(index: int, row: Mapping[str, Any]) -> tuple[Chemical, list[Problem]]:
    quantity: str | None = row.get("quantity_t") or None
    basis, faults = None, []
    if row.get("basis") == COMPUTED:
        figures = {}
        for name in FACTORS:
            try:
                figures[name] = gb18218.exact(row.get(name), positive=True)
                if name == "fill_factor" and figures[name] > 1:
                    raise BadNumber("too_large", row.get(name))
            except BadNumber as bad:
                faults.append(_fault(index, name, bad))
        quantity = None
        if not faults:
            basis = gb18218.DesignQuantity(*(figures[name] for name in FACTORS))  # type: ignore[arg-type]
    chemical = Chemical(
        q_t=quantity,
        name=row.get("name") or "",
        cas=row.get("cas") or "",
        categories=tuple(row.get("categories") or ()),
        mixture_of=row.get("mixture_of") or "",
        same_class=row.get("same_class"),
        basis=basis,
    )
    return chemical, faults


def _fault(index: int, name: str, bad: BadNumber) -> Problem:
    maximum = 1 if name == "fill_factor" else 10**9
    params = {"value": bad.value, "maximum": maximum}
    return Problem(f"number.{bad.fault}", f"chemicals[{index}].{name}", "S", params)


def judge(inputs: Mapping[str, Any]) -> Result:
    """Identify and grade these inputs. Never raises for bad figures: see `Result.problems`."""
    unit, faults = unit_of(inputs)
    result = gb18218.assess(unit, settings_of(inputs))
    if not faults:
        return result
    spoiled = {fault.field.rpartition(".")[0] + ".q_t" for fault in faults}
    kept = tuple(p for p in result.problems if p.field not in spoiled)
    return _replaced(result, problems=(*faults, *kept))


def _replaced(result: Result, *, problems: tuple[Problem, ...]) -> Result:
    fields = {name: getattr(result, name) for name in result.__dataclass_fields__}
    return Result(**{**fields, "problems": problems})


def rank(is_major: bool | None, level: int | None) -> int | None:
    """Return 1 to 4 for a level, 5 for no major hazard, None while it can't be said."""
    return NOT_MAJOR if is_major is False else level


def stored(value: Fraction | None) -> Decimal | None:
    """Return a result for a column of ten places, cut off so that no limit is crossed."""
    if value is None:
        return None
    scaled = value.numerator * 10**10 // value.denominator
    return Decimal(scaled) * _PLACES


def dump_result(result: Result) -> Json:
    """Return a result as JSON; `load_result` brings it back exactly."""
    return {
        "S": _dump(result.S),
        "R": _dump(result.R),
        "alpha": _dump(result.alpha),
        "level": result.level,
        "is_mhi": result.is_major_hazard,
        "s_at_least": _dump(result.s_at_least),
        "provenance": result.provenance,
        "lines": [
            {name: _dump(getattr(line, name)) for name in line.__dataclass_fields__}
            for line in result.lines
        ],
        "steps": [_dump_step(step) for step in result.steps],
        "problems": [
            {"code": p.code, "field": p.field, "blocks": p.blocks, "params": _dump(p.params)}
            for p in result.problems
        ],
    }


def load_result(edition: str, settings: gb18218.Settings, data: Mapping[str, Any]) -> Result:
    """Return a stored result as the engine gave it."""
    return Result(
        unit_id="",
        edition=edition,
        settings=settings,
        lines=tuple(_line(line) for line in data["lines"]),
        S=_load(data["S"]),
        R=_load(data["R"]),
        alpha=_load(data["alpha"]),
        level=data["level"],
        is_major_hazard=data["is_mhi"],
        s_at_least=_load(data["s_at_least"]),
        steps=tuple(_step(step) for step in data["steps"]),
        problems=tuple(
            Problem(p["code"], p["field"], p["blocks"], _load(p["params"]))
            for p in data["problems"]
        ),
    )


def _dump_step(step: Step) -> Json:
    out: Json = {"n": step.number, "code": step.code, "clause": step.clause}
    if step.table is not None:
        out["table"] = step.table
    if step.provenance is not None:
        out["provenance"] = str(step.provenance)
    if step.params:
        out["params"] = _dump(step.params)
    if step.items:
        out["items"] = [_dump_step(item) for item in step.items]
    return out


def _step(data: Mapping[str, Any]) -> Step:
    return Step(
        data["n"],
        data["code"],
        data["clause"],
        data.get("table"),
        _load(data.get("params", {})),
        tuple(_step(item) for item in data.get("items", ())),
        _mark(data.get("provenance")),
    )


def _line(data: Mapping[str, Any]) -> Line:
    values = {name: _load(value) for name, value in data.items()}
    return Line(**{**values, "provenance": _mark(values["provenance"])})


def _mark(value: str | None) -> Provenance | None:
    return None if value is None else Provenance(value)


def _dump(value: Any) -> Any:
    if isinstance(value, Fraction):
        return {"$": str(value)}
    if isinstance(value, Provenance | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _dump(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_dump(item) for item in value]
    return value


def _load(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"$"}:
            return Fraction(value["$"])
        return {key: _load(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_load(item) for item in value)
    return value


Move = Literal["same", "worse", "better", "unknown"]


def dump_change(change: Diff, before: Mapping[str, Any], after: Mapping[str, Any]) -> Json:
    """Return what differs between two results and the inputs they rest on, as JSON.

    Pairs are [before, after]; `lines` names each chemical that came, went or changed.
    """
    return {
        "S": _dump(change.S),
        "R": _dump(change.R),
        "alpha": _dump(change.alpha),
        "level": list(change.level),
        "is_mhi": list(change.is_major_hazard),
        "move": change.level_move,
        "edition": list(change.edition),
        "population": [before.get("off_site_population"), after.get("off_site_population")],
        "settings": [before.get("settings"), after.get("settings")],
        "lines": [
            {
                "label": line.label,
                "came": line.before is None,
                "went": line.after is None,
                "q": _pair(line.before, line.after, "q"),
                "Q": _pair(line.before, line.after, "critical"),
                "beta": _pair(line.before, line.after, "beta"),
            }
            for line in change.lines
        ],
    }


def _pair(before: Line | None, after: Line | None, name: str) -> list[Any]:
    return [_dump(getattr(line, name)) if line is not None else None for line in (before, after)]


def load_change(data: Mapping[str, Any]) -> Json:
    """Return a stored change with its exact numbers."""
    return cast("Json", _load(data))
