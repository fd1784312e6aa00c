"""What goes into an assessment and what comes out of it. Values only.

Exact numbers are `Fraction` inside; `int`, `str`, `Decimal` and `Fraction` are taken from
callers, `float` never (0.1 + 0.2 must be 0.3 where a band is closed below).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from anlan.engines.gb18218.wording import Lang, render_problem, render_step
from anlan.facts import Provenance

Number = int | str | Decimal | Fraction

BetaRule = Literal["larger", "class_of_q"]
CoalGasRule = Literal["carbon_monoxide", "category"]
HintRule = Literal["use", "ask"]
RangeRule = Literal["ask", "larger"]
FormRule = Literal["ask", "lowest_q"]
Blocks = Literal["S", "R", ""]


@dataclass(frozen=True, slots=True)
class Settings:
    """Answers to what the standard leaves open. Each one used is named in the steps.

    several_classes: β of a chemical with several classes: the larger one, or the one of the
        class that gave Q. The text fixes the rule for Q only.
    coal_gas: β of coal gas (table 1) as carbon monoxide (table 3), or by its categories.
    beta_hint: use the advisory class of a table 1 substance for β when none is given
        (marked as recalled), or ask for the class.
    beta_hint_range: where the advisory class is a range, ask, or take the larger β.
    ambiguous_form: for what-if only: instead of asking for the form of a substance whose
        forms differ in Q (nitrocellulose, ammonium nitrate), take the form of lowest Q.
    """

    several_classes: BetaRule = "larger"
    coal_gas: CoalGasRule = "carbon_monoxide"
    beta_hint: HintRule = "use"
    beta_hint_range: RangeRule = "ask"
    ambiguous_form: FormRule = "ask"


@dataclass(frozen=True, slots=True)
class DesignQuantity:
    """How a design maximum was got: volume (m³) × fill (0 to 1) × density (t/m³) × count."""

    volume_m3: Fraction
    fill: Fraction
    density_t_m3: Fraction
    count: int = 1

    @property
    def tonnes(self) -> Fraction:
        """The product, exact, in tonnes."""
        return self.volume_m3 * self.fill * self.density_t_m3 * self.count


@dataclass(frozen=True, slots=True)
class Chemical:
    """One chemical in a unit.

    q_t: design maximum in tonnes (clause 4.2.2), not the stock of today.
    name, cas, categories: any of them; a name of table 1 decides Q, categories (symbols of
        table 2 such as `W5.3`) decide Q otherwise and inform β.
    critical_t, beta: override the look-up.
    mixture_of: the pure substance of a mixture; with `same_class` true the whole mass counts
        as that substance, with false the categories of the mixture count (clause 4.2.3).
    basis: how q_t was got, for the explanation; stands in for q_t where that is None.
    """

    q_t: Number | None
    name: str = ""
    cas: str = ""
    categories: tuple[str, ...] = ()
    critical_t: Number | None = None
    beta: Number | None = None
    mixture_of: str = ""
    same_class: bool | None = None
    basis: DesignQuantity | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A production or storage unit (clauses 3.5, 3.6).

    off_site_population: permanent residents within 500 m outside the boundary of the site;
        None when nobody has counted. alpha: overrides table 5.
    """

    chemicals: tuple[Chemical, ...]
    off_site_population: Number | None = None
    alpha: Number | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stops or qualifies a result.

    blocks: "S" (then R and level too), "R", or "" for a warning.
    field: where, in the words of the input, e.g. `chemicals[2].q_t`.
    """

    code: str
    field: str
    blocks: Blocks
    params: Mapping[str, object] = dataclass_field(default_factory=dict)

    def render(self, lang: Lang = "zh") -> str:
        """What is wrong, in one sentence."""
        return render_problem(self.code, self.params, lang)[0]

    def remedy(self, lang: Lang = "zh") -> str:
        """What to do about it."""
        return render_problem(self.code, self.params, lang)[1]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the explanation, with its numbers, clause and, under it, one item a chemical.

    table: the table of the standard the figures come from, None where it is a formula.
    provenance: the weakest mark among the figures used here, None for a formula.
    """

    number: int
    code: str
    clause: str
    table: int | None = None
    params: Mapping[str, object] = dataclass_field(default_factory=dict)
    items: tuple["Step", ...] = ()
    provenance: Provenance | None = None

    def render(self, lang: Lang = "zh") -> str:
        """The step as text; items are separated by semicolons."""
        own = render_step(self.code, self.params, lang)
        if not self.items:
            return own
        parts = ("；" if lang == "zh" else "; ").join(item.render(lang) for item in self.items)
        return f"{own}{'：' if lang == 'zh' else ': '}{parts}"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one chemical. Quantities in tonnes; None where it could not be decided.

    critical_from / beta_from: `given`, `table1`, `table2`, `table3`, `table4`, `hint`,
        `coal_gas`; seq: row of table 1; category: the class that gave Q; beta_category: the
        class that gave β; provenance: the weakest mark of the figures used.
    """

    index: int
    label: str
    q: Fraction | None
    critical: Fraction | None
    critical_from: str
    beta: Fraction | None
    beta_from: str
    seq: int | None = None
    category: str = ""
    beta_category: str = ""
    provenance: Provenance | None = None

    @property
    def ratio(self) -> Fraction | None:
        """q / Q."""
        return None if self.q is None or self.critical is None else self.q / self.critical

    @property
    def weighted(self) -> Fraction | None:
        """β · q / Q."""
        ratio = self.ratio
        return None if ratio is None or self.beta is None else self.beta * ratio


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of an assessment under one edition of the standard.

    S, R, alpha: exact, None where they can't be computed. level: 1 to 4, None below S = 1 or
        without R. is_major_hazard: None while data are missing, never "no" by default.
    s_at_least: sum over the chemicals that could be decided, a lower bound of S.
    """

    unit_id: str
    edition: str
    settings: Settings
    lines: tuple[Line, ...]
    S: Fraction | None
    R: Fraction | None
    alpha: Fraction | None
    level: int | None
    is_major_hazard: bool | None
    s_at_least: Fraction
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep S or R from being computed."""
        return tuple(p for p in self.problems if p.blocks)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems to be read beside the result."""
        return tuple(p for p in self.problems if not p.blocks)

    @property
    def provenance(self) -> Provenance | None:
        """The weakest mark among all figures used."""
        return weakest(line.provenance for line in self.lines)


def weakest(marks: Iterable[Provenance | None]) -> Provenance | None:
    """The least trusted of some marks; None where there is none."""
    order = list(Provenance)
    found = [mark for mark in marks if mark is not None]
    return max(found, key=order.index, default=None)
