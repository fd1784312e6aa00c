"""`anlan restore`."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anlan import __version__
from anlan.config.backup import archive, database, history, streams
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.postgres import MAJOR
from anlan.config.supervisor.problem import Problem
from anlan.config.supervisor.run import engines

Say = Callable[[str], None]


def restore(here: Installation, source: Path, say: Say) -> None:
    """Make the installation from a backup, in an empty folder.

    The whole archive is verified before anything is written. A restore that fails leaves the
    folder as it was: empty. Raises Problem.
    """
    data = here.folder.path
    if data.exists() and any(data.iterdir()):
        raise Problem(f"The folder {data} is not empty. Restore into a new one with --data.")
    manifest = archive.verify(source)
    _require_not_newer(source, manifest)
    made_at = manifest["made_at"]
    say(f"verified  {source}: Anlan {manifest['anlan']}, {made_at}, all members are whole")
    existed = data.exists()
    try:
        _write(here, source, manifest, say)
    except BaseException:
        shutil.rmtree(data, ignore_errors=True)
        if existed:
            data.mkdir(exist_ok=True)
        raise
    say(f"restored  {data}; start it with: anlan up --data {data}")


def _require_not_newer(source: Path, manifest: dict[str, Any]) -> None:
    if _number(manifest["anlan"]) > _number(__version__):
        raise Problem(
            f"{source} was made by Anlan {manifest['anlan']}, this is {__version__}. "
            "Restore with that version or a newer one."
        )
    if int(manifest["postgresql"]) > MAJOR:
        raise Problem(
            f"{source} comes from PostgreSQL {manifest['postgresql']}, this Anlan has {MAJOR}."
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _write(here: Installation, source: Path, manifest: dict[str, Any], say: Say) -> None:
    here.folder.create()
    with tempfile.TemporaryDirectory(dir=here.folder / "cache", prefix="restore-") as temporary:
        work = Path(temporary)
        for member in archive.members(source):
            top = member.name.split("/", 1)[0]
            if top in ("files", "secrets"):
                member.write_to(here.folder / member.name)
            elif top == history.FOLDER:
                history.place(member, here)
            elif member.name != archive.MANIFEST:
                member.write_to(work / member.name)
        for name in ("files", "secrets", history.FOLDER):
            # An installation without measured values, or of before there were any, has no store.
            if (here.folder / name).exists():
                here.folder.account.own_tree(here.folder / name)
        here.create()
        with engines(here, "restore"):
            _fill_database(here, work / "database.dump")
            say("database  loaded")
            snapshots = [streams.Snapshot(**stream) for stream in manifest["streams"]]
            streams.restore_all(here.nats_url(), work / "streams", snapshots)
            say(f"streams   {len(snapshots)} brought back")


def _fill_database(here: Installation, dump: Path) -> None:
    own = here.postgres is not None
    url = here.backup_url() if own else here.owner_url()
    database.require_empty(url)
    database.load(url, dump, here.folder.account, as_superuser=own)
