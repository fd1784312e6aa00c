"""Human numbers of findings."""

from anlan.base.numbers.kinds import NumberKind

FINDING = NumberKind("findings.finding", "YH")
LISTING = NumberKind("findings.listing", "GP")
