"""Codes that Anlan gives to inspection tasks that come without one."""

from anlan.base.numbers.kinds import NumberKind

TASK = NumberKind("inspections.task", "RW")
