"""What somebody saw comes in: a check done, or said to be impossible."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record as write_history
from anlan.base.clock import now
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.duties.problems import NotACarer, TooEarly
from anlan.base.duties.services import correcting, instances
from anlan.base.duties.states import FINISHED
from anlan.base.errors import NotYours, Problems
from anlan.base.ids import uuid7
from anlan.modules.findings.services import reporting
from anlan.modules.inspections import events, queries, rules
from anlan.modules.inspections.choices import ArrivedBy, Reason, Result
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.inspections.policy import RECORD_MAKE
from anlan.modules.inspections.services import settling
from anlan.modules.risk.models import ControlMeasure

CLOCKS_DIFFER = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item of a checklist."""

    item: str
    result: str
    note: str = ""
    finding_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What somebody saw. Times are aware; `occurred_at` None means now.

    `instance_id` names the duty it answers; without it the duty of the task that was open then
    is taken, if any. `finding_id` names a finding reported on its own way (a phone's); `finding`
    describes one to report with the record. `id` is the UUIDv7 of whoever made it.
    """

    task_id: UUID | None = None
    instance_id: UUID | None = None
    result: str = Result.NORMAL
    reading: Decimal | None = None
    note: str = ""
    reason: str = ""
    answers: tuple[Answer, ...] = ()
    occurred_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    time_doubtful: bool = False
    arrived_by: str = ArrivedBy.NONE
    position: Mapping[str, Any] | None = None
    device_id: UUID | None = None
    finding_id: UUID | None = None
    finding: reporting.Report | None = None
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record made, and what is to be said about it (in the active language)."""

    row: InspectionRecord
    remarks: tuple[str, ...] = ()
    is_new: bool = True


@transaction.atomic
def record(actor: Actor, check: Check, *, from_phone: bool = False) -> Recorded:
    """Enter a check; return it, or the one this id already made.

    The duty is fulfilled as of `occurred_at`; what is abnormal becomes a finding; a second check
    of the same duty is kept beside the first and the worse result stands. A phone's record is a
    fact: where a person at the desk is asked to correct, its result is made the worse one, and a
    duty that has gone or is somebody else's does not keep it from being stored.

    Raises Forbidden, NotYours, BadInput; from the desk also TooEarly and NotACarer.
    """
    policy.require(actor, RECORD_MAKE)
    again = InspectionRecord.objects.for_actor(actor).filter(pk=check.id).first()
    if again is not None:
        return Recorded(again, is_new=False)
    received = check.received_at or now()
    moment = check.occurred_at or received
    instance = _instance(actor, check, moment, from_phone)
    task = _task(actor, check, instance)
    remarks: list[str] = []
    check = _judged(task, check, moment, received, from_phone, remarks)
    row = _row(actor, task, instance, check, moment, received)
    row.save(force_insert=True)
    _report(actor, task, row, check)
    if instance is not None and row.result != Result.NOT_INSPECTED:
        _count(actor, instance, row, from_phone, remarks)
    event = events.CANNOT_DO if row.result == Result.NOT_INSPECTED else events.RECORDED
    write_history(actor, event, row, after=_told(row))
    if instance is not None:
        settling.settle(actor, instance.pk, row, remarks)
    if row.result == Result.NOT_INSPECTED:
        settling.tell_cannot_do(actor, task, row)
    return Recorded(row, tuple(remarks))


def cannot_do(
    actor: Actor,
    instance_id: UUID,
    reason: str,
    note: str = "",
    *,
    from_phone: bool = False,
    **more: Any,
) -> Recorded:
    """Say that a duty could not be done, and why; the duty stays open and its lead is told.

    `more` are fields of `Check`. A duty done meanwhile keeps this as a remark. Raises as `record`.
    """
    check = Check(
        instance_id=instance_id, result=Result.NOT_INSPECTED, reason=reason, note=note, **more
    )
    return record(actor, check, from_phone=from_phone)


def _instance(actor: Actor, check: Check, moment: dt.datetime, from_phone: bool) -> Instance | None:
    rows: Any = Instance.objects.for_actor(actor).select_related("plan")
    if check.instance_id is not None:
        try:
            found: Instance = rows.lock(check.instance_id)
        except NotYours:
            # The plan changed while the phone was away and its window was taken back.
            if not from_phone or check.task_id is None:
                raise
        else:
            return found
    if check.task_id is None:
        raise NotYours()
    task = InspectionTask.objects.for_actor(actor).one(check.task_id)
    near = duties.instance_at(actor, task.plan_id, moment)
    if near is None or (near.due_at <= moment and near.state in FINISHED):
        return None
    locked: Instance = rows.lock(near.pk)
    return locked


def _task(actor: Actor, check: Check, instance: Instance | None) -> InspectionTask:
    rows: Any = InspectionTask.objects.for_actor(actor).select_related(
        "plan", "measure", "unit", "object", "checklist"
    )
    if instance is None:
        found: InspectionTask = rows.one(check.task_id or "")
        return found
    of_plan: InspectionTask | None = rows.filter(plan=instance.plan_id).first()
    if of_plan is None or (check.task_id and check.task_id != of_plan.pk):
        raise NotYours()
    return of_plan


def _judged(
    task: InspectionTask,
    check: Check,
    moment: dt.datetime,
    received: dt.datetime,
    from_phone: bool,
    remarks: list[str],
) -> Check:
    """Return the check as it is to be stored. Raises BadInput."""
    problems = Problems()
    if check.result not in Result.values:
        problems.add("result", _("Choose one."))
    if check.arrived_by not in ArrivedBy.values:
        problems.add("arrived_by", _("Choose one."))
    if moment > received + CLOCKS_DIFFER:
        problems.add("occurred_at", _("This lies in the future."), code="future")
    if check.result == Result.NOT_INSPECTED and check.reason not in Reason.values:
        if from_phone:
            check = dataclasses.replace(
                check, reason=Reason.OTHER, note=f"{check.reason} {check.note}".strip()
            )
        else:
            problems.add("reason", _("Say why it was not inspected."), code="missing")
    if check.reading is not None and abs(check.reading) >= Decimal(10) ** 10:
        problems.add("reading", _("This number is too large."))
    if any(one.result == Result.ABNORMAL for one in check.answers):
        check = dataclasses.replace(check, result=Result.ABNORMAL)
    if check.result == Result.NORMAL and _is_outside(task, check):
        if not from_phone:
            problems.add(
                "result",
                _("The reading lies outside its limits, so the check is abnormal."),
                _("Choose abnormal and say what you saw."),
                code="outside",
            )
        else:
            check = dataclasses.replace(check, result=Result.ABNORMAL)
            remarks.append(_("The reading lies outside its limits: recorded as abnormal."))
    is_described = check.note.strip() or check.finding or check.finding_id or check.answers
    if check.result == Result.ABNORMAL and not is_described and not from_phone:
        problems.add("note", _("Say what is abnormal."), code="missing")
    problems.raise_if_any()
    return check


def _is_outside(task: InspectionTask, check: Check) -> bool:
    if check.reading is None or task.measure is None:
        return False
    return rules.is_outside(check.reading, task.measure.low, task.measure.high)


def _row(
    actor: Actor,
    task: InspectionTask,
    instance: Instance | None,
    check: Check,
    moment: dt.datetime,
    received: dt.datetime,
) -> InspectionRecord:
    measure: ControlMeasure | None = task.measure
    has_reading = check.reading is not None
    return InspectionRecord(
        id=check.id,
        enterprise_id=task.enterprise_id,
        scope_path=instance.scope_path if instance is not None else task.scope_path,
        task=task,
        instance_id=instance.pk if instance is not None else None,
        unit_id=task.unit_id,
        place=task.plan.place_text,
        result=check.result,
        reading=check.reading,
        reading_unit=measure.reading_unit if measure is not None and has_reading else "",
        low=measure.low if measure is not None and has_reading else None,
        high=measure.high if measure is not None and has_reading else None,
        answers=_answers(task, check.answers),
        note=check.note.strip()[:2000],
        reason=check.reason if check.result == Result.NOT_INSPECTED else "",
        by_id=actor.user_id,
        occurred_at=moment,
        received_at=received,
        started_at=check.started_at,
        finished_at=check.finished_at,
        time_doubtful=check.time_doubtful,
        arrived_by=check.arrived_by,
        position=dict(check.position) if check.position else None,
        device_id=check.device_id,
        finding_id=check.finding_id,
        is_late=rules.is_late_upload(
            moment, received, instance.grace_until if instance is not None else None
        ),
    )


def _answers(task: InspectionTask, given: Sequence[Answer]) -> list[dict[str, Any]]:
    items = task.checklist.items if task.checklist else []
    texts = {one["id"]: one["text"] for one in items}
    found = []
    for one in given:
        answer = {"item": one.item, "text": texts.get(one.item, ""), "result": one.result}
        answer["note"] = one.note
        if one.finding_id is not None:
            answer["finding_id"] = str(one.finding_id)
        found.append(answer)
    return found


def _report(actor: Actor, task: InspectionTask, row: InspectionRecord, check: Check) -> None:
    """Report what is abnormal, unless a finding of its own is on its way."""
    if row.result != Result.ABNORMAL:
        return
    bad = [one for one in row.answers if one["result"] == Result.ABNORMAL]
    for one in bad:
        if one.get("finding_id"):
            continue
        text = one["note"] or one["text"]
        one["finding_id"] = str(_finding(actor, task, row, text, one["text"]))
    if check.finding is not None:
        row.finding_id = _finding(actor, task, row, check.finding.title, "", check.finding)
    elif check.finding_id is None and not bad:
        content = task.content or task.title
        title = row.note or _("Not in order: %(content)s") % {"content": content}
        row.finding_id = _finding(actor, task, row, title, content)
    row.save(update_fields=["finding_id", "answers", "updated_at"])


def _finding(
    actor: Actor,
    task: InspectionTask,
    row: InspectionRecord,
    title: str,
    content: str,
    given: reporting.Report | None = None,
) -> UUID:
    reading = (
        f" ({row.reading.normalize():f} {row.reading_unit})" if row.reading is not None else ""
    )
    what = given or reporting.Report(title=title[:200], description=f"{content}{reading}".strip())
    made = reporting.report(
        actor,
        task.enterprise_id,
        dataclasses.replace(
            what,
            source=task.source,
            role_category=task.work_type,
            measure_id=what.measure_id or task.measure_id,
            unit_id=what.unit_id or task.unit_id,
            object_id=what.object_id or task.object_id,
            origin_kind=queries.ORIGIN,
            origin_id=row.pk,
            found_at=row.occurred_at,
        ),
    )
    return made.pk


def _count(
    actor: Actor,
    instance: Instance,
    row: InspectionRecord,
    from_phone: bool,
    remarks: list[str],
) -> None:
    """Fulfil the duty, or see that the earlier of two checks does."""
    try:
        if instance.state not in FINISHED:
            instances.fulfil(actor, instance.pk, row.occurred_at, row.pk)
        elif (
            instance.done_at is not None and instance.opens_at <= row.occurred_at < instance.done_at
        ):
            correcting.done_earlier(actor, instance.pk, row.occurred_at, row.pk)
    except TooEarly:
        if not from_phone:
            raise
        remarks.append(_("Made before its window opened: kept, but the task is still to do."))
    except NotACarer:
        if not from_phone:
            raise
        remarks.append(_("The task is somebody else's: kept, but the task is still to do."))


def _told(row: InspectionRecord) -> dict[str, Any]:
    names = ("result", "reading", "note", "reason", "occurred_at", "is_late", "place")
    return {name: value for name in names if (value := getattr(row, name)) not in (None, "")}
