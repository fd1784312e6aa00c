"""`anlan detect`: judge a public data set by its protocol."""

import json
import sys
from pathlib import Path

import click


@click.command(name="detect")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--protocol", required=True, type=click.Choice(["skab", "tep"]))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Scores as JSON.")
def command(folder: Path, protocol: str, out: Path) -> None:
    """Detect what is unusual in the files of DIR and score it as the protocol says.

    skab: F1, false-alarm and missing-alarm rate over all rows after the 400 fitted on. tep: the
    share of rows detected of each fault at 1 % false alarms. Ends with 2 when a file cannot be
    used.
    """
    from anlan.engines.anomaly import protocols
    from anlan.engines.tables import write_whole

    try:
        found = (protocols.skab if protocol == "skab" else protocols.tep)(folder)
        text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
        write_whole(out, text)
    except ValueError as error:
        click.echo(f"anlan detect: {error}", err=True)
        raise SystemExit(2) from None
    told = {k: v for k, v in found.items() if k not in ("files", "tp", "fp", "fn", "tn")}
    sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n")
