"""`anlan up`: the whole product on this machine."""

import click

from anlan.config.supervisor.run import open_installation, run_product

data_option = click.option(
    "--data", metavar="DIR", help="Data folder [ANLAN_DATA, else ./var]; made if it is not there."
)
host_option = click.option("--host", help="Address to listen on [ANLAN_HOST, else 127.0.0.1].")
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), help="Web port [ANLAN_PORT, else 8000]."
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Web server processes [ANLAN_WEB_WORKERS, else one a core, four at most].",
)


@click.command("up")
@data_option
@host_option
@port_option
@workers_option
def command(data: str | None, host: str | None, port: int | None, workers: int | None) -> None:
    """Start Anlan: database, messages, web server and background work under one process.

    ANLAN_DATABASE_URL and ANLAN_NATS_URL use servers of your own instead of the embedded
    engines. Stop with Ctrl-C or SIGTERM.
    """
    run_product(open_installation(data, host, port, workers))
