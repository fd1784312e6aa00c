"""The tables of the interface: which records go there and what each of their fields is.

Values are the interface's codes as text; times, ids and numbers stay typed until the adapter
writes them. The order of `TABLES` is the order of sending: parents first.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.queries import authors_of
from anlan.base.clock import SHANGHAI
from anlan.base.errors import Text
from anlan.exchange import fields, rules
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import INTERFACE_CODES, FindingState
from anlan.modules.inspections.choices import STATUS_CODES
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.inspections.queries import ORIGIN
from anlan.modules.risk.choices import Verification
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskUnit, ShutdownRecord

ANONYMOUS = "匿名"
TEN_THOUSAND = Decimal(10_000)
DAYS = {"every_day": "0", "workdays": "1", "non_workdays": "2"}


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of one chunk need besides themselves, fetched set-based."""

    company_code: str
    enterprise_name: str
    departments: Mapping[str, str] = field(default_factory=dict)
    authors: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
    records: Mapping[UUID, UUID] = field(default_factory=dict)

    def stamp(self, row: Any, made: str = "", changed: str = "") -> dict[str, Any]:
        """Return the fields that every table has."""
        first, last = self.authors.get(row.pk, ("", ""))
        first = made or first or self.enterprise_name
        return {
            "deleted": "0",
            "createDate": row.created_at,
            "createBy": first,
            "updateDate": row.updated_at,
            "updateBy": changed or last or first,
        }

    def department(self, path: str) -> str:
        """Return the name of the department at a path; the enterprise's where there is none."""
        return self.departments.get(path, self.enterprise_name)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `rows(actor, enterprise, since)` in the order of change, the payload of a row,
    the records it needs upstream, whether it is gone."""

    name: str
    label: Text
    rows: Callable[[Actor, UUID, dt.datetime | None], QuerySet[Any]]
    payload: Callable[[Any, Around], dict[str, Any]]
    needs: Callable[[Any, Around], list[UUID]]
    is_gone: Callable[[Any], bool]


def around(
    actor: Actor, enterprise: Organisation, company_code: str, rows: Sequence[Any]
) -> Around:
    """Return what these rows need, in three statements at most."""
    paths = {row.scope_path for row in rows}
    names = dict(Organisation.objects.filter(path__in=paths).values_list("path", "name"))
    ids = [row.pk for row in rows]
    records: dict[UUID, UUID] = {}
    if rows and isinstance(rows[0], Finding):
        found = InspectionRecord.objects.for_actor(actor).filter(
            finding_id__in=ids, task__measure__isnull=False
        )
        records = dict(found.values_list("finding_id", "pk"))
        origins = [row.origin_id for row in rows if row.origin_kind == ORIGIN]
        known = set(
            InspectionRecord.objects.for_actor(actor)
            .filter(pk__in=origins, task__measure__isnull=False)
            .values_list("pk", flat=True)
        )
        records |= {row.pk: row.origin_id for row in rows if row.origin_id in known}
    return Around(company_code, enterprise.name, names, authors_of(ids), records)


def _since(rows: Any, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    rows = rows.filter(enterprise=enterprise_id)
    if since is not None:
        rows = rows.filter(updated_at__gt=since)
    ordered: QuerySet[Any] = rows.order_by("updated_at", "pk")
    return ordered


def _units(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    rows = RiskUnit.objects.for_actor(actor).select_related("object__head", "head")
    return _since(rows, enterprise_id, since)


def _unit(row: RiskUnit, around: Around) -> dict[str, Any]:
    head = row.object.head or row.head
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "hazardCode": row.object.code,
        "hazardDep": around.department(row.object.scope_path),
        "hazardLiablePerson": head.name if head else "",
        "riskUnitName": row.name,
        "riskLevel": "" if row.level is None else str(row.level),
        **around.stamp(row),
    }


def _events(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    return _since(RiskEvent.objects.for_actor(actor), enterprise_id, since)


def _event(row: RiskEvent, around: Around) -> dict[str, Any]:
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "riskUnitId": row.unit_id,
        "riskEventName": row.name,
        **around.stamp(row),
    }


def _measures(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    return _since(ControlMeasure.objects.for_actor(actor), enterprise_id, since)


def _measure(row: ControlMeasure, around: Around) -> dict[str, Any]:
    is_inspected = row.verification == Verification.INSPECTION
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "riskEventId": row.event_id,
        "dataSrc": str(row.verification),
        "riskMeasureDesc": row.text,
        "classify1": str(row.class1),
        "classify2": row.class2,
        "classify3": row.class3,
        "troubleshootContent": (row.inspection_content or row.text) if is_inspected else "",
        **around.stamp(row),
    }


def _shutdowns(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    rows = ShutdownRecord.objects.for_actor(actor).select_related("unit__object", "entered_by")
    return _since(rows, enterprise_id, since)


def _shutdown(row: ShutdownRecord, around: Around) -> dict[str, Any]:
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "hazardCode": row.unit.object.code,
        "riskUnitId": row.unit_id,
        "stopStartTime": row.started_at,
        "stopEndTime": row.ended_at,
        "stopReason": row.reason,
        **around.stamp(row, row.entered_by.display_name if row.entered_by else ""),
    }


def _tasks(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    # A task without a measure has no place in the interface's chain.
    rows = InspectionTask.objects.for_actor(actor).filter(measure__isnull=False)
    rows = rows.select_related("plan__shift_pattern", "measure")
    return _since(rows, enterprise_id, since)


def _task(row: InspectionTask, around: Around) -> dict[str, Any]:
    plan = row.plan
    shifts = len(plan.shift_pattern.starts) if plan.shift_pattern else 0
    n, unit = rules.cycle(plan.cycle_n, plan.cycle_unit, shifts)
    first = dt.datetime.combine(plan.starts_on, plan.time_from, tzinfo=SHANGHAI)
    by_hour = unit == "小时"
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "riskMeasureId": row.measure_id,
        "troubleshootContent": row.content or row.title,
        "checkCycle": n,
        "checkCycleUnit": unit,
        "taskStartTime": first,
        "workStartTime": rules.clock(plan.time_from) if by_hour else "",
        "workEndTime": rules.clock(plan.time_to, is_end=True) if by_hour else "",
        "workDayType": DAYS[plan.calendar],
        "workType": str(row.work_type),
        "taskNum": row.role_item if row.work_type else None,
        **around.stamp(row),
    }


def _records(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    rows = InspectionRecord.objects.for_actor(actor).filter(task__measure__isnull=False)
    return _since(rows.select_related("task", "by"), enterprise_id, since)


def _record(row: InspectionRecord, around: Around) -> dict[str, Any]:
    by = row.by.display_name if row.by else ""
    phone = row.by.phone if row.by else ""
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "checkTaskId": row.task_id,
        "checkTime": row.occurred_at,
        "mobileMe": rules.terminal(row.device_id),
        "isDefend": "1" if row.task.work_type else "0",
        "checkStatus": STATUS_CODES[row.result],  # type: ignore[index]
        "createByMobile": phone,
        "updateByMobile": phone,
        **around.stamp(row, by, by),
    }


def _findings(actor: Actor, enterprise_id: UUID, since: dt.datetime | None) -> QuerySet[Any]:
    # Before confirmation a report is the plant's own; afterwards it is known upstream.
    rows = Finding.objects.for_actor(actor).exclude(state=FindingState.REPORTED)
    rows = rows.select_related(
        "object", "owner", "registered_by", "submitted_by", "accepted_by", "department"
    )
    return _since(rows, enterprise_id, since)


def _name(user: Any) -> str:
    return user.display_name if user else ""


def _finding(row: Finding, around: Around) -> dict[str, Any]:
    state = INTERFACE_CODES.get(row.state, "0")  # type: ignore[call-overload]
    registrant = ANONYMOUS if row.is_anonymous else _name(row.registered_by)
    is_closed = state == "9"
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "hazardCode": row.object.code if row.object else "",
        "riskMeasureId": row.measure_id,
        "checkRecordId": around.records.get(row.pk) if row.measure_id else None,
        "dangerName": row.title,
        "dangerLevel": str(row.level),
        "registTime": row.registered_at,
        "registrant": registrant or around.enterprise_name,
        "dangerSrc": str(row.source),
        "dangerManageType": str(row.treatment),
        "hazardDangerType": str(row.discipline),
        "hazardCategory": str(row.role_category),
        "dangerDesc": row.description or row.title,
        "dangerReason": row.cause,
        "controlMeasures": "；".join(text for text in (row.interim, row.measures) if text),
        "cost": row.cost / TEN_THOUSAND if row.cost is not None else None,
        # What was put right on the spot had no owner and no deadline: who closed it, and when.
        "liablePerson": _name(row.owner or row.submitted_by or row.accepted_by),
        "dangerManageDeadline": row.deadline or row.accepted_at,
        "checkAcceptPerson": _name(row.accepted_by) if is_closed else "",
        "checkAcceptTime": row.accepted_at if is_closed else None,
        "checkAcceptComment": row.acceptance if is_closed else "",
        "dangerState": state,
        "managementClassification": str(row.unsafe_factor or ""),
        "occurrenceLink": str(row.link or ""),
        **around.stamp(row, registrant),
    }


def _finding_needs(row: Finding, around: Around) -> list[UUID]:
    if row.measure_id is None:
        return []
    record = around.records.get(row.pk)
    return [row.measure_id, *([record] if record else [])]


def _removed(row: Any) -> bool:
    return row.removed_at is not None


def _stays(row: Any) -> bool:
    return False


TABLES: tuple[Table, ...] = (
    Table(fields.UNIT, _("Risk analysis units"), _units, _unit, lambda r, a: [], _removed),
    Table(fields.EVENT, _("Risk events"), _events, _event, lambda r, a: [r.unit_id], _removed),
    Table(fields.MEASURE, _("Control measures"), _measures, _measure,
          lambda r, a: [r.event_id], _removed),
    Table(fields.SHUTDOWN, _("Shutdown records"), _shutdowns, _shutdown,
          lambda r, a: [r.unit_id], _stays),
    Table(fields.TASK, _("Inspection tasks"), _tasks, _task,
          lambda r, a: [r.measure_id], lambda row: not row.is_active),
    Table(fields.RECORD, _("Inspection records"), _records, _record,
          lambda r, a: [r.task_id], _stays),
    Table(fields.FINDING, _("Findings"), _findings, _finding, _finding_needs,
          lambda row: row.state == FindingState.DISMISSED),
)  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
