"""The archive: every member is hashed when written and checked before anything is restored."""

import contextlib
import hashlib
import io
import json
import os
import sys
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Literal, Self

from anlan.config.supervisor.problem import Problem

FORMAT = 1
MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_TOP = ("database.dump", "files", "history", "streams", "secrets")


def kind_of(path: Path) -> str:
    """ "" or "gz" or "zst", from the file's name. Raises Problem for another ending."""
    name = path.name
    if name.endswith(".tar"):
        return ""
    if name.endswith((".tar.gz", ".tgz")):
        return "gz"
    if name.endswith(".tar.zst"):
        if sys.version_info < (3, 14):
            raise Problem("Python before 3.14 cannot write .tar.zst. Use .tar.gz.")
        return "zst"
    raise Problem(f"{name}: the archive's name must end with .tar or .tar.gz.")


class Writer:
    """Writes an archive under a temporary name; it gets its own when complete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kind = kind_of(path)
        self._partial = path.with_name(path.name + ".partial")
        self._members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        if self.path.exists():
            raise Problem(f"{self.path} is there already. Choose another name.")
        try:
            descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise Problem(f"{self.path} cannot be written: {error.strerror}.") from error
        self._file = open(descriptor, "wb")
        # mypy knows the modes one by one, and "w:zst" only from Python 3.14 on.
        opened: Any = tarfile.open
        self._tar: tarfile.TarFile = opened(
            fileobj=self._file, mode=f"w:{self._kind}", format=tarfile.PAX_FORMAT
        )
        return self

    def add(self, name: str, source: Path) -> int:
        """Put a file in; returns its size in bytes."""
        with open(source, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._add(name, file, size, source.stat().st_mtime)
        return size

    def add_bytes(self, name: str, data: bytes) -> None:
        """Put a few bytes in."""
        self._add(name, io.BytesIO(data), len(data), 0)

    def _add(self, name: str, file: IO[bytes], size: int, changed: float) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, int(changed), 0o600
        hashing = _Hashing(file)
        self._tar.addfile(info, hashing)
        self._members[name] = {"bytes": size, "sha256": hashing.digest.hexdigest()}

    def finish(self, head: dict[str, Any]) -> None:
        """Write the manifest and give the archive its name."""
        manifest = {"format": FORMAT, **head, "members": self._members}
        data = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._partial.replace(self.path)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        self._file.close()
        self._partial.unlink(missing_ok=True)
        return False


class _Hashing(io.RawIOBase):
    """A reader that hashes what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive while it is being read."""

    name: str
    file: IO[bytes]

    def write_to(self, target: Path) -> None:
        """Write it to a new private file."""
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            while block := self.file.read(_BLOCK):
                file.write(block)


def members(path: Path) -> Iterator[Member]:
    """All members in order. Raises Problem for a damaged archive or a member out of place."""
    with _readable(path), tarfile.open(path, "r:*") as tar:
        for info in tar:
            parts = PurePosixPath(info.name).parts
            fits = info.name == MANIFEST or (parts and parts[0] in _TOP)
            if not info.isreg() or not fits or ".." in parts:
                raise Problem(f"{path} is not a backup of Anlan: it holds {info.name!r}.")
            file = tar.extractfile(info)
            assert file is not None
            yield Member(info.name, file)


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turns what a broken archive raises, wherever in it, into a sentence."""
    try:
        yield
    except FileNotFoundError:
        raise Problem(f"{path} is not there.") from None
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError) as error:
        raise Problem(f"{path} is damaged or not an archive: {error}.") from error


def verify(path: Path) -> dict[str, Any]:
    """Read the whole archive and compare it with its manifest, which is returned.

    Raises Problem that names the first member that is missing, extra or changed.
    """
    with _readable(path):
        return _verify(path)


def _verify(path: Path) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    for member in members(path):
        if member.name == MANIFEST:
            manifest = json.load(member.file)
            continue
        if member.name in found:
            raise Problem(f"{path} holds {member.name} twice.")
        digest, size = hashlib.sha256(), 0
        while block := member.file.read(_BLOCK):
            digest.update(block)
            size += len(block)
        found[member.name] = {"bytes": size, "sha256": digest.hexdigest()}
    if manifest is None:
        raise Problem(f"{path} has no manifest: the backup was cut short, or it is something else.")
    if manifest.get("format") != FORMAT:
        raise Problem(f"{path} has format {manifest.get('format')}; this Anlan reads {FORMAT}.")
    wanted = manifest["members"]
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            raise Problem(f"{path} is damaged: {name} is missing.")
        if wanted.get(name) != found[name]:
            raise Problem(f"{path} is damaged: {name} is not what was backed up.")
    return manifest
