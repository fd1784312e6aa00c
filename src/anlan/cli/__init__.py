"""The `anlan` command. One file a subcommand; each is imported only when it is called.

Start-up stays quick that way: `anlan calc` must not load Django, `anlan up` must not load
the engines.
"""

import importlib
from collections.abc import Sequence

import click

from anlan import __version__

COMMANDS = (
    "alarms",
    "audit",
    "backup",
    "bench",
    "calc",
    "collect",
    "demo",
    "detect",
    "doctor",
    "findings",
    "manage",
    "restore",
    "up",
)


class LazyGroup(click.Group):
    """Finds the command NAME in `anlan.cli.NAME:command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"anlan.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="anlan")
def cli() -> None:
    """Hazardous-chemical safety for plants, parks and regulators."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; the entry point of the `anlan` script."""
    cli.main(args=args, prog_name="anlan")
