"""Pages of tasks, records and checklists: plumbing between forms, queries and services."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.actors.models import Organisation
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.duties import queries as duties
from anlan.base.duties.services.places import enterprise_of
from anlan.base.duties.states import OPEN
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.base.files.panel import panel_for
from anlan.base.pocket.queries import device_label
from anlan.modules.findings.models import Finding
from anlan.modules.inspections import queries, ready
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.policy import RECORD_MAKE, TASK_EDIT
from anlan.modules.inspections.services import checklists, evidence, records, suggesting, tasks
from anlan.modules.inspections.ui import words
from anlan.modules.inspections.ui.forms import (
    ChecklistForm,
    RecordForm,
    TaskForm,
    checklist_initial,
    initial_of,
)
from anlan.modules.risk import queries as risk

RECENT = 20


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _owner(request: HttpRequest) -> Organisation:
    """Return the enterprise that something new is for. Raises NotYours, Forbidden."""
    actor = _actor(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    try:
        pk = UUID(str(wanted))
    except ValueError as error:
        raise NotYours() from error
    owner = enterprise_of(actor, pk)
    if not any(
        post.path.startswith(owner.path) or owner.path.startswith(post.path)
        for post in actor.posts
        if actor.may(TASK_EDIT)
    ):
        raise Forbidden(permission=TASK_EDIT)
    return owner


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Inspection tasks"), reverse("inspections:tasks")), *more]


def _form_page(
    request: HttpRequest, form: Any, title: Any, crumbs: list[Any], **more: Any
) -> HttpResponse:
    context = {"form": form, "title": title, "crumbs": crumbs, "back": crumbs[-2][1], **more}
    return render(request, "inspections/form.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def task_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a task: when and whose, its last checks, its history."""
    actor = _actor(request)
    task = queries.task_one(actor, pk)
    due = list(duties.instances_of_plan(actor, task.plan)[:RECENT])
    standing = queries.standing_records(actor, [one.pk for one in due])
    values = queries.last_values([task], depth=30).get(task.pk, [])
    at = now()
    context = {
        "task": task,
        "cycle": words.cycle(task.plan),
        "whose": words.whose(task.plan),
        "duties": [
            (one, words.window(one), standing.get(one.pk), one.state in OPEN and one.opens_at <= at)
            for one in due
        ],
        "values": [float(one["value"]) for one in reversed(values) if one["value"] is not None],
        "history": history_of(actor, task),
        "may_edit": task.is_active and actor.may(TASK_EDIT, task.scope_path, task.enterprise_id),
        "may_record": task.is_active and actor.may(RECORD_MAKE),
        "crumbs": _crumbs((task.title, "")),
    }
    return render(request, "inspections/task.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    """Set up a task; `?measure=` or `?unit=` says for what."""
    actor, owner = _actor(request), _owner(request)
    initial: dict[str, Any] = {"organisation": owner.pk, "source": 1}
    measure = None
    if wanted := request.GET.get("measure"):
        found: Any = risk.measures(actor).filter(enterprise=owner)
        measure = found.one(wanted)
        cycle = ready.cycles()[measure.class2]
        near = Organisation.objects.filter(path=measure.event.unit.scope_path).first()
        initial |= {
            "measure": measure.pk, "title": measure.inspection_content[:200] or measure.text[:200],
            "content": measure.inspection_content, "unit": measure.event.unit_id,
            "cycle_n": cycle.n, "cycle_unit": cycle.unit, "calendar": cycle.calendar,
            "role": cycle.role, "organisation": near.pk if near else owner.pk,
        }  # fmt: skip
    elif request.GET.get("unit"):
        initial["unit"] = queries.place_one(actor, request.GET["unit"]).pk
    elif request.GET.get("checklist"):
        initial["checklist"] = queries.checklist_one(actor, request.GET["checklist"]).pk
    form = TaskForm(actor, owner, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            task = tasks.save(actor, owner.pk, **form.values())
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("inspections:tasks_show", args=[task.pk]))
    title = _("New inspection task")
    return _form_page(request, form, title, _crumbs((title, "")), measure=measure)


@login_required
@require_http_methods(["GET", "POST"])
def task_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a task; what is not due yet follows."""
    actor = _actor(request)
    task = queries.task_one(actor, pk)
    policy.require(actor, TASK_EDIT, task)
    owner = enterprise_of(actor, task.enterprise_id)
    form = TaskForm(actor, owner, request.POST or None, initial=initial_of(task))
    if request.method == "POST" and form.is_valid():
        try:
            tasks.save(actor, owner.pk, task_id=pk, **form.values())
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("inspections:tasks_show", args=[pk]))
    address = reverse("inspections:tasks_show", args=[pk])
    title = _("Edit %(name)s") % {"name": task.title}
    crumbs = _crumbs((task.title, address), (_("Edit"), ""))
    return _form_page(request, form, title, crumbs, measure=task.measure)


