"""Tasks as they would be written: values set, places found, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.duties.models.plan import WorkType
from anlan.base.errors import NotYours, Problems
from anlan.base.ids import uuid7
from anlan.modules.findings.choices import Source
from anlan.modules.inspections.duties import KIND
from anlan.modules.inspections.models import Checklist, InspectionTask
from anlan.modules.inspections.problems import TaskStopped
from anlan.modules.risk.models import ControlMeasure, RiskObject, RiskUnit

OWN = ("code", "title", "content", "source", "work_type", "role_item", "route")
PLACES = ("measure", "unit", "object", "checklist")
WHEN = (
    "organisation", "assignee", "role", "cycle_n", "cycle_unit", "calendar", "shift_pattern",
    "starts_on", "ends_on", "time_from", "time_to", "grace_minutes",
)  # fmt: skip
LONGEST_CODE = 40
_LINKS = frozenset({*PLACES, "organisation", "assignee", "shift_pattern"})
_MODELS = {
    "measure": ControlMeasure, "unit": RiskUnit, "object": RiskObject, "checklist": Checklist,
}  # fmt: skip
_KEEP_DEFAULT = frozenset(
    {"starts_on", "time_from", "time_to", "grace_minutes", "cycle_n", "cycle_unit", "calendar"}
)
"""An empty value of these means the plan's default."""


@dataclass(slots=True)
class Built:
    """A task with its new values set, what its plan takes, and what is wrong with it."""

    task: InspectionTask
    plan_fields: dict[str, Any]
    problems: Problems
    is_new: bool
    before: dict[str, Any] = field(default_factory=dict)


def build(
    actor: Actor, enterprise_id: UUID, given: Sequence[Mapping[str, Any]], *, lock: bool = False
) -> list[Built]:
    """Return the tasks that these fields describe; those with a `task_id` change that task.

    Nothing is written, and statements do not grow with the rows. Raises NotYours for a task that
    is not there, TaskStopped, TypeError for a field tasks do not have.
    """
    many = [plain(fields) for fields in given]
    known = _known(actor, enterprise_id, many, lock=lock)
    rows = _rows_of(actor, enterprise_id, many)
    built = []
    for fields in many:
        task_id = fields.get("task_id")
        task = (
            InspectionTask(id=fields.get("id") or uuid7(), enterprise_id=enterprise_id)
            if task_id is None
            else known[str(task_id)]
        )
        one = Built(task, fields, Problems(), task_id is None)
        if not one.is_new:
            one.before = shown(task)
        _set_own(task, fields)
        if one.is_new or any(f"{name}_id" in fields for name in PLACES):
            _place(task, fields, rows, one.problems)
        _complete(task, one.problems)
        built.append(one)
    _refuse_taken_codes(actor, enterprise_id, built)
    departments = _departments([one.task for one in built])
    for one in built:
        one.plan_fields = _plan_fields(one, departments)
    return built


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with rows as their ids. Raises TypeError for a field tasks do not have."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        bare = name.removesuffix("_id")
        if bare in _LINKS:
            found[f"{bare}_id"] = getattr(value, "pk", value)
        elif name in OWN or name in WHEN or name in ("id", "task_id"):
            found[name] = value
        else:
            raise TypeError(f"inspection tasks have no field {name!r}")
    return found


def shown(task: InspectionTask) -> dict[str, Any]:
    """Return what history tells of a task."""
    names = (*OWN, "measure_id", "unit_id", "object_id", "checklist_id")
    return {name: value for name in names if (value := getattr(task, name)) not in (None, "")}


def _known(
    actor: Actor, enterprise_id: UUID, many: Sequence[Mapping[str, Any]], *, lock: bool
) -> dict[str, InspectionTask]:
    wanted = {str(fields["task_id"]) for fields in many if fields.get("task_id")}
    if not wanted:
        return {}
    rows: Any = InspectionTask.objects.for_actor(actor).select_related(
        "plan", "measure__event__unit__object", "unit__object", "object", "checklist"
    )
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    found = {str(row.pk): row for row in rows.filter(enterprise=enterprise_id, pk__in=wanted)}
    if wanted - found.keys():
        raise NotYours()
    if not all(row.is_active for row in found.values()):
        raise TaskStopped()
    return found


