"""Which records go to the interface, and what each of their fields is.

`shape` says what a table is; `chain` has the dual-prevention chain, `findings` the findings with
their photos, `days` the commitments and weekly scores.
"""
