"""Papers of findings: the rectification notice (整改通知单)."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from anlan.base.papers import Paper, declare
from anlan.modules.findings.models import Finding
from anlan.modules.findings.papers.notice import of_finding

_HERE = Path(__file__).parent

NOTICE = declare(
    Paper(
        name="findings.notice",
        title=_("Rectification notice"),
        model=Finding,
        context=of_finding,
        templates={"pdf": _HERE / "notice.typ", "docx": _HERE / "notice.docx"},
        file_name=lambda row: f"{row.number}",
    )
)
