"""My duties, one duty, warnings: plumbing between forms, queries and services."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.ui.errors import attempt
from anlan.base.addresses import record_url
from anlan.base.audit.queries import history_of
from anlan.base.clock import SHANGHAI, now, today
from anlan.base.duties import kinds, ladder, policy, queries
from anlan.base.duties.models import Instance
from anlan.base.duties.services import instances, warnings
from anlan.base.duties.states import OPEN, State
from anlan.base.duties.ui import words
from anlan.base.duties.ui.forms import ClearForm, HandOverForm, ReasonForm
from anlan.base.duties.ui.rows import done_html, rows_html
from anlan.base.errors import Refused
from anlan.base.files.panel import panel_for

SHOWN = 200


def item(row: Instance, missed: int = 1) -> dict[str, object]:
    """Return one duty as the queue shows it; `missed` times of its plan are folded into it."""
    kind = kinds.kind_of(row.plan.kind)
    return {
        "row": row,
        "kind": kind,
        "window": words.window(row),
        "place": row.plan.place_text or row.organisation.name,
        "url": words.url_of(row),
        "show_url": record_url("duties:show", row.pk),
        "done_url": record_url("duties:done", row.pk) if kind.is_manual else "",
        "level": 5 - row.warning if row.warning >= 2 else 0,
        "context": words.context(row, missed),
    }


@login_required
@require_GET
def mine(request: ActorRequest) -> HttpResponse:
    """What I have to do: overdue, due today, later; and what I have done today."""
    moment, day = now(), today()
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), SHANGHAI)
    found = queries.mine(request.actor, day)
    open_rows = list(queries.listed(found)[:SHOWN])
    overdue, missed = words.folded(row for row in open_rows if row.state == State.OVERDUE)
    waiting = [row for row in open_rows if row.state != State.OVERDUE]
    groups = [
        ("overdue", _("Overdue"), [item(row, missed[row.plan_id]) for row in overdue]),
        ("today", _("Due today"), [item(row) for row in waiting if row.due_at <= end]),
        ("later", _("Later"), [item(row) for row in waiting if row.due_at > end]),
    ]
    # A group without rows is not drawn, and its figure is nought.
    counts = {key: len(items) for key, _title, items in groups}
    groups = [group for group in groups if group[2]]
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    done = [item(row) for row in queries.listed(queries.done_on(request.actor, day))[:SHOWN]]
    context = {
        "groups": [
            (key, title, len(items), rows_html(items, moment, token, is_first=n == 0))
            for n, (key, title, items) in enumerate(groups)
        ],
        "counts": counts,
        "n_done": len(done),
        "done": done_html(done, lambda row: f"{row.done_at.astimezone(SHANGHAI):%H:%M}"),
        "n_more": max(0, found.count() - SHOWN) if len(open_rows) == SHOWN else 0,
        "now": moment,
        "day": day,
        "may_plan": request.actor.may(policy.PLAN),
    }
    return render(request, "duties/mine.html", context)


@login_required
@require_GET
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One duty: its window, whose it is, what became of it."""
    row = queries.instance_one(request.actor, pk)
    is_open = row.state in OPEN
    mine_too = is_open and queries.is_mine(request.actor, row, now())
    may_hand = is_open and (
        mine_too or request.actor.may(policy.HAND_OVER, row.scope_path, row.enterprise_id)
    )
    context = {
        **item(row),
        "now": now(),
        "whose": words.whose(row),
        "cycle": words.cycle(row.plan),
        "is_mine": mine_too,
        "may_do": is_open
        and kinds.kind_of(row.plan.kind).is_manual
        and row.opens_at <= now()
        and (mine_too or request.actor.may(policy.FULFIL, row.scope_path, row.enterprise_id)),
        "hand_over": HandOverForm(request.actor, row.enterprise_id) if may_hand else None,
        "warning": queries.warnings(request.actor).filter(subject_id=row.pk).first(),
        "history": history_of(request.actor, row),
    }
    return render(request, "duties/instance.html", context)


