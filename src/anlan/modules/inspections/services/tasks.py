"""Setting up, changing and stopping inspection tasks; each carries one duty plan."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.clock import now as clock_now
from anlan.base.duties.models.plan import WorkType
from anlan.base.duties.services import plans
from anlan.base.errors import BadInput, Problem, Problems
from anlan.base.ids import uuid7
from anlan.base.search_key import search_key
from anlan.modules.findings.choices import Source
from anlan.modules.inspections import events
from anlan.modules.inspections.duties import KIND
from anlan.modules.inspections.models import Checklist, InspectionTask
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.problems import TaskStopped
from anlan.modules.risk.models import ControlMeasure, RiskObject, RiskUnit

OWN = ("title", "content", "source", "work_type", "role_item", "route")
PLACES = ("measure", "unit", "object", "checklist")
WHEN = (
    "organisation", "assignee", "role", "cycle_n", "cycle_unit", "calendar", "shift_pattern",
    "starts_on", "ends_on", "time_from", "time_to", "grace_minutes",
)  # fmt: skip
_MODELS = {
    "measure": ControlMeasure, "unit": RiskUnit, "object": RiskObject, "checklist": Checklist,
}  # fmt: skip


def save(
    actor: Actor,
    enterprise_id: UUID,
    *,
    task_id: UUID | str | None = None,
    now: dt.datetime | None = None,
    **fields: Any,
) -> InspectionTask:
    """Set up a task with its plan, or change one; its duties follow at once.

    `fields`: `title`, `content`, `source`, `work_type`, `role_item`, `route`; the place as
    `measure`, `unit`, `object` or `checklist` (rows or, with `_id`, ids); and what a duty plan
    takes (`organisation`, `assignee`, `role`, `cycle_n`, `cycle_unit`, `calendar`, `starts_on`,
    …). Title and content follow the measure, the department the place, when left out. Raises
    NotYours, Forbidden, BadInput with every problem, TaskStopped.
    """
    if task_id is None:
        return save_many(actor, enterprise_id, [fields], now=now)[0]
    return _change(actor, task_id, _plain(fields), now or clock_now())


@transaction.atomic
def save_many(
    actor: Actor,
    enterprise_id: UUID,
    given: Sequence[Mapping[str, Any]],
    *,
    now: dt.datetime | None = None,
) -> list[InspectionTask]:
    """Set up many tasks, all or none, with a number of statements that does not grow.

    Raises as `save`; problems carry the row's number from 1 when there are several.
    """
    if not given:
        return []
    moment = now or clock_now()
    many = [_plain(fields) for fields in given]
    rows = _rows_of(actor, enterprise_id, many)
    tasks, found = [], []
    for number, fields in enumerate(many, start=1):
        problems = Problems()
        task = InspectionTask(id=fields.get("id") or uuid7(), enterprise_id=enterprise_id)
        for name in OWN:
            if fields.get(name) not in (None, ""):
                setattr(task, name, fields[name])
        _place(task, fields, rows, problems)
        _complete(task, problems)
        found += [
            Problem(p.field, p.text, p.remedy, row=number if len(many) > 1 else None, code=p.code)
            for p in problems.found
        ]
        tasks.append(task)
    if found:
        raise BadInput(found)
    departments = _departments(enterprise_id, tasks)
    made = plans.save_many(
        actor,
        enterprise_id,
        [_plan_fields(task, fields, departments) for task, fields in zip(tasks, many, strict=True)],
        now=moment,
    )
    for task, plan in zip(tasks, made, strict=True):
        task.plan, task.scope_path = plan, plan.scope_path
        policy.require(actor, TASK_EDIT, task)
        task.search_key = search_key(task.title, plan.place_text)
    InspectionTask.objects.bulk_create(tasks, batch_size=2000)
    record_many(actor, [Entry(events.TASK_SAVED, task, after=_shown(task)) for task in tasks])
    return tasks


@transaction.atomic
def _change(
    actor: Actor, task_id: UUID | str, fields: dict[str, Any], moment: dt.datetime
) -> InspectionTask:
    locked = InspectionTask.objects.for_actor(actor).lock(task_id)
    policy.require(actor, TASK_EDIT, locked)
    if not locked.is_active:
        raise TaskStopped()
    rows = InspectionTask.objects.for_actor(actor).select_related(
        "plan", "measure__event__unit__object", "unit__object", "object", "checklist"
    )
    task = rows.one(task_id)
    before = _shown(task)
    for name in OWN:
        if name in fields and (fields[name] not in ("", None) or name in ("content", "role_item")):
            setattr(task, name, fields[name])
    problems = Problems()
    if any(f"{name}_id" in fields for name in PLACES):
        _place(task, fields, _rows_of(actor, task.enterprise_id, [fields]), problems)
    _complete(task, problems)
    problems.raise_if_any()
    departments = _departments(task.enterprise_id, [task])
    wanted = _plan_fields(task, fields, departments)
    if "organisation_id" not in fields:
        wanted.pop("organisation_id")
    wanted.pop("starts_on", None) if fields.get("starts_on") is None else None
    plan = plans.save(actor, task.enterprise_id, plan_id=task.plan_id, now=moment, **wanted)
    task.plan, task.scope_path = plan, plan.scope_path
    task.search_key = search_key(task.title, plan.place_text)
    after = _shown(task)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    task.version += 1
    task.save()
    record(
        actor,
        events.TASK_CHANGED,
        task,
        before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )
    return task


@transaction.atomic
def stop(
    actor: Actor, task_id: UUID | str, reason: str, *, now: dt.datetime | None = None
) -> InspectionTask:
    """End a task and its duties: what is not due yet no longer counts.

    Raises NotYours, Forbidden, TaskStopped, ReasonMissing.
    """
    task = InspectionTask.objects.for_actor(actor).lock(task_id)
    policy.require(actor, TASK_EDIT, task)
    if not task.is_active:
        raise TaskStopped()
    plans.stop(actor, task.plan_id, reason, now=now)
    task.is_active = False
    task.version += 1
    task.save(update_fields=["is_active", "version", "updated_at"])
    record(actor, events.TASK_STOPPED, task, reason=reason.strip())
    return task


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with rows as their ids. Raises TypeError for a field tasks do not have."""
    plain: dict[str, Any] = {}
    links = {*PLACES, "organisation", "assignee", "shift_pattern"}
    for name, value in fields.items():
        bare = name.removesuffix("_id")
        if bare in links:
            plain[f"{bare}_id"] = getattr(value, "pk", value)
        elif name in OWN or name in WHEN or name == "id":
            plain[name] = value
        else:
            raise TypeError(f"inspection tasks have no field {name!r}")
    return plain