def _set_own(task: InspectionTask, fields: Mapping[str, Any]) -> None:
    for name in OWN:
        # What is left empty keeps its value or the default; these two may be emptied.
        may_empty = name in ("content", "role_item") and not task._state.adding
        if name in fields and (fields[name] not in ("", None) or may_empty):
            setattr(task, name, fields[name])


def _rows_of(
    actor: Actor, enterprise_id: UUID, many: Sequence[Mapping[str, Any]]
) -> dict[str, dict[UUID, Any]]:
    """Return the measures, units, objects and checklists named, in a statement each.

    Those taken out of the register are among them: a task that has one may keep it.
    """
    found: dict[str, dict[UUID, Any]] = {}
    for name, model in _MODELS.items():
        ids = {_uuid(fields[f"{name}_id"]) for fields in many if fields.get(f"{name}_id")}
        rows: Any = model.objects.for_actor(actor).filter(enterprise=enterprise_id)
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


def _is_gone(row: Any) -> bool:
    return not row.is_active if isinstance(row, Checklist) else row.removed_at is not None


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
        if row is not None and _is_gone(row) and row.pk != getattr(task, f"{name}_id"):
            row = None
        if wanted and row is None:
            problems.add(name, _("This is not there any more; choose another."))
        if f"{name}_id" in fields or name != "checklist":
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
    task.title, task.code = task.title.strip(), task.code.strip()
    if not task.title:
        problems.add("title", _("Say what is to be inspected."), code="missing")
    for name, most in (("code", LONGEST_CODE), ("title", 200), ("content", 2000)):
        if len(getattr(task, name)) > most:
            problems.add(name, _("Use at most %s characters.") % most, code="too_long")
    if task.source not in Source.values:
        problems.add("source", _("Choose one."))
    if task.work_type == WorkType.DAILY:
        task.role_item = None


def _refuse_taken_codes(actor: Actor, enterprise_id: UUID, built: Sequence[Built]) -> None:
    named = [one for one in built if one.task.code]
    if not named:
        return
    rows = InspectionTask.objects.unscoped("codes are the whole enterprise's").filter(
        enterprise=enterprise_id, code__in={one.task.code for one in named}
    )
    holders = dict(rows.values_list("code", "pk"))
    for one in named:
        if holders.setdefault(one.task.code, one.task.pk) != one.task.pk:
            one.problems.add(
                "code", _("Another task has this code."), _("Give another one."), code="taken"
            )


def _departments(tasks: Sequence[InspectionTask]) -> dict[str, UUID]:
    """Return the organisations by path at which the places of tasks lie."""
    paths = {near.scope_path for task in tasks if (near := task.unit or task.object)}
    rows = Organisation.objects.filter(path__in=paths, is_active=True)
    return dict(rows.values_list("path", "pk"))


def _plan_fields(one: Built, departments: Mapping[str, UUID]) -> dict[str, Any]:
    """Return what the task's plan takes; a change leaves out what stays."""
    task, fields = one.task, one.plan_fields
    near = task.unit or task.object
    named: dict[str, Any] = {}
    for name in WHEN:
        key = f"{name}_id" if name in _LINKS else name
        if key in fields and not (fields[key] is None and key in _KEEP_DEFAULT):
            named[key] = fields[key]
    if not named.get("organisation_id") and (one.is_new or "organisation_id" in fields):
        named["organisation_id"] = (
            departments.get(near.scope_path) if near is not None else None
        ) or task.enterprise_id
    return {
        **named,
        "kind": KIND,
        "title": task.title,
        "subject_id": task.pk,
        "place_id": near.pk if near is not None else None,
        "place_text": near.name[:120] if near is not None else "",
        "work_type": task.work_type,
        "role_item": task.role_item,
    }
