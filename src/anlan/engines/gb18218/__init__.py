"""GB 18218-2018: identification and grading of major hazard installations, in exact arithmetic.

Public surface: `assess(unit, settings)` with `Unit`, `Chemical`, `Settings` in and `Result`
(lines, steps, problems) out; `lookup`, `search`, `categories` for choosers; `design_maximum`,
`largest_quantity`, `sensitivity`, `diff` for what-if; `read_unit`, `result_to_json` for JSON.
"""

from anlan.engines.gb18218.assess import assess
from anlan.engines.gb18218.compare import Diff, LineChange, diff
from anlan.engines.gb18218.exact import BadNumber, as_decimal, exact, show
from anlan.engines.gb18218.interchange import read_unit, result_to_json
from anlan.engines.gb18218.lookup import Found, lookup, search
from anlan.engines.gb18218.model import (
    Chemical,
    DesignQuantity,
    Line,
    Problem,
    Result,
    Settings,
    Step,
    Unit,
)
from anlan.engines.gb18218.tables import Category, Substance, tables
from anlan.engines.gb18218.whatif import (
    Allowance,
    Variant,
    design_maximum,
    largest_quantity,
    sensitivity,
)

__all__ = [
    "Allowance",
    "BadNumber",
    "Category",
    "Chemical",
    "DesignQuantity",
    "Diff",
    "Found",
    "Line",
    "LineChange",
    "Problem",
    "Result",
    "Settings",
    "Step",
    "Substance",
    "Unit",
    "Variant",
    "as_decimal",
    "assess",
    "categories",
    "design_maximum",
    "diff",
    "exact",
    "largest_quantity",
    "lookup",
    "read_unit",
    "result_to_json",
    "search",
    "sensitivity",
    "show",
    "substances",
    "tables",
]


def categories() -> tuple[Category, ...]:
    """All hazard categories of tables 2 and 4, in the order of the standard."""
    return tuple(tables().categories.values())


def substances() -> tuple[Substance, ...]:
    """All rows of table 1, in the order of the standard."""
    return tables().substances
