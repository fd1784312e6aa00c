"""Papers of the registry: the identification report of GB 18218, and plans."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from anlan.base.papers import Paper, declare
from anlan.modules.registry.models import Enterprise, Identification, Scenario
from anlan.modules.registry.papers import identification as context

_HERE = Path(__file__).parent
_TEMPLATES = {
    "pdf": _HERE / "identification.typ",
    "docx": _HERE / "identification.docx",
}

IDENTIFICATION = declare(
    Paper(
        name="registry.identification",
        title=_("Identification and grading report"),
        model=Identification,
        context=context.of_identification,
        templates=_TEMPLATES,
        file_name=lambda row: f"GB18218-{row.unit.code}-{row.created_at:%Y%m%d}",
    )
)
IDENTIFICATIONS = declare(
    Paper(
        name="registry.identifications",
        title=_("Identification and grading report, all units"),
        model=Enterprise,
        context=context.of_enterprise,
        templates=_TEMPLATES,
        file_name=lambda row: f"GB18218-{row.company_code or row.name}",
    )
)
PLAN = declare(
    Paper(
        name="registry.plan",
        title=_("Calculation of a plan, not an identification"),
        model=Scenario,
        context=context.of_plan,
        templates=_TEMPLATES,
        file_name=lambda row: f"GB18218-{row.unit.code}-{row.name}",
    )
)
