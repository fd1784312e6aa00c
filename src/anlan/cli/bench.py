"""`anlan bench`: measures on this machine."""

import sys
from pathlib import Path

import click


@click.group(name="bench")
def command() -> None:
    """Measure on this machine, in folders of its own."""


@command.command(name="telemetry")
@click.argument("parts", nargs=-1, type=click.Choice(["whole", "ingest", "history", "torture"]))
@click.option("--rate", default=200_000, show_default=True, help="Samples a second, whole product.")
@click.option("--tags", default=100_000, show_default=True, help="Tags that send them.")
@click.option("--seconds", default=60.0, show_default=True, help="How long, whole product.")
@click.option("--ingest-rate", default=1_000_000, show_default=True, help="Log and store alone.")
@click.option("--ingest-seconds", default=300.0, show_default=True, help="How long, alone.")
@click.option("--rows", default=200_000_000, show_default=True, help="Samples in the history.")
@click.option("--kills", default=50, show_default=True, help="For torture: kill -9 this often.")
@click.option("--every", default=4.0, show_default=True, help="Seconds from kill to kill.")
@click.option("--torture-rate", default=20_000, show_default=True, help="Samples a second then.")
@click.option("--torture-tags", default=500, show_default=True, help="Tags that send them.")
@click.option("--nodes", default=1, show_default=True, help="Message servers; 3: the leader dies.")
@click.option("--seed", default=1, show_default=True, help="Decides the order of the kills.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where to work.")
def telemetry(parts: tuple[str, ...], folder: Path | None, **sizes: float) -> None:
    """Samples from the door to store, alarm and screen; nothing lost, how late, how many.

    Without PARTS: whole, ingest and history. Ends with 1 when a target is missed.
    """
    from anlan.telemetry.bench.command import Sizes, run

    chosen = parts or ("whole", "ingest", "history")
    sys.exit(not run(chosen, Sizes(**sizes), folder, click.echo))  # type: ignore[arg-type]
