"""Runs the whole product on one machine: engines, web and workers under one process.

`folder` is the data folder and what it remembers, `account` the user the parts run as,
`postgres` and `nats` the embedded engines, `part` and `supervisor` start, watch and stop
processes, `orphans` cleans up after a supervisor that was killed, `installation` puts them
together for `anlan up`, `manage`, `backup`, `restore` and `doctor`. No Django in here.
"""
