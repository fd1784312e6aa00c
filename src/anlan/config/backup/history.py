"""The store of measured values in a backup: its tables as files, written by whoever owns them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from anlan.config.backup import archive
from anlan.config.supervisor.account import entry
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.problem import Problem

FOLDER = "history"
INCOMING = Path(FOLDER, "import")
_DEATH = 15


def add(writer: archive.Writer, here: Installation) -> int:
    """Put the store in; returns its bytes, 0 if there is none. Raises Problem."""
    home = here.folder / FOLDER
    if not (home / "tables").is_dir():
        return 0
    folder = _exported(here, home)
    try:
        return sum(writer.add(f"{FOLDER}/{one.name}", one) for one in sorted(folder.iterdir()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exported(here: Installation, home: Path) -> Path:
    """A folder with the tables: from the running historian, else from one of our own."""
    from anlan.telemetry.client import BadQuestion, NatsAsker, NoHistorian
    from anlan.telemetry.questions import Export

    asker = NatsAsker(here.nats_url())
    try:
        return Path(asker.ask(Export(), 3600.0).column("folder")[0].as_py())
    except BadQuestion as error:
        raise Problem(f"The store of measured values cannot be written out: {error}") from error
    except NoHistorian:
        pass
    finally:
        asker.close()
    result = subprocess.run(
        [sys.executable, "-P", "-m", "anlan.telemetry.archive", str(home)],
        env=here.environment(),
        cwd="/",
        capture_output=True,
        text=True,
        preexec_fn=entry(here.folder.account, _DEATH),
        check=False,
    )
    if result.returncode != 0:
        raise Problem(f"The store of measured values cannot be read: {result.stderr[-800:]}")
    return Path(result.stdout.strip().splitlines()[-1])


def place(member: archive.Member, here: Installation) -> None:
    """Lay a file of a backup where the historian finds it at its first start."""
    name = os.path.basename(member.name)
    member.write_to(here.folder / str(INCOMING / name))
