"""Pages of judgements and commitments."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors.actor import Actor
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisation_children, organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.clock import SHANGHAI, now, today
from anlan.base.errors import BadInput, NotYours, Refused
from anlan.modules.commitment import facts, policy, queries, rules
from anlan.modules.commitment.models import Commitment, Judgement
from anlan.modules.commitment.services import chain, days
from anlan.modules.commitment.states import CommitmentState
from anlan.modules.commitment.ui import showing
from anlan.modules.commitment.ui.forms import JudgeForm, PrepareForm, ReasonForm

PER_PAGE = 50


@require_GET
@login_required
def today_page(request: ActorRequest) -> HttpResponse:
    """Lead people of a plant to today's commitment, officers to the overview."""
    own = request.actor.own_enterprise_id
    if own is None:
        return redirect("commitment:overview")
    return redirect("commitment:open", enterprise_id=own)


@require_http_methods(["GET", "POST"])
@login_required
def open_today(request: ActorRequest, enterprise_id: UUID) -> HttpResponse:
    """Show an enterprise's commitment of today; who judges begins it."""
    plant = organisation_one(request.actor, enterprise_id)
    if plant.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    row = queries.of_day(request.actor, plant.pk, today())
    may_begin = request.actor.may(policy.COMMITMENT_JUDGE) and bool(request.actor.own_enterprise_id)
    if row is None and request.method == "POST":
        row = days.open_day(request.actor, plant.pk, today())
    if row is not None:
        return _at_step(request, row, request.POST.get("step", ""))
    context = {
        "plant": plant,
        "day": today(),
        "may_begin": may_begin,
        "step": request.GET.get("step", ""),
    }
    return render(request, "commitment/none.html", context)


def _at_step(request: ActorRequest, row: Commitment, node_id: str) -> HttpResponse:
    """Lead to the judgement of a level, or to the day where the level has none today."""
    for one in queries.judgements(request.actor, row.pk) if node_id else ():
        if str(one.node_id) == node_id:
            return redirect("commitment:judge", pk=one.pk)
    return redirect("commitment:show", pk=row.pk)


