"""Measured values on their way: in through the door, along JetStream, into the store, to pages.

`wire` is how a batch looks on the way, `stream` the durable log, `door` and `mqtt` the ways in,
`historian` the store and `client` the questions to it; `collect` runs at the edge. No Django in
here: each part is a small process of its own. See `docs/operations/telemetry.md`.
"""
