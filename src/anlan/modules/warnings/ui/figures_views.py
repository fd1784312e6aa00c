"""Own figures of the index: what is in force, what is proposed, how it came to be."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.queries import history_of
from anlan.base.errors import AnlanError, BadInput, Forbidden, NotYours, Refused
from anlan.base.states.services import offers
from anlan.engines.warning import model
from anlan.modules.warnings import policy, queries_figures, rules_figures
from anlan.modules.warnings.models import IndexFigures
from anlan.modules.warnings.services import figures
from anlan.modules.warnings.states import FiguresState
from anlan.modules.warnings.ui import showing

VERBS = {"approve": "check", "refuse": "ban", "withdraw": "arrow-back-up"}


@login_required
@require_http_methods(["GET", "POST"])
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show an enterprise's figures beside the product's; take a proposal."""
    actor = request.actor
    plant = organisation_one(actor, pk)
    if plant.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    rows = list(queries_figures.editions(actor, plant.pk)[:20])
    current = next((one for one in rows if one.state == FiguresState.IN_FORCE), None)
    waiting = next((one for one in rows if one.state == FiguresState.PROPOSED), None)
    present = current.values if current else {}
    given = {key: request.POST[key].strip() for key in request.POST if ":" in key}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            figures.propose(actor, plant.pk, _numbers(given, problems), _reason(request, problems))
        except BadInput as error:
            problems = {one.field: str(one.text) for one in error.problems} | problems
        except Refused as error:
            problems["reason"] = f"{error.message()} {error.remedy_text()}"
        else:
            messages.success(request, _("Proposed. Another person puts it into force."))
            return redirect("warnings:figures", pk=pk)
    latest = waiting or current
    may_propose = actor.may(policy.FIGURES_PROPOSE, plant.path, plant.pk)
    groups = _groups(present, waiting, given, problems)
    context = {
        "plant": plant,
        "current": current,
        "waiting": waiting,
        "groups": groups,
        "differ": [
            (group["name"], line)
            for group in groups
            for line in group["lines"]
            if line["is_own"] or line["changes"]
        ],
        "form": may_propose and waiting is None,
        "reason": request.POST.get("reason", ""),
        "problem": problems.get("reason", ""),
        "n_problems": len(problems),
        "offers": [_offer(one) for one in offers(actor, waiting)] if waiting else [],
        "rows": rows,
        "history": history_of(actor, latest) if latest else [],
        "version": model.packaged().version,
        "crumbs": [
            (_("Early warning"), reverse("warnings:list")),
            (_("Colours and deadlines"), reverse("warnings:matrix")),
            (plant.name, ""),
        ],
    }
    return render(request, "warnings/figures.html", context, status=422 if problems else 200)


@login_required
@require_POST
def move(request: ActorRequest, pk: UUID, verb: str) -> HttpResponse:
    """Put proposed figures into force, refuse or withdraw them."""
    actor, words = request.actor, request.POST.get("comment", "")
    row = queries_figures.edition_one(actor, pk)
    try:
        if verb in ("approve", "refuse"):
            figures.decide(actor, pk, verb, words)
        elif verb == "withdraw":
            figures.withdraw(actor, pk, words)
        else:
            raise NotYours()
    except (BadInput, Refused) as error:
        _say(request, error)
    else:
        messages.success(request, _("Done."))
    return redirect("warnings:figures", pk=row.enterprise_id)


def _say(request: ActorRequest, error: AnlanError) -> None:
    messages.error(request, f"{error.message()} {error.remedy_text()}".strip())


def _numbers(given: dict[str, str], problems: dict[str, str]) -> dict[str, float]:
    """Return what was typed as numbers; an empty field is the product's figure."""
    found = {}
    for key, text in given.items():
        if not text:
            continue
        try:
            found[key] = float(text.replace(",", ".").replace("，", "."))
        except ValueError:
            problems[key] = _("is not a number")
    return found


def _reason(request: ActorRequest, problems: dict[str, str]) -> str:
    # A proposal with an unreadable figure must not come through without it.
    return "" if problems else request.POST.get("reason", "")


def _groups(
    present: dict[str, float],
    waiting: IndexFigures | None,
    given: dict[str, str],
    problems: dict[str, str],
) -> list[dict[str, Any]]:
    """Return the figures by part, each as the product has it, as it is in force and proposed."""
    base = model.packaged()
    parts: dict[str, list[dict[str, Any]]] = {}
    for one in rules_figures.figures(base):
        own = present.get(one.key)
        new = waiting.values.get(one.key) if waiting else None
        in_force = one.usual if own is None else own
        parts.setdefault(one.part, []).append(
            {
                "key": one.key,
                "name": showing.word(base, one.part, one.code),
                "usual": f"{one.usual:g}",
                "in_force": f"{in_force:g}",
                "is_own": own is not None,
                "is_used": one.is_used,
                "proposed": f"{one.usual if new is None else new:g}" if waiting else "",
                "changes": waiting is not None and (new or one.usual) != in_force,
                "least": f"{one.least:g}",
                "most": f"{one.most:g}",
                "value": given.get(one.key, "" if own is None else f"{own:g}"),
                "problem": problems.get(one.key, ""),
            }
        )
    return [{"name": part_word(part), "lines": lines} for part, lines in parts.items()]


def part_word(part: str) -> str:
    """Return what a part of the figures is called: its group, or the weights."""
    if part == "weight":
        return _("Weights of the groups")
    base = model.packaged()
    group = next(group for group, name in showing.PARTS.items() if name == part)
    return showing.word(base, "weight", group)


def _offer(one: Any) -> dict[str, Any]:
    refusal = one.refusal
    return {
        "name": one.transition.name,
        "label": one.transition.label,
        "icon": VERBS[one.transition.name],
        "needs_reason": one.transition.needs_reason,
        "why": f"{refusal.message()} {refusal.remedy_text()}".strip() if refusal else "",
        "is_role": isinstance(refusal, Forbidden),
    }
