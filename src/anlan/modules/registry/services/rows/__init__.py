"""The one way rows of a register are written, one row or a hundred thousand.

A register is declared once (`Register`); `plan_rows` says what would happen to each row given,
without writing, and `write_plans` does it: rows, history and consequences in one transaction.
"""

from anlan.modules.registry.services.rows.planning import clean_values, plan_rows, shown
from anlan.modules.registry.services.rows.register import Plan, Register, Upserted, Values
from anlan.modules.registry.services.rows.writing import (
    ChangedMeanwhile,
    StillUsed,
    create_row,
    demand_version,
    refuse_wrong,
    remove_row,
    update_row,
    upsert_rows,
    write_plans,
)

__all__ = [
    "ChangedMeanwhile",
    "Plan",
    "Register",
    "StillUsed",
    "Upserted",
    "Values",
    "clean_values",
    "create_row",
    "demand_version",
    "plan_rows",
    "refuse_wrong",
    "remove_row",
    "shown",
    "update_row",
    "upsert_rows",
    "write_plans",
]
