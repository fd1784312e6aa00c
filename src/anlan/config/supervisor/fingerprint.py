"""Tells whether the installed code is the one that last prepared the database."""

import hashlib
import os
import sysconfig
from pathlib import Path

import anlan


def of_code() -> str:
    """A digest that changes with every file of Anlan and every installed package.

    Sizes and times of change are enough, as for compiled Python files: a few milliseconds,
    against seconds for asking Django whether there is something to migrate.
    """
    digest = hashlib.sha256()
    for top, folders, names in os.walk(Path(anlan.__file__).parent):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "static"))
        for name in sorted(names):
            info = os.stat(os.path.join(top, name))
            digest.update(f"{top}/{name} {info.st_size} {info.st_mtime_ns}\n".encode())
    for kind in ("purelib", "platlib"):
        packages = sorted(os.listdir(sysconfig.get_path(kind)))
        digest.update("\n".join(name for name in packages if ".dist-info" in name).encode())
    return digest.hexdigest()
