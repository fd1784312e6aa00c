"""`anlan doctor`: checks an installation and says what to fix."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from anlan.cli.up import data_option
from anlan.config.doctor import engines, machine, telemetry
from anlan.config.doctor.check import Finding, fail, run
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.problem import Problem
from anlan.config.supervisor.run import engines as borrowed
from anlan.config.supervisor.run import open_installation

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@data_option
@click.option("--json", "as_json", is_flag=True, help="One JSON array of findings.")
def command(data: str | None, as_json: bool) -> None:
    """Check this installation and say what to fix.

    Looks at a running one as it is; of a stopped one it starts the engines meanwhile. The exit
    code is 1 if anything failed; warnings leave it 0.
    """
    findings = []
    for finding in examine(open_installation(data)):
        findings.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _sum_up(findings)
    sys.exit(any(finding.status == "fail" for finding in findings))


def examine(here: Installation) -> Iterator[Finding]:
    """All findings; those of the engines only where there is a database to look at."""
    yield from run(machine.CHECKS, here)
    if here.postgres is not None and not here.folder.initialised:
        return
    try:
        with borrowed(here, "doctor"):
            yield from run((*engines.CHECKS, *telemetry.CHECKS), here)
    except Problem as problem:
        yield fail("engines", problem.message, "The logs say why they do not start.")


def _show(finding: Finding) -> None:
    mark = click.style(f"{finding.status:<5}", fg=_COLOURS[finding.status], bold=True)
    click.echo(f"{mark} {finding.check:<17} {finding.says}")
    if finding.remedy:
        click.echo(f"{'':<23} → {finding.remedy}")


def _sum_up(findings: list[Finding]) -> None:
    failed = sum(finding.status == "fail" for finding in findings)
    warned = sum(finding.status == "warn" for finding in findings)
    click.echo(f"\n{len(findings)} checks, {failed} failed, {warned} warnings")
