"""What phones take along for a round, and what they bring back."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import day_of
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.errors import BadInput, Problem
from anlan.base.files.models import Attachment
from anlan.base.files.sniff import IMAGES
from anlan.base.pocket import kinds, parts, pictures
from anlan.modules.inspections import queries
from anlan.modules.inspections.choices import ArrivedBy
from anlan.modules.inspections.duties import KIND
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.policy import RECORD_MAKE
from anlan.modules.inspections.services import records
from anlan.modules.risk.models import RiskUnit, SitePlan
from anlan.modules.risk.queries import site_plan

PHOTOS_OF_PLACE = 3
AHEAD = dt.timedelta(hours=12)
"""How far ahead of the shift tasks are taken along: as long as a package lives."""


class ItemPayload(msgspec.Struct):
    """The answer to one item of a task that has several; `part` counts from 0."""

    part: int
    result: str
    reading: str | None = None
    unit: str = ""
    reason: str = ""
    note: str = ""
    finding_id: UUID | None = None
    at: str = ""


class RecordPayload(msgspec.Struct):
    """`inspection.record`, schema 1. Moments are ISO 8601 text of the phone."""

    instance_id: UUID | None
    task_id: UUID
    result: str
    place_id: str | None = None
    reading: str | None = None
    unit: str = ""
    reason: str = ""
    note: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    arrived_by: str = ArrivedBy.NONE
    finding_id: UUID | None = None
    items: list[ItemPayload] = []


class CannotDoPayload(msgspec.Struct):
    """`task.cannot_do`, schema 1."""

    instance_id: UUID
    reason: str
    note: str = ""
    task_id: UUID | None = None


def _record(actor: Actor, envelope: kinds.Envelope, _given: Sequence[kinds.Given]) -> kinds.Outcome:
    payload: RecordPayload = envelope.payload
    ids = _ids_of_parts(actor, payload)
    check = records.Check(
        id=envelope.id,
        task_id=payload.task_id,
        instance_id=payload.instance_id,
        result=payload.result,
        reading=_number(payload.reading),
        note=payload.note,
        reason=payload.reason,
        answers=tuple(
            records.Answer(ids.get(one.part, str(one.part)), one.result, one.note, one.finding_id)
            for one in payload.items
        ),
        started_at=_moment(payload.started_at),
        finished_at=_moment(payload.finished_at),
        arrived_by=payload.arrived_by if payload.arrived_by in ArrivedBy.values else "none",
        finding_id=payload.finding_id,
        **_circumstances(envelope),
    )
    return _outcome(records.record(actor, check, from_phone=True))


def _cannot_do(
    actor: Actor, envelope: kinds.Envelope, _given: Sequence[kinds.Given]
) -> kinds.Outcome:
    payload: CannotDoPayload = envelope.payload
    return _outcome(
        records.cannot_do(
            actor,
            payload.instance_id,
            payload.reason,
            payload.note,
            from_phone=True,
            id=envelope.id,
            task_id=payload.task_id,
            **_circumstances(envelope),
        )
    )


def _ids_of_parts(actor: Actor, payload: RecordPayload) -> dict[int, str]:
    """Return the ids of a checklist's items by their place, as the package numbered them."""
    if not payload.items:
        return {}
    rows = InspectionTask.objects.for_actor(actor).select_related("checklist")
    task = rows.filter(pk=payload.task_id).first()
    if task is None or task.checklist is None:
        return {}
    return {part: one["id"] for part, one in enumerate(task.checklist.items)}


def _circumstances(envelope: kinds.Envelope) -> dict[str, Any]:
    return {
        "occurred_at": envelope.occurred_at,
        "received_at": max(envelope.received_at, envelope.occurred_at),
        "time_doubtful": envelope.time_doubtful,
        "position": envelope.where,
        "device_id": envelope.device_id,
    }


def _outcome(made: records.Recorded) -> kinds.Outcome:
    return kinds.Outcome(
        record=made.row,
        version=made.row.version,
        url=f"/inspections/records/{made.row.pk}/",
        remark=" ".join(made.remarks),
    )


def _number(text: str | None) -> Decimal | None:
    if text is None or not text.strip():
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise BadInput(Problem("reading", _("This is no number.")))
    return value


