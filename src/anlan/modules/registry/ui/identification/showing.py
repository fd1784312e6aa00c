"""Results laid out for templates: every figure as text, every step with its clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.ui.marks import risk_word
from anlan.engines import gb18218
from anlan.engines.gb18218 import Line, Problem, Result, Step
from anlan.facts import Provenance, Row, load_packaged
from anlan.modules.registry.models.grading import SETTINGS_FIELDS, GradingSettings
from anlan.modules.registry.queries_identification import default_settings
from anlan.modules.registry.rules_grading import COMPUTED, NOT_MAJOR
from anlan.modules.registry.rules_whatif import Bar, Stay, WhatIf
from anlan.modules.registry.texts_identification import (
    DASH,
    column_figure,
    engine_language,
    figure,
    level_words,
)

MARKS = {
    Provenance.OFFICIAL: _("official text"),
    Provenance.CROSS_CHECKED: _("cross-checked"),
    Provenance.SINGLE: _("single source"),
    Provenance.RECALLED: _("recalled, to be checked"),
    Provenance.PRODUCT_DEFAULT: _("product default"),
    Provenance.USER_IMPORTED: _("imported"),
}
# These marks go without saying on a figure; the weaker ones are shown.
_QUIET = {Provenance.OFFICIAL, Provenance.CROSS_CHECKED, None}


def mark_word(mark: Provenance | None) -> str:
    """Return the mark to show beside a figure; empty where it needs none."""
    return "" if mark in _QUIET or mark is None else str(MARKS[mark])


def link(name: str, pk: Any) -> str:
    """Return an address, or nothing while that page is not wired."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def link_to(name: str, **query: Any) -> str:
    """Return an address with a query, or nothing while that page is not wired."""
    try:
        return f"{reverse(name)}?{urlencode(query)}"
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the inventory table."""

    index: int
    id: str
    name: str
    cas: str
    categories: str
    place: str
    basis: str
    volume_m3: str
    fill_factor: str
    density_t_m3: str
    quantity_t: str
    q: str
    critical: str
    source: str
    ratio: str
    beta: str
    weighted: str
    mark: str
    is_new: bool
    is_changed: bool
    forms: tuple[str, ...]
    faults: Mapping[str, str]
    url: str
    mixture_of: str = ""
    same_class: str = ""
    mixture: str = ""

    @property
    def is_computed(self) -> bool:
        """Tell whether q follows from volume, fill factor and density."""
        return self.basis == COMPUTED


def rows_of(
    inputs: Mapping[str, Any], result: Result, before: Mapping[str, Any] | None = None
) -> list[RowView]:
    """Return the inventory with its figures; `before` marks what a plan added or changed."""
    known = {row.get("id"): row for row in (before or inputs)["chemicals"] if row.get("id")}
    faults = faults_by_row(result.problems)
    return [
        _row(index, row, result.lines[index], known.get(row.get("id")), faults.get(index, {}))
        for index, row in enumerate(inputs["chemicals"])
    ]


def _row(
    index: int,
    row: Mapping[str, Any],
    line: Line,
    known: Mapping[str, Any] | None,
    faults: Mapping[str, str],
) -> RowView:
    compared = ("volume_m3", "fill_factor", "density_t_m3", "quantity_t", "basis", "name")
    forms: tuple[str, ...] = ()
    if line.critical is None and row.get("name"):
        found = gb18218.lookup(row["name"], row.get("cas") or "")
        if len(found.rows) > 1:
            forms = tuple(one.name_zh for one in found.rows)
    return RowView(
        index=index,
        id=row.get("id") or "",
        name=row.get("name") or "",
        cas=row.get("cas") or "",
        categories=" ".join(row.get("categories") or ()),
        place=row.get("place") or "",
        basis=row.get("basis") or "",
        volume_m3=row.get("volume_m3") or "",
        fill_factor=row.get("fill_factor") or "",
        density_t_m3=row.get("density_t_m3") or "",
        quantity_t=row.get("quantity_t") or "",
        q=column_figure(line.q),
        critical=figure(line.critical),
        source=_source(line),
        ratio=column_figure(line.ratio),
        beta=figure(line.beta),
        weighted=column_figure(line.weighted),
        mark=mark_word(line.provenance),
        is_new=known is None,
        is_changed=known is not None
        and any((known.get(name) or "") != (row.get(name) or "") for name in compared),
        forms=forms,
        faults=faults,
        url=link("registry:inventories_edit", row["id"]) if row.get("id") else "",
        mixture_of=row.get("mixture_of") or "",
        same_class=SAME_CLASS.get(row.get("same_class"), ""),
        mixture=_mixture(row),
    )


SAME_CLASS: dict[bool | None, str] = {True: "yes", False: "no"}


def _mixture(row: Mapping[str, Any]) -> str:
    """Return how a mixture is judged, with its components; empty for a pure substance."""
    pure = row.get("mixture_of")
    if not pure:
        return ""
    ways: dict[bool | None, str] = {
        None: gettext("mixture, class compared with %(pure)s not said"),
        True: gettext("mixture in the class of %(pure)s"),
        False: gettext("mixture in another class than %(pure)s"),
    }
    parts = [ways[row.get("same_class")] % {"pure": pure}, *(row.get("components") or ())]
    return " · ".join(parts)


def _source(line: Line) -> str:
    """Return where Q came from: the row of table 1 or the category of table 2."""
    if line.critical_from == "table1":
        return gettext("Table 1, row %(row)s") % {"row": line.seq}
    if line.critical_from == "table2":
        return gettext("Table 2, %(category)s") % {"category": line.category}
    return ""


def faults_by_row(problems: Sequence[Problem]) -> dict[int, dict[str, str]]:
    """Return the texts of what is wrong by row and field."""
    lang = engine_language()
    found: dict[int, dict[str, str]] = {}
    for problem in problems:
        head, _dot, name = problem.field.partition("].")
        if not problem.blocks or not head.startswith("chemicals["):
            continue
        row = found.setdefault(int(head.removeprefix("chemicals[")), {})
        key = {"q_t": "quantity_t", "name_zh": "name", "cas": "name", "category": "name"}
        row[key.get(name, name)] = f"{problem.render(lang)} {problem.remedy(lang)}"
    return found


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the explanation."""

    number: int
    rule: str
    items: tuple[str, ...]
    clause: str
    mark: str


