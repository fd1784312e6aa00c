"""The dual-prevention chain: objects, units, events, measures, shutdowns, tasks, records."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.clock import SHANGHAI
from anlan.exchange import fields, rules
from anlan.exchange.choices import Part
from anlan.exchange.rows.shape import Around, Table
from anlan.modules.inspections.choices import STATUS_CODES
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.risk.choices import Verification
from anlan.modules.risk.models import (
    ControlMeasure,
    RiskEvent,
    RiskObject,
    RiskUnit,
    ShutdownRecord,
)

DAYS = {"every_day": "0", "workdays": "1", "non_workdays": "2"}


def _objects(actor: Actor, enterprise_id: UUID) -> Any:
    # This table knows no deletion: what was taken out of the register is sent no more.
    rows = RiskObject.objects.for_actor(actor).filter(enterprise=enterprise_id)
    return rows.filter(removed_at__isnull=True).select_related("head", "mhi_unit", "facility")


def _object(row: RiskObject, around: Around) -> dict[str, Any]:
    unit, facility = row.mhi_unit, row.facility
    since = unit.commissioned_on if unit else None
    return {
        "hazardCode": row.code,
        "hazardName": row.name,
        "isHazard": "1" if unit is not None and unit.is_mhi else "0",
        "hazardPoint": facility.name if facility else "",
        "establishDate": since or (facility.commissioned_on if facility else None),
        "rvalue": unit.r_value if unit else None,
        "hiddenDanger": row.hazards,
        "hazardDep": around.department(row.scope_path),
        "hazardLiablePerson": row.head.name if row.head else "",
    }


def _units(actor: Actor, enterprise_id: UUID) -> Any:
    rows = RiskUnit.objects.for_actor(actor).filter(enterprise=enterprise_id)
    return rows.select_related("object__head", "head")


def _renamed(path: str) -> Any:
    """Return a condition on rows whose department, at `path`, changed."""

    def more(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> Q:
        nodes = Organisation.objects.filter(
            owner_enterprise_id=enterprise_id, updated_at__gt=since
        ).exclude(pk=enterprise_id)
        return Q(**{f"{path}__in": nodes.values("path")})

    return more


def _unit(row: RiskUnit, around: Around) -> dict[str, Any]:
    head = row.object.head or row.head
    values = {
        "id": row.pk,
        "companyCode": around.company_code,
        "hazardCode": row.object.code,
        "hazardDep": around.department(row.object.scope_path),
        "hazardLiablePerson": head.name if head else "",
        "riskUnitName": row.name,
        "riskLevel": "" if row.level is None else str(row.level),
        **around.stamp(row, others=(row.object, head)),
    }
    if row.object.scope_path in around.departments:
        renamed = around.departments[row.object.scope_path][1]
        values["updateDate"] = max(values["updateDate"], renamed)
    return values


def _events(actor: Actor, enterprise_id: UUID) -> Any:
    return RiskEvent.objects.for_actor(actor).filter(enterprise=enterprise_id)


def _event(row: RiskEvent, around: Around) -> dict[str, Any]:
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "riskUnitId": row.unit_id,
        "riskEventName": row.name,
        **around.stamp(row),
    }


def _measures(actor: Actor, enterprise_id: UUID) -> Any:
    return ControlMeasure.objects.for_actor(actor).filter(enterprise=enterprise_id)


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


def _shutdowns(actor: Actor, enterprise_id: UUID) -> Any:
    rows = ShutdownRecord.objects.for_actor(actor).filter(enterprise=enterprise_id)
    return rows.select_related("unit__object", "entered_by")


def _shutdown(row: ShutdownRecord, around: Around) -> dict[str, Any]:
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "hazardCode": row.unit.object.code,
        "riskUnitId": row.unit_id,
        "stopStartTime": row.started_at,
        "stopEndTime": row.ended_at,
        "stopReason": row.reason,
        **around.stamp(
            row, row.entered_by.display_name if row.entered_by else "", others=(row.unit.object,)
        ),
    }


def _tasks(actor: Actor, enterprise_id: UUID) -> Any:
    # A task without a measure has no place in the interface's chain.
    rows = InspectionTask.objects.for_actor(actor).filter(
        enterprise=enterprise_id, measure__isnull=False
    )
    return rows.select_related("plan__shift_pattern", "measure")


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
        "checkStartDate": plan.starts_on,
        "checkEndDate": plan.ends_on,
        **around.stamp(row, others=(plan, plan.shift_pattern)),
    }


def _records(actor: Actor, enterprise_id: UUID) -> Any:
    rows = InspectionRecord.objects.for_actor(actor).filter(
        enterprise=enterprise_id, task__measure__isnull=False
    )
    return rows.select_related("task__measure__event", "by")


def _record(row: InspectionRecord, around: Around) -> dict[str, Any]:
    by = row.by.display_name if row.by else ""
    phone = row.by.phone if row.by else ""
    measure = row.task.measure
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
        "checkRiskName": measure.event.name if measure else "",
        "checkDep": around.department(row.scope_path),
        "checker": by,
        "checkerPhoneNo": phone,
        **around.stamp(row, by, by),
    }


def _removed(row: Any) -> bool:
    return row.removed_at is not None


TABLES: tuple[Table, ...] = (
    Table(fields.OBJECT, _("Risk analysis objects"), Part.OBJECTS, _objects, _object,
          touched=("head", "mhi_unit", "facility"), more=_renamed("scope_path"),
          key="hazardCode"),
    Table(fields.UNIT, _("Risk analysis units"), Part.CHAIN, _units, _unit, is_gone=_removed,
          touched=("object", "object__head", "head"), more=_renamed("object__scope_path")),
    Table(fields.EVENT, _("Risk events"), Part.CHAIN, _events, _event,
          lambda r, a: [r.unit_id], _removed),
    Table(fields.MEASURE, _("Control measures"), Part.CHAIN, _measures, _measure,
          lambda r, a: [r.event_id], _removed),
    Table(fields.SHUTDOWN, _("Shutdown records"), Part.CHAIN, _shutdowns, _shutdown,
          lambda r, a: [r.unit_id], touched=("unit__object",)),
    Table(fields.TASK, _("Inspection tasks"), Part.CHAIN, _tasks, _task,
          lambda r, a: [r.measure_id], lambda row: not row.is_active,
          touched=("plan", "plan__shift_pattern")),
    Table(fields.RECORD, _("Inspection records"), Part.CHAIN, _records, _record,
          lambda r, a: [r.task_id]),
)  # fmt: skip
