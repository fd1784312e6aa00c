"""The tables of GB 18218-2018 as typed values, read once from the fact files."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from anlan.facts import Provenance, Row, load_packaged

FOLDER = "gb18218"


@dataclass(frozen=True, slots=True)
class Substance:
    """A row of table 1. `critical` in tonnes; `aliases` as printed in the standard."""

    seq: int
    name_zh: str
    name_en: str
    cas: tuple[str, ...]
    critical: Fraction
    aliases: tuple[str, ...]
    notes: str
    sources: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Category:
    """A hazard category: its row of table 2 (critical quantity in tonnes) and table 4 (β)."""

    symbol: str
    name_zh: str
    name_en: str
    criteria_zh: str
    criteria_en: str
    critical: Fraction
    beta: Fraction
    notes: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class NamedBeta:
    """A row of table 3: β of a gas by name."""

    name_zh: str
    name_en: str
    cas: str
    beta: Fraction
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class BetaHint:
    """Advisory classes of a table 1 substance; `betas` has two values where sources differ."""

    seq: int
    categories: tuple[str, ...]
    betas: tuple[Fraction, ...]
    confidence: str
    note: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class AlphaBand:
    """A row of table 5; `maximum` None means no upper end."""

    label_zh: str
    minimum: int
    maximum: int | None
    alpha: Fraction
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class LevelBand:
    """A row of table 6: R from `minimum` (included) up to `maximum` (excluded)."""

    level: int
    name_zh: str
    minimum: Fraction | None
    maximum: Fraction | None
    provenance: Provenance

    @property
    def text(self) -> str:
        """The band as printed on results: `50 ≤ R < 100`."""
        low = "" if self.minimum is None else f"{self.minimum} ≤ "
        high = "" if self.maximum is None else f" < {self.maximum}"
        return f"{low}R{high}"


@dataclass(frozen=True, slots=True)
class TradeName:
    """A further name of the table 1 row `seq`, with the trust in this match."""

    name: str
    seq: int
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A product that is not covered by the name or CAS it seems to share."""

    name_zh: str
    name_en: str
    instead_zh: str
    instead_en: str


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of one edition."""

    edition: str
    substances: tuple[Substance, ...]
    categories: dict[str, Category]
    named_betas: tuple[NamedBeta, ...]
    hints: dict[int, BetaHint]
    alphas: tuple[AlphaBand, ...]
    levels: tuple[LevelBand, ...]
    trade_names: tuple[TradeName, ...]
    lookalikes: tuple[LookAlike, ...]
    usual_categories: dict[str, str]

    def substance(self, seq: int) -> Substance:
        """The row of table 1 with this number. Raises KeyError."""
        for row in self.substances:
            if row.seq == seq:
                return row
        raise KeyError(seq)


@cache
def tables() -> Tables:
    """The tables of the edition in force (GB 18218-2018)."""
    first = load_packaged(f"{FOLDER}/table1.csv")
    betas = {row["symbol"]: _fraction(row, "beta") for row in _rows("table4")}
    return Tables(
        edition=first.dataset.citation,
        substances=tuple(_substance(row) for row in first),
        categories={row["symbol"]: _category(row, betas) for row in _rows("table2")},
        named_betas=tuple(
            NamedBeta(
                row["name_zh"], row["name_en"], row["cas"], _fraction(row, "beta"), row.provenance
            )
            for row in _rows("table3")
        ),
        hints={row.integer("seq"): _hint(row) for row in _rows("beta_hints")},
        alphas=tuple(_alpha(row) for row in _rows("table5")),
        levels=tuple(_level(row) for row in _rows("table6")),
        trade_names=tuple(
            TradeName(row["alias"], row.integer("seq"), row.provenance) for row in _rows("aliases")
        ),
        lookalikes=tuple(
            LookAlike(row["name_zh"], row["name_en"], row["instead_of_zh"], row["instead_of_en"])
            for row in _rows("lookalikes")
        ),
        usual_categories={
            name: "、".join(row.parts("categories"))
            for row in _rows("usual_categories")
            for name in (row["name_zh"], row["name_en"])
        },
    )


def _rows(name: str) -> tuple[Row, ...]:
    return load_packaged(f"{FOLDER}/{name}.csv").rows


def _fraction(row: Row, column: str) -> Fraction:
    return Fraction(row.decimal(column))


def _substance(row: Row) -> Substance:
    return Substance(
        seq=row.integer("seq"),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        cas=row.parts("cas"),
        critical=_fraction(row, "critical_t"),
        aliases=row.parts("aliases"),
        notes=row["notes"],
        sources=row.sources,
        provenance=row.provenance,
    )


def _category(row: Row, betas: dict[str, Fraction]) -> Category:
    return Category(
        symbol=row["symbol"],
        name_zh=row["category_zh"],
        name_en=row["category_en"],
        criteria_zh=row["criteria_zh"],
        criteria_en=row["criteria_en"],
        critical=_fraction(row, "critical_t"),
        beta=betas[row["symbol"]],
        notes=row["notes"],
        provenance=row.provenance,
    )


def _hint(row: Row) -> BetaHint:
    return BetaHint(
        seq=row.integer("seq"),
        categories=row.parts("categories"),
        betas=tuple(Fraction(part) for part in row["beta"].split("-")),
        confidence=row["confidence"],
        note=row["note"],
        provenance=row.provenance,
    )


def _alpha(row: Row) -> AlphaBand:
    return AlphaBand(
        label_zh=row["label_zh"],
        minimum=row.integer("population_min"),
        maximum=row.integer("population_max") if row["population_max"] else None,
        alpha=_fraction(row, "alpha"),
        provenance=row.provenance,
    )


def _level(row: Row) -> LevelBand:
    return LevelBand(
        level=row.integer("level"),
        name_zh=row["name_zh"],
        minimum=_fraction(row, "r_min_inclusive") if row["r_min_inclusive"] else None,
        maximum=_fraction(row, "r_max_exclusive") if row["r_max_exclusive"] else None,
        provenance=row.provenance,
    )
