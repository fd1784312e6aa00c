"""Background work of lists."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from anlan.base.actors import policy
from anlan.base.files.services import keep
from anlan.base.jobs import JobContext, JobResult, job
from anlan.base.lists.export import XLSX, export_name, write_export
from anlan.base.lists.page import all_pages, page_for
from anlan.base.lists.state import ListState


def _titled(payload: Mapping[str, Any]) -> str:
    page = all_pages().get(payload["page"])
    return str(page.title) if page else ""


@job("lists.export", title=_("Export a list"), resumes=True, titled=_titled)
def export(context: JobContext, *, page: str, query: str) -> JobResult:
    """Write a large list to a file that its owner may download."""
    found = page_for(page)
    if found.permission:
        policy.require(context.actor, found.permission)
    params = QueryDict(query)
    with tempfile.TemporaryDirectory(prefix="anlan-export-") as folder:
        path = Path(folder) / "export.xlsx"
        n = write_export(
            path,
            context.actor,
            found,
            ListState.read(found, params),
            all_columns=params.get("all") == "1",
            progress=lambda done: context.progress(done, None, gettext_noop("Exporting")),
        )
        with path.open("rb") as stream:
            file = keep(stream, XLSX)
    return JobResult(
        gettext_noop("%(n)s rows exported"), {"n": n}, file=file, file_name=export_name(found)
    )