def steps_of(result: Result) -> list[StepView]:
    """Return the explanation, one step a line, its items apart."""
    return [_step(step) for step in result.steps]


def _step(step: Step) -> StepView:
    lang = engine_language()
    tables = sorted({one.table for one in (step, *step.items) if one.table is not None})
    clause = step.clause
    if tables:
        clause = gettext("%(clause)s table %(tables)s") % {
            "clause": step.clause,
            "tables": ("、" if lang == "zh" else ", ").join(map(str, tables)),
        }
    return StepView(
        step.number,
        replace(step, items=()).render(lang),
        # The same chemical at several places has one Q and one β: said once.
        tuple(dict.fromkeys(item.render(lang) for item in step.items)),
        clause,
        mark_word(step.provenance),
    )


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A sentence with its way out."""

    text: str
    remedy: str


def problems_of(problems: Sequence[Problem], inputs: Mapping[str, Any]) -> list[ProblemView]:
    """Return problems in words, each with the chemical it is about."""
    lang = engine_language()
    return [ProblemView(_about(p, inputs) + p.render(lang), p.remedy(lang)) for p in problems]


def _about(problem: Problem, inputs: Mapping[str, Any]) -> str:
    head, _dot, name = problem.field.partition("].")
    if not head.startswith("chemicals["):
        return ""
    row = inputs["chemicals"][int(head.removeprefix("chemicals["))]
    known = row.get("name") or row.get("cas") or " ".join(row.get("categories") or ())
    label = " ".join(part for part in (known, row.get("place")) if part)
    about = {"q_t": "q", "volume_m3": gettext("volume"), "fill_factor": gettext("fill factor")}
    about["density_t_m3"] = gettext("density")
    word = about.get(name, "")
    separator = "：" if engine_language() == "zh" else ": "
    return " ".join(part for part in (label, word) if part) + separator


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the scale draws: bands, marks and the words for those who don't see it."""

    bands: list[tuple[int, int, str]]
    values: list[tuple[float, str]]
    label: str


