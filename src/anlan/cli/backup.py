"""`anlan backup`: everything that must not be lost, in one file."""

from pathlib import Path

import click

from anlan.cli.up import data_option
from anlan.config.backup.save import backup
from anlan.config.supervisor.run import open_installation


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
def command(file: Path, data: str | None) -> None:
    """Back up database, files, streams and keys to FILE (.tar or .tar.gz), running or not.

    The archive holds personal data and secret keys: keep it where only you can read it.
    """
    backup(open_installation(data), file, click.echo)
