"""`anlan manage`: Django's management commands on the data folder's engines."""

import sys

import click

from anlan.cli.up import data_option
from anlan.config.supervisor.run import open_installation, run_manage


@click.command(
    "manage",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@data_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(data: str | None, arguments: tuple[str, ...]) -> None:
    """Run a Django management command; `anlan manage help` lists them.

    Uses the running engines, or starts them for the length of the command. Commands that
    change tables, such as migrate, run as the role that owns them.
    """
    sys.exit(run_manage(open_installation(data), arguments or ("help",)))
