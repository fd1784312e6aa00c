"""`anlan backup`."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from anlan import __version__
from anlan.config.backup import archive, database, history, streams
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.problem import Problem
from anlan.config.supervisor.run import engines

Say = Callable[[str], None]
_MADE_ANEW = ("database-", "nats")


def backup(here: Installation, target: Path, say: Say) -> None:
    """Write a backup of the installation, running or not.

    The database first: files are never changed and rarely removed, so those the dump speaks of
    are there when they are copied. Raises Problem; no half archive is left.
    """
    if not here.folder.initialised and here.postgres is not None:
        raise Problem(f"There is no installation in {here.folder.path}. Give its --data.")
    target = target.absolute()
    if not target.parent.is_dir():
        raise Problem(f"The folder {target.parent} is not there.")
    with (
        archive.Writer(target) as writer,
        engines(here, "backup"),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".anlan-backup-") as temporary,
    ):
        work = Path(temporary)
        made_at = datetime.now(UTC)
        dump = work / "database.dump"
        database.dump(here.backup_url(), dump, here.folder.account)
        say(f"database  {_size(writer.add('database.dump', dump))}")
        dump.unlink()

        (work / "streams").mkdir()
        saved, skipped = streams.save_all(here.nats_url(), work / "streams")
        total = sum(writer.add(f"streams/{s.name}", work / "streams" / s.name) for s in saved)
        say(f"streams   {len(saved)}, {_size(total)}")
        for name in skipped:
            say(f"          {name} is kept in memory only and is left out")

        if total := history.add(writer, here):
            say(f"history   {_size(total)}")
        count, total = _add_files(writer, here.folder / "files")
        say(f"files     {count}, {_size(total)}")
        _add_secrets(writer, here)
        writer.finish(
            {
                "anlan": __version__,
                "made_at": made_at.isoformat(timespec="seconds"),
                "postgresql": database.server_version(here.backup_url()),
                "streams": [asdict(snapshot) for snapshot in saved],
            }
        )
    if here.folder.initialised:
        here.folder.remember(last_backup=made_at.isoformat(timespec="seconds"))
    say(f"written   {target} ({_size(target.stat().st_size)}); it holds secrets, keep it safe")


def _add_files(writer: archive.Writer, folder: Path) -> tuple[int, int]:
    count = total = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            total += writer.add(f"files/{path.relative_to(folder).as_posix()}", path)
            count += 1
    return count, total


def _add_secrets(writer: archive.Writer, here: Installation) -> None:
    given = here.options.secret_key
    if given is not None:
        writer.add_bytes("secrets/secret-key", given.encode())
    folder = here.folder / "secrets"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        overruled = given is not None and name == "secret-key"
        if path.is_file() and not overruled and not name.startswith(_MADE_ANEW):
            writer.add(f"secrets/{name}", path)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