@login_required
@require_POST
def done(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Tick off a duty that is carried out on the list itself."""
    row = queries.instance_one(request.actor, pk)
    if not kinds.kind_of(row.plan.kind).is_manual:
        return redirect(words.url_of(row) or "duties:mine")
    try:
        # Its own id as the record: a second click is the same record.
        instances.fulfil(request.actor, pk, now(), row.pk)
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}".strip())
    else:
        messages.success(request, _("Done: %(title)s") % {"title": row})
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else "duties:mine")


@login_required
@require_POST
def hand_over(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hand one duty to a colleague."""
    row = queries.instance_one(request.actor, pk)
    form = HandOverForm(request.actor, row.enterprise_id, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        moved = attempt(
            form,
            lambda: instances.hand_over(request.actor, [pk], given["to_user"], given["reason"]),
        )
        if moved:
            messages.success(request, _("Handed over to %(name)s.") % {"name": moved[0].assignee})
            return redirect("duties:show", pk)
    context = {"form": form, "title": _("Hand over"), "lead": row, "back": row.pk}
    return render(request, "duties/hand_over.html", context, status=422)


@login_required
@require_GET
def warning(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One warning: what, since when, who was told, how it was cleared."""
    return _warning(request, pk, ClearForm())


def _warning(request: ActorRequest, pk: UUID, form: ClearForm, status: int = 200) -> HttpResponse:
    row = queries.warning_one(request.actor, pk)
    url = row.url
    if row.subject_kind == "duty":
        url = f"/duties/{row.subject_id}/"
    rungs = queries.ladder_of(row.enterprise_id)
    context = {
        "row": row,
        "level": 5 - row.colour,
        "subject_url": url,
        "told": words.recipients(row.recipients),
        "steps": [
            (5 - rung.colour, words.condition(rung), words.recipients(list(rung.recipients)),
             rung.colour <= row.colour, rung.colour == row.colour)
            for rung in rungs
            if rung.trigger == row.trigger
        ],
        "form": form,
        "may_clear": row.cleared_at is None
        and request.actor.may(policy.CLEAR, row.scope_path, row.enterprise_id),
        "panel": panel_for(request.actor, row),
        "history": history_of(request.actor, row),
        "now": now(),
    }  # fmt: skip
    return render(request, "duties/warning.html", context, status=status)


@login_required
@require_POST
def warning_clear(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Clear a warning with what was done, and evidence."""
    form = ClearForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["evidence"]
        cleared = attempt(
            form,
            lambda: warnings.clear(
                request.actor,
                pk,
                form.cleaned_data["reason"],
                evidence=file,
                evidence_name=file.name if file else "",
            ),
        )
        if cleared:
            messages.success(request, _("Warning cleared."))
            return redirect("duties:warning", pk)
    return _warning(request, pk, form, 422)


@login_required
@require_POST
def warnings_clear(request: ActorRequest) -> HttpResponse:
    """Clear several warnings for one reason."""
    ids = request.POST.getlist("id")
    form = ReasonForm(request.POST)
    if form.is_valid():
        n = attempt(
            form,
            lambda: warnings.clear_many(request.actor, ids, form.cleaned_data["reason"]),
        )
        if n is not None:
            text = ngettext("%(n)s warning cleared.", "%(n)s warnings cleared.", n)
            messages.success(request, text % {"n": n})
            return redirect("duties:warnings")
    return render(request, "duties/clear_many.html", {"ids": ids, "form": form}, status=422)


@login_required
@require_GET
def ladder_page(request: ActorRequest) -> HttpResponse:
    """The ladder of warnings, as it holds for the actor's enterprise."""
    own = request.actor.own_enterprise_id
    rungs = queries.ladder_of(own) if own else ladder.product_default()
    defaults = set(ladder.product_default())
    context = {
        "groups": [
            (title, [_rung(rung, rung in defaults) for rung in rungs if rung.trigger == trigger])
            for trigger, title in (
                ("duty", _("Duties")),
                ("finding", _("Findings")),
                ("score", _("Operating effect")),
            )
        ],
        "may_edit": own is not None and request.actor.may(policy.LADDER),
    }
    return render(request, "duties/ladder.html", context)


def _rung(rung: ladder.Rung, is_default: bool) -> dict[str, object]:
    return {
        "rung": rung,
        "level": 5 - rung.colour,
        "condition": words.condition(rung),
        "recipients": words.recipients(list(rung.recipients)),
        "is_default": is_default,
    }