def _rows_of(
    actor: Actor, enterprise_id: UUID, many: Sequence[Mapping[str, Any]]
) -> dict[str, dict[UUID, Any]]:
    """Return the measures, units, objects and checklists named, in a statement each."""
    found: dict[str, dict[UUID, Any]] = {}
    for name, model in _MODELS.items():
        ids = {_uuid(fields[f"{name}_id"]) for fields in many if fields.get(f"{name}_id")}
        rows: Any = model.objects.for_actor(actor).filter(enterprise=enterprise_id)
        if name == "checklist":
            rows = rows.filter(is_active=True)
        else:
            rows = rows.filter(removed_at__isnull=True)
        if name == "measure":
            rows = rows.select_related("event__unit__object")
        elif name == "unit":
            rows = rows.select_related("object")
        found[name] = {row.pk: row for row in rows.filter(pk__in=ids)} if ids else {}
    return found


def _uuid(value: Any) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


_UNKNOWN = {
    "measure": "measure", "unit": "unit", "object": "object", "checklist": "checklist",
}  # fmt: skip


def _place(
    task: InspectionTask,
    fields: Mapping[str, Any],
    rows: Mapping[str, Mapping[UUID, Any]],
    problems: Problems,
) -> None:
    """Set the place: the finest thing named, and what lies above it."""
    for name in PLACES:
        wanted = fields.get(f"{name}_id")
        row = rows[name].get(_uuid(wanted) or UUID(int=0)) if wanted else None
        if wanted and row is None:
            problems.add(_UNKNOWN[name], _("This is not there any more; choose another."))
        if f"{name}_id" in fields or name not in ("checklist",):
            setattr(task, name, row)
    if task.measure is not None:
        task.unit = task.measure.event.unit
    if task.unit is not None:
        task.object = task.unit.object


def _complete(task: InspectionTask, problems: Problems) -> None:
    if task.measure is not None:
        task.content = task.content or task.measure.inspection_content or task.measure.text
        task.title = task.title or task.content[:200]
    if task.checklist is not None:
        task.title = task.title or task.checklist.title
        if task._state.adding and task.source == Source.DAILY:
            task.source = task.checklist.source
    task.title = task.title.strip()
    if not task.title:
        problems.add("title", _("Say what is to be inspected."), code="missing")
    if task.source not in Source.values:
        problems.add("source", _("Choose one."))
    if task.work_type == WorkType.DAILY:
        task.role_item = None


def _departments(enterprise_id: UUID, tasks: Sequence[InspectionTask]) -> dict[str, UUID]:
    """Return the organisations by path at which the places of tasks lie."""
    paths = {near.scope_path for task in tasks if (near := task.unit or task.object)}
    rows = Organisation.objects.filter(path__in=paths, is_active=True)
    return dict(rows.values_list("path", "pk"))


def _plan_fields(
    task: InspectionTask, fields: Mapping[str, Any], departments: Mapping[str, UUID]
) -> dict[str, Any]:
    near = task.unit or task.object
    own = {
        name: fields[key]
        for name in WHEN
        for key in (name, f"{name}_id")
        if key in fields
        and not (fields[key] is None and key in _KEEP_DEFAULT)
        and (key.endswith("_id") or name not in ("organisation", "assignee", "shift_pattern"))
    }
    named = {
        f"{name}_id" if name in ("organisation", "assignee", "shift_pattern") else name: value
        for name, value in own.items()
    }
    if not named.get("organisation_id"):
        named["organisation_id"] = (
            departments.get(near.scope_path) if near is not None else None
        ) or task.enterprise_id
    return {
        **named,
        "kind": KIND,
        "title": task.title,
        "subject_id": task.pk,
        "place_id": near.pk if near is not None else None,
        "place_text": near.name if near is not None else "",
        "work_type": task.work_type,
        "role_item": task.role_item,
    }


_KEEP_DEFAULT = frozenset(
    {"starts_on", "time_from", "time_to", "grace_minutes", "cycle_n", "cycle_unit", "calendar"}
)
"""An empty value of these means the plan's default."""


def _shown(task: InspectionTask) -> dict[str, Any]:
    names = (*OWN, "measure_id", "unit_id", "object_id", "checklist_id")
    return {name: value for name in names if (value := getattr(task, name)) not in (None, "")}
