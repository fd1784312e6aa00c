"""Samples from the door to the store, the alarm and the screen. One command.

    python benchmarks/telemetry.py [whole|ingest|history|torture …] [--help]

The same as `anlan bench telemetry`.
"""

from anlan.cli.bench import telemetry

if __name__ == "__main__":
    telemetry()
