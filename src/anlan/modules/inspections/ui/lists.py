"""The list pages of inspections."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.duties.models.plan import CycleUnit, WorkType
from anlan.base.duties.states import State
from anlan.base.lists import Chooser, Column, Filter, ListPage, View, register_chooser
from anlan.modules.inspections import queries, sheets
from anlan.modules.inspections.choices import Result
from anlan.modules.inspections.duties import KIND
from anlan.modules.inspections.models import Checklist, InspectionRecord, InspectionTask
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.ui import words
from anlan.modules.risk.models import ControlMeasure

RESULT_TONES = {"normal": "done", "abnormal": "work", "not_inspected": "outline"}
RESULT_ICONS = {"normal": "circle-check", "abnormal": "alert-triangle", "not_inspected": "ban"}
STATE_TONES = {"done": "done", "done_late": "done", "overdue": "work", "due_soon": "work"}
STATE_ICONS = {
    "pending": "clock",
    "due_soon": "hourglass",
    "done": "circle-check",
    "done_late": "clock-check",
    "overdue": "alert-triangle",
    "exempt": "player-pause",
}


def _one_enterprise(actor: Actor) -> bool:
    return actor.only_enterprise_id is not None


def enterprise_column() -> Column:
    """Return the column of the enterprise, left out for people of one."""
    return Column(
        "enterprise", _("enterprise"), value="enterprise.name", sort=None, same_for=_one_enterprise
    )


def enterprise_filter() -> Filter:
    """Return the filter of the enterprise, left out for people of one."""
    return Filter(
        "enterprise", _("enterprise"), kind="relation", chooser="enterprises",
        same_for=_one_enterprise,
    )  # fmt: skip


def _create_task(actor: Actor) -> str:
    return reverse("inspections:tasks_new") if actor.own_enterprise_id else ""


def _create_checklist(actor: Actor) -> str:
    return reverse("inspections:checklists_new") if actor.own_enterprise_id else ""


def _offers(request: HttpRequest) -> dict[str, Any]:
    actor: Any = request.actor  # type: ignore[attr-defined]
    return {"may_plan": bool(actor.own_enterprise_id) and actor.may(TASK_EDIT)}


def _measure_note(row: ControlMeasure) -> str:
    return f"{row.code} · {_('taken out of the register')}" if row.removed_at else row.code


register_chooser(
    Chooser(
        "inspections.measures",
        queries.inspected_measures,
        label=lambda row: row.text,
        note=_measure_note,
        within=lambda rows, value: rows.filter(enterprise=value),
    )
)
register_chooser(
    Chooser(
        "inspections.tasks",
        queries.tasks,
        label=lambda row: row.title,
        note=lambda row: row.code,
        within=lambda rows, value: rows.filter(enterprise=value),
    )
)


def _is_gone(values: tuple[str, ...]) -> Q:
    return Q(measure__removed_at__isnull="yes" not in values)


TASKS = ListPage(
    key="inspections.tasks",
    title=_("Inspection tasks"),
    query=sheets.rows,
    columns=[
        Column.of(InspectionTask, "code", fixed=True),
        Column.of(InspectionTask, "title", wide=True, fixed=True),
        Column("place", _("place"), value="plan.place_text"),
        enterprise_column(),
        Column("cycle", _("Cycle"), value=lambda row: words.cycle(row.plan)),
        Column("whose", _("Whose"), value=lambda row: words.whose(row.plan)),
        Column.of(InspectionTask, "source", sort=None),
        Column("class2", _("Class of measure"), value="measure.get_class2_display", shown=False),
        Column.of(InspectionTask, "work_type", sort=None, shown=False),
        Column.of(InspectionTask, "role_item", sort=None, shown=False),
        Column.of(InspectionTask, "route", sort=None, shown=False),
        Column.of(InspectionTask, "content", shown=False),
        Column.of(InspectionTask, "is_active", sort=None, shown=False),
    ],
    filters=[
        Filter.of(InspectionTask, "source", kind="choice", nullable=False),
        Filter("cycle_unit", _("Cycle"), field="plan__cycle_unit", choices=CycleUnit.choices),
        Filter.of(InspectionTask, "work_type", kind="choice", nullable=False),
        enterprise_filter(),
        Filter.of(InspectionTask, "is_active", pinned=False),
        Filter(
            "measure_gone",
            _("Control measure taken out"),
            kind="boolean",
            condition=_is_gone,
            pinned=False,
        ),
    ],
    search_hint=_("Title, code, place or pinyin"),
    order=("unit__route", "route", "title", "pk"),
    views=[
        View("active", _("In use"), {"is_active": ["yes"]}),
        View("responsible", _("Responsible persons"), {"work_type": ["1", "2", "3"]}),
        View(
            "gone", _("Control measure taken out"), {"is_active": ["yes"], "measure_gone": ["yes"]}
        ),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("inspections:tasks_show", args=[row.pk]),
    create_url=_create_task,
    create_label=_("New task"),
    create_permission=TASK_EDIT,
    sheet=sheets.TASKS,
    first_step=_("Set up tasks for the measures of the risk register in one go."),
    nav="inspections.tasks",
    template="inspections/tasks.html",
    context=_offers,
)


def _search_records(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    for word in text.split():
        rows = rows.filter(Q(task__search_key__icontains=word) | Q(place__icontains=word))
    return rows


RECORDS = ListPage(
    key="inspections.records",
    title=_("Inspection records"),
    query=queries.records,
    columns=[
        Column.of(InspectionRecord, "occurred_at", fixed=True),
        Column("task", _("inspection task"), value="task.title", wide=True, fixed=True),
        Column.of(InspectionRecord, "place", sort=None),
        enterprise_column(),
        Column.of(
            InspectionRecord,
            "result",
            kind="badge",
            sort=None,
            tone=RESULT_TONES,
            icon=RESULT_ICONS,
        ),
        Column.of(InspectionRecord, "reading", sort=None),
        Column.of(InspectionRecord, "reading_unit", sort=None),
        Column("by", _("inspected by"), value="by.display_name"),
        Column.of(InspectionRecord, "arrived_by", sort=None, shown=False),
        Column.of(InspectionRecord, "is_late", sort=None),
        Column.of(InspectionRecord, "is_repeat", sort=None, shown=False),
        Column.of(InspectionRecord, "stands", sort=None, shown=False),
        Column.of(InspectionRecord, "received_at", sort=None, shown=False),
        Column.of(InspectionRecord, "started_at", sort=None, shown=False),
        Column.of(InspectionRecord, "finished_at", sort=None, shown=False),
        Column.of(InspectionRecord, "reason", sort=None, shown=False),
        Column.of(InspectionRecord, "note", shown=False),
        Column.of(InspectionRecord, "device_id", sort=None, shown=False),
    ],
    filters=[
        Filter.of(InspectionRecord, "result", nullable=False),
        Filter.of(InspectionRecord, "occurred_at", kind="date"),
        Filter.of(InspectionRecord, "is_late", nullable=False),
        Filter.of(InspectionRecord, "is_repeat", nullable=False, pinned=False),
        Filter.of(InspectionRecord, "arrived_by", nullable=False, pinned=False),
        Filter("by", _("inspected by"), "relation", chooser="people.people", pinned=False),
        Filter(
            "measure",
            _("control measure"),
            "relation",
            field="task__measure",
            chooser="inspections.measures",
            pinned=False,
        ),
        Filter("task", _("inspection task"), "relation", chooser="inspections.tasks", pinned=False),
        enterprise_filter(),
    ],
    search=_search_records,
    search_hint=_("Task or place"),
    order=("-occurred_at", "-pk"),
    sorts_when_large=("occurred_at",),
    views=[
        View("all", _("All"), {}),
        View("abnormal", _("Abnormal"), {"result": ["abnormal"]}),
        View("not", pgettext_lazy("check", "Not inspected"), {"result": ["not_inspected"]}),
        View("late", _("Uploaded late"), {"is_late": ["yes"]}),
    ],
    row_url=lambda row: reverse("inspections:records_show", args=[row.pk]),
    first_step=_("Checks appear here when somebody makes them, at the desk or on the phone."),
    nav="inspections.records",
)


def board(actor: Actor) -> QuerySet[Instance]:
    """Return today's inspections with what stands for each: open ones, and done or due today."""
    since, until = queries.day_bounds(now())
    standing = InspectionRecord.objects.for_actor(actor).filter(
        instance_id=OuterRef("pk"), stands=True
    )
    return (
        duties.due_between(actor, since, until)
        .filter(plan__kind=KIND)
        .select_related("plan", "organisation", "assignee", "done_by", "enterprise")
        .annotate(
            result=Subquery(standing.values("result")[:1]),
            stands_id=Subquery(standing.values("pk")[:1]),
        )
    )


