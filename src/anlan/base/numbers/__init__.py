"""Human numbers: `YH-2026-0001`, without gaps, for each enterprise and year.

`services.next_number(row_or_organisation, KIND, on=day)` inside the transaction that uses it.
"""
