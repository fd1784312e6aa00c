"""`anlan bench`: measures on this machine."""

import sys
from functools import partial
from pathlib import Path

import click

_option = partial(click.option, show_default=True)
_some = partial(_option, type=click.IntRange(min=1))
_long = partial(_option, type=click.FloatRange(min=0, min_open=True))


@click.group(name="bench")
def command() -> None:
    """Measure on this machine, in folders of its own."""


@command.command(name="telemetry")
@click.argument("parts", nargs=-1, type=click.Choice(["whole", "ingest", "history", "torture"]))
@_some("--rate", default=200_000, help="Samples a second, whole product.")
@_some("--tags", default=100_000, help="Tags that send them.")
@_long("--seconds", default=60.0, help="How long, whole product.")
@_some("--ingest-rate", default=1_000_000, help="Log and store alone.")
@_long("--ingest-seconds", default=300.0, help="How long, alone.")
@_some("--rows", default=200_000_000, help="Samples in the history.")
@_some("--kills", default=50, help="For torture: kill -9 this often.")
@_long("--every", default=4.0, help="Seconds from kill to kill.")
@_some("--torture-rate", default=20_000, help="Samples a second then.")
@_some("--torture-tags", default=500, help="Tags that send them.")
@_option("--nodes", type=click.Choice([1, 3]), default=1, help="Message servers; 3: leader dies.")
@click.option("--seed", default=1, show_default=True, help="Decides the order of the kills.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where to work.")
def telemetry(parts: tuple[str, ...], folder: Path | None, **sizes: float) -> None:
    """Samples from the door to store, alarm and screen; nothing lost, how late, how many.

    Without PARTS: whole, ingest and history. Ends with 1 when a target is missed.
    """
    from anlan.telemetry.bench.command import Sizes, run

    chosen = parts or ("whole", "ingest", "history")
    sys.exit(not run(chosen, Sizes(**sizes), folder, click.echo))  # type: ignore[arg-type]