def _moment(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _due(actor: Actor, now: dt.datetime) -> list[Instance]:
    """Return what is to do, and what the person did this shift: the round keeps its count."""
    rows = duties.mine(actor, day_of(now + AHEAD)).filter(
        plan__kind=KIND, opens_at__lte=now + AHEAD
    )
    return [*rows, *duties.done_by(actor, now - AHEAD).filter(plan__kind=KIND)]


def _tasks_of(actor: Actor, due: Sequence[Instance]) -> dict[UUID, InspectionTask]:
    rows = (
        InspectionTask.objects.for_actor(actor)
        .filter(plan__in={row.plan_id for row in due})
        .select_related("plan", "measure__event", "unit__object", "object", "checklist")
    )
    return {row.plan_id: row for row in rows}


def places(actor: Actor, now: dt.datetime) -> parts.Rows:
    """Return the places of the coming tasks in the order of the round.

    A task of a whole object has that object as its place. `level` is 0 (worst) to 3.
    """
    known = _tasks_of(actor, _due(actor, now)).values()
    wanted = {task.unit_id for task in known if task.unit_id}
    units = list(
        RiskUnit.objects.for_actor(actor)
        .filter(pk__in=wanted, removed_at__isnull=True)
        .select_related("object")
        .order_by("object__position", "object__code", "route", "code")
    )
    plan = site_plan(actor, actor.own_enterprise_id) if actor.own_enterprise_id else None
    found = [
        {
            "id": str(unit.pk),
            "code": unit.code,
            "name": unit.name,
            "path": unit.object.name,
            "level": unit.level,
            "lng": _float(unit.longitude),
            "lat": _float(unit.latitude),
            "qr": str(unit.pk),
            "nfc": unit.nfc_id,
            "spot": _spot(unit, plan),
            "order": number,
        }
        for number, unit in enumerate(units, start=1)
    ]
    whole = {task.object for task in known if task.object is not None and not task.unit_id}
    in_order = sorted(whole, key=lambda one: one.code)
    return found + [
        {"id": str(one.pk), "code": one.code, "name": one.name, "path": "", "qr": str(one.pk),
         "order": number}
        for number, one in enumerate(in_order, start=len(found) + 1)
    ]  # fmt: skip


def _spot(unit: RiskUnit, plan: SitePlan | None) -> list[int] | None:
    """Return where a unit lies on the site plan, in thousandths of its width and height."""
    shape = unit.shape if isinstance(unit.shape, dict) else {}
    points = shape.get("points") or []
    if plan is None or not points or shape.get("plan") != str(plan.pk):
        return None
    if not plan.width or not plan.height:
        return None
    x = sum(float(one[0]) for one in points) / len(points)
    y = sum(float(one[1]) for one in points) / len(points)
    return [round(1000 * x / plan.width), round(1000 * y / plan.height)]


def pictures_of_places(actor: Actor, now: dt.datetime) -> list[pictures.Picture]:
    """Return the site plan, and of each place of the round the newest photos."""
    found: list[pictures.Picture] = []
    plan = site_plan(actor, actor.own_enterprise_id) if actor.own_enterprise_id else None
    if plan is not None and plan.attachment_id:
        row = Attachment.objects.for_actor(actor).filter(pk=plan.attachment_id)
        kept = row.select_related("file").first()
        if kept is not None:
            found.append(pictures.Picture("plan", kept.file, title=plan.name))
    known = _tasks_of(actor, _due(actor, now)).values()
    units = list(dict.fromkeys(task.unit_id for task in known if task.unit_id))
    photos = (
        Attachment.objects.for_actor(actor)
        .filter(
            object_type=RiskUnit._meta.label_lower, object_id__in=units, removed_at=None,
            file__mime__in=IMAGES,
        )
        .select_related("file")
        .order_by("object_id", "-created_at", "-pk")
    )  # fmt: skip
    taken: dict[UUID, int] = {}
    for one in photos:
        number = taken[one.object_id] = taken.get(one.object_id, 0) + 1
        subject = str(one.object_id)
        if number == 1:
            found.append(pictures.Picture("thumb", one.file, subject, one.title))
        if number <= PHOTOS_OF_PLACE:
            found.append(pictures.Picture("photo", one.file, subject, one.title))
    return found


def _float(value: Decimal | None) -> float | None:
    return float(value) if value is not None else None


def tasks(actor: Actor, now: dt.datetime) -> parts.Rows:
    """Return the duties of the coming shift that are inspections."""
    due = _due(actor, now)
    known = _tasks_of(actor, due)
    due.sort(key=lambda row: _order(row, known.get(row.plan_id)))
    return [
        {
            "instance_id": str(row.pk),
            "task_id": str(task.pk),
            "place_id": str(task.unit_id or task.object_id or ""),
            "title": task.title,
            "opens_at": row.opens_at.isoformat(),
            "due_at": row.due_at.isoformat(),
            "work_type": task.work_type,
            "role_item": task.role_item,
            "done_at": row.done_at.isoformat() if row.done_at else None,
        }
        for row in due
        if (task := known.get(row.plan_id)) is not None
    ]


def _order(row: Instance, task: InspectionTask | None) -> tuple[Any, ...]:
    """Return where a duty stands in the round: the soonest due, then as the register has it."""
    if task is None:
        return (row.due_at, 0, "", "")
    return (row.due_at, task.route, task.measure.code if task.measure else "", task.title)


def items(actor: Actor, now: dt.datetime) -> parts.Rows:
    """Return what to look at in each task, with limits and the last values."""
    with translation.override(actor.language):
        return _items(actor, now)


def _items(actor: Actor, now: dt.datetime) -> parts.Rows:
    known = list(_tasks_of(actor, _due(actor, now)).values())
    last = queries.last_values(known)
    found: parts.Rows = []
    for task in known:
        before = [
            {"at": one["at"].isoformat(), "value": _text(one["value"]), "by": one["by"]}
            for one in last.get(task.pk, ())
        ]
        if task.checklist is not None:
            found += [
                {"task_id": str(task.pk), "content": one["text"], "photo": "optional", "last": []}
                for one in task.checklist.items
            ]
            continue
        found.append({**_item(task), "last": before})
    return found


def _item(task: InspectionTask) -> dict[str, Any]:
    measure = task.measure
    plain = {"task_id": str(task.pk), "content": task.content or task.title}
    if measure is None:
        return {**plain, "photo": "optional"}
    return {
        **plain,
        "measure_id": str(measure.pk),
        "class2": measure.get_class2_display(),
        "level": measure.event.level,
        "event": measure.event.name,
        "quantity": measure.quantity,
        "unit": measure.reading_unit,
        "low": _text(measure.low),
        "high": _text(measure.high),
        "photo": measure.photo,
    }


def _text(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def people(actor: Actor, _now: dt.datetime) -> parts.Rows:
    """Return the colleagues to whom a finding may be given, own department first; none for people
    of a contractor, who do not see the plant's."""
    enterprise_id = actor.own_enterprise_id
    if enterprise_id is None or actor.at_own_node_only:
        return []
    own = {post.organisation_id for post in actor.posts}
    seen: dict[UUID, dict[str, Any]] = {}
    for post in duties.colleagues(actor, enterprise_id):
        row = seen.setdefault(
            post.user_id,
            {
                "id": str(post.user_id),
                "name": post.user.display_name,
                "post": str(post.get_role_display()),
                "department": post.organisation.name,
                "near": False,
            },
        )
        row["near"] = row["near"] or post.organisation_id in own
    rows = sorted(seen.values(), key=lambda row: not row["near"])
    return [{name: value for name, value in row.items() if name != "near"} for row in rows]


def install() -> None:
    """Register kinds and parts; called once when the app starts."""
    kinds.register(
        kinds.Kind(
            "inspection.record", _record, RecordPayload, label=_("Inspection"),
            permission=RECORD_MAKE,
        )
    )  # fmt: skip
    kinds.register(
        kinds.Kind(
            "task.cannot_do", _cannot_do, CannotDoPayload, label=_("Could not be inspected"),
            permission=RECORD_MAKE,
        )
    )  # fmt: skip
    parts.provide("places", places)
    parts.provide("tasks", tasks)
    parts.provide("items", items)
    parts.provide("people", people)
    pictures.provide(pictures_of_places)
