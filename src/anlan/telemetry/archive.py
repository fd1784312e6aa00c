"""The store in files: written for a backup, read back at the first start after a restore.

    python -m anlan.telemetry.archive FOLDER     while no historian runs; prints where

Beside the tables goes what the historian remembers, written first: it is then older than the
tables, and having newer samples delivered or rolled up again changes nothing.
"""

import logging
import os
import shutil
import sys
import time
from pathlib import Path

from anlan.telemetry.store import Store

STATE = "state.json"
INCOMING = "import"
logger = logging.getLogger("anlan.historian")


def write(store: Store, home: Path) -> Path:
    """Write a new folder below the store's home; its files are what `take_in` reads."""
    folder = home / f"export-{os.getpid()}-{time.time_ns()}"
    folder.mkdir(mode=0o700)
    if (home / STATE).exists():
        shutil.copyfile(home / STATE, folder / STATE)
    store.export(folder)
    return folder


def take_in(store: Store, home: Path) -> None:
    """Read what a restore has put into the store's home. Interrupted, it begins again."""
    incoming = home / INCOMING
    if not incoming.is_dir():
        return
    for file in sorted(incoming.glob("*.native.zst")):
        logger.info("reading %s back", file.name)
        store.load(file)
    state = incoming / STATE
    if state.exists():
        state.replace(home / STATE)
    shutil.rmtree(incoming)


if __name__ == "__main__":
    here = Path(sys.argv[1])
    print(write(Store(here / "tables"), here), flush=True)  # noqa: T201
    os._exit(0)  # the engine's threads are no reason to linger
