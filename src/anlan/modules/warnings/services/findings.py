"""Findings made of early warnings."""

from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.modules.findings.choices import Channel, Discipline
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services.reporting import Report, report
from anlan.modules.risk.models import RiskObject
from anlan.modules.warnings.queries import ORIGIN, warning_one


def report_warning(actor: Actor, warning_id: UUID, *, title: str, description: str) -> Finding:
    """Enter what an early warning showed as a finding, at the risk object of its installation
    where that has one alone. Raises NotYours, and as `report` does."""
    row = warning_one(actor, warning_id)
    objects = RiskObject.objects.for_actor(actor).filter(
        mhi_unit=row.unit_id, removed_at__isnull=True
    )
    ids = list(objects.values_list("pk", flat=True)[:2])
    what = Report(
        title=title,
        description=description,
        channel=Channel.ALARM,
        discipline=Discipline.PROCESS,
        object_id=ids[0] if len(ids) == 1 else None,
        place=row.unit.name[:120],
        origin_kind=ORIGIN,
        origin_id=row.pk,
    )
    return report(actor, row.enterprise_id, what)
