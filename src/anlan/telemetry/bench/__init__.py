"""Measures the way of a sample on this very machine: `anlan bench telemetry`.

`whole` runs the product with a generator, watchers and questions; `ingest` the log and the store
alone; `history` a day of one tag out of many rows. Every count is of the store, every latency
from when the sample was due. The machine's load is printed: beside other work it tells little.
"""