def scale(now: Result | None, then: Result, then_name: str) -> Drawing | None:
    """Return R on its bands, or S about 1 where the unit is no major hazard installation."""
    named = [(gettext("As it is"), now)] if now is not None else []
    named.append((then_name, then))
    by_s = then.R is None or then.is_major_hazard is False
    values = []
    for name, result in named:
        value = result.S if by_s else result.R
        if value is not None and (by_s or result.is_major_hazard):
            values.append((float(value), f"{name} {column_figure(value)}".strip()))
    if not values:
        return None
    if by_s:
        bands = [(0, 0, gettext("not one")), (1, 4, gettext("major hazard"))]
        label = gettext("S on its scale: %(values)s")
    else:
        levels = [(0, 4), (10, 3), (50, 2), (100, 1)]
        bands = [(low, level, str(risk_word(level, "installation"))) for low, level in levels]
        label = gettext("R on the scale of levels: %(values)s")
    return Drawing(bands, values, label % {"values": ", ".join(text for _v, text in values)})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of a unit, as figures and a badge."""

    R: str
    S: str
    level: int
    words: str
    is_decided: bool


def verdict(result: Result) -> Verdict:
    """Return a result in a few words."""
    return Verdict(
        column_figure(result.R),
        column_figure(result.S),
        result.level or 0,
        level_words(result.is_major_hazard, result.level),
        result.level is not None or result.is_major_hazard is False,
    )


@dataclass(frozen=True, slots=True)
class BarView:
    """One sensitivity bar, laid out on a drawing 200 wide."""

    label: str
    note: str
    value: str
    level: int
    words: str
    is_plan: bool
    x: float
    width: float
    at: float


WIDTH = 200.0


def bars_of(what: WhatIf, plan_name: str) -> list[BarView]:
    """Return the bars, drawn from the limit: to the right above it, to the left below."""
    shown = [bar for bar in what.bars if bar.result.R is not None]
    if len(shown) < 2:
        return []
    figures = [float(bar.result.R or 0) for bar in shown]
    limit = float(what.threshold) if what.threshold is not None else 0.0
    low, high = min([*figures, limit]), max([*figures, limit])
    margin = (high - low) * 0.04 or 1.0
    low, high = max(low - margin, 0.0), high + margin

    def at(value: float) -> float:
        return round(WIDTH * (value - low) / (high - low), 1)

    views = []
    for bar, value in zip(shown, figures, strict=True):
        label, note = bar_words(bar, plan_name)
        left, right = sorted((at(limit), at(value)))
        views.append(
            BarView(
                label,
                note,
                column_figure(bar.result.R),
                bar.result.level or 0,
                str(risk_word(bar.result.level, "installation"))
                if bar.result.level
                else gettext("not one"),
                bar.factor == "plan",
                left,
                max(round(right - left, 1), 1.0),
                at(limit),
            )
        )
    return views


def bar_words(bar: Bar, plan_name: str) -> tuple[str, str]:
    """Return what a bar changed, and the small line under it."""
    pair = {"before": bar.before, "after": bar.after}
    note = ""
    if bar.change_r is not None and bar.factor != "plan":
        sign = "+" if bar.change_r > 0 else "−"
        note = f"{sign}{figure(abs(bar.change_r))}"
    if bar.factor == "population":
        note = f"α {figure(bar.result.alpha)}"
        return gettext("Residents %(before)s → %(after)s") % pair, note
    if bar.factor == "fill":
        pair = {key: f"{Decimal(value):.2f}" for key, value in pair.items()}
        return gettext("Fill factor %(before)s → %(after)s") % pair, note
    if bar.factor == "without":
        return gettext("Without %(name)s") % {"name": bar.label}, note
    return plan_name, ""


@dataclass(frozen=True, slots=True)
class StayView:
    """The sentence with the largest quantity, and what its button applies."""

    text: str
    figure: str
    after: str
    index: int | None


def stay_of(stays: Stay | None) -> StayView | None:
    """Return the sentence on staying within a level."""
    if stays is None:
        return None
    target = (
        gettext("To stay below a major hazard installation")
        if stays.target == NOT_MAJOR
        else gettext("To stay at %(level)s") % {"level": risk_word(stays.target, "installation")}
    )
    if stays.allowance.reason == "unlimited":
        text = gettext("%(target)s: %(name)s has no upper limit.")
        return StayView(text % {"target": target, "name": stays.label}, "", "", None)
    if stays.allowance.reason == "already_over" or stays.tonnes is None:
        text = gettext("%(target)s: not possible even without %(name)s.")
        return StayView(text % {"target": target, "name": stays.label}, "", "", None)
    text = gettext("%(target)s: %(name)s at most") % {"target": target, "name": stays.label}
    volume = f" ({stays.volume_m3:,}\u00a0m³)" if stays.volume_m3 is not None else ""
    return StayView(text, f"{stays.tonnes:,} t", volume, stays.index)


@dataclass(frozen=True, slots=True)
class SettingView:
    """One open point, its answer, and whether the enterprise chose it."""

    name: str
    label: str
    answer: str
    is_own: bool


def settings_view(settings: Mapping[str, str]) -> list[SettingView]:
    """Return the open points of the standard with the answers in force."""
    defaults = default_settings()
    views = []
    for name in SETTINGS_FIELDS:
        column = GradingSettings._meta.get_field(name)
        value = settings.get(name, defaults[name])
        answer = dict(column.flatchoices).get(value, value)  # type: ignore[union-attr]
        label = str(column.verbose_name)  # type: ignore[union-attr]
        views.append(SettingView(name, label, str(answer), value != defaults[name]))
    return views


def answers(name: str) -> list[tuple[str, str]]:
    """Return the answers offered for one open point."""
    column = GradingSettings._meta.get_field(name)
    return [(key, str(label)) for key, label in column.flatchoices]  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class DutyView:
    """What a change of standing brings with it, and where that is written."""

    text: str
    clause: str
    mark: str


def duties_of(rows: Sequence[Row]) -> list[DutyView]:
    """Return the rows of the fact file in the active language."""
    zh = engine_language() == "zh"
    citation = load_packaged("registry/mhi_level_duties.csv").dataset.standard
    return [
        DutyView(
            row["text_zh"] if zh else row["text_en"],
            gettext("%(standard)s, article %(article)s")
            % {"standard": citation, "article": row["article"]},
            mark_word(row.provenance),
        )
        for row in rows
    ]


def totals(result: Result) -> dict[str, str]:
    """Return the sums under the table; a part of the sum is not shown as the sum."""
    weighted = [line.weighted for line in result.lines]
    known = [value for value in weighted if value is not None]
    whole = len(known) == len(weighted) and bool(weighted)
    return {
        "S": column_figure(result.S),
        "weighted": column_figure(sum(known, Fraction(0))) if whole else DASH,
    }