@login_required
@require_POST
def task_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a task, with a reason."""
    try:
        tasks.stop(_actor(request), pk, request.POST.get("reason", "")[:500])
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}".strip())
    else:
        messages.success(request, _("Stopped."))
    return HttpResponseRedirect(reverse("inspections:tasks_show", args=[pk]))


@login_required
@require_http_methods(["GET", "POST"])
def record_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter a check of a task; `?duty=` says which time, else the present one."""
    actor = _actor(request)
    task = queries.task_one(actor, pk)
    if not actor.may(RECORD_MAKE):
        # The lists of duties lead everybody here; who only looks on is shown the task.
        if request.method == "GET":
            return HttpResponseRedirect(reverse("inspections:tasks_show", args=[task.pk]))
        raise Forbidden(permission=RECORD_MAKE)
    duty = request.GET.get("duty")
    instance = (
        duties.instance_one(actor, duty) if duty else duties.instance_at(actor, task.plan_id, now())
    )
    initial = {"instance": instance.pk if instance else None}
    form = RecordForm(task, request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = evidence.record_with_photos(
                actor, _check(task, form), form.uploads(), needs_photo=form.needs_photo
            )
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            for remark in made.remarks:
                messages.info(request, remark)
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("inspections:records_show", args=[made.row.pk]))
    address = reverse("inspections:tasks_show", args=[pk])
    crumbs = _crumbs((task.title, address), (_("Check"), ""))
    more = {"window": words.window(instance) if instance else "", "task": task, "upload": True}
    return _form_page(request, form, task.title, crumbs, **more)


def _check(task: InspectionTask, form: RecordForm) -> records.Check:
    given = form.cleaned_data
    answers = tuple(records.Answer(*one) for one in form.answers())
    return records.Check(
        id=given["id"],
        task_id=task.pk,
        instance_id=given.get("instance"),
        result=given.get("result") or "normal",
        reading=given.get("reading"),
        reason=given.get("reason", ""),
        note=given["note"],
        answers=answers,
        occurred_at=form.moment(),
    )


@login_required
@require_GET
def record_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a record: what was seen, how it is known, the findings, the other checks."""
    actor = _actor(request)
    row = queries.record_one(actor, pk)
    others = (
        list(queries.records_of_duty(actor, row.instance_id).exclude(pk=row.pk))
        if row.instance_id
        else []
    )
    findings: list[Finding] = list(queries.findings_of(actor, row))
    context = {
        "row": row,
        "device": device_label(actor, row.device_id),
        "others": others,
        "findings": findings,
        "panel": panel_for(actor, row),
        "history": history_of(actor, row),
        "crumbs": [
            (_("Inspection records"), reverse("inspections:records")),
            (row.task.title, reverse("inspections:tasks_show", args=[row.task_id])),
            (_("Check"), ""),
        ],
    }
    return render(request, "inspections/record.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    """Show the tasks suggested for measures without one; a POST sets up those ticked."""
    actor, owner = _actor(request), _owner(request)
    if request.method == "POST":
        ids = [UUID(one) for one in request.POST.getlist("measures") if _is_uuid(one)]
        made = suggesting.apply_for_measures(actor, owner.pk, ids)
        messages.success(request, _("Set up: %(n)s tasks.") % {"n": len(made)})
        return HttpResponseRedirect(reverse("inspections:tasks"))
    offered = [
        {**one, "cycle": words.of_cycle(one), "who": words.of_role(one["role"])}
        for one in suggesting.for_measures(actor, owner.pk)
    ]
    context = {
        "offered": offered,
        "crumbs": _crumbs((_("Ready plans"), "")),
        "has_mhi": risk.objects(actor).filter(enterprise=owner, mhi_unit__isnull=False).exists(),
        "ladder": [rung.title(get_language() or "") for rung in ready.ladder()],
    }
    return render(request, "inspections/suggest.html", context)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


_READY = {"ladder": suggesting.apply_ladder, "responsible": suggesting.apply_responsible}


@login_required
@require_POST
def apply_ready(request: HttpRequest, which: str) -> HttpResponse:
    """Set up a ready plan: the ladder, or the items of the responsible persons."""
    if which not in _READY:
        raise NotYours()
    made = _READY[which](_actor(request), _owner(request).pk)
    messages.success(request, _("Set up: %(n)s tasks.") % {"n": len(made)})
    return HttpResponseRedirect(reverse("inspections:tasks"))


@login_required
@require_http_methods(["GET", "POST"])
def checklist_new(request: HttpRequest) -> HttpResponse:
    """Write a checklist; `?ready=` begins with a ready one."""
    owner = _owner(request)
    offer = ready.checklists().get(request.GET.get("ready", ""))
    initial = (
        {"title": offer.title, "source": offer.kind, "items": "\n".join(offer.items)}
        if offer
        else {}
    )
    form = ChecklistForm(request.POST or None, initial=initial)
    return _checklist_form(request, form, owner, None, _("New checklist"))


@login_required
@require_http_methods(["GET", "POST"])
def checklist_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a checklist; who may not reads it."""
    actor = _actor(request)
    row = queries.checklist_one(actor, pk)
    if request.method == "GET" and not actor.may(TASK_EDIT, row.scope_path, row.enterprise_id):
        crumbs = [(_("Checklists"), reverse("inspections:checklists")), (row.title, "")]
        return render(request, "inspections/checklist.html", {"row": row, "crumbs": crumbs})
    policy.require(actor, TASK_EDIT, row)
    owner = enterprise_of(actor, row.enterprise_id)
    form = ChecklistForm(request.POST or None, initial=checklist_initial(row))
    return _checklist_form(request, form, owner, pk, row.title)


def _checklist_form(
    request: HttpRequest, form: ChecklistForm, owner: Organisation, pk: UUID | None, title: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            checklists.save(
                _actor(request), owner.pk, checklist_id=pk, title=given["title"],
                source=given["source"], items=given["items"].splitlines(),
            )  # fmt: skip
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("inspections:checklists"))
    crumbs = [(_("Checklists"), reverse("inspections:checklists")), (title, "")]
    return _form_page(request, form, title, crumbs)
