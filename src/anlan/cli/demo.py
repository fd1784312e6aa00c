"""`anlan demo`: the whole product with the demonstration city."""

import click

from anlan.cli.up import data_option, host_option, port_option, workers_option
from anlan.config.supervisor.run import open_installation, run_product


@click.command("demo")
@data_option
@host_option
@port_option
@workers_option
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another city.")
@click.option(
    "--size",
    type=click.Choice(["small", "city", "province"]),
    default="small",
    show_default=True,
    help="60, 1,000 or 10,000 enterprises.",
)
def command(
    data: str | None,
    host: str | None,
    port: int | None,
    workers: int | None,
    seed: int,
    size: str,
) -> None:
    """Start Anlan with a made-up city to try everything in. Its accounts are in the README."""
    here = open_installation(data, host, port, workers)
    run_product(here, demo=["--seed", str(seed), "--size", size])