@require_GET
@login_required
def step(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Lead from a duty of the chain to today's judgement, or to what the company publishes."""
    plant = _organisation(request.actor, pk)
    if plant is not None:
        return redirect("commitment:open", enterprise_id=plant.pk)
    node = queries.chain_node(request.actor, pk)
    row = queries.of_day(request.actor, node.enterprise_id, today())
    if row is not None:
        return _at_step(request, row, str(node.pk))
    address = reverse("commitment:open", kwargs={"enterprise_id": node.enterprise_id})
    return redirect(f"{address}?step={node.pk}")


def _organisation(actor: Actor, pk: UUID) -> Organisation | None:
    """Return the enterprise of this id, None where the id is that of a level."""
    try:
        return organisation_one(actor, pk)
    except NotYours:
        return None


@require_GET
@login_required
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A day's commitment: the chain, the figures beside the facts, what contradicts."""
    row = queries.commitment_one(request.actor, pk)
    return render(request, "commitment/day.html", _context(request, row))


def _context(
    request: ActorRequest, row: Commitment, form: PrepareForm | None = None
) -> dict[str, Any]:
    actor = request.actor
    is_open = row.day == today() and row.state == CommitmentState.DRAFT
    may_prepare = is_open and actor.may(
        policy.COMMITMENT_PREPARE, row.scope_path, row.enterprise_id
    )
    if row.state == CommitmentState.PUBLISHED:
        known = row.facts
    else:
        known = facts.known(actor, row.enterprise_id, row.scope_path, row.day)
    if may_prepare and form is None:
        form = PrepareForm.of(row)
    steps = showing.steps(list(queries.judgements(actor, row.pk)))
    for step in steps:
        one: Judgement = step["row"]
        step["may_sign"] = is_open and actor.may(
            policy.COMMITMENT_JUDGE, one.scope_path, one.enterprise_id
        )
    return {
        "row": row,
        "is_open": is_open,
        "is_published": row.state == CommitmentState.PUBLISHED,
        "risk": None if row.grade is None else row.grade + 1,
        "groups": showing.groups(row.counts, known, row.enterprise_id, form),
        "not_connected": facts.not_connected(known),
        "flags": showing.flag_words(row),
        "steps": steps,
        "n_unsigned": sum(not step["is_signed"] for step in steps),
        "form": form,
        "may_prepare": may_prepare,
        "may_publish": is_open
        and actor.may(policy.COMMITMENT_PUBLISH, row.scope_path, row.enterprise_id),
        "may_correct": row.day == today()
        and row.state == CommitmentState.PUBLISHED
        and actor.may(policy.COMMITMENT_PUBLISH, row.scope_path, row.enterprise_id),
        "may_chain": actor.may(policy.COMMITMENT_CHAIN, row.scope_path, row.enterprise_id),
        "minutes_left": showing.minutes_left(now().astimezone(SHANGHAI)),
        "history": queries.commitments(actor).filter(enterprise=row.enterprise_id)[:14],
    }


@require_POST
@login_required
def prepare(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Save the figures, grade and text."""
    row = queries.commitment_one(request.actor, pk)
    form = PrepareForm(request.POST)
    if form.is_valid():
        try:
            days.prepare(
                request.actor,
                pk,
                counts=form.counts(),
                grade=form.cleaned_data["grade"],
                text=form.cleaned_data["text"],
                committer=form.cleaned_data["committer"],
                has_trial=form.cleaned_data["has_trial"],
                has_pilot=form.cleaned_data["has_pilot"],
            )
            messages.success(request, _("Saved."))
            return redirect("commitment:show", pk=pk)
        except BadInput as error:
            for name, texts in error.by_field().items():
                form.add_error(name if name in form.fields else None, texts)
    return render(request, "commitment/day.html", _context(request, row, form), status=422)


@require_POST
@login_required
def publish(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Publish, or take back what was published with a reason."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        if request.POST.get("move") == "correct":
            days.correct(request.actor, pk, reason)
        else:
            days.publish(request.actor, pk, reason=reason)
            messages.success(request, _("Published."))
    except Refused as refusal:
        messages.error(request, f"{refusal.message()} {refusal.remedy_text()}")
    return redirect("commitment:show", pk=pk)


@require_http_methods(["GET", "POST"])
@login_required
def judge(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Sign a level's judgement, or withdraw it with a reason."""
    row = queries.judgement_one(request.actor, pk)
    known = facts.known(request.actor, row.enterprise_id, row.scope_path, row.commitment.day)
    form = JudgeForm(
        request.POST or None,
        initial={"grade": rules.least_grade(known), "text": row.text},
    )
    if request.method == "POST":
        try:
            if request.POST.get("move") == "withdraw":
                days.withdraw(request.actor, pk, request.POST.get("reason", ""))
                return redirect("commitment:show", pk=row.commitment_id)
            if form.is_valid():
                days.sign(request.actor, pk, **form.cleaned_data)
                return redirect("commitment:show", pk=row.commitment_id)
        except Refused as refusal:
            messages.error(request, f"{refusal.message()} {refusal.remedy_text()}")
    context = {
        "row": row,
        "form": form,
        "groups": [
            {**group, "rows": [one for one in group["rows"] if one["is_connected"]]}
            for group in showing.groups(known, known, row.enterprise_id)
        ],
        "may_sign": request.actor.may(policy.COMMITMENT_JUDGE, row.scope_path, row.enterprise_id),
        "is_signed": row.signed_at is not None,
        "risk": None if row.grade is None else row.grade + 1,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "commitment/judge.html", context, status=status)


@require_GET
@login_required
def gate(request: ActorRequest, enterprise_id: UUID) -> HttpResponse:
    """The display at the gate: today's commitment, full screen and for print."""
    plant = organisation_one(request.actor, enterprise_id)
    if plant.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    row = queries.of_day(request.actor, plant.pk, today())
    shown = row if row is not None and row.state == CommitmentState.PUBLISHED else None
    context = {
        "plant": plant,
        "row": shown,
        "day": today(),
        "risk": None if shown is None or shown.grade is None else shown.grade + 1,
        "groups": showing.groups(shown.counts, {}, plant.pk) if shown else [],
    }
    return render(request, "commitment/gate.html", context)


@require_GET
@login_required
def overview(request: ActorRequest) -> HttpResponse:
    """Who has published on a day, who has not, whose figures contradict the facts."""
    day = parse_date(request.GET.get("day", "")) or today()
    only = request.GET.get("only", "missing")
    rate = queries.rate(request.actor, day)
    if only == "missing":
        rows: Any = queries.missing(request.actor, day)
    else:
        rows = queries.commitments(request.actor).filter(day=day, state=CommitmentState.PUBLISHED)
        if only == "doubtful":
            rows = rows.exclude(flags=[])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    entries = [
        {"row": one, "flags": showing.flag_words(one)} if only != "missing" else {"row": one}
        for one in page
    ]
    context = {
        "day": day,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1) if day < today() else None,
        "only": only,
        "rate": rate,
        "percent": None if rate.rate is None else round(rate.rate * 100, 1),
        "n_missing": rate.obliged - rate.published,
        "page": page,
        "entries": entries,
    }
    return render(request, "commitment/overview.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def chain_page(request: ActorRequest, enterprise_id: UUID) -> HttpResponse:
    """Which departments and shifts judge every day."""
    plant = organisation_one(request.actor, enterprise_id)
    if plant.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    if request.method == "POST":
        if request.POST.get("remove"):
            chain.remove(request.actor, request.POST["remove"])
        elif request.POST.get("add"):
            chain.add(request.actor, request.POST["add"], request.POST.get("level", ""))
        return redirect("commitment:chain", enterprise_id=plant.pk)
    nodes = list(queries.chain(request.actor, plant.pk))
    there = {node.organisation_id for node in nodes}
    offered = [
        node
        for parent in (plant, *organisation_children(request.actor, plant))
        for node in organisation_children(request.actor, parent)
        if node.kind in chain.BY_KIND and node.is_active and node.pk not in there
    ]
    may = request.actor.may(policy.COMMITMENT_CHAIN, plant.path, plant.pk)
    context = {"plant": plant, "nodes": nodes, "offered": offered, "may_chain": may}
    return render(request, "commitment/chain.html", context)
