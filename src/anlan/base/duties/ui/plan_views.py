"""Plans, shift patterns, substitutes, the limits of the ladder."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actors import policy as rights
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.ui.errors import attempt
from anlan.base.audit.queries import history_of
from anlan.base.clock import now, today
from anlan.base.duties import calendar, kinds, policy, queries
from anlan.base.duties.services import plans, shifts, substitutes
from anlan.base.duties.ui import words
from anlan.base.duties.ui.forms import (
    PlanForm,
    ReasonForm,
    ShiftForm,
    SubstituteForm,
    plan_initial,
    shift_initial,
)
from anlan.base.errors import NotYours

LATEST = 30


def own_enterprise(request: ActorRequest) -> UUID:
    """Return the enterprise the actor works for. Raises NotYours for officers."""
    own = request.actor.own_enterprise_id
    if own is None:
        raise NotYours()
    return own


def form_page(
    request: ActorRequest, form: forms.Form, title: str, back: str, *, lead: object = "",
    submit: str = "", danger: bool = False,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form, "title": title, "back": back, "lead": lead, "danger": danger,
        "submit": submit or _("Save"),
    }  # fmt: skip
    return render(request, "duties/form.html", context, status=422 if form.errors else 200)


def saved(request: ActorRequest, form: forms.Form, call: Callable[[], Any], text: str) -> Any:
    """Return what the service made of a valid post, with a message; None otherwise."""
    if request.method != "POST" or not form.is_valid():
        return None
    made = attempt(form, call)
    if made is not None:
        messages.success(request, text)
    return made


@login_required
@require_GET
def plan(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One plan with its latest instances."""
    row = queries.plan_one(request.actor, pk)
    latest = list(queries.instances_of_plan(request.actor, row)[:LATEST])
    context = {
        "row": row,
        "kind": kinds.kind_of(row.kind),
        "cycle": words.cycle(row),
        "whose": words.whose(row),
        "url": words.url_of(row),
        "latest": [(one, words.window(one)) for one in latest],
        "unknown_years": calendar.unknown_years(today(), today().replace(year=today().year + 1))
        if row.calendar != "every_day"
        else [],
        "may_edit": row.is_active
        and request.actor.may(policy.PLAN, row.scope_path, row.enterprise_id),
        "history": history_of(request.actor, row),
        "now": now(),
    }
    return render(request, "duties/plan.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def plan_new(request: ActorRequest) -> HttpResponse:
    """Set up a plan."""
    own = own_enterprise(request)
    rights.require(request.actor, policy.PLAN)
    start = {"starts_on": today(), "time_from": "08:00", "time_to": "18:00"}
    form = PlanForm(request.actor, own, request.POST or None, initial=start)
    made = saved(
        request, form, lambda: plans.save(request.actor, own, **form.values()), _("Saved.")
    )
    if made is not None:
        return redirect("duties:plan", made.pk)
    return form_page(request, form, _("New duty plan"), reverse("duties:plans"))


@login_required
@require_http_methods(["GET", "POST"])
def plan_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Change a plan."""
    row = queries.plan_one(request.actor, pk)
    rights.require(request.actor, policy.PLAN, row)
    form = PlanForm(
        request.actor, row.enterprise_id, request.POST or None, plan=row, initial=plan_initial(row)
    )
    made = saved(
        request,
        form,
        lambda: plans.save(request.actor, row.enterprise_id, plan_id=pk, **form.values()),
        _("Saved. What is not due yet was made anew."),
    )
    back = reverse("duties:plan", args=[pk])
    if made is not None:
        return redirect(back)
    return form_page(request, form, _("Edit %(name)s") % {"name": row}, back)


@login_required
@require_http_methods(["GET", "POST"])
def plan_stop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End a plan."""
    row = queries.plan_one(request.actor, pk)
    rights.require(request.actor, policy.PLAN, row)
    form = ReasonForm(request.POST or None)
    stopped = saved(
        request,
        form,
        lambda: plans.stop(request.actor, pk, form.cleaned_data["reason"]),
        _("The plan was stopped."),
    )
    back = reverse("duties:plan", args=[pk])
    if stopped is not None:
        return redirect(back)
    lead = _("What has not opened is taken back, what is open no longer counts. History stays.")
    title = _("Stop %(name)s?") % {"name": row}
    return form_page(request, form, title, back, lead=lead, submit=_("Stop the plan"), danger=True)


@login_required
@require_http_methods(["GET", "POST"])
def shift_new(request: ActorRequest) -> HttpResponse:
    """Set up a shift pattern."""
    own = own_enterprise(request)
    rights.require(request.actor, policy.SHIFTS)
    form = ShiftForm(
        request.actor, own, request.POST or None, initial={"anchor_on": today(), "is_active": True}
    )
    made = saved(
        request, form, lambda: shifts.save(request.actor, own, **form.cleaned_data), _("Saved.")
    )
    if made is not None:
        return redirect("duties:shifts")
    return form_page(request, form, _("New shift pattern"), reverse("duties:shifts"))


@login_required
@require_http_methods(["GET", "POST"])
def shift_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Change a shift pattern; those who may not see it as it is."""
    row = queries.shift_pattern_one(request.actor, pk)
    rights.require(request.actor, policy.SHIFTS, row)
    places = queries.departments(request.actor, row.enterprise_id)
    names = {one.pk: one.name for one in places}
    form = ShiftForm(
        request.actor, row.enterprise_id, request.POST or None, initial=shift_initial(row, names)
    )
    made = saved(
        request,
        form,
        lambda: shifts.save(request.actor, row.enterprise_id, pattern_id=pk, **form.cleaned_data),
        _("Saved. Duties that follow these shifts were made anew."),
    )
    if made is not None:
        return redirect("duties:shifts")
    return form_page(request, form, _("Edit %(name)s") % {"name": row}, reverse("duties:shifts"))


@login_required
@require_http_methods(["GET", "POST"])
def substitute_new(request: ActorRequest) -> HttpResponse:
    """Name a substitute: for oneself anybody, for others by permission."""
    own = own_enterprise(request)
    start = {"from_user": str(request.actor.user_id)}
    form = SubstituteForm(request.actor, own, request.POST or None, initial=start)
    made = saved(
        request, form, lambda: substitutes.add(request.actor, own, **form.values()), _("Saved.")
    )
    if made is not None:
        return redirect("duties:substitutes")
    return form_page(request, form, _("New substitute"), reverse("duties:substitutes"))


@login_required
@require_http_methods(["GET", "POST"])
def substitute(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One substitution; POST ends it."""
    row = queries.substitute_one(request.actor, pk)
    if request.method == "POST":
        form = forms.Form(request.POST)
        ended = saved(
            request, form, lambda: substitutes.end(request.actor, pk), _("Substitution ended.")
        )
        if ended is None:
            messages.error(request, " ".join(str(text) for text in form.non_field_errors()))
        return redirect("duties:substitute", pk)
    context = {
        "row": row,
        "may_end": row.ended_at is None
        and row.ends_at > now()
        and (
            row.from_user_id == request.actor.user_id
            or request.actor.may(policy.SUBSTITUTE, row.scope_path, row.enterprise_id)
        ),
        "history": history_of(request.actor, row),
    }
    return render(request, "duties/substitute.html", context)
