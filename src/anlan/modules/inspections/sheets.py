"""The sheet of inspection tasks: bringing them in, and the columns of their export."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisations
from anlan.base.actors.roles import HELD_AT, OrganisationKind, Role
from anlan.base.clock import today
from anlan.base.duties import queries as duties
from anlan.base.duties.models.plan import CycleUnit, Days, WorkType
from anlan.base.imports.sheet import RowChange, Sheet, SheetColumn, SheetRow, register_sheet
from anlan.modules.inspections import queries
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.services import tasks
from anlan.modules.registry.queries import coded
from anlan.modules.registry.sheets import Ref, enterprise_column, given_of, reference
from anlan.modules.risk.models import ControlMeasure, RiskObject, RiskUnit

_INSIDE = {OrganisationKind.ENTERPRISE, OrganisationKind.DEPARTMENT, OrganisationKind.CONTRACTOR}
ROLES = [
    (role.value, role.label)
    for role in Role
    if HELD_AT[role] & _INSIDE and role not in (Role.SYSTEM_ADMIN, Role.AUDITOR)
]
"""The roles to which a plant gives tasks."""

# Left empty these keep what is stored, or follow the place: an empty cell means "as usual".
_USUAL = (
    "content",
    "source",
    "route",
    "organisation",
    "starts_on",
    "time_from",
    "time_to",
    "grace_minutes",
)
_PLACES = ("measure", "unit", "object")
_LINKS = frozenset({*_PLACES, "checklist", "organisation", "assignee", "shift_pattern"})
_HOUR = re.compile(r"^([01]?\d|2[0-4])[:：]([0-5]\d)(?::00)?$")


def _every(model: Any) -> Callable[[Actor], QuerySet[Any]]:
    # Also what was taken out of the register: a task that still has it may be exported and come
    # back. The service refuses it for any other.
    return lambda actor: model.objects.for_actor(actor)


def _finest(name: str) -> Callable[[InspectionTask], Ref | None]:
    """Return where an export finds a place: only the finest known one is written."""

    def value(row: InspectionTask) -> Ref | None:
        for one in _PLACES:
            target = getattr(row, one)
            if target is not None:
                return Ref(target.pk, target.code) if one == name else None
        return None

    return value


def _place(name: str, label: Any, model: Any, help_text: Any) -> SheetColumn:
    column = reference(name, label, _every(model), help=help_text)
    return SheetColumn(
        name, label, kind="reference", find=column.find, find_with=column.find_with,
        show=column.show, value=_finest(name), help=help_text,
    )  # fmt: skip


def _departments(actor: Actor, asked: Collection[tuple[Any, str]]) -> Mapping[Any, Ref]:
    """Find the enterprise itself, its departments and teams by name."""
    pairs = [(owner, text) for owner, text in asked if owner is not None]
    rows = organisations(actor).filter(
        owner_enterprise_id__in={owner.id for owner, _text in pairs},
        name__in={text for _owner, text in pairs},
        is_active=True,
    )
    known = {(row.owner_enterprise_id, row.name): row for row in rows.order_by("-path")}
    return {
        (owner, text): Ref(row.pk, row.name)
        for owner, text in pairs
        if (row := known.get((owner.id, text))) is not None
    }


def _people(actor: Actor, asked: Collection[tuple[Any, str]]) -> Mapping[Any, Ref]:
    """Find people of the enterprise by login name, or by a name that only one of them has."""
    found: dict[Any, Ref] = {}
    for owner in {owner for owner, _text in asked if owner is not None}:
        logins: dict[str, Ref] = {}
        names: dict[str, set[Ref]] = defaultdict(set)
        for post in duties.colleagues(actor, owner.id):
            ref = Ref(post.user_id, post.user.username)
            logins[post.user.username] = ref
            names[post.user.display_name].add(ref)
        for asked_owner, text in asked:
            if asked_owner != owner:
                continue
            alike = names.get(text, set())
            if hit := logins.get(text) or (next(iter(alike)) if len(alike) == 1 else None):
                found[asked_owner, text] = hit
    return found


def _of_plan(name: str, shown: str) -> Callable[[InspectionTask], Ref | None]:
    def value(row: InspectionTask) -> Ref | None:
        target = getattr(row.plan, name)
        return Ref(target.pk, getattr(target, shown)) if target is not None else None

    return value


def _within(name: str, label: Any, find: Any, shown: str, help_text: Any) -> SheetColumn:
    return SheetColumn(
        name, label, kind="reference", find=find, find_with=("enterprise",),
        show=lambda ref: ref.text, value=_of_plan(name, shown), help=help_text,
    )  # fmt: skip


def _hour(text: str) -> Any:
    return None if _HOUR.match(text) else _t("Write hours as 08:00.")


def _hour_column(name: str, label: Any, help_text: Any = "") -> SheetColumn:
    return SheetColumn(
        name, label, value=lambda row: f"{getattr(row.plan, name):%H:%M}", check=_hour,
        example="08:00", help=help_text,
    )  # fmt: skip


def _patterns(actor: Actor) -> QuerySet[Any]:
    return duties.shift_patterns(actor).filter(is_active=True)


_PATTERN = reference("shift_pattern", _("Shift pattern"), _patterns, "name")

COLUMNS = [
    enterprise_column(),
    SheetColumn.of(
        InspectionTask, "code", required=True, example="T-101-01",
        help=_("Your own, or as exported: the same code again changes the task."),
    ),
    SheetColumn.of(InspectionTask, "title", required=True),
    SheetColumn.of(
        InspectionTask, "content", help=_("Left empty it follows the control measure.")
    ),
    SheetColumn.of(
        InspectionTask, "source", default=None,
        help=_("Daily, or that of the checklist, if left empty."),
    ),
    _place("measure", _("measure code"), ControlMeasure, _("Place and object follow from it.")),
    _place("unit", _("unit code"), RiskUnit, _("When it is about a place, not one measure.")),
    _place("object", _("object code"), RiskObject, _("When it is about the whole object.")),
    reference("checklist", _("checklist"), queries.checklists, "title"),
    SheetColumn.of(InspectionTask, "route"),
    SheetColumn(
        "cycle_n", _("Every"), "integer", minimum=1, maximum=1000, default=1,
        value="plan.cycle_n", help=_("Number of the cycle: 2 with the cycle Hour is every 2 h."),
    ),
    SheetColumn(
        "cycle_unit", _("Cycle"), "choice", choices=CycleUnit.choices,
        default=CycleUnit.DAY.value, value="plan.cycle_unit",
    ),
    SheetColumn(
        "calendar", _("Days"), "choice", choices=Days.choices, default=Days.EVERY_DAY.value,
        value="plan.calendar",
    ),
    SheetColumn(
        "shift_pattern", _("Shift pattern"), kind="reference", find=_PATTERN.find,
        find_with=_PATTERN.find_with, show=_PATTERN.show, value=_of_plan("shift_pattern", "name"),
        help=_("For cycles by shift."),
    ),
    SheetColumn(
        "starts_on", _("First day"), "date", value="plan.starts_on", help=_("Today if left empty.")
    ),
    SheetColumn("ends_on", _("Last day"), "date", value="plan.ends_on"),
    _hour_column("time_from", _("From hour")),
    _hour_column("time_to", _("Until hour"), _("The same hour twice is the whole day.")),
    SheetColumn(
        "grace_minutes", _("Grace in minutes"), "integer", minimum=0, maximum=525_600,
        value="plan.grace_minutes",
    ),
    _within(
        "organisation", _("department"), _departments, "name",
        _("Name of the department or team; that of the place if left empty."),
    ),
    SheetColumn(
        "role", _("role"), "choice", choices=ROLES, value="plan.role",
        help=_("Whoever holds it there; everybody there when empty."),
    ),
    _within(
        "assignee", _("person"), _people, "username",
        _("Login name, or a name that only one person has. Only this person instead of a role."),
    ),
    SheetColumn.of(InspectionTask, "work_type"),
    SheetColumn.of(
        InspectionTask, "role_item", maximum=10,
        help=_("For tasks of the three responsible persons: 1–9, 1–9, 1–10."),
    ),
]  # fmt: skip
_BY_NAME = {column.name: column for column in COLUMNS}


def rows(actor: Actor) -> QuerySet[InspectionTask]:
    """Return the tasks the actor sees, with all that an export names."""
    found: Any = queries.tasks(actor).select_related(
        "plan__organisation", "plan__assignee", "plan__shift_pattern", "measure", "unit", "object",
        "checklist", "enterprise",
    )  # fmt: skip
    return coded(found)


def _existing(
    actor: Actor, keys: Collection[Any], *, lock: bool = False
) -> Mapping[Any, Mapping[str, Any]]:
    found: Any = rows(actor).filter(
        enterprise__in={key[0].id for key in keys}, code__in={key[1] for key in keys}
    )
    if lock:
        found = found.select_for_update(of=("self",)).order_by("pk")
    return {
        (values["enterprise"], values["code"]): values
        for row in found
        for values in [
            {column.name: column.from_row(row) for column in COLUMNS}
            | {"id": row.pk, "is_active": row.is_active}
        ]
    }


def _check(actor: Actor, given: Sequence[SheetRow]) -> None:
    _same_place_once(actor, given)
    for row in given:
        _tidy(row)
        if row.old is not None and not row.old["is_active"] and _differs(row):
            row.problem(
                "code", _t("This inspection task was stopped."), _t("Give the new task a new code.")
            )
    by_enterprise: dict[UUID, list[SheetRow]] = defaultdict(list)
    for row in given:
        if not row.problems and (row.old is None or _differs(row)):
            by_enterprise[row.values["enterprise"].id].append(row)
    for enterprise_id, of_one in by_enterprise.items():
        found = tasks.problems_of(actor, enterprise_id, [_given(row) for row in of_one])
        for row, problems in zip(of_one, found, strict=True):
            for problem in problems:
                name = problem.field if problem.field in _BY_NAME else "code"
                row.problem(name, problem.text, problem.remedy, problem.code)


def _differs(row: SheetRow) -> bool:
    old = row.old or {}
    return any(not _BY_NAME[n].same(old.get(n), v) for n, v in row.values.items())


def _tidy(row: SheetRow) -> None:
    """Write cells the one way they are stored, so that the same file again changes nothing."""
    for name in ("time_from", "time_to"):
        if text := row.values.get(name):
            hour, minute = text.replace("：", ":").split(":")[:2]
            row.values[name] = f"{int(hour) % 24:02}:{minute}"
    for name in _USUAL:
        if name in row.values and row.values[name] in (None, ""):
            del row.values[name]
    if row.old is None:
        row.values.setdefault("starts_on", today())
    if row.get("work_type") == WorkType.DAILY and row.values.get("role_item") is not None:
        row.values["role_item"] = None


def _same_place_once(actor: Actor, given: Sequence[SheetRow]) -> None:
    """Keep the finest place named; those above it follow, and must not contradict it."""
    ids = {ref.id for row in given if (ref := row.get("measure"))}
    measures = dict[UUID, tuple[UUID, UUID]]()
    for pk, unit, thing in (
        ControlMeasure.objects.for_actor(actor)
        .filter(pk__in=ids)
        .values_list("pk", "event__unit", "event__unit__object")
    ):
        measures[pk] = (unit, thing)
    ids = {ref.id for row in given if (ref := row.get("unit"))}
    units = dict(RiskUnit.objects.for_actor(actor).filter(pk__in=ids).values_list("pk", "object"))
    for row in given:
        measure, unit, thing = (row.values.get(name) for name in _PLACES)
        above = measures.get(measure.id) if measure else None
        if above is not None:
            _follows(row, "unit", unit, above[0])
            _follows(row, "object", thing, above[1])
        elif unit:
            _follows(row, "object", thing, units.get(unit.id))


def _follows(row: SheetRow, name: str, given: Ref | None, true: UUID | None) -> None:
    if given is not None and given.id != true:
        row.problem(
            name,
            _t("This contradicts the finer place in the same row."),
            _t("Leave it empty: it follows by itself."),
            "contradicts",
        )
    elif name in row.values:
        row.values[name] = None


def _given(row: SheetRow | RowChange) -> dict[str, Any]:
    """Return a row as the service takes it."""
    values = given_of(row.values)
    values.pop("enterprise")
    old = row.old or {}
    if any(name in values for name in _PLACES):
        # The service sets the whole place anew.
        values |= {n: given_of(old).get(n) for n in _PLACES if n in old and n not in values}
    for name in ("time_from", "time_to"):
        if values.get(name):
            values[name] = dt.time.fromisoformat(values[name])
    found = {f"{n}_id" if n in _LINKS else n: value for n, value in values.items()}
    if old:
        found["task_id"] = old["id"]
    return found


def _write(actor: Actor, changes: Sequence[RowChange]) -> None:
    by_enterprise: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        by_enterprise[change.key[0].id].append(_given(change))
    for enterprise_id, of_one in by_enterprise.items():
        tasks.save_many(actor, enterprise_id, of_one)


TASKS = register_sheet(
    Sheet(
        name="inspection_tasks",
        title=_("Inspection tasks"),
        key=("enterprise", "code"),
        columns=COLUMNS,
        existing=_existing,
        write=_write,
        permission=TASK_EDIT,
        row_checks=[_check],
        intro=_(
            "One row a task, told apart by its code. Name the control measure, or the unit, the"
            " object or a checklist; the places above follow. The same file again changes nothing."
        ),
        done_url=reverse_lazy("inspections:tasks"),
    )
)
