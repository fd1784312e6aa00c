"""The user that engines, web and workers run as.

PostgreSQL refuses to run as root, and a web server has no business to. Started as root, the
supervisor stays root and every part drops to an ordinary user. Where that user cannot walk to
the program or the data (a checkout below /root, a private temporary folder), the part keeps one
capability, to pass closed folders, instead of a refusal or of opened permissions.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from anlan.config.supervisor.problem import Problem

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAPABILITY_VERSION_3 = 0x20080522

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAP_NET_BIND_SERVICE = 10

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """An ordinary user. `drops` is False when the supervisor is that user already."""

    name: str
    uid: int
    gid: int
    drops: bool
    capabilities: tuple[int, ...] = ()

    def own(self, path: Path) -> None:
        """Give a file or folder to this user; nothing to do without root."""
        if self.drops:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, top: Path) -> None:
        """Give a folder and all below it to this user, without following links."""
        if not self.drops:
            return
        self.own(top)
        for folder, names, files in os.walk(top):
            for name in (*names, *files):
                self.own(Path(folder, name))


def choose(data: Path, wanted: str | None) -> Account:
    """The account for this data folder. Raises Problem for an unknown or unfit user."""
    if os.geteuid() != 0:
        me = os.geteuid()
        try:
            name = pwd.getpwuid(me).pw_name
        except KeyError:  # a container started with --user 1234
            name = str(me)
        return Account(name, me, os.getegid(), drops=False)
    if wanted:
        return _named(wanted, f"ANLAN_USER: there is no user {wanted!r}. Create it with useradd.")
    with contextlib.suppress(FileNotFoundError):
        owner = data.stat()
        if owner.st_uid != 0 and any(data.iterdir()):
            try:
                name = pwd.getpwuid(owner.st_uid).pw_name
            except KeyError:
                name = str(owner.st_uid)
            return Account(name, owner.st_uid, owner.st_gid, drops=True)
    for name in ("anlan", "nobody"):
        with contextlib.suppress(Problem):
            return _named(name, "")
    raise Problem("Started as root, and there is neither a user anlan nor nobody. Set ANLAN_USER.")


def _named(name: str, otherwise: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Problem(otherwise) from None
    if entry.pw_uid == 0:
        raise Problem("ANLAN_USER: root is not an ordinary user. PostgreSQL refuses to run as it.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, drops=True)


def closed_folder(account: Account, paths: Iterable[Path]) -> Path | None:
    """The first folder on the way to `paths` that the account may not pass, if any."""
    for path in paths:
        whole = Path(os.path.abspath(path))
        for folder in [*reversed(whole.parents), whole]:
            try:
                info = folder.stat()
            except FileNotFoundError:
                break
            if not stat.S_ISDIR(info.st_mode):
                continue
            if info.st_uid == account.uid:
                may = info.st_mode & stat.S_IXUSR
            elif info.st_gid == account.gid:
                may = info.st_mode & stat.S_IXGRP
            else:
                may = info.st_mode & stat.S_IXOTH
            if not may:
                return folder
    return None


def with_passage(account: Account, paths: Iterable[Path], port: int) -> Account:
    """The account with just the capabilities it needs to reach `paths` and to listen on `port`.

    Raises Problem where the supervisor itself does not have them to give.
    """
    if not account.drops:
        return account
    needed: list[int] = []
    closed = closed_folder(account, paths)
    if closed is not None:
        # Reading past closed folders is enough; a default container only has the wider one.
        for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
            if _permitted() >> capability & 1:
                needed.append(capability)
                break
        else:
            raise Problem(
                f"The user {account.name} may not pass {closed}. Move Anlan and its data below "
                f"an open folder such as /opt and /var/lib, or run: chmod o+x {closed}"
            )
    if port < 1024 and _permitted() >> CAP_NET_BIND_SERVICE & 1:
        needed.append(CAP_NET_BIND_SERVICE)
    return Account(account.name, account.uid, account.gid, True, tuple(needed))


def _permitted() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def entry(account: Account, death_signal: int) -> Callable[[], None]:
    """What a child does between fork and exec: become the account, die with its parent.

    `death_signal` reaches the child when the supervisor is killed, so that nothing keeps
    running unwatched. It is set last, because a change of user clears it.
    """
    die = dying_with_parent(death_signal)

    def become() -> None:
        if account.drops:
            _drop(account)
        os.umask(0o077)
        die()

    return become


def dying_with_parent(death_signal: int) -> Callable[[], None]:
    """What a child does to get `death_signal` when its parent dies."""
    parent = os.getpid()

    def die() -> None:
        _prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def _drop(account: Account) -> None:
    if account.capabilities:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([account.gid])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    if account.capabilities:
        _keep(account.capabilities)


def _keep(capabilities: tuple[int, ...]) -> None:
    """Hold only these capabilities, and pass them on to programs started from here."""
    mask = sum(1 << capability for capability in capabilities)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; then the upper 32 bits, all unused
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if _libc.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    for capability in capabilities:
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _prctl(option: int, *values: int) -> None:
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if _libc.prctl(option, *arguments) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def adopt_orphans() -> None:
    """Make descendants whose parent dies children of this process, so that it reaps them."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
