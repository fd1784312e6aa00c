"""Pages of warnings: plumbing between services and templates."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actors.actor import Actor
from anlan.base.actors.middleware import ActorRequest
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.engines.warning import model
from anlan.modules.findings.policy import FINDING_REPORT
from anlan.modules.monitoring.queries import groups as watched
from anlan.modules.monitoring.ui import alarms_showing
from anlan.modules.warnings import (
    matrix,
    policy,
    queries,
    queries_figures,
    rules,
    rules_figures,
)
from anlan.modules.warnings.services import acts
from anlan.modules.warnings.states import WarningState
from anlan.modules.warnings.ui import showing, steps
from anlan.modules.warnings.ui.lists import ICONS, TONES

MOST_OWN = 50
NEXT: dict[str, Any] = {
    WarningState.OPEN: pgettext_lazy("early warning", "Acknowledge"),
    WarningState.ACKNOWLEDGED: gettext_lazy("Report cause and measure"),
    WarningState.REPORTED: gettext_lazy("Clear the warning"),
}


def _groups(actor: Actor, unit_id: UUID) -> dict[str, str]:
    rows = watched.groups(actor).filter(installation=unit_id).values_list("name", "pk")
    return {name: reverse("monitoring:groups_show", args=[pk]) for name, pk in rows}


@require_GET
@login_required
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A warning, factor by factor: what rose, who is to do what by when, what was asked."""
    actor = request.actor
    row = queries.warning_one(actor, pk)
    place = (row.scope_path, row.enterprise_id)
    standing = queries.index_of(actor, row.unit_id)
    asked = list(queries.requests(actor, pk))
    n_unanswered = sum(one.answered_at is None for one in asked)
    is_open = row.state != WarningState.CLEARED
    groups = _groups(actor, row.unit_id)
    context: dict[str, Any] = {
        "row": row,
        "level": 5 - row.colour,
        "tone": TONES[row.state],
        "icon": ICONS[row.state],
        "steps": steps.of(row),
        "next": NEXT.get(row.state, ""),
        "lines": showing.lines(row.factors, groups),
        "overrides": [showing.word(model.packaged(), "override", code) for code in row.overrides],
        "rose": round(row.score - row.base, 1),
        "is_red_at_rest": model.packaged().colour(row.base) is model.Colour.RED,
        "standing": standing,
        "standing_lines": showing.lines(standing.factors, groups)
        if standing and is_open and standing.factors != row.factors
        else [],
        "asked": matrix.rows()[row.colour],
        "requests": asked,
        "findings": queries.findings_of(actor, pk),
        "may_find": actor.may(FINDING_REPORT),
        "n_unanswered": n_unanswered,
        "history": history_of(actor, row),
        "now": now(),
        "is_open": is_open,
        "may_acknowledge": row.state == WarningState.OPEN and actor.may(policy.ACKNOWLEDGE, *place),
        "may_report": is_open and actor.may(policy.REPORT, *place),
        "may_clear": row.state == WarningState.REPORTED and actor.may(policy.CLEAR, *place),
        # Who reported does not clear (four eyes).
        "may_clear_self": row.reported_by_id is None or row.reported_by_id != actor.user_id,
        "may_ask": is_open and actor.may(policy.ASK, *place),
        "may_answer": actor.may(policy.REPORT, *place),
        "crumbs": [(_("Early warning"), reverse("warnings:list")), (row.unit.name, "")],
        "said": _("%(unit)s: %(colour)s, %(state)s; questions not answered: %(n)s")
        % {
            "unit": row.unit.name,
            "colour": row.get_colour_display(),
            "state": row.get_state_display(),
            "n": n_unanswered,
        },
        "whose": showing.whose(
            row.model_version,
            queries_figures.edition_of(actor, row.enterprise_id, row.model_version),
        ),
    }
    return render(request, "warnings/show.html", context)


@require_POST
@login_required
def do(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take a step: acknowledge, report, clear, ask."""
    actor, given = request.actor, request.POST
    move = given.get("move", "")
    try:
        if move == "acknowledge":
            acts.acknowledge(actor, pk)
        elif move == "report":
            acts.report(actor, pk, cause=given.get("cause", ""), measure=given.get("measure", ""))
        elif move == "clear":
            acts.clear(actor, pk, given.get("reason", ""))
        elif move == "ask":
            acts.ask(actor, pk, given.get("text", ""))
        else:
            raise NotYours()
    except (Refused, Forbidden, BadInput) as error:
        _say(request, error)
    return redirect("warnings:show", pk=pk)


@require_POST
@login_required
def answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Answer a question of a level above."""
    warning_id = queries.request_one(request.actor, pk).warning_id
    try:
        acts.answer(request.actor, pk, request.POST.get("answer", ""))
    except (Refused, Forbidden, BadInput) as error:
        _say(request, error)
    return redirect("warnings:show", pk=warning_id)


def _say(request: ActorRequest, error: Refused | Forbidden | BadInput) -> None:
    if isinstance(error, BadInput):
        messages.error(request, " ".join(str(one.text) for one in error.problems))
    else:
        messages.error(request, f"{error.message()} {error.remedy_text()}")


def _in_words(length: dt.timedelta) -> str:
    return alarms_showing.duration(length.total_seconds())


@require_GET
@login_required
def matrix_page(request: ActorRequest) -> HttpResponse:
    """Who is told of which colour and by when they act, with whose figures these are."""
    actor = request.actor
    figures = model.packaged()
    rows = [
        (5 - colour, row, [_in_words(one) for one in (row.acknowledge, row.report, row.clear)])
        for colour, row in sorted(matrix.rows().items(), reverse=True)
    ]
    rest = [
        (showing.word(figures, "base", level), points, rules.level_at_rest(points))
        for level, points in figures.bases.items()
    ]
    context = {
        "rows": rows,
        "weights": [
            (
                showing.word(figures, "weight", one.code),
                one.usual,
                figures.weights[model.Group(one.code)],
            )
            for one in rules_figures.figures(figures)
            if one.part == "weight"
        ],
        "rest": rest,
        "version": figures.version,
        "own": queries_figures.in_force(actor)[:MOST_OWN],
        "plant": actor.home.enterprise_id if actor.home else None,
        "crumbs": [
            (_("Early warning"), reverse("warnings:list")),
            (_("Colours and deadlines"), ""),
        ],
    }
    return render(request, "warnings/matrix.html", context)
