"""A folder that never shows half a file."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class ContentStorage(FileSystemStorage):
    """Writes beside the target, then renames: a killed process leaves all or nothing.

    The name is made of the content's hash, so what already lies there is the same content.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part:
            try:
                for chunk in content.chunks():
                    part.write(chunk)
                part.flush()
                os.fsync(part.fileno())
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        Path(part.name).chmod(0o640)
        Path(part.name).replace(target)
        return name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return ("anlan.base.files.storage.ContentStorage", [], {})
