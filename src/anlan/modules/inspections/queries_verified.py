"""When control measures were last checked, for the risk register."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse

from anlan.base.actors.actor import Actor
from anlan.base.duties.models.plan import CycleUnit
from anlan.modules.inspections.choices import Result
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.risk.queries_verified import Verified

DAYS = {
    CycleUnit.HOUR: 1 / 24,
    CycleUnit.SHIFT: 1 / 2,
    CycleUnit.DAY: 1,
    CycleUnit.WEEK: 7,
    CycleUnit.MONTH: 31,
    CycleUnit.QUARTER: 92,
    CycleUnit.HALF_YEAR: 184,
    CycleUnit.YEAR: 366,
}
"""The longest each unit of a cycle lasts, in days."""


def _newest(actor: Actor) -> Any:
    """Return the checks of a task, newest first; a place nobody came to is no check."""
    rows = InspectionRecord.objects.for_actor(actor).filter(task=OuterRef("pk"))
    return rows.exclude(result=Result.NOT_INSPECTED).order_by("-occurred_at")


class Checks:
    """Inspections as what verifies measures; one look into an index a task."""

    def last(
        self, actor: Actor, enterprise_id: UUID, measure_ids: Collection[UUID] | None
    ) -> Mapping[UUID, Verified]:
        """Return the last check by measure, in two statements."""
        tasks = InspectionTask.objects.for_actor(actor).filter(
            enterprise=enterprise_id, is_active=True, measure__isnull=False
        )
        if measure_ids is not None:
            tasks = tasks.filter(measure__in=measure_ids)
        last = _newest(actor).values("pk")[:1]
        rows = list(
            tasks.annotate(last=Subquery(last))
            .order_by()
            .values_list("measure", "last", "plan__cycle_n", "plan__cycle_unit", "plan__make_from")
        )
        records = {
            record.pk: record
            for record in InspectionRecord.objects.for_actor(actor)
            .filter(pk__in=[pk for _measure, pk, *_plan in rows if pk])
            .select_related("by")
            .only("occurred_at", "result", "by__display_name")
        }
        found: dict[UUID, Verified] = {}
        for measure_id, pk, n, unit, since in rows:
            one = _verified(records.get(pk), n * DAYS[CycleUnit(unit)], since)
            known = found.get(measure_id)
            found[measure_id] = _together(known, one) if known else one
        return found

    def moment(self, actor: Actor) -> Any:
        """Return the expression for the moment of the last check of a measure's tasks."""
        last = _newest(actor).values("occurred_at")[:1]
        tasks = InspectionTask.objects.for_actor(actor).filter(measure=OuterRef("pk"))
        newest = tasks.annotate(last=Subquery(last)).order_by(F("last").desc(nulls_last=True))
        return Subquery(newest.values("last")[:1])


def _verified(record: InspectionRecord | None, days: float, since: dt.datetime) -> Verified:
    if record is None:
        return Verified(None, since, days)
    return Verified(
        record.occurred_at,
        since,
        days,
        record.by.display_name if record.by else "",
        str(Result(record.result).label),
        record.result == Result.NORMAL,
        reverse("inspections:records_show", args=[record.pk]),
    )


def _together(one: Verified, other: Verified) -> Verified:
    """Return the newer check of two tasks of a measure, due by the shorter cycle."""
    newer = max(one, other, key=lambda it: (it.at is not None, it.at or it.since))
    return replace(
        newer,
        since=min(one.since, other.since),
        cycle_days=min(one.cycle_days, other.cycle_days),
    )
