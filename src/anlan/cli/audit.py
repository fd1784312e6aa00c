"""`anlan audit`: is history what was written?"""

import sys

import click

from anlan.cli.up import data_option
from anlan.config.supervisor.run import open_installation, run_manage


@click.group("audit")
def command() -> None:
    """Check and anchor the history that nobody may change."""


@command.command("verify")
@data_option
@click.option("--chain", default="", help="One chain: an enterprise's id, or `system`.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def verify(data: str | None, chain: str, as_json: bool) -> None:
    """Verify all chains; name the first broken link of each. Ends with 1 when one is broken."""
    arguments = ["audit_verify", f"--chain={chain}", *(["--json"] if as_json else [])]
    sys.exit(run_manage(open_installation(data), arguments))


@command.command("anchor")
@data_option
def anchor(data: str | None) -> None:
    """Note the ends of the chains in DATA/audit/anchors.jsonl (a job does so every night)."""
    sys.exit(run_manage(open_installation(data), ["audit_anchor"]))
