"""`anlan restore`: an installation from a backup."""

from pathlib import Path

import click

from anlan.config.backup.restore import restore
from anlan.config.supervisor.run import open_installation


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--data", required=True, metavar="DIR", help="A new or empty data folder.")
def command(file: Path, data: str) -> None:
    """Verify the backup FILE and make an installation from it in a new data folder."""
    restore(open_installation(data), file, click.echo)