def _board_url(row: Any) -> str:
    if row.stands_id:
        return reverse("inspections:records_show", args=[row.stands_id])
    return reverse("inspections:tasks_show", args=[row.plan.subject_id])


def _state_q(values: tuple[str, ...]) -> Q:
    return Q(state__in=values)


BOARD = ListPage(
    key="inspections.board",
    title=_("Today's inspections"),
    query=board,
    columns=[
        Column("title", _("inspection task"), value="plan.title", wide=True, fixed=True),
        Column("place", _("place"), value="plan.place_text"),
        enterprise_column(),
        Column("whose", _("Whose"), value=words.whose),
        Column("window", _("Window"), value=words.window, sort=None),
        Column(
            "state",
            _("State"),
            kind="badge",
            choices=State.choices,
            tone=STATE_TONES,
            icon=STATE_ICONS,
            sort="state",
        ),
        Column(
            "result",
            _("result"),
            kind="badge",
            choices=Result.choices,
            tone=RESULT_TONES,
            icon=RESULT_ICONS,
            sort=None,
        ),
        Column("done_at", _("Done at"), kind="datetime", sort=None),
        Column("done_by", _("Done by"), value="done_by.display_name"),
    ],
    filters=[
        Filter("state", _("State"), choices=State.choices, condition=_state_q),
        Filter("work_type", _("task type"), choices=WorkType.choices),
        enterprise_filter(),
    ],
    search=lambda rows, text: rows.filter(
        Q(plan__title__icontains=text) | Q(plan__place_text__icontains=text)
    ),
    search_hint=_("Task or place"),
    order=("due_at", "pk"),
    views=[
        View("all", _("All"), {}),
        View("open", _("To do"), {"state": ["pending", "due_soon"]}),
        View("overdue", _("Overdue"), {"state": ["overdue"]}),
        View("done", _("Done"), {"state": ["done", "done_late"]}),
    ],
    row_url=_board_url,
    first_step=_("Inspections that fall due today appear here."),
    nav="inspections.board",
    template="inspections/board.html",
)

CHECKLISTS = ListPage(
    key="inspections.checklists",
    title=_("Checklists"),
    query=lambda actor: queries.checklists(actor).select_related("enterprise"),
    columns=[
        Column.of(Checklist, "title", wide=True, fixed=True),
        enterprise_column(),
        Column.of(Checklist, "source", sort=None),
        Column("n", _("items"), kind="number", value=lambda row: len(row.items)),
    ],
    filters=[Filter.of(Checklist, "source", kind="choice", nullable=False), enterprise_filter()],
    search=("title",),
    search_hint=_("Title"),
    order=("title", "pk"),
    views=[View("all", _("All"), {})],
    row_url=lambda row: reverse("inspections:checklists_edit", args=[row.pk]),
    create_url=_create_checklist,
    create_label=_("New checklist"),
    create_permission=TASK_EDIT,
    first_step=_("Take over a ready checklist, or write your own."),
    nav="inspections.tasks",
    template="inspections/checklists.html",
    context=_offers,
)
