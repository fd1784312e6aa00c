"""Findings made of alarms."""

from anlan.base.actors.actor import Actor
from anlan.modules.findings.choices import Channel, Discipline
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services.reporting import Report, report
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries.alarms import ORIGIN


def report_alarm(actor: Actor, rule: AlarmRule, *, title: str, description: str) -> Finding:
    """Enter what an alarm showed as a finding of its enterprise. Raises as `report` does."""
    what = Report(
        title=title,
        description=description,
        channel=Channel.ALARM,
        discipline=Discipline.PROCESS,
        equipment_id=rule.point.equipment_id,
        place=str(rule.point)[:120],
        origin_kind=ORIGIN,
        origin_id=rule.pk,
    )
    return report(actor, rule.enterprise_id, what)
