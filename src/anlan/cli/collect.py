"""`anlan collect`: reads devices beside the plant and sends what they say."""

import asyncio
import logging
import sys
from pathlib import Path

import click


@click.command("collect")
@click.argument("config", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Send a CSV or Parquet file instead, and end.",
)
@click.option("--zone", default="", help="Zone of times without one, such as Asia/Shanghai.")
def command(config: Path, files: tuple[Path, ...], zone: str) -> None:
    """Read OPC UA and Modbus devices by CONFIG (TOML) and send their values to a server.

    While the line is down values wait on disk, and go out in order with the device's time.
    """
    from anlan.telemetry.collect.buffer import NoBuffer
    from anlan.telemetry.collect.config import BadConfig, read
    from anlan.telemetry.collect.files import BadFile
    from anlan.telemetry.collect.run import collect, fill_in

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for noisy in ("asyncua", "pymodbus", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        given = read(config)
        if files:
            found, taken = asyncio.run(fill_in(given, files, zone))
            click.echo(f"{found} samples read, {taken} taken by the server")
            # What was left from an earlier run is taken as well.
            sys.exit(taken < found)
        asyncio.run(collect(given))
    except (BadConfig, BadFile, NoBuffer) as error:
        click.echo(f"anlan collect: {error}", err=True)
        sys.exit(2)
