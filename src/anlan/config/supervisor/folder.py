"""The data folder: where everything lies, what it remembers, and who holds it.

database/   PostgreSQL's own            streams/   JetStream's own
files/      uploaded files, by content  secrets/   one file a secret, 0600
logs/       one rotating file a part    run/       lock and process records
state.json  chosen ports and names, kept from start to start
"""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anlan.config.supervisor.account import Account
from anlan.config.supervisor.problem import Problem

FOLDERS = ("database", "streams", "files", "secrets", "logs", "run", "cache")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the folder's lock now. `mode` is "up" or the command that started engines."""

    pid: int
    mode: str
    url: str


class DataFolder:
    """One installation's data. Makes nothing until `create`."""

    def __init__(self, path: Path, account: Account) -> None:
        self.path = Path(os.path.abspath(path))
        self.account = account

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def initialised(self) -> bool:
        """Whether a start has got as far as writing the state."""
        return (self / "state.json").exists()

    def create(self) -> None:
        """Make what is missing, private to the account. Raises Problem if that is refused."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if self.path.stat().st_uid != self.account.uid:
                self._take_over()
            self.path.chmod(0o700)
            for name in FOLDERS:
                folder = self / name
                if not folder.exists():
                    folder.mkdir(mode=0o700)
                    self.account.own(folder)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise Problem(
                f"The data folder {self.path} cannot be used: {error.strerror} "
                f"({error.filename}). Choose another with --data or ANLAN_DATA, or give it to "
                f"the user {self.account.name}: chown -R {self.account.name} {self.path}"
            ) from error

    def _take_over(self) -> None:
        """As root, hand a folder to the account: an empty one, or one that is already ours."""
        if not self.account.drops:
            raise PermissionError(1, "it belongs to another user", str(self.path))
        if any(self.path.iterdir()) and not self.initialised:
            raise Problem(
                f"The data folder {self.path} holds something else. Choose an empty or a new one."
            )
        self.account.own_tree(self.path)

    def write(self, name: str, content: str | bytes) -> Path:
        """Put a private file in place whole: a crash leaves the old one or the new one."""
        target = self / name
        temporary = target.with_name(target.name + ".new")
        data = content.encode() if isinstance(content, str) else content
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.account.own(temporary)
        temporary.replace(target)
        return target

    def state(self) -> dict[str, Any]:
        """What earlier starts chose. Raises Problem if the file is broken."""
        try:
            found = json.loads((self / "state.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise Problem(
                f"{self / 'state.json'} is broken ({error}). It only holds chosen ports and "
                "names: delete it, and they are chosen anew."
            ) from error
        assert isinstance(found, dict)
        return found

    def remember(self, **values: Any) -> None:
        """Add to the state."""
        state = {**self.state(), **values}
        self.write("state.json", json.dumps(state, indent=2, sort_keys=True) + "\n")

    def secret(self, name: str) -> str:
        """The secret of that name, generated on first use."""
        path = self / "secrets" / name
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            self.write(f"secrets/{name}", secrets.token_urlsafe(48) + "\n")
            return path.read_text(encoding="ascii").strip()
        except PermissionError as error:
            raise Problem(
                f"{path} cannot be read. Start Anlan as the user that owns {self.path}, or root."
            ) from error

    def holder(self) -> Holder | None:
        """Who holds the lock, or None. Asks by trying, so a dead holder is never reported."""
        try:
            with self.hold("ask", ""):
                return None
        except Held as error:
            return error.holder
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def hold(self, mode: str, url: str) -> Iterator[None]:
        """Hold the folder for this process. Raises Held while another does."""
        path = self / "run" / "lock"
        asking = mode == "ask"
        try:
            descriptor = os.open(path, os.O_RDWR | (0 if asking else os.O_CREAT), 0o600)
        except PermissionError as error:
            raise Problem(
                f"{path} cannot be opened. Start Anlan as the user that owns {self.path}, or root."
            ) from error
        with open(descriptor, "r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Held(self.path, _holder(file.read())) from None
            if not asking:
                self.account.own(path)
                file.truncate(0)
                json.dump({"pid": os.getpid(), "mode": mode, "url": url}, file)
                file.flush()
            yield


def _holder(text: str) -> Holder:
    try:
        found = json.loads(text)
        return Holder(int(found["pid"]), str(found["mode"]), str(found["url"]))
    except (ValueError, KeyError, TypeError):  # it holds the lock and has not yet written
        return Holder(0, "up", "")


class Held(Problem):
    """Another process holds the data folder."""

    def __init__(self, path: Path, holder: Holder) -> None:
        self.holder = holder
        what = f"at {holder.url}" if holder.url else f"for `anlan {holder.mode}`"
        super().__init__(
            f"Anlan already runs on the data folder {path} {what} (process {holder.pid}). "
            f"Stop it first (kill {holder.pid}), or choose another folder with --data."
        )
