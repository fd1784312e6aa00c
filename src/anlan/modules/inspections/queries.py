"""The only door for reading inspections, actor first."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI, day_of
from anlan.modules.findings.models import Finding
from anlan.modules.inspections.models import Checklist, InspectionRecord, InspectionTask
from anlan.modules.risk.models import ControlMeasure, RiskUnit

LAST = 8
"""How many former values a person sees at a check."""


def tasks(actor: Actor) -> QuerySet[InspectionTask]:
    """Return the tasks the actor sees, with plan and place, in the order of the round."""
    return (
        InspectionTask.objects.for_actor(actor)
        .select_related(
            "plan__organisation", "plan__assignee", "measure", "unit", "object", "enterprise"
        )
        .order_by("unit__route", "route", "title", "id")
    )


def task_one(actor: Actor, task_id: UUID | str) -> InspectionTask:
    """Return one task with all it is about. Raises NotYours."""
    rows: Any = tasks(actor).select_related(
        "plan__organisation", "plan__assignee", "plan__shift_pattern", "measure__event",
        "unit__object", "object", "checklist", "enterprise",
    )  # fmt: skip
    found: InspectionTask = rows.one(task_id)
    return found


def tasks_of_measures(actor: Actor, enterprise_id: UUID) -> Mapping[UUID, int]:
    """Return the number of active tasks by measure, of an enterprise."""
    return dict(
        InspectionTask.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, is_active=True, measure__isnull=False)
        .values_list("measure")
        .annotate(n=Count("pk"))
        .order_by()
    )


def checklists(actor: Actor) -> QuerySet[Checklist]:
    """Return the checklists in use, by title."""
    return Checklist.objects.for_actor(actor).filter(is_active=True).order_by("title", "id")


def checklist_one(actor: Actor, checklist_id: UUID | str) -> Checklist:
    """Return one checklist. Raises NotYours."""
    rows: Any = Checklist.objects.for_actor(actor)
    found: Checklist = rows.one(checklist_id)
    return found


def records(actor: Actor) -> QuerySet[InspectionRecord]:
    """Return the records the actor sees, the newest first."""
    return (
        InspectionRecord.objects.for_actor(actor)
        .select_related("task", "by", "enterprise")
        .order_by("-occurred_at", "-id")
    )


def record_one(actor: Actor, record_id: UUID | str) -> InspectionRecord:
    """Return one record with its task and place. Raises NotYours."""
    rows: Any = records(actor).select_related(
        "task__plan__organisation", "task__measure__event", "unit__object", "by", "enterprise"
    )
    found: InspectionRecord = rows.one(record_id)
    return found


def records_of_duty(actor: Actor, instance_id: UUID) -> QuerySet[InspectionRecord]:
    """Return every record of one duty, the first first."""
    return records(actor).filter(instance_id=instance_id).order_by("occurred_at", "id")


def standing_records(actor: Actor, instance_ids: Iterable[UUID]) -> dict[UUID, InspectionRecord]:
    """Return the record that counts for each of these duties, in one statement."""
    rows = InspectionRecord.objects.for_actor(actor).filter(
        instance_id__in=list(instance_ids), stands=True
    )
    return {row.instance_id: row for row in rows.select_related("by") if row.instance_id}


def findings_of(actor: Actor, row: InspectionRecord) -> QuerySet[Finding]:
    """Return the findings that a record gave rise to."""
    wanted = Q(origin_kind=ORIGIN, origin_id=row.pk)
    ids = [one["finding_id"] for one in row.answers if one.get("finding_id")]
    if row.finding_id:
        ids.append(row.finding_id)
    if ids:
        wanted |= Q(pk__in=ids)
    return Finding.objects.for_actor(actor).filter(wanted).order_by("number")


ORIGIN = "inspections.inspectionrecord"
"""`origin_kind` of findings that a record gave rise to."""

_LAST = """
    SELECT t.id, r.occurred_at, r.reading, r.result, u.display_name
      FROM unnest(%(ids)s::uuid[]) AS t (id)
     CROSS JOIN LATERAL (
        SELECT occurred_at, reading, result, by_id
          FROM inspections_inspectionrecord
         WHERE task_id = t.id AND result <> 'not_inspected'
         ORDER BY occurred_at DESC
         LIMIT %(depth)s
     ) r
      LEFT JOIN actors_user u ON u.id = r.by_id
     ORDER BY t.id, r.occurred_at DESC
"""


def last_values(
    tasks: Sequence[InspectionTask], depth: int = LAST
) -> dict[UUID, list[dict[str, Any]]]:
    """Return the newest checks of each task, newest first: `at`, `value`, `result`, `by`.

    `tasks` were fetched through the actor; the second wall holds besides. One statement.
    """
    found: dict[UUID, list[dict[str, Any]]] = {}
    if not tasks:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"ids": [task.pk for task in tasks], "depth": depth})
        for task_id, at, reading, result, name in cursor.fetchall():
            found.setdefault(task_id, []).append(
                {"at": at, "value": reading, "result": result, "by": name or ""}
            )
    return found


def between(
    actor: Actor, enterprise_id: UUID, since: dt.datetime, until: dt.datetime
) -> QuerySet[InspectionRecord]:
    """Return an enterprise's records made in [since, until)."""
    return records(actor).filter(
        enterprise=enterprise_id, occurred_at__gte=since, occurred_at__lt=until
    )


def day_bounds(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return when the day of a moment begins and ends (Asia/Shanghai)."""
    start = dt.datetime.combine(day_of(moment), dt.time(0), SHANGHAI)
    return start, start + dt.timedelta(days=1)


def places(actor: Actor, enterprise_id: UUID) -> QuerySet[RiskUnit]:
    """Return the places of an enterprise in the order of the round."""
    rows = RiskUnit.objects.for_actor(actor).filter(
        enterprise=enterprise_id, removed_at__isnull=True
    )
    return rows.select_related("object").order_by(
        "object__position", "object__code", "route", "code"
    )


def place_one(actor: Actor, unit_id: UUID | str) -> RiskUnit:
    """Return one place, also one taken out of the register: its records stay readable.

    Raises NotYours.
    """
    rows: Any = RiskUnit.objects.for_actor(actor)
    found: RiskUnit = rows.select_related("object", "enterprise").one(unit_id)
    return found


def inspected_measures(actor: Actor) -> QuerySet[ControlMeasure]:
    """Return the measures that have or had a task, those taken out of the register included."""
    has_task = InspectionTask.objects.for_actor(actor).filter(measure=OuterRef("pk"))
    rows = ControlMeasure.objects.for_actor(actor).filter(Exists(has_task))
    return rows.order_by(F("removed_at").desc(nulls_first=True), "code", "pk")


def measure_one(actor: Actor, measure_id: UUID | str) -> ControlMeasure:
    """Return one measure, also one taken out of the register. Raises NotYours."""
    rows: Any = ControlMeasure.objects.for_actor(actor)
    found: ControlMeasure = rows.select_related("event__unit__object", "enterprise").one(measure_id)
    return found


def records_of_measure(actor: Actor, measure: ControlMeasure) -> QuerySet[InspectionRecord]:
    """Return the records made of a measure by any of its tasks, the newest first."""
    return records(actor).filter(enterprise=measure.enterprise_id, task__measure=measure)
